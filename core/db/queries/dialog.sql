-- name: open
-- The conversation of a chat, locked; it comes into being with the first word.
INSERT INTO dialog (chat_id, screen, args, revision, updated_at) VALUES (:chat_id, :screen, '{}', 0, :now)
ON CONFLICT (chat_id) DO UPDATE SET updated_at = excluded.updated_at
RETURNING *

-- name: get
-- The conversation of a chat.
SELECT * FROM dialog WHERE chat_id = :chat_id

-- name: save
-- Where a conversation stands after a step.
UPDATE dialog SET screen = :screen, args = :args, revision = :revision, redraw_at = :redraw_at, updated_at = :now
WHERE chat_id = :chat_id

-- name: album
-- Which album was seen last, and whether its sender has been told that only its first picture counts.
UPDATE dialog SET album = :album, album_told = :told WHERE chat_id = :chat_id

-- name: shown
-- Which message is live.
UPDATE dialog SET message_id = :message_id, message_kind = :message_kind, picture = :picture WHERE chat_id = :chat_id

-- name: redraw
-- When the screen changes next by itself.
UPDATE dialog SET redraw_at = :redraw_at WHERE chat_id = :chat_id

-- name: due
-- Conversations whose screen has changed by itself.
SELECT chat_id FROM dialog WHERE redraw_at <= :now ORDER BY redraw_at LIMIT 200

-- name: live
-- Conversations on a screen that runs by a clock: shown again after an outage.
SELECT chat_id FROM dialog WHERE redraw_at IS NOT NULL ORDER BY redraw_at

-- name: speak
-- The language that a chat has chosen.
UPDATE dialog SET language = :language WHERE chat_id = :chat_id

-- name: speakers
-- The chats that have chosen a language.
SELECT chat_id FROM dialog WHERE language = :language ORDER BY chat_id
