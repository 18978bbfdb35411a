-- name: add
-- A vehicle comes into being with its first preselection.
INSERT INTO vehicle (vin) VALUES (:vin) ON CONFLICT (vin) DO NOTHING

-- name: get
-- What a vehicle has used of its chances.
SELECT * FROM vehicle WHERE vin = :vin

-- name: charge_batch
-- One batch, if one is left.
UPDATE vehicle SET random_used = random_used + 1
WHERE vin = :vin AND random_used < :quota + random_granted
RETURNING *

-- name: refund_batch
-- The draw found nothing, or what it gave never reached its owner: it costs nothing.
UPDATE vehicle SET random_used = random_used - 1 WHERE vin = :vin AND random_used > 0

-- name: charge_wishes
-- So many wishes, if as many are left and the last try is long enough ago.
UPDATE vehicle SET compose_used = compose_used + :wishes, composed_at = :now
WHERE vin = :vin AND compose_used + :wishes <= :quota + compose_granted
  AND (composed_at IS NULL OR composed_at <= :gap_before)
RETURNING compose_used

-- name: refund_wishes
-- A wish was free: the try costs nothing.
UPDATE vehicle SET compose_used = compose_used - :wishes WHERE vin = :vin

-- name: add_failed_wish
-- A wish that has been paid for.
INSERT INTO failed_wish (vin, office, kind, serial, times, last_at)
VALUES (:vin, :office, :kind, :serial, 1, :now)
ON CONFLICT (vin, office, kind, serial) DO UPDATE SET times = failed_wish.times + 1, last_at = excluded.last_at

-- name: failed_wishes
-- Which wishes this vehicle has paid for in a pool.
SELECT serial FROM failed_wish WHERE vin = :vin AND office = :office AND kind = :kind ORDER BY serial

-- name: count_failed_wishes
-- How often this vehicle has paid for a wish that was not free, in all pools.
SELECT CAST(coalesce(sum(times), 0) AS ${integer}) AS wishes FROM failed_wish WHERE vin = :vin

-- name: registry_get
-- A vehicle in the embedded registry.
SELECT * FROM registry_vehicle WHERE vin = :vin

-- name: grant
-- Chances beyond the quota, if as many are granted as the admin was shown.
UPDATE vehicle SET random_granted = random_granted + :batches, compose_granted = compose_granted + :wishes
WHERE vin = :vin AND random_granted = :seen_batches AND compose_granted = :seen_wishes
