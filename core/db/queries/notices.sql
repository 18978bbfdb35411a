-- name: add
-- A notice, once for a subject, a purpose and a chat.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
VALUES (:chat_id, :purpose, :subject, :details, :due_at, :pointless_after, 'waiting', :due_at, :now)
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: add_again
-- A notice that takes the place of one that waited, was cancelled or came too late, but never of one sent.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
VALUES (:chat_id, :purpose, :subject, :details, :due_at, :pointless_after, 'waiting', :due_at, :now)
ON CONFLICT (subject, purpose, chat_id) DO UPDATE
SET details = excluded.details, due_at = excluded.due_at, pointless_after = excluded.pointless_after,
    state = 'waiting', try_at = excluded.due_at, tries = 0, ended_at = NULL, error = NULL
WHERE notice.state IN ('waiting', 'cancelled', 'late')

-- name: cancel
-- The cause has ended: what has not been sent is not sent any more.
UPDATE notice SET state = 'cancelled', ended_at = :now
WHERE subject = :subject AND state = 'waiting'

-- name: cancel_reminders
-- Reminders that are still ahead are planned anew; one that is due and could not be sent yet stays.
UPDATE notice SET state = 'cancelled', ended_at = :now
WHERE subject = :subject AND purpose LIKE 'reminder:%' AND state = 'waiting' AND due_at > :now

-- name: claim
-- Some notices that are due, for one worker; what others are claiming at this moment is passed over.
UPDATE notice SET state = 'sending', worker = :worker, claimed_until = :claimed_until, tries = tries + 1
WHERE notice_id IN (
    SELECT notice_id FROM notice WHERE state = 'waiting' AND try_at <= :now
    ORDER BY try_at, notice_id LIMIT :most ${for_update_skip_locked}
)
RETURNING *

-- name: reclaim
-- What a worker had claimed that has died: it cannot be known whether it was sent, so it is sent again.
UPDATE notice SET state = 'waiting', worker = NULL, claimed_until = NULL, try_at = :now
WHERE state = 'sending' AND claimed_until < :now

-- name: take_over
-- What other workers had claimed, all of whom are dead.
UPDATE notice SET state = 'waiting', worker = NULL, claimed_until = NULL, try_at = :now
WHERE state = 'sending' AND worker <> :worker

-- name: part_sent
-- One of several messages of a notice is out.
UPDATE notice SET parts_sent = :parts, claimed_until = :claimed_until
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: sent
-- All of it is out.
UPDATE notice SET state = 'sent', worker = NULL, claimed_until = NULL, ended_at = :now
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: again
-- It failed: once more at a later time; what certainly did not arrive may be begun afresh.
UPDATE notice
SET state = 'waiting', worker = NULL, claimed_until = NULL, try_at = :try_at, error = :error,
    parts_sent = CASE WHEN :afresh = 1 THEN 0 ELSE parts_sent END
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: give_up
-- It cannot be sent.
UPDATE notice SET state = 'failed', worker = NULL, claimed_until = NULL, ended_at = :now, error = :error
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: drop
-- What it is about is over: it is not sent any more.
UPDATE notice SET state = :state, worker = NULL, claimed_until = NULL, ended_at = :now
WHERE notice_id = :notice_id AND state = 'sending' AND worker = :worker

-- name: of_subject
-- All notices about one thing, in the order in which they are due.
SELECT * FROM notice WHERE subject = :subject ORDER BY due_at, notice_id

-- name: next_of_subject
-- The next notice about one thing.
SELECT * FROM notice WHERE subject = :subject AND state IN ('waiting', 'sending') ORDER BY due_at, notice_id LIMIT 1

-- name: is_overtaken
-- Whether a later reminder of the same thing is due or out: after a sleep, only the latest is worth sending.
SELECT notice_id FROM notice
WHERE subject = :subject AND purpose LIKE 'reminder:%' AND due_at > :due_at AND due_at <= :now
  AND state IN ('waiting', 'sending', 'sent')
LIMIT 1

-- name: failed
-- What could not be sent and nobody has dealt with, newest first: for the admins.
SELECT * FROM notice
WHERE state = 'failed'
  AND NOT EXISTS (SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'notice:' || notice.notice_id)
ORDER BY ended_at DESC, notice_id DESC LIMIT 50

-- name: count_states
-- How many notices there are of each purpose and state.
SELECT purpose, state, count(*) AS notices FROM notice GROUP BY purpose, state ORDER BY purpose, state

-- name: unreachable
-- A chat that cannot be reached any more.
INSERT INTO unreachable (chat_id, since, reason) VALUES (:chat_id, :now, :reason)
ON CONFLICT (chat_id) DO NOTHING

-- name: reachable
-- The chat has written again.
DELETE FROM unreachable WHERE chat_id = :chat_id

-- name: is_unreachable
-- Whether a chat cannot be reached.
SELECT * FROM unreachable WHERE chat_id = :chat_id

-- name: count_unreachable
-- How many chats cannot be reached.
SELECT count(*) AS chats FROM unreachable

-- name: wish
-- How many reminders an owner wants before the last one.
INSERT INTO reminder_wish (account_id, count) VALUES (:account_id, :count)
ON CONFLICT (account_id) DO UPDATE SET count = excluded.count

-- name: wish_of
-- How many reminders an owner wants before the last one, where they said so.
SELECT count FROM reminder_wish WHERE account_id = :account_id

-- name: purge
-- Notices that ended long ago.
DELETE FROM notice WHERE ended_at < :before
