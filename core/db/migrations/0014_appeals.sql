-- Appeals (异常选号资料修改). A number is given to a draft already, and to nothing else afterwards: what is
-- dropped stays as an empty row. The reason and the photos' keys are forgotten some weeks after the end.
CREATE TABLE appeal (
    appeal_id ${identity},
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    office TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT appeal_state
        CHECK (state IN ('draft', 'pending', 'approved', 'rejected', 'withdrawn', 'dropped')),
    renews ${integer} REFERENCES appeal (appeal_id),
    consent_version ${integer},
    consented_at ${integer},
    vin TEXT CONSTRAINT appeal_vin CHECK (length(vin) = 17),
    reason_sealed ${bytes},
    identity_hash ${bytes},
    submitted_at ${integer},
    ended_at ${integer},
    decided_by TEXT,
    answer TEXT,
    outcome TEXT,
    created_at ${integer} NOT NULL,
    updated_at ${integer} NOT NULL,
    CONSTRAINT appeal_consent_whole CHECK ((consent_version IS NULL) = (consented_at IS NULL)),
    CONSTRAINT appeal_submitted_is_complete CHECK (
        state IN ('draft', 'dropped')
        OR (vin IS NOT NULL AND consent_version IS NOT NULL AND identity_hash IS NOT NULL
            AND submitted_at IS NOT NULL)
    ),
    CONSTRAINT appeal_end_has_a_time CHECK ((state IN ('draft', 'pending')) = (ended_at IS NULL)),
    CONSTRAINT appeal_decision_has_an_author CHECK (
        (state IN ('approved', 'rejected')) = (decided_by IS NOT NULL)
    ),
    CONSTRAINT appeal_rejection_has_a_reason CHECK (
        (state = 'rejected') = (answer IS NOT NULL) AND (answer IS NULL OR length(answer) > 0)
    ),
    CONSTRAINT appeal_approval_says_what CHECK ((state = 'approved') = (outcome IS NOT NULL)),
    CONSTRAINT appeal_dropped_is_empty CHECK (state <> 'dropped' OR (vin IS NULL AND reason_sealed IS NULL))
) ${strict};

CREATE UNIQUE INDEX appeal_one_draft ON appeal (account_id) WHERE state = 'draft';
-- Several people may quarrel about one vehicle, and each is heard; one person waits once.
CREATE UNIQUE INDEX appeal_one_waiting ON appeal (vin, account_id) WHERE state = 'pending';
CREATE INDEX appeal_queue ON appeal (submitted_at, appeal_id) WHERE state = 'pending';
CREATE INDEX appeal_of_account ON appeal (account_id, appeal_id);
CREATE INDEX appeal_drafts ON appeal (updated_at) WHERE state = 'draft';

-- The photos of appeals: where they lie sealed, and what a near copy is known by, which is a tiny picture
-- itself. An appeal that is submitted anew takes them along, so that two may name one photo.
CREATE TABLE appeal_photo (
    appeal_id ${integer} NOT NULL REFERENCES appeal (appeal_id),
    slot TEXT NOT NULL CONSTRAINT appeal_photo_slot CHECK (slot IN ('identity', 'invoice')),
    photo_key TEXT NOT NULL CONSTRAINT appeal_photo_key CHECK (length(photo_key) > 0),
    fingerprint_sealed ${bytes} NOT NULL,
    taken_at ${integer} NOT NULL,
    PRIMARY KEY (appeal_id, slot)
) ${strict_without_rowid};

-- Whom an approved appeal has found to be a vehicle's owner: nobody else selects for it, and what the
-- registry says of an earlier registration is set aside for them.
CREATE TABLE vin_right (
    vin TEXT NOT NULL PRIMARY KEY CONSTRAINT vin_right_vin CHECK (length(vin) = 17),
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    appeal_id ${integer} NOT NULL REFERENCES appeal (appeal_id),
    since ${integer} NOT NULL
) ${strict_without_rowid};

CREATE INDEX vin_right_of_account ON vin_right (account_id);

-- A number that is on a vehicle stays there; that it counts as this VIN's one success may be set aside.
ALTER TABLE preselection ADD COLUMN set_aside_by ${integer} REFERENCES appeal (appeal_id)
    CONSTRAINT preselection_set_aside CHECK (set_aside_by IS NULL OR state = 'registered');
DROP INDEX preselection_one_success;
CREATE UNIQUE INDEX preselection_one_success ON preselection (vin)
    WHERE state IN ('reserved', 'registered') AND set_aside_by IS NULL;
