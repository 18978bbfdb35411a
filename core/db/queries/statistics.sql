-- The desk's statistics. They are read from a snapshot, outside the write transactions. :offices holds the
-- codes of the offices meant, separated by commas; :everywhere = 1 means all of them.

-- name: segments
-- All segments of the offices, by kind and in the order of release, with how many numbers of each are taken for
-- good. Counted in an index that no hold enters.
SELECT segment.*, (
    SELECT count(*) FROM plate WHERE plate.segment_id = segment.segment_id AND plate.held_until IS NULL
) AS taken
FROM segment
WHERE :everywhere = 1 OR :offices LIKE '%' || segment.office || '%'
ORDER BY office, kind, segment_id

-- name: held
-- The segment of each number that is held at this moment, or rests. Not counted here: grouped by segment, SQLite
-- would scan everything taken.
SELECT segment_id FROM plate WHERE held_until >= :now
UNION ALL
SELECT segment_id FROM hold WHERE held_until >= :now

-- name: selected
-- How many numbers were selected in each hour, by either way. An hour is counted from 1970 in China's zone.
SELECT (reserved_at + :zone) / 3600000 AS hour, way, count(*) AS numbers FROM preselection
WHERE reserved_at >= :since AND reserved_at < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (reserved_at + :zone) / 3600000, way

-- name: ended
-- How many reservations ended on each day, and how. A day is counted from 1970 in China's zone.
SELECT (ended_at + :zone) / 86400000 AS day, state, count(*) AS numbers FROM preselection
WHERE ended_at >= :since AND ended_at < :until AND serial IS NOT NULL
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (ended_at + :zone) / 86400000, state

-- name: banned
-- How many identities were added to the blacklist on each day.
SELECT (since + :zone) / 86400000 AS day, count(*) AS numbers FROM ban
WHERE since >= :since AND since < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (since + :zone) / 86400000

-- name: count_reserved
-- How many reservations are pending.
SELECT count(*) AS numbers FROM preselection
WHERE state = 'reserved' AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')

-- name: due_by_day
-- How many reservations end on each day before a time. A day is counted from 1970 in China's zone; a reservation
-- that ends at the last moment of a day is counted for that day.
SELECT (deadline - 1 + :zone) / 86400000 AS day, count(*) AS numbers FROM preselection
WHERE state = 'reserved' AND deadline < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (deadline - 1 + :zone) / 86400000
