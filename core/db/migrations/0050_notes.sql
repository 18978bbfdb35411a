-- Notes of the desk on a case: a person, a preselection or an appeal. A note that was withdrawn keeps its text, which
-- only the audit log shows; all go with the owner's data.
CREATE TABLE note (
    note_id ${identity},
    subject TEXT NOT NULL CONSTRAINT note_subject CHECK (
        subject LIKE 'preselection:%' OR subject LIKE 'account:%' OR subject LIKE 'appeal:%'),
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    office TEXT NOT NULL CONSTRAINT note_office CHECK (office <> ''),
    body TEXT NOT NULL CONSTRAINT note_body CHECK (length(body) BETWEEN 1 AND 500),
    written_at ${integer} NOT NULL,
    written_by TEXT NOT NULL,
    withdrawn_at ${integer},
    CONSTRAINT note_withdrawn_after CHECK (withdrawn_at >= written_at)
) ${strict};

CREATE INDEX note_of_account ON note (account_id, note_id);
CREATE INDEX note_recent ON note (written_at);
