-- Searching the audit log: newest first, read from a snapshot. :newest is fixed while an admin pages through the
-- results, so that new entries shift none. :offices holds the codes of the offices meant, separated by commas;
-- :everywhere = 1 means all of them, and entries of no office. A maintenance of all offices concerns each of them.
-- An empty :actor, :actions or :office matches any; actions stand between bars.

-- name: newest
-- The newest entry.
SELECT max(entry_id) AS entry_id FROM audit

-- name: about
-- Entries about the given subjects, as JSON, or by an actor.
SELECT * FROM audit
WHERE entry_id IN (
    SELECT entry_id FROM audit
    WHERE subject IN (SELECT json_each.value FROM json_each(:subjects)) AND entry_id <= :newest
    UNION
    SELECT entry_id FROM audit WHERE actor = :by AND entry_id <= :newest
  )
  AND (:mask = '' OR subject NOT LIKE 'pool:%' OR details LIKE '%"mask": "' || :mask || '"%')
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
  AND :actor IN ('', actor) AND (:actions = '' OR :actions LIKE '%|' || action || '|%') AND :office IN ('', office)
  AND at >= :since AND at < :until
ORDER BY entry_id DESC LIMIT :most OFFSET :skip

-- name: by_actor
-- Entries by an actor.
SELECT * FROM audit
WHERE actor = :actor AND entry_id <= :newest
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
  AND (:actions = '' OR :actions LIKE '%|' || action || '|%') AND :office IN ('', office)
  AND at >= :since AND at < :until
ORDER BY entry_id DESC LIMIT :most OFFSET :skip

-- name: by_action
-- Entries of any of some actions, as JSON.
SELECT * FROM audit
WHERE action IN (SELECT json_each.value FROM json_each(:actions)) AND entry_id <= :newest
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
  AND :office IN ('', office)
  AND at >= :since AND at < :until
ORDER BY entry_id DESC LIMIT :most OFFSET :skip

-- name: by_time
-- Entries of a period.
SELECT * FROM audit
WHERE at >= :since AND at < :until AND entry_id <= :newest
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
  AND :office IN ('', office)
ORDER BY entry_id DESC LIMIT :most OFFSET :skip

-- name: by_office
-- Entries of an office.
SELECT * FROM audit
WHERE office = :office AND entry_id <= :newest
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
ORDER BY entry_id DESC LIMIT :most OFFSET :skip

-- name: preselections_of_plate
-- The preselections that ever had a number, newest first.
SELECT preselection_id FROM preselection WHERE office = :office AND kind = :kind AND serial = :serial
ORDER BY preselection_id DESC LIMIT 200

-- name: preselections_of_vin
-- All preselections of a vehicle, newest first.
SELECT preselection_id FROM preselection WHERE vin = :vin ORDER BY preselection_id DESC LIMIT 200

-- name: preselections_of_account
-- All preselections of an account, newest first.
SELECT preselection_id FROM preselection WHERE account_id = :account_id ORDER BY preselection_id DESC LIMIT 200

-- name: bans_of_preselection
-- The bans caused by a preselection.
SELECT ban_id FROM ban WHERE preselection_id = :preselection_id

-- name: segments_of_mask
-- The segments that were released with a mask.
SELECT segment_id FROM segment WHERE mask = :mask ORDER BY segment_id

-- name: knows_actor
-- Whether an actor has any entry.
SELECT entry_id FROM audit WHERE actor = :actor LIMIT 1
