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

-- name: offices
-- The offices of all reservations, found one after the other in an index.
WITH RECURSIVE found (code) AS (
    SELECT min(office) FROM preselection WHERE serial IS NOT NULL
    UNION ALL
    SELECT (SELECT min(p.office) FROM preselection AS p WHERE p.serial IS NOT NULL AND p.office > found.code)
    FROM found WHERE found.code IS NOT NULL
)
SELECT code FROM found WHERE code IS NOT NULL

-- name: selected
-- How many numbers of an office were selected in each hour from one on, by way and kind. An hour is counted from 1970
-- in China's zone.
SELECT (reserved_at + 28800000) / 3600000 AS hour, way, kind, count(*) AS numbers FROM preselection
WHERE reserved_at IS NOT NULL AND office = :office AND (reserved_at + 28800000) / 3600000 >= :hour
GROUP BY (reserved_at + 28800000) / 3600000, way, kind

-- name: ended
-- How many reservations of an office ended on each day from one on, by outcome and kind. A day is counted likewise.
SELECT (ended_at + 28800000) / 86400000 AS day, state, kind, count(*) AS numbers FROM preselection
WHERE ended_at IS NOT NULL AND serial IS NOT NULL AND office = :office AND (ended_at + 28800000) / 86400000 >= :day
GROUP BY (ended_at + 28800000) / 86400000, state, kind

-- name: given_back
-- Reservations that were given back from a time on: when, by whom, and what had ended them before, which their rows no
-- longer tell.
SELECT undo.at, undo.actor, deed.action, deed.at AS ended_at, p.kind
FROM audit AS undo
JOIN preselection AS p
  ON p.preselection_id = CASE WHEN undo.subject LIKE 'preselection:%'
                              THEN CAST(substr(undo.subject, 14) AS bigint) END
JOIN audit AS deed ON deed.entry_id = (
    SELECT max(earlier.entry_id) FROM audit AS earlier
    WHERE earlier.subject = undo.subject AND earlier.entry_id < undo.entry_id
      AND earlier.action IN ('registered', 'voided', 'revoked')
)
WHERE undo.action = 'undid' AND undo.at >= :since
  AND (:everywhere = 1 OR :offices LIKE '%' || undo.office || '%')

-- name: deeds
-- Who ended how many reservations of an office in a span, and how.
SELECT actor, action, count(*) AS numbers FROM audit
WHERE action IN ('registered', 'voided', 'revoked') AND office = :office AND at >= :since AND at < :until
GROUP BY action, actor

-- name: ban_entries
-- How often the audit log says in a span that somebody was put on the blacklist: also for each further cause of a ban.
SELECT count(*) AS entries FROM audit
WHERE action = 'banned' AND at >= :since AND at < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')

-- name: appeals
-- The appeals that waited at some moment of a span.
SELECT state, submitted_at, ended_at FROM appeal
WHERE state NOT IN ('draft', 'dropped') AND submitted_at < :until AND (ended_at IS NULL OR ended_at >= :since)
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')

-- name: banned
-- How many identities were added to the blacklist on each day, which is counted likewise.
SELECT (since + 28800000) / 86400000 AS day, count(*) AS numbers FROM ban
WHERE since >= :since AND since < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (since + 28800000) / 86400000

-- name: waiting
-- How many reservations of an office are pending by a deadline, by kind. Naming the kinds lets the index be read in its
-- order.
SELECT kind, count(*) AS numbers FROM preselection
WHERE state = 'reserved' AND office = :office AND kind IN ('small', 'small_nev', 'large_nev') AND deadline <= :until
GROUP BY kind

-- name: due
-- How many reservations of an office end after a moment, and not after another.
SELECT count(*) AS numbers FROM preselection
WHERE state = 'reserved' AND office = :office AND kind IN ('small', 'small_nev', 'large_nev')
  AND deadline > :after AND deadline <= :until
