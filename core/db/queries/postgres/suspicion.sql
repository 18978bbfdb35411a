-- name: rests_and_holds
-- When those of several wishes that are no longer taken or held by others became free, as far as their rows tell.
SELECT serial, 'rest' AS what, held_until AS at FROM plate
WHERE office = :office AND kind = :kind AND held_until >= :since AND held_until <= :now
  AND serial IN (SELECT json_array_elements_text(CAST(:wishes AS JSON)))
UNION ALL
SELECT serial, 'hold' AS what, held_until AS at FROM hold
WHERE office = :office AND kind = :kind AND held_until >= :since AND held_until < :now
  AND preselection_id <> :preselection_id
  AND serial IN (SELECT json_array_elements_text(CAST(:wishes AS JSON)))
