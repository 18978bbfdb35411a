-- Whether the clock of the transactions can be trusted, and when it was last seen: one row at most.
CREATE TABLE clock_guard (
    id ${integer} NOT NULL PRIMARY KEY CONSTRAINT clock_guard_single_row CHECK (id = 1),
    version ${integer} NOT NULL DEFAULT 0,
    seen_at ${integer},
    doubted_at ${integer},
    cause TEXT CONSTRAINT clock_guard_cause CHECK (cause IN ('jump', 'header')),
    reference_at ${integer},
    header_offset ${integer},
    accepted_offset ${integer},
    told_at ${integer},
    CONSTRAINT clock_guard_doubt_whole CHECK (
        (doubted_at IS NULL) = (cause IS NULL) AND (doubted_at IS NULL) = (reference_at IS NULL)
    ),
    CONSTRAINT clock_guard_only_doubt_is_told CHECK (told_at IS NULL OR doubted_at IS NOT NULL)
) ${strict};
