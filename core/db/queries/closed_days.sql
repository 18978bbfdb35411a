-- name: of_office
-- The days on which an office's counter is closed in addition to holidays.
SELECT day FROM closed_day WHERE office = :office AND day >= :from_day ORDER BY day

-- name: of_day
-- Who has closed an office's counter on a day, and why.
SELECT reason, entered_by FROM closed_day WHERE office = :office AND day = :day

-- name: add
-- Closes an office's counter on a day.
INSERT INTO closed_day (office, day, reason, entered_at, entered_by)
VALUES (:office, :day, :reason, :now, :actor)
ON CONFLICT (office, day) DO NOTHING
