-- What is held for minutes, apart from what is taken for good: a few rows side by side, however many
-- numbers an office has and has given away. A number is in one of the two tables at most.
CREATE TABLE hold (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    serial TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT hold_state CHECK (state IN ('batch', 'shortlist')),
    segment_id ${integer} NOT NULL REFERENCES segment (segment_id),
    position ${integer} NOT NULL,
    preselection_id ${integer} NOT NULL REFERENCES preselection (preselection_id),
    draw_no ${integer} NOT NULL,
    held_until ${integer} NOT NULL,
    CONSTRAINT hold_key PRIMARY KEY (office, kind, serial)
) ${strict_without_rowid};

CREATE INDEX hold_of_preselection ON hold (preselection_id);

-- A number has a row here only while somebody has it for good, or it rests (and some minutes longer). With a
-- rowid, so that the index by place stays small: every draw looks into it for each of its candidates, and in
-- a table without rowid an index repeats the whole key.
ALTER TABLE plate RENAME TO plate_before;

CREATE TABLE plate (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    serial TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT plate_state CHECK (state IN ('reserved', 'registered', 'resting')),
    segment_id ${integer} NOT NULL REFERENCES segment (segment_id),
    position ${integer} NOT NULL,
    preselection_id ${integer} REFERENCES preselection (preselection_id),
    held_until ${integer},
    since ${integer} NOT NULL,
    CONSTRAINT plate_key PRIMARY KEY (office, kind, serial),
    CONSTRAINT plate_rest_ends CHECK ((state = 'resting') = (held_until IS NOT NULL)),
    CONSTRAINT plate_has_a_holder CHECK (state <> 'reserved' OR preselection_id IS NOT NULL)
) ${strict};

INSERT INTO hold (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until)
SELECT office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until
FROM plate_before WHERE state IN ('batch', 'shortlist');

INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, held_until, since)
SELECT office, kind, serial, state, segment_id, position, preselection_id, held_until, since
FROM plate_before WHERE state NOT IN ('batch', 'shortlist');

DROP TABLE plate_before;

-- With its end, so that neither a draw nor the listing of millions looks into anything else.
CREATE INDEX plate_of_segment ON plate (segment_id, position, held_until);
CREATE INDEX plate_since ON plate (since);
-- What is taken for good, by segment, for the desk's reports.
CREATE INDEX plate_for_good ON plate (segment_id, held_until) WHERE held_until IS NULL;
CREATE INDEX plate_ending ON plate (held_until) WHERE held_until IS NOT NULL;

-- An owner who chose another kind has draws in two pools, each with numbers of its own.
DROP INDEX draw_of_preselection;
CREATE INDEX draw_of_preselection ON draw (preselection_id, office, kind, n);
