-- name: add
-- Adds a notice, once for a subject, a purpose and a chat.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
VALUES (:chat_id, :purpose, :subject, :details, :due_at, :pointless_after, 'waiting', :due_at, :now)
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: add_again
-- Adds a notice, replacing one that was waiting, cancelled or too late, but never one that was sent.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
VALUES (:chat_id, :purpose, :subject, :details, :due_at, :pointless_after, 'waiting', :due_at, :now)
ON CONFLICT (subject, purpose, chat_id) DO UPDATE
SET details = excluded.details, due_at = excluded.due_at, pointless_after = excluded.pointless_after,
    state = 'waiting', try_at = excluded.due_at, tries = 0, ended_at = NULL, error = NULL
WHERE notice.state IN ('waiting', 'cancelled', 'late')

-- name: last_due
-- When the last notice of a purpose to a chat was due, or will be.
SELECT max(due_at) AS due_at FROM notice
WHERE chat_id = :chat_id AND purpose LIKE :like AND state <> 'cancelled'

-- name: cancel
-- Cancels the notices about a subject that have not been sent.
UPDATE notice SET state = 'cancelled', ended_at = :now
WHERE subject = :subject AND state = 'waiting'

-- name: cancel_reminders
-- Cancels future reminders, to be planned again; one that is due and not sent yet stays.
UPDATE notice SET state = 'cancelled', ended_at = :now
WHERE subject = :subject AND (purpose LIKE 'reminder:%' OR purpose LIKE 'sms_reminder:%')
  AND state = 'waiting' AND due_at > :now

-- name: claim
-- Claims some due notices for one worker, those for the chat or those by SMS, skipping those that others are
-- claiming at this moment.
UPDATE notice SET state = 'sending', worker = :worker, claimed_until = :claimed_until, tries = tries + 1
WHERE notice_id IN (
    SELECT notice_id FROM notice WHERE state = 'waiting' AND try_at <= :now
      AND CASE WHEN purpose LIKE 'sms_reminder:%' THEN 1 ELSE 0 END = :by_sms
    ORDER BY try_at, notice_id LIMIT :most ${for_update_skip_locked}
)
RETURNING *

-- name: reclaim
-- Releases notices claimed by a worker that has died: whether they were sent is unknown, so they are sent again.
UPDATE notice SET state = 'waiting', worker = NULL, claimed_until = NULL, try_at = :now
WHERE state = 'sending' AND claimed_until < :now

-- name: release
-- A worker is known to be dead: what it has claimed is released at the next look, not when the claim ends.
UPDATE notice SET claimed_until = 0 WHERE state = 'sending' AND worker = :worker

-- name: take_over
-- Releases notices claimed by other workers, all of which are dead.
UPDATE notice SET state = 'waiting', worker = NULL, claimed_until = NULL, try_at = :now
WHERE state = 'sending' AND worker <> :worker

-- name: part_sent
-- Records that one of several messages of a notice was sent.
UPDATE notice SET parts_sent = :parts, claimed_until = :claimed_until
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: sent
-- Marks a notice as sent completely.
UPDATE notice SET state = 'sent', worker = NULL, claimed_until = NULL, ended_at = :now
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: again
-- Schedules a failed notice for another try; one that certainly did not arrive may restart from its first message.
UPDATE notice
SET state = 'waiting', worker = NULL, claimed_until = NULL, try_at = :try_at, error = :error,
    parts_sent = CASE WHEN :afresh = 1 THEN 0 ELSE parts_sent END
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: give_up
-- Marks a notice as failed for good.
UPDATE notice SET state = 'failed', worker = NULL, claimed_until = NULL, ended_at = :now, error = :error
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: drop
-- Ends a notice that has lost its point, without sending it.
UPDATE notice SET state = :state, worker = NULL, claimed_until = NULL, ended_at = :now
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: of_subject
-- All notices about a subject, in the order in which they are due.
SELECT * FROM notice WHERE subject = :subject ORDER BY due_at, notice_id

-- name: next_of_subject
-- The next notice about a subject to be due.
SELECT * FROM notice WHERE subject = :subject AND state = 'waiting' AND due_at > :now ORDER BY due_at, notice_id LIMIT 1

