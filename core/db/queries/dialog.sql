-- name: open
-- The conversation of a chat, locked; created by the first message. With it, whether the chat is recorded as one
-- that cannot be reached.
INSERT INTO dialog (chat_id, screen, args, revision, begun_at, updated_at)
VALUES (:chat_id, :screen, '{}', 0, :now, :now)
ON CONFLICT (chat_id) DO UPDATE SET updated_at = excluded.updated_at, turns = dialog.turns + 1
RETURNING *,
  CASE WHEN EXISTS (SELECT 1 FROM unreachable AS u WHERE u.chat_id = dialog.chat_id) THEN 1 ELSE 0 END
  AS is_unreachable

-- name: get
-- The conversation of a chat.
SELECT * FROM dialog WHERE chat_id = :chat_id

-- name: save
-- Stores the state of a conversation after a step.
UPDATE dialog SET screen = :screen, args = :args, revision = :revision, redraw_at = :redraw_at, updated_at = :now
WHERE chat_id = :chat_id

-- name: album
-- Records the last album, and whether its sender was notified that only the first picture counts.
UPDATE dialog SET album = :album, album_told = :told WHERE chat_id = :chat_id

-- name: shown
-- Records the live message. If the conversation was opened since, by another worker, that one's message stays the
-- live one, and its screen is due to be redrawn: which of the two reached the chat last is unknown.
UPDATE dialog
SET message_id = CASE WHEN turns = :turns THEN :message_id ELSE message_id END,
    message_kind = CASE WHEN turns = :turns THEN :message_kind ELSE message_kind END,
    picture = CASE WHEN turns = :turns THEN :picture ELSE picture END,
    has_buttons = CASE WHEN turns = :turns THEN :has_buttons ELSE has_buttons END,
    lifetime = CASE WHEN turns = :turns THEN :lifetime ELSE lifetime END,
    redraw_at = CASE WHEN turns = :turns THEN redraw_at ELSE :now END
WHERE chat_id = :chat_id

-- name: redraw_again
-- Lets a redraw be made again that the chat had no allowance for, or that nobody will have recorded as shown.
UPDATE dialog SET redraw_at = :redraw_at
WHERE chat_id = :chat_id AND (redraw_at IS NULL OR redraw_at > :redraw_at)

-- name: redraw_as_shown
-- The redraw has been shown: the screen is due when it says, unless another redraw was asked for meanwhile.
UPDATE dialog SET redraw_at = :redraw_at WHERE chat_id = :chat_id AND redraw_at = :again_at

-- name: still_in_turn
-- Locks a conversation unless it was opened since; 0 rows mean that another worker has handled an update of it.
UPDATE dialog SET turns = turns WHERE chat_id = :chat_id AND turns = :turns

-- name: redraw_soon
-- What a redraw has shown may be outdated: it is due again.
UPDATE dialog SET redraw_at = :now WHERE chat_id = :chat_id AND message_id IS NOT NULL

-- name: due
-- Conversations of one worker's share whose screen is to be redrawn by now; without a live message there is
-- nothing to redraw.
SELECT chat_id FROM dialog
WHERE redraw_at <= :now AND message_id IS NOT NULL AND ABS(chat_id) % :workers = :place
ORDER BY redraw_at LIMIT 200

-- name: live
-- Conversations of one worker's share on a screen with a timer: shown again after an outage.
SELECT chat_id FROM dialog WHERE redraw_at IS NOT NULL AND ABS(chat_id) % :workers = :place ORDER BY redraw_at

-- name: speak
-- Sets the language of a chat.
UPDATE dialog SET language = :language WHERE chat_id = :chat_id

-- name: speakers
-- The chats that have chosen a language.
SELECT chat_id FROM dialog WHERE language = :language ORDER BY chat_id

-- name: is_looking_at
-- Whether a chat has been on one of some screens, named by their beginning, since a time.
SELECT chat_id FROM dialog WHERE chat_id = :chat_id AND screen LIKE :screens AND updated_at >= :since

-- name: rehearse
-- Stores a rehearsal after a step: it begins, or continues from exactly the version that the step started from.
UPDATE dialog
SET rehearsal = :rehearsal, rehearsal_version = :version + 1, rehearsal_image = :image, rehearsal_code = :code,
    rehearsal_shown_at = NULL, rehearsed_at = :used_at,
    redraw_at = CASE WHEN :is_seen = 1 THEN :redraw_at ELSE redraw_at END, updated_at = :now
WHERE chat_id = :chat_id
  AND ((rehearsal IS NULL AND :version = 0) OR (rehearsal = :rehearsal AND rehearsal_version = :version))

-- name: rehearsal_shown
-- Records when a version of a rehearsal was shown; time limits that start at sending start there in the next step.
UPDATE dialog SET rehearsal_shown_at = :shown_at
WHERE chat_id = :chat_id AND rehearsal = :rehearsal AND rehearsal_version = :version

-- name: end_rehearsal
-- Ends a rehearsal and deletes its data.
UPDATE dialog
SET rehearsal = NULL, rehearsal_version = NULL, rehearsal_image = NULL, rehearsal_code = NULL,
    rehearsal_shown_at = NULL, rehearsed_at = NULL
WHERE chat_id = :chat_id

-- name: idle_rehearsals
-- Chats of one worker's share whose rehearsal has been idle for too long.
SELECT chat_id FROM dialog WHERE rehearsed_at <= :before AND ABS(chat_id) % :workers = :place
ORDER BY rehearsed_at LIMIT 200
