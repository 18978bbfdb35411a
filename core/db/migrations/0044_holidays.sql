-- Years whose holidays and make-up working days a chief has entered. Such a year is whole: nothing of the program
-- or of the settings counts for it.
CREATE TABLE holiday_year (
    year ${integer} NOT NULL PRIMARY KEY,
    entered_at ${integer} NOT NULL,
    entered_by TEXT NOT NULL
) ${strict_without_rowid};

CREATE TABLE holiday (
    day TEXT NOT NULL PRIMARY KEY,
    year ${integer} NOT NULL REFERENCES holiday_year (year) ON DELETE CASCADE,
    works ${integer} NOT NULL CONSTRAINT holiday_works CHECK (works IN (0, 1)),
    CONSTRAINT holiday_is_of_its_year CHECK (day LIKE CAST(year AS TEXT) || '-%')
) ${strict_without_rowid};
