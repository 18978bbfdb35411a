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

-- name: pages_of_subject
-- What happened to something, newest first, from an entry on.
SELECT * FROM audit WHERE subject = :subject AND entry_id < :before ORDER BY entry_id DESC LIMIT :most

-- name: pages_of_actor
-- What somebody did, newest first, from an entry on.
SELECT * FROM audit WHERE actor = :actor AND entry_id < :before ORDER BY entry_id DESC LIMIT :most

-- name: pages_of_office
-- What happened at an office, newest first, from an entry on.
SELECT * FROM audit WHERE office = :office AND entry_id < :before ORDER BY entry_id DESC LIMIT :most

-- name: pages_of_all
-- What happened anywhere, newest first, from an entry on.
SELECT * FROM audit WHERE entry_id < :before ORDER BY entry_id DESC LIMIT :most
