-- Reservations that the vehicle registry contradicts (the view registry_contradiction). :offices holds the codes of
-- the offices meant, separated by commas; :everywhere = 1 means all of them.

-- name: of_scope
-- Reservations of some offices that the registry in effect contradicts in one way, by deadline.
SELECT * FROM registry_contradiction
WHERE contradiction = :contradiction AND (:everywhere = 1 OR :offices LIKE '%' || office || '%')
ORDER BY deadline, preselection_id LIMIT :most

-- name: any_vehicle
-- Whether the registry has any vehicle.
SELECT 1 AS known FROM registry_entry LIMIT 1

-- name: of_preselection
-- How the registry in effect contradicts one reservation.
SELECT * FROM registry_contradiction WHERE preselection_id = :preselection_id

-- name: of_import
-- Reservations that an import would contradict once it is in effect, by deadline.
SELECT p.preselection_id, p.office, p.kind, p.serial, p.vin, p.deadline, entry.kind AS registry_kind,
       CASE WHEN entry.state = 'registered' THEN 'registered' ELSE 'kind' END AS contradiction
FROM preselection AS p
JOIN registry_entry AS entry ON entry.vin = p.vin AND entry.import_id = :import_id
WHERE p.state = 'reserved' AND (entry.state = 'registered' OR entry.kind <> p.kind)
ORDER BY p.deadline, p.preselection_id
