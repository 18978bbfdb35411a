-- Hours of single days at an office that differ from the settings': of its counter, or of the selection online.
CREATE TABLE special_hours (
    office TEXT NOT NULL,
    day TEXT NOT NULL,
    place TEXT NOT NULL CONSTRAINT special_hours_place CHECK (place IN ('counter', 'online')),
    hours TEXT NOT NULL,
    reason TEXT NOT NULL CONSTRAINT special_hours_reason CHECK (length(reason) > 0),
    entered_at ${integer} NOT NULL,
    entered_by TEXT NOT NULL,
    PRIMARY KEY (office, day, place)
) ${strict_without_rowid};
