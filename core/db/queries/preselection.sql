-- name: add
-- Creates a draft.
INSERT INTO preselection (account_id, office, kind, state, created_at, updated_at)
VALUES (:account_id, :office, :kind, 'draft', :now, :now)
RETURNING preselection_id

-- name: by_id
-- One preselection.
SELECT * FROM preselection WHERE preselection_id = :preselection_id

-- name: lock
-- One preselection, locked for update.
SELECT * FROM preselection WHERE preselection_id = :preselection_id ${for_update}

-- name: unfinished
-- The unfinished preselection of an owner.
SELECT * FROM preselection
WHERE account_id = :account_id AND state IN ('draft', 'informed', 'agreed', 'verified')

-- name: of_account
-- All preselections of an owner except dropped ones, newest first.
SELECT * FROM preselection
WHERE account_id = :account_id AND (state <> 'cancelled' OR serial IS NOT NULL) ORDER BY preselection_id DESC

-- name: live_of_vin
-- The reservation or registration of a vehicle, at most one, unless an appeal has set it aside.
SELECT * FROM preselection WHERE vin = :vin AND state IN ('reserved', 'registered') AND set_aside_by IS NULL

-- name: live_of_plate
-- The preselection that has a number reserved or registered.
SELECT * FROM preselection
WHERE office = :office AND kind = :kind AND serial = :serial AND state IN ('reserved', 'registered')
${for_update}

-- name: rechoose
-- Changes office or kind: back to the draft.
UPDATE preselection SET office = :office, kind = :kind, state = 'draft', verified_at = NULL, updated_at = :now
WHERE preselection_id = :preselection_id AND state IN ('draft', 'informed', 'agreed', 'verified')

-- name: set_vin
-- Sets the vehicle, while the data are being entered.
UPDATE preselection SET vin = :vin, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'informed'

-- name: set_certificate
-- Sets the certificate, while the data are being entered.
UPDATE preselection SET certificate_kind = :certificate_kind, certificate = :certificate, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'informed'

-- name: set_reviewed
-- Keeps what the owner was shown for confirmation, while the data are being entered.
UPDATE preselection SET reviewed_sealed = :reviewed
WHERE preselection_id = :preselection_id AND state IN ('draft', 'informed')

-- name: reviewed
-- What the owner was last shown for confirmation.
SELECT reviewed_sealed FROM preselection WHERE preselection_id = :preselection_id

-- name: leave_out_four
-- Sets whether the batches of a preselection leave out numbers with a 4.
UPDATE preselection SET without_four = :wanted, updated_at = :now
WHERE preselection_id = :preselection_id AND state IN ('agreed', 'verified')

-- name: move
-- Moves a preselection from one state to another; what was reviewed is needed no longer once it is confirmed.
UPDATE preselection
SET state = :target, updated_at = :now,
    reviewed_sealed = CASE WHEN :target = 'agreed' THEN NULL ELSE reviewed_sealed END
WHERE preselection_id = :preselection_id AND state = :source

-- name: verify
-- Marks a preselection as verified by a code.
UPDATE preselection SET state = 'verified', verified_at = :now, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'agreed'

-- name: reserve
-- Marks a preselection as reserved, with its number, unless its account has as many reserved ones as it may have
-- (NULL: no limit). An account has only one unfinished preselection, so no other of it can be reserved meanwhile.
UPDATE preselection
SET state = 'reserved', serial = :serial, way = :way, reserved_at = :now, deadline = :deadline, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'verified'
  AND (CAST(:most AS ${integer}) IS NULL OR CAST(:most AS ${integer}) > (
      SELECT count(*) FROM preselection AS o
      WHERE o.account_id = preselection.account_id AND o.state = 'reserved'
  ))

-- name: living
-- How many reserved numbers of an account wait for registration.
SELECT count(*) AS living FROM preselection WHERE account_id = :account_id AND state = 'reserved'

-- name: end
-- Ends a preselection, with the reason if one was given.
UPDATE preselection SET state = :target, reason = :reason, ended_at = :now, updated_at = :now
WHERE preselection_id = :preselection_id AND state = :source

-- name: lease
-- Takes the lease on a vehicle, unless another preselection holds an unexpired one.
INSERT INTO selecting (vin, preselection_id, until) VALUES (:vin, :preselection_id, :until)
ON CONFLICT (vin) DO UPDATE SET preselection_id = excluded.preselection_id, until = excluded.until
WHERE selecting.until < :now OR selecting.preselection_id = excluded.preselection_id
RETURNING preselection_id

-- name: renew_lease
-- Restarts the idle time of a lease that has not expired.
UPDATE selecting SET until = :until
WHERE vin = :vin AND preselection_id = :preselection_id AND until >= :at
RETURNING until

-- name: lease_of
-- The lease on a vehicle.
SELECT * FROM selecting WHERE vin = :vin

