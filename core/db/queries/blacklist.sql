-- name: add
-- A ban; a running one of the same identity stays, if it lasts longer.
INSERT INTO ban (identity_hash, office, reason, cause, preselection_id, since, until)
VALUES (:identity_hash, :office, :reason, :cause, :preselection_id, :now, :until)
ON CONFLICT (identity_hash) WHERE lifted_at IS NULL DO UPDATE
SET until = excluded.until, reason = excluded.reason, cause = excluded.cause,
    preselection_id = excluded.preselection_id, office = excluded.office
WHERE excluded.until > ban.until
RETURNING ban_id, until

-- name: add_new
-- A ban of somebody of whom none runs; no row: one runs by now.
INSERT INTO ban (identity_hash, office, reason, cause, preselection_id, since, until)
VALUES (:identity_hash, :office, :reason, :cause, :preselection_id, :now, :until)
ON CONFLICT (identity_hash) WHERE lifted_at IS NULL DO NOTHING
RETURNING ban_id

-- name: by_id
-- A ban, running or not.
SELECT * FROM ban WHERE ban_id = :ban_id

-- name: set_until
-- An admin sets the date of a running ban, longer or shorter, if it still has the date that they were shown.
UPDATE ban SET until = :until, reason = :reason
WHERE ban_id = :ban_id AND lifted_at IS NULL AND until = :seen

-- name: running
-- The running ban of an identity.
SELECT * FROM ban WHERE identity_hash = :identity_hash AND lifted_at IS NULL

-- name: of_identity
-- All bans that an identity ever had.
SELECT ban_id FROM ban WHERE identity_hash = :identity_hash ORDER BY ban_id

-- name: due
-- Bans whose time is over.
SELECT * FROM ban WHERE lifted_at IS NULL AND until <= :now ORDER BY until, ban_id LIMIT :most ${for_update_skip_locked}

-- name: lift
-- A ban ends.
UPDATE ban SET lifted_at = :now, lifted_by = :actor, lift_reason = :reason
WHERE ban_id = :ban_id AND lifted_at IS NULL

-- name: page
-- Running bans of some offices (their codes in a row; all of them where everywhere is 1) and of one cause, or
-- of any where it is empty, newest first.
SELECT * FROM ban
WHERE lifted_at IS NULL AND until > :now
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
  AND (CAST(:cause AS TEXT) = '' OR cause = :cause)
ORDER BY since DESC, ban_id DESC LIMIT :most OFFSET :skip

-- name: count_page
-- How many there are.
SELECT count(*) AS bans FROM ban
WHERE lifted_at IS NULL AND until > :now
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
  AND (CAST(:cause AS TEXT) = '' OR cause = :cause)

-- name: all_running
-- Everybody who is barred now.
SELECT * FROM ban WHERE lifted_at IS NULL ORDER BY until, ban_id

-- name: account_of_identity
-- The account whose an identity is: registered with it, or given it at a counter.
SELECT account_id, chat_id FROM account
WHERE identity_hash = :identity_hash AND (registered_at IS NOT NULL OR identity_seen_at IS NOT NULL)

-- name: closed_days
-- The days on which an office's counter is closed beyond holidays.
SELECT day FROM closed_day WHERE office = :office AND day >= :from_day ORDER BY day

-- name: closed_day
-- Who has closed an office's counter on a day, and why.
SELECT reason, entered_by FROM closed_day WHERE office = :office AND day = :day

-- name: close_day
-- A day on which an office's counter is closed.
INSERT INTO closed_day (office, day, reason, entered_at, entered_by)
VALUES (:office, :day, :reason, :now, :actor)
ON CONFLICT (office, day) DO NOTHING

-- name: reserved_of_office
-- Reservations of an office that wait to be confirmed, and may be moved by a closed day.
SELECT p.*, a.chat_id FROM preselection AS p JOIN account AS a ON a.account_id = p.account_id
WHERE p.state = 'reserved' AND p.office = :office AND p.deadline >= :from_deadline
ORDER BY p.preselection_id

-- name: move_deadline
-- A deadline moves, later only.
UPDATE preselection SET deadline = :deadline, updated_at = :now
WHERE preselection_id = :preselection_id AND state = 'reserved' AND deadline < :deadline

-- name: overdue
-- Reservations whose deadline has passed.
SELECT p.preselection_id FROM preselection AS p
WHERE p.state = 'reserved' AND p.deadline < :now ORDER BY p.deadline, p.preselection_id LIMIT :most
${for_update_skip_locked}

-- name: rest
-- The number of an expired or cancelled reservation rests, and is free then.
UPDATE plate SET state = 'resting', held_until = :until, since = :now
WHERE office = :office AND kind = :kind AND serial = :serial AND preselection_id = :preselection_id
  AND state = 'reserved'

-- name: old_drafts
-- Drafts that nobody has touched for long.
SELECT preselection_id FROM preselection
WHERE state IN ('draft', 'informed', 'agreed', 'verified') AND updated_at < :before
ORDER BY updated_at LIMIT :most ${for_update_skip_locked}

-- name: forget_data
-- What is dropped or abandoned keeps no vehicle.
UPDATE preselection SET vin = NULL, certificate_kind = NULL, certificate = NULL
WHERE preselection_id = :preselection_id AND state = 'cancelled' AND serial IS NULL

-- name: purge_codes
-- Codes older than a day.
DELETE FROM sms_code WHERE created_at < :before

-- name: purge_code_counts
-- Counts of codes of days gone by.
DELETE FROM sms_day WHERE day < :before_day
