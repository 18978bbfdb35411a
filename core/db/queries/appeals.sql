-- name: add
-- Creates a draft; one that follows an earlier, ended appeal references it.
INSERT INTO appeal (account_id, office, state, renews, created_at, updated_at)
VALUES (:account_id, :office, 'draft', CAST(:renews AS ${integer}), :now, :now)
RETURNING appeal_id

-- name: by_id
-- One appeal.
SELECT * FROM appeal WHERE appeal_id = :appeal_id

-- name: lock
-- One appeal, locked for update.
SELECT * FROM appeal WHERE appeal_id = :appeal_id ${for_update}

-- name: draft_of
-- The unsubmitted draft of an owner.
SELECT * FROM appeal WHERE account_id = :account_id AND state = 'draft'

-- name: of_account
-- All appeals that an owner has submitted, newest first.
SELECT * FROM appeal WHERE account_id = :account_id AND state NOT IN ('draft', 'dropped')
ORDER BY appeal_id DESC

-- name: waiting_of
-- Whether an owner has a pending appeal about a vehicle.
SELECT appeal_id FROM appeal WHERE vin = :vin AND account_id = :account_id AND state = 'pending' AND suspicion_id IS NULL

-- name: answers
-- The submitted appeals that answer a suspicion, newest first.
SELECT * FROM appeal WHERE suspicion_id = :suspicion_id AND state NOT IN ('draft', 'dropped')
ORDER BY appeal_id DESC

-- name: consent
-- Records the owner's consent to the processing of the photos.
UPDATE appeal SET consent_version = :version, consented_at = :now, updated_at = :now
WHERE appeal_id = :appeal_id AND state = 'draft'

-- name: set_vin
-- Sets the vehicle while the draft is being filled in.
UPDATE appeal SET vin = :vin, updated_at = :now WHERE appeal_id = :appeal_id AND state = 'draft'

-- name: set_reason
-- Sets the reason of the appeal.
UPDATE appeal SET reason_sealed = :sealed, updated_at = :now WHERE appeal_id = :appeal_id AND state = 'draft'

-- name: touch
-- Marks a draft as used: the days until its deletion start again.
UPDATE appeal SET updated_at = :now WHERE appeal_id = :appeal_id AND state = 'draft'

-- name: photos
-- The photos of an appeal.
SELECT slot, photo_key FROM appeal_photo WHERE appeal_id = :appeal_id ORDER BY slot

-- name: put_photo
-- Adds a photo, replacing the earlier one of its kind.
INSERT INTO appeal_photo (appeal_id, slot, photo_key, fingerprint_sealed, taken_at)
VALUES (:appeal_id, :slot, :photo_key, :sealed, :now)
ON CONFLICT (appeal_id, slot) DO UPDATE
SET photo_key = excluded.photo_key, fingerprint_sealed = excluded.fingerprint_sealed, taken_at = excluded.taken_at

-- name: exchange_photos
-- Swaps the photos of a draft that were sent in the wrong order.
UPDATE appeal_photo
SET photo_key = other.photo_key, fingerprint_sealed = other.fingerprint_sealed, taken_at = other.taken_at
FROM appeal_photo AS other
WHERE appeal_photo.appeal_id = :appeal_id AND other.appeal_id = :appeal_id AND other.slot <> appeal_photo.slot

-- name: photos_of_account
-- All photos of an owner's appeals that are still stored, to compare a new one with.
SELECT p.appeal_id, p.slot, p.fingerprint_sealed, a.vin
FROM appeal_photo AS p JOIN appeal AS a ON a.appeal_id = p.appeal_id
WHERE a.account_id = :account_id

-- name: copy_photos
-- Copies the photos of an appeal that is submitted again.
INSERT INTO appeal_photo (appeal_id, slot, photo_key, fingerprint_sealed, taken_at)
SELECT :target, slot, photo_key, fingerprint_sealed, taken_at FROM appeal_photo WHERE appeal_id = :source

-- name: copy_data
-- Copies its vehicle, reason and consent.
UPDATE appeal
SET vin = (SELECT o.vin FROM appeal AS o WHERE o.appeal_id = :source),
    reason_sealed = (SELECT o.reason_sealed FROM appeal AS o WHERE o.appeal_id = :source),
    consent_version = (SELECT o.consent_version FROM appeal AS o WHERE o.appeal_id = :source),
    consented_at = (SELECT o.consented_at FROM appeal AS o WHERE o.appeal_id = :source)
WHERE appeal_id = :target

-- name: forget_photo
-- Removes a photo from a draft.
DELETE FROM appeal_photo WHERE appeal_id = :appeal_id AND slot = :slot

-- name: forget_photos
-- Removes all photos of an appeal; the files are deleted by the next sweep.
DELETE FROM appeal_photo WHERE appeal_id = :appeal_id

