-- name: add
-- Adds a subscription.
INSERT INTO subscription (chat_id, office, kind, topic, since) VALUES (:chat_id, :office, :kind, :topic, :now)
ON CONFLICT (chat_id, office, kind, topic) DO NOTHING

-- name: remove
-- Removes a subscription.
DELETE FROM subscription WHERE chat_id = :chat_id AND office = :office AND kind = :kind AND topic = :topic

-- name: of_chat
-- The subscriptions of a chat.
SELECT office, kind, topic FROM subscription WHERE chat_id = :chat_id ORDER BY office, kind, topic

-- name: offices_awaited
-- The offices whose next opening has subscribers, except those in maintenance.
SELECT DISTINCT office FROM subscription AS s
WHERE topic = 'opening' AND NOT EXISTS (SELECT 1 FROM maintenance AS m WHERE m.office IN ('', s.office))
ORDER BY office

-- name: maintenance_ended
-- When the last maintenance of an office, or of all, ended.
SELECT max(at) AS at FROM audit
WHERE subject IN (:subject, :of_all) AND action = 'ended_maintenance'

-- name: add_notices
-- Adds a notice for each subscriber of a topic.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, state, try_at, created_at)
SELECT chat_id, :purpose, :subject, :details, CAST(:now AS ${integer}), 'waiting', CAST(:now AS ${integer}),
       CAST(:now AS ${integer})
FROM subscription WHERE topic = :topic AND office = :office AND kind = :kind
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: remove_opening
-- Removes subscriptions to an opening that has been announced. Concurrent new ones are served by the next run.
DELETE FROM subscription
WHERE topic = 'opening' AND office = :office AND EXISTS (
    SELECT 1 FROM notice WHERE notice.subject = :subject AND notice.chat_id = subscription.chat_id
)
