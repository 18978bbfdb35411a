-- name: get
-- The identity of this database.
SELECT database_id, bot_id, created_at FROM installation

-- name: add
-- Gives the database its identity, once.
INSERT INTO installation (one, database_id, created_at) VALUES (1, :database_id, :now)
ON CONFLICT (one) DO NOTHING

-- name: adopt
-- Gives a database that was put back from a backup without an id the id of its photo folder.
UPDATE installation SET database_id = :database_id

-- name: bind_bot
-- Records the bot that the database serves, unless another one is recorded.
UPDATE installation SET bot_id = :bot_id WHERE bot_id IS NULL OR bot_id = :bot_id

-- name: note_webhook
-- Records the webhook that this installation has set; NULL when it has removed it.
UPDATE installation SET webhook_url = :url WHERE one = 1

-- name: webhook
-- The webhook that this installation has set.
SELECT webhook_url FROM installation

-- name: change_bot
-- Records another bot, deliberately.
UPDATE installation SET bot_id = :bot_id

-- name: forget_updates
-- Removes the updates of the former bot: those of another bot have numbers of their own.
DELETE FROM inbox

-- name: forget_messages
-- Forgets the live messages of all conversations: another bot cannot edit them.
UPDATE dialog SET message_id = NULL, message_kind = NULL WHERE message_id IS NOT NULL