-- name: submit
-- Submits a complete draft, unless the owner already has the maximum number of pending appeals.
UPDATE appeal
SET state = 'pending', office = :office, identity_hash = :identity_hash, submitted_at = :now, updated_at = :now,
    suspicion_id = CAST(:suspicion_id AS ${integer})
WHERE appeal_id = :appeal_id AND state = 'draft'
  AND vin IS NOT NULL AND reason_sealed IS NOT NULL AND consent_version = :consent_version
  AND (SELECT count(*) FROM appeal_photo AS p WHERE p.appeal_id = appeal.appeal_id) = 2
  AND (SELECT count(*) FROM appeal AS w WHERE w.account_id = appeal.account_id AND w.state = 'pending') < :most

-- name: withdraw
-- Withdraws a pending appeal.
UPDATE appeal SET state = 'withdrawn', ended_at = :now, updated_at = :now
WHERE appeal_id = :appeal_id AND state = 'pending'

-- name: drop
-- Discards a draft; only its id is kept.
UPDATE appeal SET state = 'dropped', vin = NULL, reason_sealed = NULL, ended_at = :now, updated_at = :now
WHERE appeal_id = :appeal_id AND state = 'draft'

-- name: decide
-- Decides a pending appeal, once: a decision is final. Who decides has seen the photos since it was submitted, or since
-- it waits again.
UPDATE appeal
SET state = :target, decided_by = :actor, answer = :answer, outcome = :outcome, ended_at = :now, updated_at = :now
WHERE appeal_id = :appeal_id AND state = 'pending'
  AND EXISTS (
    SELECT 1 FROM appeal_viewing AS v
    WHERE v.appeal_id = appeal.appeal_id AND v.chat_id = :chat_id AND v.seen_at >= appeal.updated_at
  )

-- name: saw
-- Records that a reviewer was shown the photos.
INSERT INTO appeal_viewing (appeal_id, chat_id, seen_at)
SELECT appeal_id, CAST(:chat_id AS ${integer}), CAST(:now AS ${integer}) FROM appeal WHERE appeal_id = :appeal_id
ON CONFLICT (appeal_id, chat_id) DO UPDATE SET seen_at = excluded.seen_at

-- name: has_seen
-- Whether a reviewer was shown the photos of a pending appeal since it was submitted, or since it waits again.
SELECT v.appeal_id FROM appeal_viewing AS v JOIN appeal AS a ON a.appeal_id = v.appeal_id
WHERE v.appeal_id = :appeal_id AND v.chat_id = :chat_id AND v.seen_at >= a.updated_at

-- name: decided
-- Decided appeals of some offices, the last decision first.
SELECT appeal_id, account_id, office, vin, state, ended_at FROM appeal
WHERE state IN ('approved', 'rejected') AND :offices LIKE '%' || office || '%'
ORDER BY ended_at DESC, appeal_id DESC LIMIT :most OFFSET :skip

-- name: of_case
-- Submitted appeals of an account, or about a vehicle, newest first.
SELECT appeal_id, account_id, office, vin, state, submitted_at FROM appeal
WHERE state NOT IN ('draft', 'dropped') AND (account_id = :account_id OR vin = :vin)
ORDER BY appeal_id DESC LIMIT :most

-- name: note_outcome
-- Records what an approval has set aside and given back.
UPDATE appeal SET outcome = :outcome WHERE appeal_id = :appeal_id AND state = 'approved'

-- name: queue
-- Pending appeals, oldest first.
SELECT appeal_id, account_id, office, vin, submitted_at FROM appeal
WHERE state = 'pending' ORDER BY submitted_at, appeal_id

-- name: others_waiting
-- How many other owners have a pending appeal about the same vehicle.
SELECT count(*) AS appeals FROM appeal WHERE vin = :vin AND state = 'pending' AND appeal_id <> :appeal_id

-- name: old_drafts
-- Drafts that have not been touched for long.
SELECT appeal_id FROM appeal WHERE state = 'draft' AND updated_at < :before
ORDER BY updated_at LIMIT :most ${for_update_skip_locked}

-- name: to_forget
-- Appeals that ended long enough ago and still have photos or a reason.
SELECT appeal_id FROM appeal
WHERE state IN ('approved', 'rejected', 'withdrawn') AND ended_at < :before
  AND (reason_sealed IS NOT NULL
       OR EXISTS (SELECT 1 FROM appeal_photo AS p WHERE p.appeal_id = appeal.appeal_id))
ORDER BY ended_at LIMIT :most ${for_update_skip_locked}

-- name: forget_reason
-- Deletes the reason together with the photos.
UPDATE appeal SET reason_sealed = NULL WHERE appeal_id = :appeal_id

-- name: photo_keys
-- The keys of all photos that belong to an appeal.
SELECT DISTINCT photo_key FROM appeal_photo

-- name: right_to
-- The account that an appeal has recognised as a vehicle's owner.
SELECT * FROM vin_right WHERE vin = :vin

