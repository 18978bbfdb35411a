-- name: begin
-- An import comes into being, unless its admin has one under way.
INSERT INTO vehicle_import (chat_id, file_id, file_name, digest, total, state, begun_by, begun_at, lease_until)
VALUES (:chat_id, :file_id, :file_name, :digest, :total, 'loading', :actor, :now, :lease_until)
ON CONFLICT (chat_id) WHERE state IN ('loading', 'ready') DO NOTHING
RETURNING import_id

-- name: get
-- One import.
SELECT * FROM vehicle_import WHERE import_id = :import_id

-- name: recent
-- The latest imports.
SELECT * FROM vehicle_import ORDER BY import_id DESC LIMIT :most

-- name: open_of
-- What an admin has under way.
SELECT * FROM vehicle_import WHERE chat_id = :chat_id AND state IN ('loading', 'ready')

-- name: put
-- Some vehicles of an import, as JSON: [["VIN", "certificate", "kind", "state"], ...].
INSERT INTO registry_entry (vin, import_id, certificate, kind, state)
SELECT json_extract(value, '$$[0]'), :import_id, json_extract(value, '$$[1]'), json_extract(value, '$$[2]'),
       json_extract(value, '$$[3]')
FROM json_each(:vehicles) WHERE true
ON CONFLICT (vin, import_id) DO NOTHING

-- name: advance
-- So many are loaded, if it still is to be loaded; whoever loads it shows a sign of life.
UPDATE vehicle_import SET loaded = :loaded, lease_until = :lease_until
WHERE import_id = :import_id AND state = 'loading' AND loaded <= :loaded
RETURNING loaded

-- name: ready
-- All of it is loaded, and nothing of it counts yet; what it would change is kept for whoever decides.
UPDATE vehicle_import SET state = 'ready', new_count = :new, changed_count = :changed, registered_count = :registered
WHERE import_id = :import_id AND state = 'loading' AND loaded = total

-- name: confirm
-- From now on it counts, as a whole.
UPDATE vehicle_import SET state = 'done', done_at = :now WHERE import_id = :import_id AND state = 'ready'

-- name: drop
-- It is given up before it counted.
UPDATE vehicle_import SET state = 'dropped', ended_at = :now
WHERE import_id = :import_id AND state IN ('loading', 'ready')

-- name: undo
-- It counts no more: what was known before counts again.
UPDATE vehicle_import SET state = 'undone', ended_at = :now
WHERE import_id = :import_id AND state = 'done' AND done_at >= :since AND tidied = 0

-- name: claim
-- An import whose loader gives no sign of life; whoever takes it up holds it for a while.
UPDATE vehicle_import SET lease_until = :lease_until
WHERE import_id = (
    SELECT import_id FROM vehicle_import
    WHERE state = 'loading' AND lease_until < :now AND file_id <> '' ORDER BY import_id LIMIT 1 ${for_update_skip_locked}
)
RETURNING *

-- name: forgotten
-- Imports that nobody confirmed, and such of the command line as it left unfinished.
UPDATE vehicle_import SET state = 'dropped', ended_at = :now
WHERE state IN ('loading', 'ready') AND begun_at < :before

-- name: differences
-- What an import would change of what counts now.
SELECT count(*) AS total,
       count(CASE WHEN known.vin IS NULL THEN 1 END) AS new_count,
       count(CASE WHEN known.vin IS NOT NULL AND (known.certificate <> entry.certificate
                  OR known.kind <> entry.kind OR known.state <> entry.state) THEN 1 END) AS changed_count,
       count(CASE WHEN entry.state = 'registered' THEN 1 END) AS registered_count
FROM registry_entry AS entry LEFT JOIN registry_vehicle AS known ON known.vin = entry.vin
WHERE entry.import_id = :import_id

-- name: all
-- The registry as it counts now.
SELECT vin, certificate, kind, state, loaded_at FROM registry_vehicle ORDER BY vin LIMIT :most

-- name: purge_ended
-- Some entries of imports that do not count.
DELETE FROM registry_entry WHERE (vin, import_id) IN (
    SELECT entry.vin, entry.import_id FROM vehicle_import AS made
    JOIN registry_entry AS entry ON entry.import_id = made.import_id
    WHERE made.state IN ('undone', 'dropped') LIMIT :most
)

-- name: untidied
-- An import that cannot be undone any more and may still have older entries behind it.
SELECT import_id, done_at FROM vehicle_import
WHERE state = 'done' AND tidied = 0 AND done_at < :before ORDER BY done_at, import_id LIMIT 1

-- name: tidy
-- Some older entries behind those of an import.
DELETE FROM registry_entry WHERE (vin, import_id) IN (
    SELECT older.vin, older.import_id FROM registry_entry AS entry
    JOIN registry_entry AS older ON older.vin = entry.vin AND older.import_id <> entry.import_id
    JOIN vehicle_import AS made ON made.import_id = older.import_id AND made.state = 'done'
    WHERE entry.import_id = :import_id
      AND (made.done_at < :done_at OR (made.done_at = :done_at AND made.import_id < :import_id))
    LIMIT :most
)

-- name: tidied
-- Nothing older is behind it.
UPDATE vehicle_import SET tidied = 1 WHERE import_id = :import_id
