-- name: add
-- Stores a new link.
INSERT INTO invitation (digest, role, office, made_by, made_at, valid_until)
VALUES (:digest, :role, :office, :actor, :now, :until)

-- name: get
-- The link with a token's digest, used or not.
SELECT digest, role, office, made_by, valid_until, used_at, revoked_at FROM invitation WHERE digest = :digest

-- name: named
-- The link whose digest begins so, used or not.
SELECT digest, role, office, made_by, valid_until, used_at, revoked_at FROM invitation
WHERE digest LIKE :beginning ESCAPE '!'

-- name: open
-- The links that can still be used, those that end first first.
SELECT digest, role, office, made_by, valid_until, used_at, revoked_at FROM invitation
WHERE used_at IS NULL AND revoked_at IS NULL AND valid_until > :now ORDER BY valid_until, digest

-- name: use
-- Uses a link, once; of two holders at the same moment the second changes no row.
UPDATE invitation SET used_at = :now, used_by = :chat_id
WHERE digest = :digest AND used_at IS NULL AND revoked_at IS NULL AND valid_until > :now

-- name: revoke
-- Revokes a link, unless it has been used, revoked or has expired.
UPDATE invitation SET revoked_at = :now, revoked_by = :actor
WHERE digest = :digest AND used_at IS NULL AND revoked_at IS NULL AND valid_until > :now

-- name: purge
-- Deletes links that ended long ago; what they did is in the audit log.
DELETE FROM invitation WHERE valid_until < :before