-- name: award
-- Records that an appeal has recognised an account as the owner; the newest decision counts.
INSERT INTO vin_right (vin, account_id, appeal_id, since) VALUES (:vin, :account_id, :appeal_id, :now)
ON CONFLICT (vin) DO UPDATE
SET account_id = excluded.account_id, appeal_id = excluded.appeal_id, since = excluded.since

-- name: awarded_to
-- Vehicles awarded to an owner that have no number yet, newest first.
SELECT r.vin FROM vin_right AS r
WHERE r.account_id = :account_id AND NOT EXISTS (
    SELECT 1 FROM preselection AS p
    WHERE p.vin = r.vin AND p.state IN ('reserved', 'registered') AND p.set_aside_by IS NULL
)
ORDER BY r.since DESC, r.vin

-- name: others_of_vin
-- Other owners' preselections of a vehicle that an approval sets aside: those with a number, and those that may
-- get one.
SELECT * FROM preselection
WHERE vin = :vin AND account_id <> :account_id AND set_aside_by IS NULL
  AND state IN ('agreed', 'verified', 'reserved', 'registered')
ORDER BY preselection_id ${for_update}

-- name: set_aside
-- A number that is registered on a vehicle no longer counts as this VIN's one success.
UPDATE preselection SET set_aside_by = :appeal_id, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'registered' AND set_aside_by IS NULL

-- name: give_back_chances
-- Restores the full quota of a vehicle, whatever the quota is: what was used is added to what was granted. The
-- pause after another owner's try ends too.
UPDATE vehicle
SET random_granted = CASE WHEN random_granted < random_used THEN random_used ELSE random_granted END,
    compose_granted = CASE WHEN compose_granted < compose_used THEN compose_used ELSE compose_granted END,
    composed_at = NULL, drawn_at = NULL
WHERE vin = :vin

-- name: forget_all_photos
-- Deletes all photos of an owner whose data are deleted.
DELETE FROM appeal_photo WHERE appeal_id IN (SELECT appeal_id FROM appeal WHERE account_id = :account_id)

-- name: drop_all_drafts
-- Drops an owner's drafts when the owner's data are deleted.
UPDATE appeal SET state = 'dropped', vin = NULL, reason_sealed = NULL, ended_at = :now, updated_at = :now
WHERE account_id = :account_id AND state = 'draft'

-- name: empty_all
-- Deletes the personal data from an owner's submitted appeals; pending ones are withdrawn.
UPDATE appeal
SET state = CASE WHEN state = 'pending' THEN :withdrawn ELSE state END,
    ended_at = CASE WHEN state = 'pending' THEN CAST(:now AS ${integer}) ELSE ended_at END,
    reason_sealed = NULL, identity_hash = :nobody, answer = CASE WHEN answer IS NULL THEN NULL ELSE '-' END
WHERE account_id = :account_id AND state NOT IN ('draft', 'dropped')

-- name: end_rights
-- Ends the claims to vehicles awarded to an owner whose account is deleted: the vehicles are open to all again.
DELETE FROM vin_right WHERE account_id = :account_id

-- name: dropped_photos
-- Photos that the program has dropped and that no appeal names any longer.
SELECT photo_key FROM dropped_photo AS d
WHERE NOT EXISTS (SELECT 1 FROM appeal_photo AS p WHERE p.photo_key = d.photo_key)

-- name: forget_dropped
-- Forgets a dropped photo whose file has been deleted.
DELETE FROM dropped_photo WHERE photo_key = :photo_key

-- name: forget_kept
-- Forgets the dropped photos that an appeal still names.
DELETE FROM dropped_photo WHERE photo_key IN (SELECT photo_key FROM appeal_photo)

-- name: locked_of_vin
-- All preselections of a vehicle, locked: an approval that is taken back may concern each.
SELECT * FROM preselection WHERE vin = :vin ORDER BY preselection_id ${for_update}

-- name: reopen
-- Lets an approved appeal wait for a decision again.
UPDATE appeal
SET state = 'pending', decided_by = NULL, answer = NULL, outcome = NULL, ended_at = NULL, updated_at = :now
WHERE appeal_id = :appeal_id AND state = 'approved'

-- name: end_right
-- Ends the award of a vehicle by an appeal.
DELETE FROM vin_right WHERE vin = :vin AND appeal_id = :appeal_id

-- name: restore_set_aside
-- A registered number that an appeal had set aside counts as its VIN's one success again.
UPDATE preselection SET set_aside_by = NULL, updated_at = :now WHERE set_aside_by = :appeal_id

-- name: take_back_chances
-- Takes back the chances of a vehicle that an approval has restored.
UPDATE vehicle
SET random_granted = CASE WHEN random_granted > :batches THEN random_granted - :batches ELSE 0 END,
    compose_granted = CASE WHEN compose_granted > :wishes THEN compose_granted - :wishes ELSE 0 END
WHERE vin = :vin
