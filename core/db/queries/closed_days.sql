-- name: of_office
-- All that changes the days and hours of an office: closed days, hours of single days, entered holidays.
SELECT day, 'closed' AS what, '' AS hours FROM closed_day WHERE office = :office AND day >= :from_day
UNION ALL
SELECT day, place AS what, hours FROM special_hours WHERE office = :office AND day >= :from_day
UNION ALL
SELECT day, 'holiday' AS what, CAST(works AS TEXT) AS hours FROM holiday WHERE day >= :from_day
UNION ALL
SELECT CAST(year AS TEXT) AS day, 'year' AS what, '' AS hours FROM holiday_year

-- name: entered
-- What was entered for the days of an office, from a day on.
SELECT day, 'counter' AS place, '' AS hours, reason, entered_by, 1 AS is_closed_day FROM closed_day
WHERE office = :office AND day >= :from_day
UNION ALL
SELECT day, place, hours, reason, entered_by, 0 AS is_closed_day FROM special_hours
WHERE office = :office AND day >= :from_day
ORDER BY day, place

-- name: add
-- Closes an office's counter on a day.
INSERT INTO closed_day (office, day, reason, entered_at, entered_by)
VALUES (:office, :day, :reason, :now, :actor)
ON CONFLICT (office, day) DO NOTHING

-- name: remove
-- Removes a closed day.
DELETE FROM closed_day WHERE office = :office AND day = :day

-- name: add_hours
-- Enters the hours of a day.
INSERT INTO special_hours (office, day, place, hours, reason, entered_at, entered_by)
VALUES (:office, :day, :place, :hours, :reason, :now, :actor)
ON CONFLICT (office, day, place) DO NOTHING

-- name: remove_hours
-- Removes the hours of a day.
DELETE FROM special_hours WHERE office = :office AND day = :day AND place = :place
