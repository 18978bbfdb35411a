-- Everything that is sealed, page by page, to be sealed with a newer key. A value is replaced only if it is
-- still the one that was read, so that what an owner changes meanwhile stays.

-- name: account_name
-- The names of owners.
SELECT account_id AS row_id, name_sealed AS sealed FROM account
WHERE account_id > :after AND name_sealed IS NOT NULL ORDER BY account_id LIMIT :count

-- name: put_account_name
-- Replaces one of them.
UPDATE account SET name_sealed = :sealed WHERE account_id = :row_id AND name_sealed = :former

-- name: account_identity
-- The identity numbers of owners.
SELECT account_id AS row_id, identity_sealed AS sealed FROM account
WHERE account_id > :after AND identity_sealed IS NOT NULL ORDER BY account_id LIMIT :count

-- name: put_account_identity
-- Replaces one of them.
UPDATE account SET identity_sealed = :sealed WHERE account_id = :row_id AND identity_sealed = :former

-- name: account_phone
-- The telephones of owners.
SELECT account_id AS row_id, phone_sealed AS sealed FROM account
WHERE account_id > :after AND phone_sealed IS NOT NULL ORDER BY account_id LIMIT :count

-- name: put_account_phone
-- Replaces one of them.
UPDATE account SET phone_sealed = :sealed WHERE account_id = :row_id AND phone_sealed = :former

-- name: account_new_phone
-- The telephones that are not proved yet.
SELECT account_id AS row_id, new_phone_sealed AS sealed FROM account
WHERE account_id > :after AND new_phone_sealed IS NOT NULL ORDER BY account_id LIMIT :count

-- name: put_account_new_phone
-- Replaces one of them.
UPDATE account SET new_phone_sealed = :sealed WHERE account_id = :row_id AND new_phone_sealed = :former

-- name: sms_code
-- The codes on their way.
SELECT code_id AS row_id, parcel_sealed AS sealed FROM sms_code
WHERE code_id > :after AND parcel_sealed IS NOT NULL ORDER BY code_id LIMIT :count

-- name: put_sms_code
-- Replaces one of them.
UPDATE sms_code SET parcel_sealed = :sealed WHERE code_id = :row_id AND parcel_sealed = :former

-- name: sms_receipt
-- The telephones of messages whose receipt is awaited.
SELECT receipt_id AS row_id, phone_sealed AS sealed FROM sms_receipt
WHERE receipt_id > :after AND phone_sealed IS NOT NULL ORDER BY receipt_id LIMIT :count

-- name: put_sms_receipt
-- Replaces one of them.
UPDATE sms_receipt SET phone_sealed = :sealed WHERE receipt_id = :row_id AND phone_sealed = :former

-- name: reviewed
-- What owners were shown before a correction.
SELECT preselection_id AS row_id, reviewed_sealed AS sealed FROM preselection
WHERE preselection_id > :after AND reviewed_sealed IS NOT NULL ORDER BY preselection_id LIMIT :count

-- name: put_reviewed
-- Replaces one of them.
UPDATE preselection SET reviewed_sealed = :sealed WHERE preselection_id = :row_id AND reviewed_sealed = :former

-- name: seed
-- The seeds of the pools.
SELECT seed_id AS row_id, secret_sealed AS sealed FROM seed
WHERE seed_id > :after ORDER BY seed_id LIMIT :count

-- name: put_seed
-- Replaces one of them.
UPDATE seed SET secret_sealed = :sealed WHERE seed_id = :row_id AND secret_sealed = :former

-- name: update
-- The updates that are not done, and dead letters.
SELECT update_id AS row_id, body AS sealed FROM inbox
WHERE update_id > :after AND body IS NOT NULL ORDER BY update_id LIMIT :count

-- name: put_update
-- Replaces one of them.
UPDATE inbox SET body = :sealed WHERE update_id = :row_id AND body = :former

-- name: appeal_reason
-- The reasons of appeals.
SELECT appeal_id AS row_id, reason_sealed AS sealed FROM appeal
WHERE appeal_id > :after AND reason_sealed IS NOT NULL ORDER BY appeal_id LIMIT :count

-- name: put_appeal_reason
-- Replaces one of them.
UPDATE appeal SET reason_sealed = :sealed WHERE appeal_id = :row_id AND reason_sealed = :former

-- name: appeal_photo
-- The fingerprints of the photos of appeals: whole appeals, which have one for each photo.
SELECT appeal_id AS row_id, fingerprint_sealed AS sealed FROM appeal_photo
WHERE appeal_id IN (
    SELECT appeal_id FROM appeal_photo WHERE appeal_id > :after ORDER BY appeal_id LIMIT :count
)
ORDER BY appeal_id, slot

-- name: put_appeal_photo
-- Replaces one of them.
UPDATE appeal_photo SET fingerprint_sealed = :sealed WHERE appeal_id = :row_id AND fingerprint_sealed = :former

-- name: dialog_args
-- The arguments of screens among which is something sealed: the token of a Fernet begins with gAAAA.
SELECT chat_id AS row_id, args FROM dialog
WHERE chat_id > :after AND args LIKE '%gAAAA%' ORDER BY chat_id LIMIT :count

-- name: put_dialog_args
-- Replaces the arguments of one of them.
UPDATE dialog SET args = :args WHERE chat_id = :row_id AND args = :former

-- name: staff_name
-- The names of the desk's staff.
SELECT chat_id AS row_id, name_sealed AS sealed FROM staff_name
WHERE chat_id > :after ORDER BY chat_id LIMIT :count

-- name: put_staff_name
-- Replaces one of them.
UPDATE staff_name SET name_sealed = :sealed WHERE chat_id = :row_id AND name_sealed = :former

-- name: chief_request
-- The arguments of the requests that wait for another chief.
SELECT request_id AS row_id, args_sealed AS sealed FROM chief_request
WHERE request_id > :after AND state = 'waiting' ORDER BY request_id LIMIT :count

-- name: put_chief_request
-- Replaces those of one of them.
UPDATE chief_request SET args_sealed = :sealed WHERE request_id = :row_id AND args_sealed = :former
