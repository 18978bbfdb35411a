-- name: add
-- Records a value of somebody else that a chat has typed; again only if the last time is long ago.
INSERT INTO probe (chat_id, value_hash, at) VALUES (:chat_id, :value_hash, :now)
ON CONFLICT (chat_id, value_hash) DO UPDATE SET at = excluded.at WHERE probe.at < :since

-- name: recent
-- How many values of others a chat has typed since a time, and when the last one.
SELECT count(*) AS number, max(at) AS last_at FROM probe WHERE chat_id = :chat_id AND at >= :since

-- name: of_chat
-- When a chat typed values of others.
SELECT at FROM probe WHERE chat_id = :chat_id ORDER BY at

-- name: purge
-- Deletes those from before a time.
DELETE FROM probe WHERE at < :before
