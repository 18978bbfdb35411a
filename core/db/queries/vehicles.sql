-- name: add
-- Adds a vehicle, if it is not known yet.
INSERT INTO vehicle (vin) VALUES (:vin) ON CONFLICT (vin) DO NOTHING

-- name: get
-- The used and granted chances of a vehicle.
SELECT * FROM vehicle WHERE vin = :vin

-- name: charge_batch
-- Charges one batch, if one is left and the last draw is long enough ago.
UPDATE vehicle SET random_used = random_used + 1, drawn_at = :now
WHERE vin = :vin AND random_used < :quota + random_granted AND (drawn_at IS NULL OR drawn_at <= :gap_before)
RETURNING *

-- name: return_batch
-- Refunds a batch that never reached its owner, up to a number of times in the life of a vehicle.
UPDATE vehicle SET random_used = random_used - 1, random_returned = random_returned + 1
WHERE vin = :vin AND random_used > 0 AND random_returned < :most

-- name: refund_batch
-- Refunds a batch that is empty.
UPDATE vehicle SET random_used = random_used - 1 WHERE vin = :vin AND random_used > 0

-- name: charge_wishes
-- Charges a number of wishes, if enough are left and the last try is long enough ago.
UPDATE vehicle SET compose_used = compose_used + :wishes, composed_at = :now
WHERE vin = :vin AND compose_used + :wishes <= :quota + compose_granted
  AND (composed_at IS NULL OR composed_at <= :gap_before)
RETURNING compose_used

-- name: refund_wishes
-- Refunds the wishes of a try in which one was free.
UPDATE vehicle SET compose_used = compose_used - :wishes WHERE vin = :vin

-- name: add_failed_wish
-- Records a wish that was charged and not available.
INSERT INTO failed_wish (vin, office, kind, serial, times, last_at)
VALUES (:vin, :office, :kind, :serial, 1, :now)
ON CONFLICT (vin, office, kind, serial) DO UPDATE SET times = failed_wish.times + 1, last_at = excluded.last_at

-- name: failed_wishes
-- The wishes of a vehicle in a pool that were charged and not available.
SELECT serial FROM failed_wish WHERE vin = :vin AND office = :office AND kind = :kind ORDER BY serial

-- name: count_failed_wishes
-- How often a vehicle was charged for a wish that was not available, in all pools.
SELECT CAST(coalesce(sum(times), 0) AS ${integer}) AS wishes FROM failed_wish WHERE vin = :vin

-- name: registry_get
-- A vehicle in the embedded registry.
SELECT * FROM registry_vehicle WHERE vin = :vin

-- name: grant
-- Grants chances beyond the quota, if the number granted so far is still what the admin was shown.
UPDATE vehicle SET random_granted = random_granted + :batches, compose_granted = compose_granted + :wishes
WHERE vin = :vin AND random_granted = :seen_batches AND compose_granted = :seen_wishes
