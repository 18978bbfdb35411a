-- name: of_chat
-- The name of a member of staff.
SELECT name_sealed, is_set FROM staff_name WHERE chat_id = :chat_id

-- name: all
-- The names of all who are or were members of staff.
SELECT chat_id, name_sealed FROM staff_name

-- name: note
-- Stores the messenger's name of a member of staff, unless an admin has set one.
INSERT INTO staff_name (chat_id, name_sealed, is_set, noted_at) VALUES (:chat_id, :sealed, 0, :now)
ON CONFLICT (chat_id) DO UPDATE SET name_sealed = excluded.name_sealed, noted_at = excluded.noted_at
WHERE staff_name.is_set = 0

-- name: set
-- Stores the name that an admin has set for a member of staff.
INSERT INTO staff_name (chat_id, name_sealed, is_set, noted_at) VALUES (:chat_id, :sealed, 1, :now)
ON CONFLICT (chat_id) DO UPDATE SET name_sealed = excluded.name_sealed, is_set = 1, noted_at = excluded.noted_at
