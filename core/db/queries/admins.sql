-- name: of_chat
-- What somebody is at the desk.
SELECT role, office FROM admin WHERE chat_id = :chat_id ORDER BY role, office

-- name: chats
-- Everybody who was given a role.
SELECT DISTINCT chat_id FROM admin ORDER BY chat_id

-- name: add
-- A role for somebody, at an office or everywhere.
INSERT INTO admin (chat_id, role, office, since, given_by)
VALUES (:chat_id, :role, :office, :now, :actor)
ON CONFLICT (chat_id, role, office) DO NOTHING

-- name: remove
-- A role is taken away.
DELETE FROM admin WHERE chat_id = :chat_id AND role = :role AND office = :office
