-- Suspected abuse of the selection (异常选号嫌疑): what is noticed, and what a reviewer decides about it.

-- The presses with which owners select, for some weeks: who, when, and how long after a batch was shown. The hashes
-- are those that the account had at that time, as telephones and identities move between accounts.
CREATE TABLE selecting_press (
    press_id ${identity},
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    office TEXT NOT NULL,
    way TEXT NOT NULL CONSTRAINT selecting_press_way CHECK (way IN ('draw', 'compose', 'pick')),
    at ${integer} NOT NULL,
    reaction ${integer} CONSTRAINT selecting_press_reaction CHECK (reaction >= 0),
    identity_hash ${bytes},
    phone_hash ${bytes}
) ${strict};

CREATE INDEX selecting_press_of_account ON selecting_press (account_id, at);
CREATE INDEX selecting_press_at ON selecting_press (at);
CREATE INDEX selecting_press_identity ON selecting_press (identity_hash, at) WHERE identity_hash IS NOT NULL;
CREATE INDEX selecting_press_phone ON selecting_press (phone_hash, at) WHERE phone_hash IS NOT NULL;

-- A suspicion: its subject is an account or an admin's chat, as in the audit log; the evidence has ids, moments and
-- counts. What was asked about suspends the selection of its account until it is decided.
CREATE TABLE suspicion (
    suspicion_id ${identity},
    kind TEXT NOT NULL CONSTRAINT suspicion_kind
        CHECK (kind IN ('pace', 'reaction', 'shared', 'together', 'freed', 'insider')),
    subject TEXT NOT NULL,
    office TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT suspicion_state CHECK (state IN ('open', 'asked', 'dismissed', 'confirmed')),
    weight ${integer} NOT NULL,
    evidence TEXT NOT NULL,
    raised_at ${integer} NOT NULL,
    updated_at ${integer} NOT NULL,
    asked_by TEXT,
    asked_at ${integer},
    decided_by TEXT,
    decided_at ${integer},
    reason TEXT,
    CONSTRAINT suspicion_asked_whole CHECK ((asked_by IS NULL) = (asked_at IS NULL)),
    CONSTRAINT suspicion_asked_has_author CHECK (state <> 'asked' OR asked_by IS NOT NULL),
    CONSTRAINT suspicion_decided CHECK (
        (state IN ('dismissed', 'confirmed')) = (decided_by IS NOT NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (reason IS NULL)
    )
) ${strict};

CREATE UNIQUE INDEX suspicion_one_open ON suspicion (kind, subject) WHERE state IN ('open', 'asked');
CREATE INDEX suspicion_of_subject ON suspicion (subject, suspicion_id);

-- When the vehicle last drew, for the pause between two draws.
ALTER TABLE vehicle ADD COLUMN drawn_at ${integer};

-- An appeal may be the answer of an owner who was asked for the invoice; it may be about any vehicle of theirs.
ALTER TABLE appeal ADD COLUMN suspicion_id ${integer} REFERENCES suspicion (suspicion_id);
DROP INDEX appeal_one_waiting;
CREATE UNIQUE INDEX appeal_one_waiting ON appeal (vin, account_id) WHERE state = 'pending' AND suspicion_id IS NULL;
CREATE UNIQUE INDEX appeal_one_answer ON appeal (suspicion_id) WHERE state = 'pending' AND suspicion_id IS NOT NULL;
CREATE INDEX appeal_of_suspicion ON appeal (suspicion_id) WHERE suspicion_id IS NOT NULL;

-- What admins have given, for the search for what followed it.
CREATE INDEX audit_favours ON audit (at) WHERE action IN ('granted_chances', 'unwithheld');
