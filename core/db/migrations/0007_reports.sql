-- What the desk's reports count and find, and what was dealt with there.

-- What is taken for good, by segment. A hold never enters it, so that a draw does not feel it; held_until
-- stands in it so that a count reads the index alone.
CREATE INDEX plate_for_good ON plate (segment_id, held_until) WHERE held_until IS NULL;

-- Each preselection enters these once.
CREATE INDEX preselection_reserved_at ON preselection (reserved_at, office, way) WHERE reserved_at IS NOT NULL;
CREATE INDEX preselection_ended_at ON preselection (ended_at, office, state)
    WHERE ended_at IS NOT NULL AND serial IS NOT NULL;

CREATE INDEX audit_of_actor ON audit (actor, entry_id);
CREATE INDEX audit_of_action ON audit (action, entry_id);
CREATE INDEX audit_at ON audit (at);

CREATE INDEX notice_failed ON notice (ended_at) WHERE state = 'failed';
CREATE INDEX inbox_broken ON inbox (received_at) WHERE state = 'broken';

-- What does not end by itself and somebody at the desk has dealt with: "notice:7", "update:12".
CREATE TABLE desk_handled (
    subject TEXT NOT NULL PRIMARY KEY,
    handled_by TEXT NOT NULL,
    handled_at ${integer} NOT NULL
) ${strict_without_rowid};

-- Who does not want the desk's daily summary.
CREATE TABLE summary_off (
    chat_id ${integer} NOT NULL PRIMARY KEY,
    since ${integer} NOT NULL
) ${strict_without_rowid};
