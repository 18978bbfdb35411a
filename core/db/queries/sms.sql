-- name: replace_old
-- A new code kills the old one.
UPDATE sms_code SET state = 'replaced', parcel_sealed = NULL
WHERE account_id = :account_id AND purpose = :purpose AND state IN ('queued', 'sent', 'failed', 'locked')

-- name: add
-- A code that waits to be sent.
INSERT INTO sms_code (account_id, purpose, state, bound_hash, parcel_sealed, created_at, expires_at)
VALUES (:account_id, :purpose, 'queued', :bound_hash, :parcel, :now, :expires_at)
RETURNING code_id

-- name: alive
-- The code that an owner has at present, if any.
SELECT * FROM sms_code
WHERE account_id = :account_id AND purpose = :purpose AND state IN ('queued', 'sent', 'failed', 'locked')
${for_update}

-- name: count_one
-- One more code for a telephone, or for the whole service, unless the day's cap is reached.
INSERT INTO sms_day (day, phone_hash, sent) VALUES (:day, :phone_hash, 1)
ON CONFLICT (day, phone_hash) DO UPDATE SET sent = sms_day.sent + 1 WHERE sms_day.sent < :cap
RETURNING sent

-- name: wrong_try
-- A wrong code costs a try; the fifth locks the code for good.
UPDATE sms_code
SET wrong_tries = wrong_tries + 1, state = CASE WHEN wrong_tries + 1 >= 5 THEN 'locked' ELSE state END
WHERE code_id = :code_id AND state IN ('queued', 'sent', 'failed') AND wrong_tries < 5
RETURNING wrong_tries

-- name: use
-- The right code, used once.
UPDATE sms_code SET state = 'used', parcel_sealed = NULL
WHERE code_id = :code_id AND state IN ('queued', 'sent', 'failed')

-- name: queued
-- Codes that wait to be sent and have not run out.
SELECT code_id FROM sms_code WHERE state = 'queued' AND expires_at > :now ORDER BY created_at, code_id

-- name: parcel
-- What is to be sent for a code that still waits.
SELECT s.code_id, s.purpose, s.parcel_sealed, s.expires_at, a.chat_id
FROM sms_code AS s JOIN account AS a ON a.account_id = s.account_id
WHERE s.code_id = :code_id AND s.state = 'queued'

-- name: sent
-- The gateway took the code: what was sent is forgotten.
UPDATE sms_code SET state = 'sent', parcel_sealed = NULL WHERE code_id = :code_id AND state = 'queued'

-- name: failed
-- The gateway did not take the code.
UPDATE sms_code SET state = 'failed', parcel_sealed = NULL WHERE code_id = :code_id AND state = 'queued'

-- name: purge
-- Codes older than a day.
DELETE FROM sms_code WHERE created_at < :before

-- name: purge_counts
-- Counts of codes of days gone by.
DELETE FROM sms_day WHERE day < :before_day
