-- name: store
-- Adds an update; one that is known is left as it is, so 0 rows mean a repeated delivery.
INSERT INTO inbox (update_id, chat_id, received_at, body, state, worker, lease_until, tries)
VALUES (:update_id, :chat_id, :now, :body, 'waiting', :worker, :lease_until, 0)
ON CONFLICT (update_id) DO NOTHING

-- name: store_ended
-- Adds an update that nobody handles, without its body: "done" if it was dropped, "broken" if it cannot be
-- stored. It is recognised when it is delivered again.
INSERT INTO inbox (update_id, chat_id, received_at, body, state, worker, lease_until, tries, note)
VALUES (:update_id, :chat_id, :now, NULL, :state, :worker, 0, 0, :note)
ON CONFLICT (update_id) DO NOTHING

-- name: was_dropped
-- Whether an update was dropped, now or when it came before.
SELECT update_id FROM inbox WHERE update_id = :update_id AND state = 'done' AND note = :note

-- name: applied
-- In the transaction of the update's effect; 0 rows mean that it took effect before.
UPDATE inbox SET state = 'applied' WHERE update_id = :update_id AND state = 'waiting'

-- name: is_applied
-- Whether the update has taken effect, and its reply may not have been sent.
SELECT update_id FROM inbox WHERE update_id = :update_id AND state = 'applied'

-- name: done
-- The reply was sent. The row stays as a tombstone, by which a repeated delivery is recognised.
UPDATE inbox SET state = 'done', body = NULL
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: begun
-- Sets how many attempts have begun that are not known to have ended: one more before an attempt over which
-- the process may die, and one less when it was cancelled.
UPDATE inbox SET begun = :begun
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: perhaps_begun
-- The first update of a chat that a worker has left behind: an attempt may have been under way that nobody
-- recorded. It is assumed once.
UPDATE inbox SET begun = 1 WHERE update_id = :update_id AND begun = 0

-- name: acquitted
-- Another update has proved fatal: what this worker holds was only handled beside it.
UPDATE inbox SET begun = 0 WHERE worker = :worker AND state IN ('waiting', 'applied') AND begun > 0

-- name: failed
-- Counts a failed attempt, with the class of its error; it has ended, so it is no longer counted as begun.
UPDATE inbox SET tries = tries + 1, note = :note, begun = :begun
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: was_applied
-- Whether the update has taken effect, and only its reply was not sent.
SELECT update_id FROM inbox WHERE update_id = :update_id AND state = 'applied' ${for_update}

-- name: broken
-- Makes an update a dead letter, which admins can look at; its body stays as long as the row.
UPDATE inbox SET state = 'broken', note = :note
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: take_over
-- All rows of workers of which every lease has expired (of all other workers, when this process is alone on
-- the database). Whole workers at a time, or two workers could share one chat's rows. A second taker waits
-- for the first at a row and then finds it taken: no SKIP LOCKED, which would split them too. Rows are
-- locked in the order of the key, as everywhere where several are locked.
UPDATE inbox SET worker = :worker, lease_until = :lease_until
WHERE update_id IN (
  SELECT update_id FROM inbox
  WHERE state IN ('waiting', 'applied') AND worker <> :worker AND (:alone = 1 OR lease_until <= :now)
    AND (:alone = 1 OR worker NOT IN (
      SELECT living.worker FROM inbox AS living
      WHERE living.state IN ('waiting', 'applied') AND living.lease_until > :now))
  ORDER BY update_id ${for_update})
RETURNING chat_id, update_id

-- name: renew
-- Renews this worker's leases: none of its rows may be taken over before the new end. A row that is being
-- finished now is skipped instead of waited for: one valid lease protects all of a worker's rows.
UPDATE inbox SET lease_until = :lease_until
WHERE update_id IN (
  SELECT update_id FROM inbox WHERE worker = :worker AND state IN ('waiting', 'applied')
  ORDER BY update_id ${for_update_skip_locked})

-- name: release
-- This worker stops: others can take its rows over before the leases expire.
UPDATE inbox SET lease_until = 0
WHERE update_id IN (
  SELECT update_id FROM inbox WHERE worker = :worker AND state IN ('waiting', 'applied')
  ORDER BY update_id ${for_update})

-- name: chats
-- Chats of which this worker holds updates.
SELECT DISTINCT chat_id FROM inbox WHERE worker = :worker AND state IN ('waiting', 'applied')
ORDER BY chat_id

-- name: lock_chat
-- Lets one worker at a time store updates of a chat, until the transaction ends. SQLite has one writer anyway.
SELECT :chat_id AS chat_id

-- name: unfinished
-- The unfinished updates of a chat, and which workers hold them; the last one first.
SELECT update_id, worker, lease_until FROM inbox
WHERE chat_id = :chat_id AND state IN ('waiting', 'applied')
ORDER BY update_id DESC

-- name: notify
-- Wakes the workers that listen (``Listening`` in core/ports.py). On SQLite there are none.
SELECT :payload AS payload

-- name: first_elsewhere
-- The first update of a chat that another worker holds.
SELECT MIN(update_id) AS update_id FROM inbox
WHERE worker <> :worker AND chat_id = :chat_id AND state IN ('waiting', 'applied')

-- name: of_chat
-- The updates of one chat that this worker has to handle, between two ids, in order.
SELECT update_id, chat_id, received_at, body, state, tries, begun FROM inbox
WHERE worker = :worker AND chat_id = :chat_id AND state IN ('waiting', 'applied')
  AND update_id > :after AND update_id < :before
ORDER BY update_id LIMIT :count

-- name: purge_done
-- Tombstones older than anything that the messenger would deliver again.
DELETE FROM inbox WHERE state = 'done' AND received_at < :before

-- name: purge_broken
-- Dead letters that were kept long enough.
DELETE FROM inbox WHERE state = 'broken' AND received_at < :before
