-- name: add
-- Starts a broadcast, of an office or ('') of all; no row: there already is one running.
INSERT INTO broadcast (office, audience, text, chat_id, begun_at, state)
VALUES (:office, :audience, :text, :chat_id, :begins, 'running')
ON CONFLICT (office) WHERE state IN ('running', 'stopping') DO NOTHING
RETURNING broadcast_id

-- name: reach
-- How many recipients an audience has.
SELECT count(*) AS people FROM broadcast_reach WHERE office = :office AND audience = :audience

-- name: reach_everywhere
-- How many recipients an audience has at all offices; each counts once.
SELECT count(DISTINCT chat_id) AS people FROM broadcast_reach WHERE audience = :audience

-- name: reaches
-- Whether an audience still includes a chat.
SELECT chat_id FROM broadcast_reach WHERE office = :office AND audience = :audience AND chat_id = :chat_id

-- name: add_notices
-- Adds a notice for each recipient, spaced out to leave capacity for other messages.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
SELECT chat_id, 'broadcast', :subject, '{}', due_at, due_at + :patience, 'waiting', due_at,
       CAST(:now AS ${integer})
FROM (
    SELECT chat_id, CAST(:begins AS ${integer}) + row_number() OVER (ORDER BY chat_id) * :gap AS due_at
    FROM broadcast_reach WHERE office = :office AND audience = :audience
) AS told
WHERE true
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: add_notices_everywhere
-- The same for each recipient at any office, once.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
SELECT chat_id, 'broadcast', :subject, '{}', due_at, due_at + :patience, 'waiting', due_at,
       CAST(:now AS ${integer})
FROM (
    SELECT chat_id, CAST(:begins AS ${integer}) + row_number() OVER (ORDER BY chat_id) * :gap AS due_at
    FROM (SELECT DISTINCT chat_id FROM broadcast_reach WHERE audience = :audience) AS everyone
) AS told
WHERE true
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: set_total
-- Sets the number of recipients.
UPDATE broadcast SET total = :total WHERE broadcast_id = :broadcast_id

-- name: by_id
-- A broadcast.
SELECT * FROM broadcast WHERE broadcast_id = :broadcast_id

-- name: running_of
-- The running broadcast of an office.
SELECT * FROM broadcast WHERE office = :office AND state IN ('running', 'stopping')

-- name: running
-- All running broadcasts.
SELECT * FROM broadcast WHERE state IN ('running', 'stopping') ORDER BY broadcast_id

-- name: page
-- Broadcasts, newest first. :offices holds the codes of the offices meant; :everywhere = 1 means all, and those to
-- all offices ('').
SELECT * FROM broadcast
WHERE :everywhere = 1 OR (office <> '' AND :offices LIKE '%' || office || '%')
ORDER BY broadcast_id DESC LIMIT :most OFFSET :skip

-- name: stop
-- Stops a broadcast; notices that a worker has claimed are still sent. 0 rows: it was stopped or has ended.
UPDATE broadcast SET state = 'stopping' WHERE broadcast_id = :broadcast_id AND state = 'running'

-- name: end
-- Ends a broadcast with no notices left to send, once.
UPDATE broadcast SET state = :target, ended_at = :now WHERE broadcast_id = :broadcast_id AND state = :source

-- name: is_open
-- Whether a broadcast has notices left to send.
SELECT notice_id FROM notice WHERE subject = :subject AND state IN ('waiting', 'sending') LIMIT 1

-- name: figures
-- How many notices of a broadcast are in each state; failed ones by error.
SELECT state, error, count(*) AS notices FROM notice WHERE subject = :subject GROUP BY state, error

-- name: mute
-- Turns off the broadcasts of an office for a chat.
INSERT INTO broadcast_mute (chat_id, office, since) VALUES (:chat_id, :office, :now)
ON CONFLICT (chat_id, office) DO NOTHING

-- name: unmute
-- Turns them on again.
DELETE FROM broadcast_mute WHERE chat_id = :chat_id AND office = :office

-- name: is_muted
-- Whether a chat has turned off the broadcasts of an office.
SELECT since FROM broadcast_mute WHERE chat_id = :chat_id AND office = :office
