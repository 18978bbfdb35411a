-- name: add
-- Adds an entry.
INSERT INTO audit (at, actor, action, office, subject, details)
VALUES (:now, :actor, :action, :office, :subject, :details)

-- name: of_subject
-- All entries about a subject, in order.
SELECT * FROM audit WHERE subject = :subject ORDER BY entry_id

-- name: newest_of
-- The newest changes of a subject, newest first; that it was looked up or seen, or has a note, changes nothing.
SELECT * FROM audit WHERE subject = :subject
  AND action NOT IN ('looked_up', 'saw_person', 'saw_phone', 'saw_photos', 'wrote_note', 'withdrew_note')
ORDER BY entry_id DESC LIMIT :most

-- name: last_done
-- The newest entry of an action about a subject.
SELECT * FROM audit WHERE subject = :subject AND action = :action ORDER BY entry_id DESC LIMIT 1

-- name: last_of_mask
-- The newest entry of an action about a mask of a pool, found in the details.
SELECT * FROM audit WHERE subject = :subject AND action = :action AND details LIKE :like
ORDER BY entry_id DESC LIMIT 1