-- name: end_lease
-- Ends the lease on a vehicle.
DELETE FROM selecting WHERE vin = :vin AND preselection_id = :preselection_id

-- name: of_plate
-- All preselections that ever had a number for good, newest first.
SELECT * FROM preselection WHERE office = :office AND kind = :kind AND serial = :serial
ORDER BY preselection_id DESC

-- name: of_vin
-- All preselections of a vehicle, newest first.
SELECT * FROM preselection WHERE vin = :vin ORDER BY preselection_id DESC

-- name: last_of_plate
-- The last preselection that had a number for good.
SELECT * FROM preselection WHERE office = :office AND kind = :kind AND serial = :serial
ORDER BY preselection_id DESC LIMIT 1

-- name: reserved_of_office
-- Reservations of an office that are not registered yet, whose deadlines a closed day may move.
SELECT p.*, a.chat_id FROM preselection AS p JOIN account AS a ON a.account_id = p.account_id
WHERE p.state = 'reserved' AND p.office = :office
ORDER BY p.preselection_id

-- name: move_deadline
-- Moves a deadline, but only later; for want of a reminder, with the deadline before the first such move, and how
-- far it may move in all.
UPDATE preselection
SET deadline = :deadline, updated_at = :now, deadline_before = COALESCE(deadline_before, :deadline_before),
    extendable_until = COALESCE(extendable_until, :extendable_until)
WHERE preselection_id = :preselection_id AND state = 'reserved' AND deadline < :deadline

-- name: overdue_offices
-- The offices that have reservations whose deadline has passed.
SELECT DISTINCT office FROM preselection WHERE state = 'reserved' AND deadline < :now ORDER BY office

-- name: overdue
-- The next reservations of an office, after a deadline and an id, whose deadline lies before a time, the time at
-- which its grace at the counter began; except those that the vehicle registry contradicts. After a restore none
-- expires before it is settled, nor do those that may have been confirmed after the backup.
SELECT p.preselection_id, p.deadline FROM preselection AS p
WHERE p.state = 'reserved' AND p.deadline < :before AND p.office = :office
  AND (p.deadline > :after OR (p.deadline = :after AND p.preselection_id > :after_id))
  AND NOT EXISTS (SELECT 1 FROM registry_contradiction AS c WHERE c.preselection_id = p.preselection_id)
  AND NOT EXISTS (SELECT 1 FROM restoration AS r WHERE r.settled_at IS NULL)
  AND NOT EXISTS (
      SELECT 1 FROM restored_plate AS t JOIN restoration AS r ON r.restoration_id = t.restoration_id
      WHERE t.office = p.office AND t.kind = p.kind AND t.serial = p.serial AND p.reserved_at <= r.backup_at
  )
ORDER BY p.deadline, p.preselection_id LIMIT :most
${for_update_skip_locked}

-- name: reserved_after
-- The next reservations by id, to recompute their deadlines.
SELECT * FROM preselection WHERE state = 'reserved' AND preselection_id > :after
ORDER BY preselection_id LIMIT :most

-- name: chat_of
-- The chat of a preselection's owner.
SELECT a.chat_id FROM preselection AS p JOIN account AS a ON a.account_id = p.account_id
WHERE p.preselection_id = :preselection_id

-- name: mark_unreminded
-- Marks an expired reservation as one whose owner could not be reminded.
UPDATE preselection SET unreminded_at = :now WHERE preselection_id = :preselection_id AND state = 'expired'

-- name: old_drafts
-- Unfinished preselections that have not been touched for long.
SELECT preselection_id FROM preselection
WHERE state IN ('draft', 'informed', 'agreed', 'verified') AND updated_at < :before
ORDER BY updated_at LIMIT :most ${for_update_skip_locked}

-- name: forget_vehicle
-- Deletes the vehicle data of a dropped or abandoned preselection.
UPDATE preselection SET vin = NULL, certificate_kind = NULL, certificate = NULL, reviewed_sealed = NULL
WHERE preselection_id = :preselection_id AND state = 'cancelled' AND serial IS NULL

-- name: reinstate
-- Gives an owner back a reservation that was registered, voided or revoked, unless its vehicle has another number
-- since.
UPDATE preselection
SET state = 'reserved', ended_at = NULL, reason = NULL, deadline = :deadline, updated_at = :now
WHERE preselection_id = :preselection_id AND state = :source AND ended_at = :ended_at
  AND set_aside_by IS NULL AND serial IS NOT NULL AND vin IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM preselection AS o
      WHERE o.vin = preselection.vin AND o.preselection_id <> preselection.preselection_id
        AND o.state IN ('reserved', 'registered') AND o.set_aside_by IS NULL
  )

-- name: extend_deadline
-- Extends a deadline at the desk, if it is the one that was shown and has not been extended too often.
UPDATE preselection SET deadline = :deadline, desk_extensions = desk_extensions + 1, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'reserved' AND deadline = :seen AND deadline < :deadline
  AND desk_extensions < :most
