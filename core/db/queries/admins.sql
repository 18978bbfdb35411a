-- A role with an end (until) counts until then, and for nothing afterwards; every query looks at it.

-- name: of_chat
-- The roles of an admin.
SELECT role, office, until FROM admin
WHERE chat_id = :chat_id AND (until IS NULL OR until > :now) ORDER BY role, office

-- name: stored_of_chat
-- What is stored about the roles of a chat, those that have ended included.
SELECT role, office, until FROM admin WHERE chat_id = :chat_id ORDER BY role, office

-- name: chats
-- All chats that have a role.
SELECT DISTINCT chat_id FROM admin WHERE until IS NULL OR until > :now ORDER BY chat_id

-- name: chief_since
-- Since when a chat has been a chief of an office, or of all offices, without interruption.
SELECT min(since) AS since FROM admin
WHERE chat_id = :chat_id AND role = 'chief' AND office IN (:office, '') AND (until IS NULL OR until > :now)

-- name: add
-- Assigns a role, at one office or at all of them; one that has ended is assigned anew.
INSERT INTO admin (chat_id, role, office, since, given_by, until)
VALUES (:chat_id, :role, :office, :now, :actor, :until)
ON CONFLICT (chat_id, role, office) DO UPDATE
SET since = excluded.since, given_by = excluded.given_by, until = excluded.until
WHERE admin.until <= excluded.since

-- name: remove
-- Removes a role that has not ended.
DELETE FROM admin
WHERE chat_id = :chat_id AND role = :role AND office = :office AND (until IS NULL OR until > :now)

-- name: ended
-- Whether a role ended by itself at a moment, and nobody has assigned it anew.
SELECT 1 AS ended FROM admin
WHERE chat_id = :chat_id AND role = :role AND office = :office AND until = :until AND until <= :now

-- name: has_written
-- Whether a chat has ever written to the bot, so that the bot may write to it.
SELECT 1 AS written FROM dialog WHERE chat_id = :chat_id
