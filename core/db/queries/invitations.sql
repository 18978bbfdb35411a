-- name: add
-- Stores a new link.
INSERT INTO invitation (digest, role, office, made_by, made_at, valid_until)
VALUES (:digest, :role, :office, :actor, :now, :until)

-- name: get
-- The link with a token's digest, used or not.
SELECT role, office, made_by, valid_until, used_at FROM invitation WHERE digest = :digest

-- name: use
-- Uses a link, once; of two holders at the same moment the second changes no row.
UPDATE invitation SET used_at = :now
WHERE digest = :digest AND used_at IS NULL AND valid_until > :now

-- name: purge
-- Deletes links that ended long ago; what they did is in the audit log.
DELETE FROM invitation WHERE valid_until < :before
