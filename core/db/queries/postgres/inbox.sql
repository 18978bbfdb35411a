-- name: lock_chat
-- Lets one worker at a time store updates of a chat, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('inbox of ' || current_schema(), :chat_id))

-- name: notify
-- Wakes the workers that listen. In a transaction of its own, which writes nothing: a commit that notifies holds
-- a lock of the whole database while it waits for the disk.
SELECT pg_notify('xuanhao_' || md5(current_schema()), :payload)
