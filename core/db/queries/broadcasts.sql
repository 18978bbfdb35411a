-- name: add
-- A broadcast begins; no row: one of the office runs already.
INSERT INTO broadcast (office, audience, text, chat_id, begun_at, state)
VALUES (:office, :audience, :text, :chat_id, :now, 'running')
ON CONFLICT (office) WHERE state IN ('running', 'stopping') DO NOTHING
RETURNING broadcast_id

-- name: reach
-- How many an audience has.
SELECT count(*) AS people FROM broadcast_reach WHERE office = :office AND audience = :audience

-- name: add_notices
-- A notice for each of an audience, one after the other at a pace that leaves room for others.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
SELECT chat_id, 'broadcast', :subject, '{}', due_at, due_at + :patience, 'waiting', due_at,
       CAST(:now AS ${integer})
FROM (
    SELECT chat_id, CAST(:now AS ${integer}) + row_number() OVER (ORDER BY chat_id) * :gap AS due_at
    FROM broadcast_reach WHERE office = :office AND audience = :audience
) AS told
WHERE true
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: set_total
-- How many are to be told.
UPDATE broadcast SET total = :total WHERE broadcast_id = :broadcast_id

-- name: by_id
-- A broadcast.
SELECT * FROM broadcast WHERE broadcast_id = :broadcast_id

-- name: running_of
-- The broadcast of an office that has not ended.
SELECT * FROM broadcast WHERE office = :office AND state IN ('running', 'stopping')

-- name: running
-- All broadcasts that have not ended.
SELECT * FROM broadcast WHERE state IN ('running', 'stopping') ORDER BY broadcast_id

-- name: stop
-- An admin stops it; what is in a worker's hands goes out. 0 rows: it was stopped, or has ended.
UPDATE broadcast SET state = 'stopping' WHERE broadcast_id = :broadcast_id AND state = 'running'

-- name: end
-- Everybody has been told, or will not be any more; once.
UPDATE broadcast SET state = :target, ended_at = :now WHERE broadcast_id = :broadcast_id AND state = :source

-- name: is_open
-- Whether somebody is still to be told.
SELECT notice_id FROM notice WHERE subject = :subject AND state IN ('waiting', 'sending') LIMIT 1

-- name: figures
-- What has become of its notices; an error tells apart what failed.
SELECT state, error, count(*) AS notices FROM notice WHERE subject = :subject GROUP BY state, error

-- name: mute
-- Somebody does not want to be told what an office broadcasts.
INSERT INTO broadcast_mute (chat_id, office, since) VALUES (:chat_id, :office, :now)
ON CONFLICT (chat_id, office) DO NOTHING

-- name: unmute
-- They want to be told again.
DELETE FROM broadcast_mute WHERE chat_id = :chat_id AND office = :office

-- name: is_muted
-- Whether they do not want to be told.
SELECT since FROM broadcast_mute WHERE chat_id = :chat_id AND office = :office
