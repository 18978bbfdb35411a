-- name: replace_old
-- Invalidates the earlier codes of an owner when a new one is issued.
UPDATE sms_code SET state = 'replaced', parcel_sealed = NULL
WHERE account_id = :account_id AND purpose = :purpose AND state IN ('queued', 'sent', 'failed', 'locked')

-- name: add
-- Adds a code that is to be sent.
INSERT INTO sms_code
    (account_id, purpose, state, bound_hash, target_hash, parcel_sealed, created_at, expires_at, after_provider)
VALUES (:account_id, :purpose, 'queued', :bound_hash, :target_hash, :parcel, :now, :expires_at, :after_provider)
RETURNING code_id

-- name: alive
-- The current code of an owner, if any.
SELECT * FROM sms_code
WHERE account_id = :account_id AND purpose = :purpose AND state IN ('queued', 'sent', 'failed', 'locked')
${for_update}

-- name: count_one
-- Counts one more code for a telephone, a chat, registrations or the whole service (an empty key), unless the
-- daily cap is reached.
INSERT INTO sms_day (day, phone_hash, sent) VALUES (:day, :phone_hash, 1)
ON CONFLICT (day, phone_hash) DO UPDATE SET sent = sms_day.sent + 1 WHERE sms_day.sent < :cap
RETURNING sent

-- name: uncount
-- Counts one code less, as the gateway has not accepted it.
UPDATE sms_day SET sent = sent - 1 WHERE day = :day AND phone_hash = :phone_hash AND sent > 0

-- name: counted
-- How many codes were counted on a day.
SELECT sent FROM sms_day WHERE day = :day AND phone_hash = :phone_hash

-- name: gateway_failed
-- Records a failure of the gateway; the first one begins its trouble.
INSERT INTO sms_gateway (name, failing_since, failures) VALUES ('codes', :now, 1)
ON CONFLICT (name) DO UPDATE
SET failing_since = coalesce(sms_gateway.failing_since, excluded.failing_since),
    failures = sms_gateway.failures + 1

-- name: gateway_works
-- Ends the trouble of the gateway, if it is in any.
UPDATE sms_gateway SET failing_since = NULL, failures = 0
WHERE name = 'codes' AND failing_since IS NOT NULL

-- name: tell_of_gateway
-- Claims the message to the chiefs about a gateway that has failed for some time or often, once an hour.
UPDATE sms_gateway SET told_at = :now
WHERE name = 'codes' AND (failing_since <= :failing_before OR failures >= :failures)
  AND (told_at IS NULL OR told_at <= :told_before)

-- name: gateway_trouble
-- The trouble of the gateway, if it is in any.
SELECT failing_since, failures, told_at FROM sms_gateway WHERE name = 'codes' AND failing_since IS NOT NULL

-- name: wrong_try
-- Counts a wrong code; the fifth locks the code for good.
UPDATE sms_code
SET wrong_tries = wrong_tries + 1, state = CASE WHEN wrong_tries + 1 >= 5 THEN 'locked' ELSE state END
WHERE code_id = :code_id AND state IN ('queued', 'sent', 'failed') AND wrong_tries < 5
RETURNING wrong_tries

-- name: use
-- Marks a code as used; a code works once.
UPDATE sms_code SET state = 'used', parcel_sealed = NULL
WHERE code_id = :code_id AND state IN ('queued', 'sent', 'failed')

-- name: queued
-- Codes that are to be sent, that nobody is sending, and that have not expired.
SELECT code_id FROM sms_code
WHERE state = 'queued' AND expires_at > :now AND (claimed_until IS NULL OR claimed_until <= :now)
ORDER BY created_at, code_id

-- name: claim
-- Claims a code for sending; 0 rows mean that it is sent, replaced, or being sent by another worker.
UPDATE sms_code SET claimed_until = :claimed_until
WHERE code_id = :code_id AND state = 'queued' AND (claimed_until IS NULL OR claimed_until <= :now)

-- name: parcel
-- The contents of a code that is still to be sent.
SELECT s.code_id, s.purpose, s.parcel_sealed, s.created_at, s.expires_at, s.after_provider, a.chat_id
FROM sms_code AS s JOIN account AS a ON a.account_id = s.account_id
WHERE s.code_id = :code_id AND s.state = 'queued'

-- name: sent
-- Marks a code as accepted by the gateway, and deletes its contents.
UPDATE sms_code SET state = 'sent', parcel_sealed = NULL WHERE code_id = :code_id AND state = 'queued'

-- name: failed
-- Marks a code as rejected by the gateway.
UPDATE sms_code SET state = 'failed', parcel_sealed = NULL WHERE code_id = :code_id AND state = 'queued'

-- name: purge
-- Deletes codes older than a day.
DELETE FROM sms_code WHERE created_at < :before

-- name: purge_counts
-- Deletes the daily counts of past days.
DELETE FROM sms_day WHERE day < :before_day
