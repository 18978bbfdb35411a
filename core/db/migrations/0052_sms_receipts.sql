-- What vendors say has become of messages: whether a code or an SMS reminder reached the telephone. The telephone is
-- encrypted, and kept only while the vendor is asked.
CREATE TABLE sms_receipt (
    receipt_id ${identity},
    provider TEXT NOT NULL,
    message_id TEXT NOT NULL,
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    code_id ${integer},
    notice_id ${integer},
    phone_sealed ${bytes},
    sent_at ${integer} NOT NULL,
    created_at ${integer} NOT NULL,
    ask_at ${integer} NOT NULL,
    state TEXT NOT NULL DEFAULT 'awaited'
        CONSTRAINT sms_receipt_state CHECK (state IN ('awaited', 'delivered', 'failed', 'unknown')),
    reason TEXT,
    settled_at ${integer},
    CONSTRAINT sms_receipt_of CHECK ((code_id IS NULL) <> (notice_id IS NULL)),
    CONSTRAINT sms_receipt_phone CHECK ((state = 'awaited') = (phone_sealed IS NOT NULL)),
    CONSTRAINT sms_receipt_settled CHECK ((state = 'awaited') = (settled_at IS NULL))
) ${strict};

CREATE UNIQUE INDEX sms_receipt_message ON sms_receipt (provider, message_id);
CREATE INDEX sms_receipt_due ON sms_receipt (ask_at) WHERE state = 'awaited';
CREATE INDEX sms_receipt_of_account ON sms_receipt (account_id);

-- Who sent it in vain, as the vendor says; and after whom the chain of providers begins, as those before did.
ALTER TABLE sms_code ADD COLUMN undelivered_by TEXT;
ALTER TABLE sms_code ADD COLUMN after_provider TEXT;
