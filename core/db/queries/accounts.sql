-- name: add
-- The account of a chat that has just consented; a second consent renews the first.
INSERT INTO account (chat_id, consent_version, consented_at, created_at, updated_at)
VALUES (:chat_id, :consent_version, :now, :now, :now)
ON CONFLICT (chat_id) DO UPDATE
SET consent_version = excluded.consent_version, consented_at = excluded.consented_at, updated_at = excluded.updated_at
RETURNING account_id

-- name: of_chat
-- The account of a chat.
SELECT * FROM account WHERE chat_id = :chat_id

-- name: by_id
-- An account by its number.
SELECT * FROM account WHERE account_id = :account_id

-- name: set_office
-- The office where the vehicle will be registered, before registration ends.
UPDATE account SET office = :office, updated_at = :now WHERE account_id = :account_id AND registered_at IS NULL

-- name: choose_kind
-- A unit or a person, before registration ends: what was entered of the other kind is forgotten.
UPDATE account
SET user_type = :user_type, name_sealed = NULL, identity_sealed = NULL, identity_hash = NULL,
    identity_seen_at = NULL, updated_at = :now
WHERE account_id = :account_id AND registered_at IS NULL

-- name: set_name
-- The owner's name.
UPDATE account SET name_sealed = :sealed, updated_at = :now WHERE account_id = :account_id

-- name: set_identity
-- The owner's identity number, before registration ends: afterwards an admin changes it. Another one than
-- was seen at a counter is one that nobody has seen.
UPDATE account
SET identity_sealed = :sealed, identity_hash = :hash, updated_at = :now,
    identity_seen_at = CASE WHEN identity_hash = :hash THEN identity_seen_at END
WHERE account_id = :account_id AND registered_at IS NULL

-- name: offer_phone
-- A telephone number that is still to be proved.
UPDATE account SET new_phone_sealed = :sealed, new_phone_hash = :hash, updated_at = :now
WHERE account_id = :account_id

-- name: prove_phone
-- The telephone is the owner's: the messenger says so, or the code came back.
UPDATE account
SET phone_sealed = new_phone_sealed, phone_hash = new_phone_hash, phone_proved_at = :now,
    new_phone_sealed = NULL, new_phone_hash = NULL, updated_at = :now
WHERE account_id = :account_id AND new_phone_sealed IS NOT NULL

-- name: registered_identity
-- Whose an identity is: who is registered with it, or was given it at a counter.
SELECT account_id FROM account
WHERE identity_hash = :hash AND (registered_at IS NOT NULL OR identity_seen_at IS NOT NULL)

-- name: registered_phone
-- Who is registered with a telephone.
SELECT account_id FROM account WHERE phone_hash = :hash AND registered_at IS NOT NULL

-- name: register
-- Registration ends, unless somebody else was registered with the identity or the telephone meanwhile.
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
  )

-- name: set_user_type
-- What an admin has seen of an owner, if they still are what the admin was shown.
UPDATE account SET user_type = :user_type, updated_at = :now
WHERE account_id = :account_id AND user_type = :seen

-- name: lose_identity
-- The identity belongs to somebody else: registration is open again. 0 rows: they have lost it already.
UPDATE account
SET identity_sealed = NULL, identity_hash = NULL, identity_seen_at = NULL, registered_at = NULL, updated_at = :now
WHERE account_id = :account_id AND identity_hash = :hash

-- name: receive_identity
-- An identity that was seen at the counter. 0 rows: it is theirs already, or they have deleted the account.
UPDATE account
SET identity_sealed = :sealed, identity_hash = :hash, identity_seen_at = :now, updated_at = :now
WHERE account_id = :account_id AND deleted_at IS NULL
  AND (identity_hash IS NULL OR identity_hash <> :hash OR (registered_at IS NULL AND identity_seen_at IS NULL))

-- name: is_deleted
-- Whether an account's owner has deleted it.
SELECT account_id FROM account WHERE account_id = :account_id AND deleted_at IS NOT NULL
