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
SELECT DISTINCT s.office FROM subscription AS s
WHERE s.topic = 'opening' AND NOT EXISTS (SELECT 1 FROM maintenance AS m WHERE m.office IN (s.office, ''))
ORDER BY s.office

-- name: lock_opening
-- The subscriptions to the next opening of an office, locked: another worker finds those that are left.
SELECT since FROM subscription WHERE topic = 'opening' AND office = :office ${for_update}

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

-- name: await_office
-- Adds the wish of a chat to be told when an office is served.
INSERT INTO awaited_office (chat_id, office, since) VALUES (:chat_id, :office, :now)
ON CONFLICT (chat_id, office) DO NOTHING

-- name: is_awaited
-- Whether a chat wants to be told when an office is served.
SELECT since FROM awaited_office WHERE chat_id = :chat_id AND office = :office

-- name: stop_awaiting
-- Removes the wish of a chat to be told when an office is served.
DELETE FROM awaited_office WHERE chat_id = :chat_id AND office = :office

-- name: offices_not_served_yet
-- The offices that chats want to be told of when they are served.
SELECT DISTINCT office FROM awaited_office ORDER BY office

-- name: tell_served
-- Adds a notice for each chat that has waited for an office.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, state, try_at, created_at)
SELECT chat_id, :purpose, :subject, :details, CAST(:now AS ${integer}), 'waiting', CAST(:now AS ${integer}),
       CAST(:now AS ${integer})
FROM awaited_office WHERE office = :office
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: remove_served
-- Removes the wishes that a notice has fulfilled. Concurrent new ones are served by the next run.
DELETE FROM awaited_office
WHERE office = :office AND EXISTS (
    SELECT 1 FROM notice WHERE notice.subject = :subject AND notice.chat_id = awaited_office.chat_id
)
