-- name: last_of_plate
-- Who last had a number to themselves.
SELECT account_id FROM preselection
WHERE office = :office AND kind = :kind AND serial = :serial
ORDER BY preselection_id DESC LIMIT 1
