-- name: add
-- Adds a ban; a running ban of the same identity is kept if it lasts longer.
INSERT INTO ban (identity_hash, office, reason, cause, preselection_id, since, until)
VALUES (:identity_hash, :office, :reason, :cause, :preselection_id, :now, :until)
ON CONFLICT (identity_hash) WHERE lifted_at IS NULL DO UPDATE
SET until = excluded.until, reason = excluded.reason, cause = excluded.cause,
    preselection_id = excluded.preselection_id, office = excluded.office
WHERE excluded.until > ban.until
RETURNING ban_id, until

-- name: add_new
-- Adds a ban to an identity that has none running; no row: it has one by now.
INSERT INTO ban (identity_hash, office, reason, cause, preselection_id, since, until)
VALUES (:identity_hash, :office, :reason, :cause, :preselection_id, :now, :until)
ON CONFLICT (identity_hash) WHERE lifted_at IS NULL DO NOTHING
RETURNING ban_id

-- name: by_id
-- A ban, running or not.
SELECT * FROM ban WHERE ban_id = :ban_id

-- name: set_until
-- Changes the end of a running ban, later or earlier, if it is still the one that the admin was shown.
UPDATE ban SET until = :until, reason = :reason
WHERE ban_id = :ban_id AND lifted_at IS NULL AND until = :seen

-- name: running
-- The running ban of an identity.
SELECT * FROM ban WHERE identity_hash = :identity_hash AND lifted_at IS NULL

-- name: of_identity
-- All bans that an identity has ever had.
SELECT ban_id FROM ban WHERE identity_hash = :identity_hash ORDER BY ban_id

-- name: due
-- Bans that have run out and are not lifted yet.
SELECT * FROM ban WHERE lifted_at IS NULL AND until <= :now ORDER BY until, ban_id LIMIT :most ${for_update_skip_locked}

-- name: lift
-- Lifts a ban.
UPDATE ban SET lifted_at = :now, lifted_by = :actor, lift_reason = :reason
WHERE ban_id = :ban_id AND lifted_at IS NULL

-- name: page
-- Running bans, newest first. :offices holds the codes of the offices meant; :everywhere = 1 means all of them. An
-- empty :cause matches any.
SELECT * FROM ban
WHERE lifted_at IS NULL AND until > :now
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
  AND (CAST(:cause AS TEXT) = '' OR cause = :cause)
ORDER BY since DESC, ban_id DESC LIMIT :most OFFSET :skip

-- name: count_page
-- How many bans the same conditions match.
SELECT count(*) AS bans FROM ban
WHERE lifted_at IS NULL AND until > :now
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
  AND (CAST(:cause AS TEXT) = '' OR cause = :cause)

-- name: all_running
-- All running bans.
SELECT * FROM ban WHERE lifted_at IS NULL ORDER BY until, ban_id

-- name: account_of_identity
-- The account that holds an identity: registered with it, or given it at a counter.
SELECT account_id, chat_id FROM account
WHERE identity_hash = :identity_hash AND (registered_at IS NOT NULL OR identity_seen_at IS NOT NULL)

-- name: restore
-- Gives a running ban back the end, cause and reason that it had, if its end is still the one that was read.
UPDATE ban SET until = :until, cause = :cause, reason = :reason, preselection_id = NULL
WHERE ban_id = :ban_id AND lifted_at IS NULL AND until = :seen
