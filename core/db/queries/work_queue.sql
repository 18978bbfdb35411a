-- What waits at the desk, read from a snapshot; what admins have dealt with; the daily summary. :offices holds
-- the codes of the offices meant, separated by commas; :everywhere = 1 means all of them.

-- name: taken_of_segment
-- How many numbers of a segment are taken for good. Counted in an index that no hold enters.
SELECT count(*) AS taken FROM plate WHERE segment_id = :segment_id AND held_until IS NULL

-- name: due
-- Reservations that end before a time and whose owners can be reached, by deadline; without those that the vehicle
-- registry contradicts, which are listed apart.
SELECT p.preselection_id, p.office, p.kind, p.serial, p.deadline FROM preselection AS p
JOIN account AS a ON a.account_id = p.account_id
WHERE p.state = 'reserved' AND p.deadline < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || p.office || '%')
  AND NOT EXISTS (SELECT 1 FROM unreachable AS u WHERE u.chat_id = a.chat_id)
  AND NOT EXISTS (SELECT 1 FROM registry_contradiction AS c WHERE c.preselection_id = p.preselection_id)
ORDER BY p.deadline, p.preselection_id LIMIT :most

-- name: due_shut
-- The same, of owners who cannot be reached.
SELECT p.preselection_id, p.office, p.kind, p.serial, p.deadline FROM preselection AS p
JOIN account AS a ON a.account_id = p.account_id
JOIN unreachable AS u ON u.chat_id = a.chat_id
WHERE p.state = 'reserved' AND p.deadline < :until
  AND (:everywhere = 1 OR :offices LIKE '%' || p.office || '%')
  AND NOT EXISTS (SELECT 1 FROM registry_contradiction AS c WHERE c.preselection_id = p.preselection_id)
ORDER BY p.deadline, p.preselection_id LIMIT :most

-- name: scheduled
-- Scheduled releases, by opening time.
SELECT segment_id, office, kind, mask, opens_at FROM segment
WHERE opens_at > :now AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
ORDER BY opens_at, segment_id LIMIT :most

-- name: unreminded
-- Numbers that expired although their owners could not be reminded, and that no admin has dealt with, oldest first.
SELECT preselection_id, office, kind, serial, unreminded_at FROM preselection
WHERE unreminded_at >= :since
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
  AND NOT EXISTS (
      SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'expiry:' || preselection.preselection_id
  )
ORDER BY unreminded_at, preselection_id LIMIT :most

-- name: unreminded_one
-- One of these numbers.
SELECT preselection_id, office, kind, serial, unreminded_at FROM preselection
WHERE preselection_id = :preselection_id AND unreminded_at IS NOT NULL

-- name: failed
-- Failed notices that no admin has dealt with, oldest first. Subscriptions and broadcasts are left out: they are
-- no loss to chats that have blocked the bot, and would bury the rest. So are reminders that go by SMS instead, and
-- those of extended deadlines: a number that expires unreminded is listed itself; and those about roles that wait
-- until their holder opens the bot. All of them, or (:subject) those about one subject. The office is that of the
-- preselection, or else stands in the details, which are JSON.
SELECT notice_id, chat_id, purpose, subject, details, ended_at, tries, error FROM notice
WHERE state = 'failed' AND ended_at >= :since AND :subject IN ('', subject)
  AND (:everywhere = 1 OR CASE
      WHEN subject LIKE 'preselection:%' THEN EXISTS (
          SELECT 1 FROM preselection AS p
          WHERE p.preselection_id = CAST(substr(notice.subject, 14) AS bigint) AND :offices LIKE '%' || p.office || '%'
      )
      ELSE details LIKE '%"office": "%'
           AND :offices LIKE '%' || substr(details, ${position}(details, '"office": "') + 11, 2) || '%'
  END)
  AND purpose NOT IN ('release', 'compose', 'opening', 'broadcast', 'summary')
  AND NOT (purpose LIKE 'role:%' AND error IN ('Forbidden', 'ChatGone'))
  AND purpose NOT LIKE 'sms\_usage%' ESCAPE '\' AND purpose NOT LIKE 'sms\_failing%' ESCAPE '\'
  AND NOT EXISTS (
      SELECT 1 FROM preselection AS p
      WHERE p.deadline_before IS NOT NULL
        AND (notice.purpose LIKE 'reminder:%' OR notice.purpose LIKE 'extended:%'
             OR notice.purpose LIKE 'sms_reminder:%')
        AND p.preselection_id = CASE WHEN notice.subject LIKE 'preselection:%'
                                     THEN CAST(substr(notice.subject, 14) AS bigint) END
  )
  AND NOT EXISTS (
      SELECT 1 FROM notice AS sms
      WHERE sms.subject = notice.subject AND sms.purpose = 'sms_reminder:' || notice.purpose
        AND sms.state IN ('waiting', 'sending', 'sent')
  )
  AND NOT EXISTS (SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'notice:' || notice.notice_id)
ORDER BY ended_at, notice_id LIMIT :most

-- name: failed_of_chat
-- The failed notices to the recipient of one, oldest first.
SELECT notice_id FROM notice
WHERE chat_id = (SELECT chat_id FROM notice WHERE notice_id = :notice_id) AND state = 'failed' AND ended_at >= :since
  AND NOT EXISTS (SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'notice:' || notice.notice_id)
ORDER BY ended_at, notice_id LIMIT :most

-- name: failed_one
-- One failed notice.
SELECT notice_id, chat_id, purpose, subject, details, ended_at, tries, error FROM notice
WHERE notice_id = :notice_id AND state = 'failed'

-- name: broken
-- Dead letters that no admin has dealt with, oldest first, without their contents.
SELECT update_id, chat_id, received_at, tries, note FROM inbox
WHERE state = 'broken'
  AND NOT EXISTS (SELECT 1 FROM desk_handled WHERE desk_handled.subject = 'update:' || inbox.update_id)
ORDER BY received_at, update_id LIMIT :most

-- name: broken_one
-- One dead letter, without its contents.
SELECT update_id, chat_id, received_at, tries, note FROM inbox
WHERE update_id = :update_id AND state = 'broken'

-- name: handle
-- Records who has dealt with a task; the first one counts.
INSERT INTO desk_handled (subject, handled_by, handled_at) VALUES (:subject, :actor, :now)
ON CONFLICT (subject) DO NOTHING

-- name: handled
-- Who has dealt with a task.
SELECT handled_by, handled_at FROM desk_handled WHERE subject = :subject

-- name: summaries_off
-- Chats that have turned the daily summary off.
SELECT chat_id FROM summary_off ORDER BY chat_id

-- name: summary_is_off
-- Whether a chat has turned the daily summary off.
SELECT chat_id FROM summary_off WHERE chat_id = :chat_id

-- name: turn_summary_off
-- Turns the daily summary of a chat off.
INSERT INTO summary_off (chat_id, since) VALUES (:chat_id, :now) ON CONFLICT (chat_id) DO NOTHING

-- name: turn_summary_on
-- Turns it on again.
DELETE FROM summary_off WHERE chat_id = :chat_id
