-- name: put
-- Adds vehicles of an import, given as JSON: [["VIN", "certificate", "kind", "state"], ...].
INSERT INTO registry_entry (vin, import_id, certificate, kind, state)
SELECT value ->> 0, CAST(:import_id AS BIGINT), value ->> 1, value ->> 2, value ->> 3
FROM json_array_elements(CAST(:vehicles AS JSON))
ON CONFLICT (vin, import_id) DO NOTHING
