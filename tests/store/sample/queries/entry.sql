-- name: add
-- An entry; gives back its number.
INSERT INTO entry (text) VALUES (:text) RETURNING entry_id

-- name: delete
-- Refused by the trigger.
DELETE FROM entry

-- name: all
-- Every entry.
SELECT entry_id, text FROM entry ORDER BY entry_id
