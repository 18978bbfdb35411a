-- Why somebody is on the blacklist: every cause is kept, and the ban lasts as long as the longest of them. A running
-- ban without a row here, written by the former version, has its own columns as its only cause.
CREATE TABLE ban_cause (
    cause_id ${identity},
    ban_id ${integer} NOT NULL REFERENCES ban (ban_id),
    office TEXT NOT NULL,
    cause TEXT NOT NULL CONSTRAINT ban_cause_kind CHECK (cause IN ('expired', 'void', 'admin')),
    reason TEXT NOT NULL CONSTRAINT ban_cause_reason CHECK (length(reason) > 0),
    preselection_id ${integer} REFERENCES preselection (preselection_id),
    since ${integer} NOT NULL,
    until ${integer} NOT NULL,
    lifted_at ${integer},
    lifted_by TEXT,
    lift_reason TEXT,
    CONSTRAINT ban_cause_ends_after_it_begins CHECK (until > since),
    CONSTRAINT ban_cause_lift_whole CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)
    )
) ${strict};

CREATE INDEX ban_cause_of_ban ON ban_cause (ban_id, cause_id);

INSERT INTO ban_cause (ban_id, office, cause, reason, preselection_id, since, until)
SELECT ban_id, office, cause, reason, preselection_id, since, until FROM ban WHERE lifted_at IS NULL;
