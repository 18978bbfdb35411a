-- name: preselections
-- All that an owner ever began.
SELECT * FROM preselection WHERE account_id = :account_id ORDER BY preselection_id

-- name: draws
-- All draws that an owner made.
SELECT d.* FROM preselection AS p JOIN draw AS d ON d.preselection_id = p.preselection_id
WHERE p.account_id = :account_id ORDER BY d.drawn_at, d.n

-- name: codes
-- The codes of an owner that are not forgotten yet, without what was sent.
SELECT purpose, state, wrong_tries, created_at, expires_at FROM sms_code WHERE account_id = :account_id
ORDER BY code_id

-- name: notices
-- What a chat was told, or is to be told.
SELECT purpose, subject, details, due_at, state, ended_at FROM notice WHERE chat_id = :chat_id
ORDER BY due_at, notice_id

-- name: bans
-- All bans of an identity, ended ones too.
SELECT * FROM ban WHERE identity_hash = :identity_hash ORDER BY ban_id

-- name: subscriptions
-- What a chat wants to be told.
SELECT office, kind, topic, since FROM subscription WHERE chat_id = :chat_id ORDER BY office, kind, topic

-- name: empty_account
-- The account says nothing of anybody any more; unless a number waits to be confirmed, or a ban runs.
UPDATE account
SET chat_id = -account_id, user_type = 'new_owner', consent_version = 0, office = NULL, name_sealed = NULL,
    identity_sealed = NULL, identity_hash = NULL, phone_sealed = NULL, phone_hash = NULL, phone_proved_at = NULL,
    new_phone_sealed = NULL, new_phone_hash = NULL, identity_seen_at = NULL, registered_at = NULL,
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
-- What ended with a number keeps the number and the vehicle, which the office's books need.
UPDATE preselection SET certificate = '', reason = NULL
WHERE account_id = :account_id AND state IN ('registered', 'expired', 'void')

-- name: empty_cancelled
-- What was cancelled keeps nothing of a vehicle.
UPDATE preselection SET vin = NULL, certificate_kind = NULL, certificate = NULL, reason = NULL
WHERE account_id = :account_id AND state = 'cancelled'

-- name: empty_bans
-- Of bans that are over, the keyed hash and the dates stay, with their office and cause.
UPDATE ban
SET reason = '-', preselection_id = NULL, lift_reason = CASE WHEN lifted_at IS NULL THEN NULL ELSE '-' END
WHERE identity_hash = :identity_hash

-- name: forget_codes
-- All codes of an owner.
DELETE FROM sms_code WHERE account_id = :account_id

-- name: forget_notices
-- All notices of a chat.
DELETE FROM notice WHERE chat_id = :chat_id

-- name: forget_subscriptions
-- All that a chat wanted to be told.
DELETE FROM subscription WHERE chat_id = :chat_id

-- name: mutes
-- Whose broadcasts a chat does not want.
SELECT office, since FROM broadcast_mute WHERE chat_id = :chat_id ORDER BY office

-- name: forget_mutes
-- All offices whose broadcasts a chat did not want.
DELETE FROM broadcast_mute WHERE chat_id = :chat_id

-- name: forget_reminder_wish
-- How many reminders an owner wanted.
DELETE FROM reminder_wish WHERE account_id = :account_id

-- name: forget_dialog
-- The conversation of a chat.
DELETE FROM dialog WHERE chat_id = :chat_id
