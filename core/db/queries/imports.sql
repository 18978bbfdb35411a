-- name: begin
-- Starts an import, unless its admin has one in progress.
INSERT INTO vehicle_import (chat_id, file_id, file_name, digest, total, state, begun_by, begun_at, lease_until)
VALUES (:chat_id, :file_id, :file_name, :digest, :total, 'loading', :actor, :now, :lease_until)
ON CONFLICT (chat_id) WHERE state IN ('loading', 'ready') DO NOTHING
RETURNING import_id

-- name: get
-- One import.
SELECT * FROM vehicle_import WHERE import_id = :import_id

-- name: recent
-- The newest imports.
SELECT * FROM vehicle_import ORDER BY import_id DESC LIMIT :most

-- name: open_of
-- The import that an admin has in progress.
SELECT * FROM vehicle_import WHERE chat_id = :chat_id AND state IN ('loading', 'ready')

-- name: put
-- Adds vehicles of an import, given as JSON: [["VIN", "certificate", "kind", "state"], ...].
INSERT INTO registry_entry (vin, import_id, certificate, kind, state)
SELECT json_extract(value, '$$[0]'), :import_id, json_extract(value, '$$[1]'), json_extract(value, '$$[2]'),
       json_extract(value, '$$[3]')
FROM json_each(:vehicles) WHERE true
ON CONFLICT (vin, import_id) DO NOTHING

-- name: advance
-- Records the progress of an import that is still loading, and renews its loader's lease.
UPDATE vehicle_import SET loaded = :loaded, lease_until = :lease_until
WHERE import_id = :import_id AND state = 'loading' AND loaded <= :loaded
RETURNING loaded

-- name: ready
-- Marks an import as loaded: it has no effect yet; its differences are stored for the admin who decides.
UPDATE vehicle_import SET state = 'ready', new_count = :new, changed_count = :changed, registered_count = :registered
WHERE import_id = :import_id AND state = 'loading' AND loaded = total

-- name: confirm
-- Puts an import into effect, as a whole.
UPDATE vehicle_import SET state = 'done', done_at = :now WHERE import_id = :import_id AND state = 'ready'

-- name: drop
-- Drops an import before it takes effect.
UPDATE vehicle_import SET state = 'dropped', ended_at = :now
WHERE import_id = :import_id AND state IN ('loading', 'ready')

-- name: undo
-- Undoes an import: the entries before it are in effect again.
UPDATE vehicle_import SET state = 'undone', ended_at = :now
WHERE import_id = :import_id AND state = 'done' AND done_at >= :since AND tidied = 0

-- name: claim
-- Takes over an import whose loader's lease has expired.
UPDATE vehicle_import SET lease_until = :lease_until
WHERE import_id = (
    SELECT import_id FROM vehicle_import
    WHERE state = 'loading' AND lease_until < :now AND file_id <> '' ORDER BY import_id LIMIT 1 ${for_update_skip_locked}
)
RETURNING *

-- name: forgotten
-- Drops imports that were not confirmed, and those of the command line that were left unfinished.
UPDATE vehicle_import SET state = 'dropped', ended_at = :now
WHERE state IN ('loading', 'ready') AND begun_at < :before

-- name: differences
-- What an import would change in the registry that is in effect.
SELECT count(*) AS total,
       count(CASE WHEN known.vin IS NULL THEN 1 END) AS new_count,
       count(CASE WHEN known.vin IS NOT NULL AND (known.certificate <> entry.certificate
                  OR known.kind <> entry.kind OR known.state <> entry.state) THEN 1 END) AS changed_count,
       count(CASE WHEN entry.state = 'registered' THEN 1 END) AS registered_count
FROM registry_entry AS entry LEFT JOIN registry_vehicle AS known ON known.vin = entry.vin
WHERE entry.import_id = :import_id

-- name: no_longer_registered
-- How many vehicles with a number an import would make vehicles without one.
SELECT count(*) AS number
FROM registry_entry AS entry JOIN registry_vehicle AS known ON known.vin = entry.vin
WHERE entry.import_id = :import_id AND entry.state = 'new' AND known.state = 'registered'

-- name: all
-- The registry that is in effect.
SELECT vin, certificate, kind, state, loaded_at FROM registry_vehicle ORDER BY vin LIMIT :most

-- name: purge_ended
-- Deletes some entries of imports that were undone or dropped.
DELETE FROM registry_entry WHERE (vin, import_id) IN (
    SELECT entry.vin, entry.import_id FROM vehicle_import AS made
    JOIN registry_entry AS entry ON entry.import_id = made.import_id
    WHERE made.state IN ('undone', 'dropped') LIMIT :most
)

-- name: untidied
-- An import that can no longer be undone and may still hide older entries.
SELECT import_id, done_at FROM vehicle_import
WHERE state = 'done' AND tidied = 0 AND done_at < :before ORDER BY done_at, import_id LIMIT 1

-- name: tidy
-- Deletes some older entries that an import has replaced.
DELETE FROM registry_entry WHERE (vin, import_id) IN (
    SELECT older.vin, older.import_id FROM registry_entry AS entry
    JOIN registry_entry AS older ON older.vin = entry.vin AND older.import_id <> entry.import_id
    JOIN vehicle_import AS made ON made.import_id = older.import_id AND made.state = 'done'
    WHERE entry.import_id = :import_id
      AND (made.done_at < :done_at OR (made.done_at = :done_at AND made.import_id < :import_id))
    LIMIT :most
)

-- name: tidied
-- Marks an import as having no older entries left.
UPDATE vehicle_import SET tidied = 1 WHERE import_id = :import_id
