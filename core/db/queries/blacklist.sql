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
SELECT b.*, (SELECT max(c.cause_id) FROM ban_cause AS c WHERE c.ban_id = b.ban_id) AS last_cause
FROM ban AS b WHERE b.ban_id = :ban_id

-- name: set_until
-- Changes the end of a running ban, later or earlier, if it is still the one that the admin was shown.
UPDATE ban SET until = :until
WHERE ban_id = :ban_id AND lifted_at IS NULL AND until = :seen

-- name: running
-- The running ban of an identity, and its newest cause: a further one is noticed even if it ends earlier.
SELECT b.*, (SELECT max(c.cause_id) FROM ban_cause AS c WHERE c.ban_id = b.ban_id) AS last_cause
FROM ban AS b WHERE b.identity_hash = :identity_hash AND b.lifted_at IS NULL

-- name: running_of_account
-- The running ban of an account's identity.
SELECT b.reason, b.until FROM account AS a JOIN ban AS b ON b.identity_hash = a.identity_hash AND b.lifted_at IS NULL
WHERE a.account_id = :account_id

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

-- name: lock
-- Locks the running ban of an identity: what is read of it and its causes after this stays.
SELECT ban_id FROM ban WHERE identity_hash = :identity_hash AND lifted_at IS NULL ${for_update}

-- name: prolong
-- Makes a further cause, which lasts longer, the one that a running ban shows, if its end is still the one shown.
UPDATE ban
SET until = :until, reason = :reason, cause = :cause, preselection_id = :preselection_id, office = :office
WHERE ban_id = :ban_id AND lifted_at IS NULL AND until = :seen

-- name: keep_first_cause
-- Keeps a running ban as its own first cause, if it has none: the former version keeps no causes.
INSERT INTO ban_cause (ban_id, office, cause, reason, preselection_id, since, until)
SELECT b.ban_id, b.office, b.cause, b.reason, b.preselection_id, b.since, b.until FROM ban AS b
WHERE b.identity_hash = :identity_hash AND b.lifted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM ban_cause AS c WHERE c.ban_id = b.ban_id)

-- name: add_cause
-- Adds a cause to a ban.
INSERT INTO ban_cause (ban_id, office, cause, reason, preselection_id, since, until)
VALUES (:ban_id, :office, :cause, :reason, :preselection_id, :now, :until)

-- name: causes
-- The causes of a ban that still run, the oldest first.
SELECT * FROM ban_cause WHERE ban_id = :ban_id AND lifted_at IS NULL AND until > :now ORDER BY cause_id

-- name: lift_cause
-- Lifts one cause of a ban.
UPDATE ban_cause SET lifted_at = :now, lifted_by = :actor, lift_reason = :reason
WHERE cause_id = :cause_id AND lifted_at IS NULL

-- name: lift_causes
-- Lifts all causes of a ban.
UPDATE ban_cause SET lifted_at = :now, lifted_by = :actor, lift_reason = :reason
WHERE ban_id = :ban_id AND lifted_at IS NULL

-- name: move_ends
-- Moves the ends of causes with that of their ban: all later ones to an earlier end, the last ones to a later end.
UPDATE ban_cause SET until = :until
WHERE ban_id = :ban_id AND lifted_at IS NULL AND (until > :until OR until = :seen)

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
