-- name: preselections
-- All preselections of an owner.
SELECT * FROM preselection WHERE account_id = :account_id ORDER BY preselection_id

-- name: draws
-- All draws of an owner, with their seeds.
SELECT d.*, s.day, s.digest, s.secret_published FROM preselection AS p
JOIN draw AS d ON d.preselection_id = p.preselection_id JOIN seed AS s ON s.seed_id = d.seed_id
WHERE p.account_id = :account_id ORDER BY d.drawn_at, d.n

-- name: codes
-- The codes of an owner that are not purged yet, without their contents.
SELECT purpose, state, wrong_tries, created_at, expires_at FROM sms_code WHERE account_id = :account_id
ORDER BY code_id

-- name: notices
-- All notices of a chat, sent or not.
SELECT purpose, subject, details, due_at, state, ended_at FROM notice WHERE chat_id = :chat_id
ORDER BY due_at, notice_id

-- name: bans
-- All bans of an identity, including ended ones.
SELECT * FROM ban WHERE identity_hash = :identity_hash ORDER BY ban_id

-- name: subscriptions
-- The subscriptions of a chat.
SELECT office, kind, topic, since FROM subscription WHERE chat_id = :chat_id ORDER BY office, kind, topic

-- name: awaited_offices
-- The offices that a chat wants to be told of when they are served.
SELECT office, since FROM awaited_office WHERE chat_id = :chat_id ORDER BY office

-- name: forget_awaited_offices
-- Deletes the wishes of a chat to be told when an office is served.
DELETE FROM awaited_office WHERE chat_id = :chat_id

-- name: empty_account
-- Deletes the personal data of an account, unless it has a reservation or a running ban.
UPDATE account
SET chat_id = -account_id, user_type = 'new_owner', consent_version = 0, office = NULL, name_sealed = NULL,
    identity_sealed = NULL, identity_hash = NULL, phone_sealed = NULL, phone_hash = NULL, phone_proved_at = NULL,
    phone_lost_at = NULL, new_phone_sealed = NULL, new_phone_hash = NULL, identity_seen_at = NULL, registered_at = NULL,
    updated_at = :now, deleted_at = :now
WHERE account_id = :account_id AND deleted_at IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM preselection AS p WHERE p.account_id = account.account_id AND p.state = 'reserved'
  )
  AND NOT EXISTS (
      SELECT 1 FROM ban AS b
      WHERE (account.registered_at IS NOT NULL OR account.identity_seen_at IS NOT NULL)
        AND b.identity_hash = account.identity_hash
        AND b.lifted_at IS NULL AND b.until > :now
  )

-- name: empty_ended
-- Empties preselections that ended with a number; number and vehicle are kept for the office's records.
UPDATE preselection SET certificate = '', reason = NULL
WHERE account_id = :account_id AND state IN ('registered', 'expired', 'void')

-- name: empty_cancelled
-- Deletes the vehicle data of cancelled preselections.
UPDATE preselection SET vin = NULL, certificate_kind = NULL, certificate = NULL, reason = NULL
WHERE account_id = :account_id AND state = 'cancelled'

-- name: empty_bans
-- Empties ended bans: the keyed hash, the dates, the office and the cause are kept.
UPDATE ban
SET reason = '-', preselection_id = NULL, lift_reason = CASE WHEN lifted_at IS NULL THEN NULL ELSE '-' END
WHERE identity_hash = :identity_hash

-- name: empty_ban_causes
-- Empties the causes of ended bans likewise.
UPDATE ban_cause
SET reason = '-', preselection_id = NULL, lift_reason = CASE WHEN lifted_at IS NULL THEN NULL ELSE '-' END
WHERE ban_id IN (SELECT ban_id FROM ban WHERE identity_hash = :identity_hash)

-- name: forget_codes
-- Deletes all codes of an owner.
DELETE FROM sms_code WHERE account_id = :account_id

-- name: forget_notices
-- Deletes all notices of a chat.
DELETE FROM notice WHERE chat_id = :chat_id

-- name: forget_subscriptions
-- Deletes all subscriptions of a chat.
DELETE FROM subscription WHERE chat_id = :chat_id

-- name: mutes
-- The offices whose broadcasts a chat has turned off.
SELECT office, since FROM broadcast_mute WHERE chat_id = :chat_id ORDER BY office

-- name: forget_mutes
-- Deletes them.
DELETE FROM broadcast_mute WHERE chat_id = :chat_id

-- name: forget_reminder_wish
-- Deletes how many reminders an owner wants.
DELETE FROM reminder_wish WHERE account_id = :account_id

-- name: forget_dialog
-- Deletes the conversation of a chat.
DELETE FROM dialog WHERE chat_id = :chat_id

-- name: requests
-- The requests to another chief about an owner, also those that are decided.
SELECT act, office, state, requested_at FROM chief_request
WHERE account_id = :account_id OR holder_id = :account_id ORDER BY request_id

-- name: notes
-- The notes of the desk on an owner, also those that were withdrawn.
SELECT * FROM note WHERE account_id = :account_id ORDER BY note_id
