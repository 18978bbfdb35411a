-- name: add
-- One entry of the journal.
INSERT INTO audit (at, actor, action, office, subject, details)
VALUES (:now, :actor, :action, :office, :subject, :details)

-- name: of_subject
-- All that happened to one thing, in order.
SELECT * FROM audit WHERE subject = :subject ORDER BY entry_id

-- name: last_of
-- The newest entry about something.
SELECT * FROM audit WHERE subject = :subject ORDER BY entry_id DESC LIMIT 1
