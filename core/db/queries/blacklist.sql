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
