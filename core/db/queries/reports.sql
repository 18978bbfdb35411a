-- The desk's reports. They are read from a snapshot, beside the writers. Of which offices: those whose codes
-- stand in :offices, separated by commas, or all of them where :everywhere is 1.

-- name: segments
-- All that offices have released, kind by kind in the order of release, with how many numbers of each are
-- taken for good. Counted in an index that no hold enters.
SELECT segment.*, (
    SELECT count(*) FROM plate WHERE plate.segment_id = segment.segment_id AND plate.held_until IS NULL
) AS taken
FROM segment
WHERE :everywhere = 1 OR :offices LIKE '%' || segment.office || '%'
ORDER BY office, kind, segment_id

-- name: taken_of_segment
-- How many numbers of a segment are taken for good; counted in the same index.
SELECT count(*) AS taken FROM plate WHERE segment_id = :segment_id AND held_until IS NULL

-- name: held
-- The segment of each number that somebody holds at this moment, or that rests. Not counted here: grouped by
-- segment, SQLite would go through all that is taken.
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
-- How many identities came on the blacklist on each day.
SELECT (since + :zone) / 86400000 AS day, count(*) AS numbers FROM ban
WHERE since >= :since AND since < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (since + :zone) / 86400000

-- name: count_reserved
-- How many numbers wait to be confirmed.
SELECT count(*) AS numbers FROM preselection
WHERE state = 'reserved' AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')

-- name: due
-- Reservations that end before a moment and whose owners can be reached, the first to end first.
SELECT p.preselection_id, p.office, p.kind, p.serial, p.deadline FROM preselection AS p
JOIN account AS a ON a.account_id = p.account_id
WHERE p.state = 'reserved' AND p.deadline < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || p.office || '%')
  AND NOT EXISTS (SELECT 1 FROM unreachable AS u WHERE u.chat_id = a.chat_id)
ORDER BY p.deadline, p.preselection_id LIMIT :most

-- name: due_shut
-- The same, of owners who cannot be reached.
SELECT p.preselection_id, p.office, p.kind, p.serial, p.deadline FROM preselection AS p
JOIN account AS a ON a.account_id = p.account_id
JOIN unreachable AS u ON u.chat_id = a.chat_id
WHERE p.state = 'reserved' AND p.deadline < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || p.office || '%')
ORDER BY p.deadline, p.preselection_id LIMIT :most

-- name: scheduled
-- Releases that are still to come, the first to come first.
SELECT segment_id, office, kind, mask, opens_at FROM segment
WHERE opens_at > :now AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
ORDER BY opens_at, segment_id LIMIT :most

-- name: segment
-- One segment.
SELECT office, kind FROM segment WHERE segment_id = :segment_id

-- name: due_by_day
-- How many reservations end on each day before a moment. A day is counted from 1970 in China's zone; what
-- ends with a day's last moment is that day's.
SELECT (deadline - 1 + :zone) / 86400000 AS day, count(*) AS numbers FROM preselection
WHERE state = 'reserved' AND deadline < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
GROUP BY (deadline - 1 + :zone) / 86400000

-- name: failed
-- Notices that could not be sent and that nobody has dealt with, the oldest first. What somebody subscribed to, or
-- what many are told at one time, is no loss to those who have shut us out, and would bury the rest.
SELECT notice_id, chat_id, purpose, subject, details, ended_at, tries, error FROM notice
WHERE state = 'failed' AND ended_at >= :since
  AND purpose NOT IN ('release', 'compose', 'opening', 'broadcast', 'summary')
  AND NOT EXISTS (SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'notice:' || notice.notice_id)
ORDER BY ended_at, notice_id LIMIT :most

-- name: failed_one
-- One notice that could not be sent.
SELECT notice_id, chat_id, purpose, subject, details, ended_at, tries, error FROM notice
WHERE notice_id = :notice_id AND state = 'failed'

-- name: broken
-- Updates that were set aside and that nobody has dealt with, the oldest first, without their contents.
SELECT update_id, chat_id, received_at, tries, note FROM inbox
WHERE state = 'broken'
  AND NOT EXISTS (SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'update:' || inbox.update_id)
ORDER BY received_at, update_id LIMIT :most

-- name: broken_one
-- One update that was set aside, without its contents.
SELECT update_id, chat_id, received_at, tries, note FROM inbox
WHERE update_id = :update_id AND state = 'broken'

-- name: handle
-- Somebody has dealt with something; the first one counts.
INSERT INTO desk_handled (subject, handled_by, handled_at) VALUES (:subject, :actor, :now)
ON CONFLICT (subject) DO NOTHING

-- name: handled
-- Who has dealt with something.
SELECT handled_by, handled_at FROM desk_handled WHERE subject = :subject

-- name: summaries_off
-- Who does not want the daily summary.
SELECT chat_id FROM summary_off ORDER BY chat_id

-- name: summary_is_off
-- Whether somebody does not want it.
SELECT chat_id FROM summary_off WHERE chat_id = :chat_id

-- name: turn_summary_off
-- Somebody does not want it any more.
INSERT INTO summary_off (chat_id, since) VALUES (:chat_id, :now) ON CONFLICT (chat_id) DO NOTHING

-- name: turn_summary_on
-- Somebody wants it again.
DELETE FROM summary_off WHERE chat_id = :chat_id

-- name: is_announced
-- Whether something has been announced.
SELECT subject FROM announcement WHERE subject = :subject
