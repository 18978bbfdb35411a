-- name: of_chat
-- The roles of an admin.
SELECT role, office FROM admin WHERE chat_id = :chat_id ORDER BY role, office

-- name: chats
-- All chats that have a role.
SELECT DISTINCT chat_id FROM admin ORDER BY chat_id

-- name: add
-- Assigns a role, at one office or at all of them.
INSERT INTO admin (chat_id, role, office, since, given_by)
VALUES (:chat_id, :role, :office, :now, :actor)
ON CONFLICT (chat_id, role, office) DO NOTHING

-- name: remove
-- Removes a role.
DELETE FROM admin WHERE chat_id = :chat_id AND role = :role AND office = :office
