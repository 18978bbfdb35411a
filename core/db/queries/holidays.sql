-- name: years
-- The years whose holidays were entered, and by whom.
SELECT year, entered_at, entered_by FROM holiday_year ORDER BY year

-- name: country
-- The years and days that were entered, as in closed_days.of_office.
SELECT day, 'holiday' AS what, CAST(works AS TEXT) AS hours FROM holiday
UNION ALL
SELECT CAST(year AS TEXT) AS day, 'year' AS what, '' AS hours FROM holiday_year

-- name: enter_year
-- Enters a year, or replaces the one that was shown; the time tells whether it is that one.
INSERT INTO holiday_year (year, entered_at, entered_by) VALUES (:year, :now, :actor)
ON CONFLICT (year) DO UPDATE SET entered_at = excluded.entered_at, entered_by = excluded.entered_by
WHERE holiday_year.entered_at = :seen

-- name: forget_days
-- Removes the days of a year.
DELETE FROM holiday WHERE year = :year

-- name: add_day
-- Adds a day of a year.
INSERT INTO holiday (day, year, works) VALUES (:day, :year, :works)
