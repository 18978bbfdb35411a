-- name: store
-- One update as it came; one that is known already is left as it is, so 0 rows mean a repeat.
INSERT INTO inbox (update_id, chat_id, received_at, body, state, worker, lease_until, tries)
VALUES (:update_id, :chat_id, :now, :body, 'waiting', :worker, :lease_until, 0)
ON CONFLICT (update_id) DO NOTHING

-- name: applied
-- The step's effect is in this very transaction; 0 rows mean that it happened before.
UPDATE inbox SET state = 'applied' WHERE update_id = :update_id AND state = 'waiting'

-- name: done
-- The reply is out: what remains is a tombstone, by which a repeat is known.
UPDATE inbox SET state = 'done', body = NULL
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: failed
-- One more try that failed, and the class of its error.
UPDATE inbox SET tries = tries + 1, note = :note
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: was_applied
-- Whether the effect has been had, and only the reply is not out.
SELECT update_id FROM inbox WHERE update_id = :update_id AND state = 'applied' ${for_update}

-- name: broken
-- Set aside for the admins to look at; the body stays for as long as the row.
UPDATE inbox SET state = 'broken', note = :note
WHERE update_id = :update_id AND state IN ('waiting', 'applied')

-- name: take_over
-- All rows of workers of whom not one lease lives any more (or of all others, when this process is
-- alone on the database). Whole workers at a time, or two could share one chat's rows. A second taker
-- waits for the first at a row and then finds it taken: no SKIP LOCKED, which would split them too.
-- In the order of the key, as everywhere where several rows are locked.
UPDATE inbox SET worker = :worker, lease_until = :lease_until, tries = tries + 1
WHERE update_id IN (
  SELECT update_id FROM inbox
  WHERE state IN ('waiting', 'applied') AND worker <> :worker AND (:alone = 1 OR lease_until <= :now)
    AND (:alone = 1 OR worker NOT IN (
      SELECT living.worker FROM inbox AS living
      WHERE living.state IN ('waiting', 'applied') AND living.lease_until > :now))
  ORDER BY update_id ${for_update})
RETURNING chat_id

-- name: renew
-- This worker lives: none of its rows may be taken over before the new end. A row that is being closed
-- just now is passed over instead of waited for: one living lease protects all of a worker's rows.
UPDATE inbox SET lease_until = :lease_until
WHERE update_id IN (
  SELECT update_id FROM inbox WHERE worker = :worker AND state IN ('waiting', 'applied')
  ORDER BY update_id ${for_update_skip_locked})

-- name: release
-- This worker goes: the others need not wait for the end of its leases.
UPDATE inbox SET lease_until = 0
WHERE update_id IN (
  SELECT update_id FROM inbox WHERE worker = :worker AND state IN ('waiting', 'applied')
  ORDER BY update_id ${for_update})

-- name: chats
-- Chats of which this worker has something to handle.
SELECT DISTINCT chat_id FROM inbox WHERE worker = :worker AND state IN ('waiting', 'applied')
ORDER BY chat_id

-- name: elsewhere
-- Chats of which another worker has something in hand.
SELECT DISTINCT chat_id FROM inbox WHERE worker <> :worker AND state IN ('waiting', 'applied')

-- name: first_elsewhere
-- The first update of a chat that another worker has in hand.
SELECT MIN(update_id) AS update_id FROM inbox
WHERE worker <> :worker AND chat_id = :chat_id AND state IN ('waiting', 'applied')

-- name: of_chat
-- What this worker has to handle of one chat between two updates, in the chat's order.
SELECT update_id, chat_id, received_at, body, state, tries FROM inbox
WHERE worker = :worker AND chat_id = :chat_id AND state IN ('waiting', 'applied')
  AND update_id > :after AND update_id < :before
ORDER BY update_id LIMIT :count

-- name: purge_done
-- Tombstones that are older than anything the messenger would deliver again.
DELETE FROM inbox WHERE state = 'done' AND received_at < :before

-- name: purge_broken
-- What was set aside and has been kept long enough to be looked at.
DELETE FROM inbox WHERE state = 'broken' AND received_at < :before
