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

-- name: announce
-- Announces a thing once.
INSERT INTO announcement (subject, at) VALUES (:subject, :now) ON CONFLICT (subject) DO NOTHING

-- name: purge
-- Notices that ended long ago.
DELETE FROM notice WHERE ended_at < :before

-- name: subscribe
-- Somebody wants to be told.
INSERT INTO subscription (chat_id, office, kind, topic, since) VALUES (:chat_id, :office, :kind, :topic, :now)
ON CONFLICT (chat_id, office, kind, topic) DO NOTHING

-- name: unsubscribe
-- Somebody does not want to be told any more.
DELETE FROM subscription WHERE chat_id = :chat_id AND office = :office AND kind = :kind AND topic = :topic

-- name: subscriptions_of
-- What somebody wants to be told.
SELECT office, kind, topic FROM subscription WHERE chat_id = :chat_id ORDER BY office, kind, topic

-- name: unannounced
-- Segments that have opened, to random selection or to self-composition, and are not announced.
SELECT segment_id, office, kind, mask, compose_from, 'release' AS topic FROM segment
WHERE opens_at <= :now AND NOT EXISTS (
    SELECT 1 FROM announcement WHERE subject = 'segment:' || segment_id || ':release'
)
UNION ALL
SELECT segment_id, office, kind, mask, compose_from, 'compose' AS topic FROM segment
WHERE compose_from <= :now AND NOT EXISTS (
    SELECT 1 FROM announcement WHERE subject = 'segment:' || segment_id || ':compose'
)
ORDER BY segment_id, topic DESC

-- name: offices_awaited
-- At which offices' openings somebody wants to be told.
SELECT DISTINCT office FROM subscription WHERE topic = 'opening' ORDER BY office

-- name: add_for_subscribers
-- A notice for everybody who wants to be told of a topic.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, state, try_at, created_at)
SELECT chat_id, :purpose, :subject, :details, CAST(:now AS ${integer}), 'waiting', CAST(:now AS ${integer}),
       CAST(:now AS ${integer})
FROM subscription WHERE topic = :topic AND office = :office AND kind = :kind
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: unsubscribe_opening
-- The opening has been announced: it is told once. Who has asked at this very moment is told at the next tick.
DELETE FROM subscription
WHERE topic = 'opening' AND office = :office AND EXISTS (
    SELECT 1 FROM notice WHERE notice.subject = :subject AND notice.chat_id = subscription.chat_id
)
