-- How many numbers of a segment could be selected when they were last counted: for 号池公示, which must
-- not count millions at every look.
CREATE TABLE segment_count (
    segment_id ${integer} NOT NULL PRIMARY KEY REFERENCES segment (segment_id),
    free ${integer} NOT NULL CONSTRAINT segment_count_free CHECK (free >= 0),
    counted_at ${integer} NOT NULL
) ${strict_without_rowid};

CREATE INDEX seed_of_pool ON seed (office, kind, seed_id);