-- name: is_overtaken
-- Whether a later reminder about the same subject is due or sent: after downtime, only the latest is worth
-- sending.
SELECT notice_id FROM notice
WHERE subject = :subject AND purpose LIKE 'reminder:%' AND due_at > :due_at AND due_at <= :now
  AND state IN ('waiting', 'sending', 'sent')
LIMIT 1

-- name: arrived
-- When the first reminder about a subject arrived; with several messages, when the last of them did or failed.
SELECT min(ended_at) AS at FROM notice
WHERE subject = :subject
  AND (purpose LIKE 'reminder:%' OR purpose LIKE 'moved:%' OR purpose LIKE 'extended:%'
       OR purpose LIKE 'sms_reminder:%')
  AND (state = 'sent' OR (state = 'failed' AND parts_sent > 0))

-- name: was_tried
-- Whether a reminder of a deadline was tried, and failed.
SELECT notice_id FROM notice
WHERE subject = :subject AND pointless_after = :deadline AND error IS NOT NULL LIMIT 1

-- name: unreachable
-- Records that a chat can no longer be reached.
INSERT INTO unreachable (chat_id, since, reason) VALUES (:chat_id, :now, :reason)
ON CONFLICT (chat_id) DO NOTHING

-- name: blocked
-- Records that a user has blocked the bot; nothing is stored of somebody without an account.
INSERT INTO unreachable (chat_id, since, reason)
SELECT chat_id, :now, :reason FROM account WHERE chat_id = :chat_id
ON CONFLICT (chat_id) DO NOTHING

-- name: reachable
-- Records that a chat can be reached again: it has written, pressed a button, or unblocked the bot.
DELETE FROM unreachable WHERE chat_id = :chat_id

-- name: tell_moves_again
-- Plans again the messages about moved deadlines that a blocked chat has missed, if the number is still reserved with
-- that deadline. The error stays: it tells that the message was tried.
UPDATE notice SET state = 'waiting', try_at = :now, tries = 0, parts_sent = 0, ended_at = NULL
WHERE chat_id = :chat_id AND state = 'failed' AND error IN ('Forbidden', 'ChatGone')
  AND (purpose LIKE 'extended:%' OR purpose LIKE 'moved:%') AND pointless_after > :now
  AND EXISTS (
      SELECT 1 FROM preselection AS p
      WHERE p.state = 'reserved' AND p.deadline = notice.pointless_after
        AND notice.subject = 'preselection:' || p.preselection_id
  )

-- name: tell_roles_again
-- Plans again the messages about roles that could not be sent before their holder opened the bot.
UPDATE notice SET state = 'waiting', try_at = :now, tries = 0, parts_sent = 0, ended_at = NULL, error = NULL
WHERE chat_id = :chat_id AND state = 'failed' AND error IN ('Forbidden', 'ChatGone') AND purpose LIKE 'role:%'
  AND (pointless_after IS NULL OR pointless_after > :now)

-- name: tell_messages_again
-- Plans again the messages of the desk that a blocked chat has missed.
UPDATE notice SET state = 'waiting', try_at = :now, tries = 0, parts_sent = 0, ended_at = NULL
WHERE chat_id = :chat_id AND state = 'failed' AND error IN ('Forbidden', 'ChatGone')
  AND purpose LIKE 'desk\_message:%' ESCAPE '\' AND ended_at >= :since

-- name: desk_messages
-- The last messages of the desk to a chat, newest first, and what became of the SMS that tells of each.
SELECT m.due_at, m.state, m.error, s.state AS sms_state
FROM notice AS m LEFT JOIN notice AS s
  ON s.subject = m.subject AND s.chat_id = m.chat_id AND s.purpose = 'sms_reminder:' || m.purpose
WHERE m.chat_id = :chat_id AND m.purpose LIKE 'desk\_message:%' ESCAPE '\'
ORDER BY m.notice_id DESC LIMIT :most

-- name: is_unreachable
-- Whether a chat cannot be reached.
SELECT * FROM unreachable WHERE chat_id = :chat_id

-- name: wish
-- Sets how many reminders an owner wants before the last one.
INSERT INTO reminder_wish (account_id, count) VALUES (:account_id, :count)
ON CONFLICT (account_id) DO UPDATE SET count = excluded.count

-- name: wish_of
-- How many reminders an owner wants before the last one, if they have chosen.
SELECT count FROM reminder_wish WHERE account_id = :account_id

-- name: purge
-- Deletes notices that ended long ago.
DELETE FROM notice WHERE ended_at < :before
