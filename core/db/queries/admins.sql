-- name: of_chat
-- The roles of an admin.
SELECT role, office FROM admin WHERE chat_id = :chat_id ORDER BY role, office

-- name: chats
-- All chats that have a role.
SELECT DISTINCT chat_id FROM admin ORDER BY chat_id

-- name: chief_since
-- Since when a chat has been a chief of an office, or of all offices, without interruption.
SELECT min(since) AS since FROM admin WHERE chat_id = :chat_id AND role = 'chief' AND office IN (:office, '')

-- name: add
-- Assigns a role, at one office or at all of them.
INSERT INTO admin (chat_id, role, office, since, given_by)
VALUES (:chat_id, :role, :office, :now, :actor)
ON CONFLICT (chat_id, role, office) DO NOTHING

-- name: remove
-- Removes a role.
DELETE FROM admin WHERE chat_id = :chat_id AND role = :role AND office = :office
