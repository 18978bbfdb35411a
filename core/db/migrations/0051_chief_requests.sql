-- Requests to another chief: what the settings let two chiefs do (desk.two_chiefs). The arguments of the question are
-- encrypted, and go with the decision. Those about an account go with its owner's data.
CREATE TABLE chief_request (
    request_id ${identity},
    act TEXT NOT NULL CONSTRAINT chief_request_act CHECK (act IN ('unban', 'grant', 'undo', 'identity')),
    question TEXT NOT NULL,
    about TEXT NOT NULL,
    subject TEXT NOT NULL,
    office TEXT NOT NULL,
    account_id ${integer} REFERENCES account (account_id),
    holder_id ${integer} REFERENCES account (account_id),
    args_sealed ${bytes},
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    requested_at ${integer} NOT NULL,
    expires_at ${integer} NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CONSTRAINT chief_request_state
        CHECK (state IN ('waiting', 'confirmed', 'refused', 'withdrawn', 'expired')),
    decided_by TEXT,
    decided_at ${integer},
    CONSTRAINT chief_request_decided
        CHECK ((state IN ('waiting', 'expired')) = (decided_by IS NULL) AND (state = 'waiting') = (decided_at IS NULL)),
    CONSTRAINT chief_request_sealed CHECK ((state = 'waiting') = (args_sealed IS NOT NULL))
) ${strict};

CREATE UNIQUE INDEX chief_request_waiting ON chief_request (question, about) WHERE state = 'waiting';
CREATE INDEX chief_request_of_account ON chief_request (account_id);
CREATE INDEX chief_request_of_holder ON chief_request (holder_id);
