-- Why numbers are withheld and why they are given free again, and by which role, as the public journal names it;
-- empty for what was withheld before. The numbers of an ended withholding can be drawn from random_from, and
-- self-composed from compose_from.
ALTER TABLE withholding ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE withholding ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE withholding ADD COLUMN ended_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE withholding ADD COLUMN ended_role TEXT NOT NULL DEFAULT '';
ALTER TABLE withholding ADD COLUMN second_role TEXT NOT NULL DEFAULT '';
ALTER TABLE withholding ADD COLUMN random_from ${integer};
ALTER TABLE withholding ADD COLUMN compose_from ${integer};

CREATE INDEX withholding_ended ON withholding (office, kind, ended_at) WHERE ended_at IS NOT NULL;

-- A chief has asked to end a withholding; another chief decides. One that nobody has decided expires.
CREATE TABLE unwithhold_request (
    request_id ${identity},
    withholding_id ${integer} NOT NULL REFERENCES withholding (withholding_id),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    requested_at ${integer} NOT NULL,
    expires_at ${integer} NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CONSTRAINT unwithhold_request_state
        CHECK (state IN ('waiting', 'confirmed', 'refused', 'withdrawn', 'expired')),
    decided_by TEXT,
    decided_at ${integer},
    CONSTRAINT unwithhold_request_decided
        CHECK ((state IN ('waiting', 'expired')) = (decided_by IS NULL) AND (state = 'waiting') = (decided_at IS NULL))
) ${strict};

CREATE UNIQUE INDEX unwithhold_request_waiting ON unwithhold_request (withholding_id) WHERE state = 'waiting';

-- How the day was set from which a segment can be self-composed; empty for segments from before.
ALTER TABLE segment ADD COLUMN compose TEXT NOT NULL DEFAULT '' CONSTRAINT segment_compose
    CHECK (compose IN ('', 'first', 'now', 'date', 'drawn'));

-- How many numbers of a segment were drawn and composed for good, and how many free ones are withheld.
ALTER TABLE segment_count ADD COLUMN drawn ${integer} NOT NULL DEFAULT 0 CONSTRAINT segment_count_drawn
    CHECK (drawn >= 0);
ALTER TABLE segment_count ADD COLUMN composed ${integer} NOT NULL DEFAULT 0 CONSTRAINT segment_count_composed
    CHECK (composed >= 0);
ALTER TABLE segment_count ADD COLUMN withheld ${integer} NOT NULL DEFAULT 0 CONSTRAINT segment_count_withheld
    CHECK (withheld >= 0);
-- Counted anew at once, as the three are not known yet.
UPDATE segment_count SET counted_at = 0;
