-- name: add
-- Creates the account of a chat that has just consented; consenting again updates the consent.
INSERT INTO account (chat_id, consent_version, consented_at, created_at, updated_at)
VALUES (:chat_id, :consent_version, :now, :now, :now)
ON CONFLICT (chat_id) DO UPDATE
SET consent_version = excluded.consent_version, consented_at = excluded.consented_at, updated_at = excluded.updated_at
RETURNING account_id

-- name: of_chat
-- The account of a chat.
SELECT * FROM account WHERE chat_id = :chat_id

-- name: by_id
-- An account by its id.
SELECT * FROM account WHERE account_id = :account_id

-- name: set_office
-- Sets the office where the vehicle will be registered, before registration is complete.
UPDATE account SET office = :office, updated_at = :now WHERE account_id = :account_id AND registered_at IS NULL

-- name: move_office
-- Changes the office of a registered account, unless a number is reserved: it has to be confirmed where it is. The
-- owner's unfinished preselection is locked before, so none can become a reservation meanwhile.
UPDATE account SET office = :office, updated_at = :now
WHERE account_id = :account_id AND registered_at IS NOT NULL AND office = :seen
  AND NOT EXISTS (
      SELECT 1 FROM preselection AS p WHERE p.account_id = account.account_id AND p.state = 'reserved'
  )

-- name: choose_kind
-- Switches between unit and person before registration is complete; deletes what was entered for the other.
UPDATE account
SET user_type = :user_type, name_sealed = NULL, identity_sealed = NULL, identity_hash = NULL,
    identity_seen_at = NULL, updated_at = :now
WHERE account_id = :account_id AND registered_at IS NULL

-- name: set_name
-- Sets the owner's name.
UPDATE account SET name_sealed = :sealed, updated_at = :now WHERE account_id = :account_id

-- name: set_identity
-- Sets the owner's identity number before registration is complete; afterwards only an admin changes it. Another
-- number than the one seen at a counter no longer counts as seen.
UPDATE account
SET identity_sealed = :sealed, identity_hash = :hash, updated_at = :now,
    identity_seen_at = CASE WHEN identity_hash = :hash THEN identity_seen_at END
WHERE account_id = :account_id AND registered_at IS NULL

-- name: offer_phone
-- Stores a telephone number that is not proved yet.
UPDATE account SET new_phone_sealed = :sealed, new_phone_hash = :hash, updated_at = :now
WHERE account_id = :account_id

-- name: prove_phone
-- Makes the new telephone number the owner's: the messenger vouched for it, or the code was entered.
UPDATE account
SET phone_sealed = new_phone_sealed, phone_hash = new_phone_hash, phone_proved_at = :now, phone_lost_at = NULL,
    new_phone_sealed = NULL, new_phone_hash = NULL, updated_at = :now
WHERE account_id = :account_id AND new_phone_sealed IS NOT NULL

-- name: lose_phone
-- Takes a telephone from the other account that is registered with it: a code has proved whose it is now.
UPDATE account SET phone_lost_at = :now, updated_at = :now
WHERE phone_hash = :hash AND registered_at IS NOT NULL AND phone_lost_at IS NULL AND account_id <> :account_id
RETURNING account_id

-- name: registered_identity
-- The account that holds an identity: registered with it, or given it at a counter.
SELECT account_id, chat_id FROM account
WHERE identity_hash = :hash AND (registered_at IS NOT NULL OR identity_seen_at IS NOT NULL)

-- name: registered_phone
-- The account registered with a telephone number.
SELECT account_id FROM account
WHERE phone_hash = :hash AND registered_at IS NOT NULL AND phone_lost_at IS NULL

-- name: register
-- Completes registration, unless another account has concurrently been registered with the identity or telephone
-- number.
UPDATE account SET registered_at = :now, updated_at = :now
WHERE account_id = :account_id AND registered_at IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM account AS other
      WHERE other.account_id <> account.account_id AND other.identity_hash = account.identity_hash
        AND (other.registered_at IS NOT NULL OR other.identity_seen_at IS NOT NULL)
  )
  AND NOT EXISTS (
      SELECT 1 FROM account AS other
      WHERE other.registered_at IS NOT NULL AND other.phone_hash = account.phone_hash
        AND other.phone_lost_at IS NULL AND other.account_id <> account.account_id
  )

-- name: set_user_type
-- Sets the user type that an admin has checked, if the current one is still what the admin was shown.
UPDATE account SET user_type = :user_type, updated_at = :now
WHERE account_id = :account_id AND user_type = :seen

-- name: lose_identity
-- Removes an identity that belongs to another person, and reopens registration. 0 rows: already removed.
UPDATE account
SET identity_sealed = NULL, identity_hash = NULL, identity_seen_at = NULL, registered_at = NULL, updated_at = :now
WHERE account_id = :account_id AND identity_hash = :hash

-- name: receive_identity
-- Sets an identity that was seen at the counter, if the account has the one that the admin was shown, or none as shown.
-- 0 rows: it has another one meanwhile, it is this account's already, or the account is deleted.
UPDATE account
SET identity_sealed = :sealed, identity_hash = :hash, identity_seen_at = :now, updated_at = :now
WHERE account_id = :account_id AND deleted_at IS NULL
  AND (CASE WHEN identity_hash IS NULL THEN 0 ELSE 1 END) = :had
  AND (identity_hash IS NULL OR identity_hash = :shown)
  AND (identity_hash IS NULL OR identity_hash <> :hash OR (registered_at IS NULL AND identity_seen_at IS NULL))

-- name: is_deleted
-- Whether an account's owner has deleted it.
SELECT account_id FROM account WHERE account_id = :account_id AND deleted_at IS NOT NULL
