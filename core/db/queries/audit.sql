-- name: add
-- One entry of the journal.
INSERT INTO audit (at, actor, action, office, subject, details)
VALUES (:now, :actor, :action, :office, :subject, :details)

-- name: of_subject
-- All that happened to one thing, in order.
SELECT * FROM audit WHERE subject = :subject ORDER BY entry_id

-- name: newest_of
-- The newest entries about one thing, newest first.
SELECT * FROM audit WHERE subject = :subject ORDER BY entry_id DESC LIMIT :most

-- name: last_done
-- The newest entry of one action about something.
SELECT * FROM audit WHERE subject = :subject AND action = :action ORDER BY entry_id DESC LIMIT 1

-- name: last_of_mask
-- The newest entry of one action about a mask of a pool, by its place among the details.
SELECT * FROM audit WHERE subject = :subject AND action = :action AND details LIKE :like
ORDER BY entry_id DESC LIMIT 1

-- name: last_of
-- The newest entry about something.
SELECT * FROM audit WHERE subject = :subject ORDER BY entry_id DESC LIMIT 1
