-- name: expect
-- Expects the receipt of a message; a repeated number of a message is expected once.
INSERT INTO sms_receipt
    (provider, message_id, account_id, code_id, notice_id, phone_sealed, sent_at, created_at, ask_at)
SELECT :provider, :message_id, account_id, :code_id, :notice_id, :phone_sealed, :sent_at, :now, :ask_at
FROM account WHERE chat_id = :chat_id
ON CONFLICT (provider, message_id) DO NOTHING

-- name: due
-- The receipts to ask for now, those that were waited for longest first.
SELECT * FROM sms_receipt WHERE state = 'awaited' AND ask_at <= :now ORDER BY ask_at, receipt_id LIMIT :count

-- name: ask_again
-- There is no receipt yet: asks for it later.
UPDATE sms_receipt SET ask_at = :ask_at WHERE receipt_id = :receipt_id AND state = 'awaited'

-- name: settle
-- Records a receipt, or that none has come; the telephone is no longer needed. 0 rows: it was recorded before.
UPDATE sms_receipt SET state = :state, reason = :reason, settled_at = :now, phone_sealed = NULL
WHERE receipt_id = :receipt_id AND state = 'awaited'

-- name: code
-- The code that a message brought.
SELECT s.code_id, s.account_id, s.purpose, s.state, s.created_at, s.expires_at, a.chat_id
FROM sms_code AS s JOIN account AS a ON a.account_id = s.account_id
WHERE s.code_id = :code_id

-- name: undelivered
-- Marks a code as not delivered by a provider.
UPDATE sms_code SET undelivered_by = :provider WHERE code_id = :code_id AND state <> 'used'

-- name: begin_after
-- Lets the code that the owner requests next begin after a provider, unless the current one tells otherwise.
UPDATE sms_code SET after_provider = :provider
WHERE account_id = :account_id AND purpose = :purpose AND code_id > :code_id
  AND state IN ('queued', 'sent', 'failed', 'locked') AND undelivered_by IS NULL AND after_provider IS NULL

-- name: notice_failed
-- Marks an SMS that was sent instead of a notice as failed: it counts as a reminder that has not arrived.
UPDATE notice SET state = 'failed', error = :error WHERE notice_id = :notice_id AND state = 'sent'

-- name: counted
-- What has become of the messages of some time.
SELECT state, count(*) AS messages FROM sms_receipt WHERE created_at >= :since GROUP BY state

-- name: of_account
-- The receipts of an owner's messages.
SELECT provider, state, reason, created_at FROM sms_receipt WHERE account_id = :account_id ORDER BY receipt_id

-- name: forget
-- Deletes the receipts of an owner's messages.
DELETE FROM sms_receipt WHERE account_id = :account_id

-- name: purge
-- Deletes the receipts of earlier days.
DELETE FROM sms_receipt WHERE created_at < :before
