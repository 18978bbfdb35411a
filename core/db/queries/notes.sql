-- name: add
-- Writes a note.
INSERT INTO note (subject, account_id, office, body, written_at, written_by)
VALUES (:subject, :account_id, :office, :body, :now, :actor)
RETURNING note_id

-- name: by_id
-- One note, also one that was withdrawn.
SELECT * FROM note WHERE note_id = :note_id

-- name: of_account
-- The notes on a person and all that is theirs, newest first.
SELECT * FROM note WHERE account_id = :account_id AND withdrawn_at IS NULL ORDER BY note_id DESC LIMIT :most

-- name: recent
-- The notes of some offices since a time, newest first.
SELECT * FROM note
WHERE written_at >= :since AND withdrawn_at IS NULL AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
ORDER BY note_id DESC LIMIT :most

-- name: withdraw
-- Withdraws a note of its writer that is not older than allowed.
UPDATE note SET withdrawn_at = :now
WHERE note_id = :note_id AND written_by = :actor AND written_at >= :since AND withdrawn_at IS NULL

-- name: forget
-- Deletes the notes on an owner whose data are deleted.
DELETE FROM note WHERE account_id = :account_id
