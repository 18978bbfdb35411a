-- name: open
-- The conversation of a chat, locked; it comes into being with the first word.
INSERT INTO dialog (chat_id, screen, args, revision, begun_at, updated_at)
VALUES (:chat_id, :screen, '{}', 0, :now, :now)
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

-- name: due
-- Conversations whose screen has changed by itself; without a live message there is nothing to show anew.
SELECT chat_id FROM dialog WHERE redraw_at <= :now AND message_id IS NOT NULL ORDER BY redraw_at LIMIT 200

-- name: live
-- Conversations on a screen that runs by a clock: shown again after an outage.
SELECT chat_id FROM dialog WHERE redraw_at IS NOT NULL ORDER BY redraw_at

-- name: speak
-- The language that a chat has chosen.
UPDATE dialog SET language = :language WHERE chat_id = :chat_id

-- name: speakers
-- The chats that have chosen a language.
SELECT chat_id FROM dialog WHERE language = :language ORDER BY chat_id

-- name: rehearse
-- A rehearsal after a step: it begins, or goes on from the very version from which the step was played.
UPDATE dialog
SET rehearsal = :rehearsal, rehearsal_version = :version + 1, rehearsal_image = :image, rehearsal_code = :code,
    rehearsal_shown_at = NULL, rehearsed_at = :used_at, redraw_at = :redraw_at, updated_at = :now
WHERE chat_id = :chat_id
  AND ((rehearsal IS NULL AND :version = 0) OR (rehearsal = :rehearsal AND rehearsal_version = :version))

-- name: rehearsal_shown
-- When what a version of a rehearsal shows was sent; the next step counts from there what counts from then.
UPDATE dialog SET rehearsal_shown_at = :shown_at
WHERE chat_id = :chat_id AND rehearsal = :rehearsal AND rehearsal_version = :version

-- name: end_rehearsal
-- A rehearsal is over, and nothing of it is kept.
UPDATE dialog
SET rehearsal = NULL, rehearsal_version = NULL, rehearsal_image = NULL, rehearsal_code = NULL,
    rehearsal_shown_at = NULL, rehearsed_at = NULL
WHERE chat_id = :chat_id

-- name: idle_rehearsals
-- Chats that have done nothing in their rehearsal for too long.
SELECT chat_id FROM dialog WHERE rehearsed_at <= :before ORDER BY rehearsed_at LIMIT 200
