-- name: about
-- Entries about the given subjects, as JSON, or by an actor.
SELECT * FROM audit
WHERE entry_id IN (
    SELECT entry_id FROM audit
    WHERE subject IN (SELECT json_array_elements_text(CAST(:subjects AS JSON))) AND entry_id <= :newest
    UNION
    SELECT entry_id FROM audit WHERE actor = :by AND entry_id <= :newest
  )
  AND (:mask = '' OR subject NOT LIKE 'pool:%' OR details LIKE '%"mask": "' || :mask || '"%')
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
  AND :actor IN ('', actor) AND (:actions = '' OR :actions LIKE '%|' || action || '|%') AND :office IN ('', office)
  AND at >= :since AND at < :until
ORDER BY entry_id DESC LIMIT :most OFFSET :skip

-- name: by_action
-- Entries of any of some actions, as JSON.
SELECT * FROM audit
WHERE action IN (SELECT json_array_elements_text(CAST(:actions AS JSON))) AND entry_id <= :newest
  AND (:everywhere = 1 OR :offices LIKE '%' || office || '%'
       OR (subject = 'office:all' AND action IN ('began_maintenance', 'ended_maintenance')))
  AND :office IN ('', office)
  AND at >= :since AND at < :until
ORDER BY entry_id DESC LIMIT :most OFFSET :skip
