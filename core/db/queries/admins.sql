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

-- name: maintenance
-- What is closed for maintenance: offices, or all under an empty code.
SELECT office, text, since FROM maintenance ORDER BY office

-- name: begin_maintenance
-- An office, or all, goes into maintenance.
INSERT INTO maintenance (office, text, since, begun_by) VALUES (:office, :text, :now, :actor)
ON CONFLICT (office) DO NOTHING

-- name: change_maintenance
-- What is in maintenance gets another text than the one that was seen.
UPDATE maintenance SET text = :text, begun_by = :actor WHERE office = :office AND text = :seen

-- name: end_maintenance
-- It is over.
DELETE FROM maintenance WHERE office = :office
