-- The embedded registry is what the imports that are done say, the latest of them for each vehicle: so an
-- import counts as a whole from one moment on, however long it was loaded, and can be undone.
CREATE TABLE vehicle_import (
    import_id ${identity},
    chat_id ${integer} NOT NULL,
    file_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL,
    total ${integer} NOT NULL,
    loaded ${integer} NOT NULL DEFAULT 0,
    state TEXT NOT NULL
        CONSTRAINT vehicle_import_state CHECK (state IN ('loading', 'ready', 'done', 'undone', 'dropped')),
    new_count ${integer},
    changed_count ${integer},
    registered_count ${integer},
    begun_by TEXT NOT NULL,
    begun_at ${integer} NOT NULL,
    lease_until ${integer} NOT NULL,
    done_at ${integer},
    ended_at ${integer},
    tidied ${integer} NOT NULL DEFAULT 0 CONSTRAINT vehicle_import_tidied CHECK (tidied IN (0, 1)),
    CONSTRAINT vehicle_import_loaded CHECK (loaded BETWEEN 0 AND total),
    CONSTRAINT vehicle_import_ready_is_whole CHECK (state NOT IN ('ready', 'done', 'undone') OR (
        loaded = total AND new_count IS NOT NULL AND changed_count IS NOT NULL AND registered_count IS NOT NULL
    )),
    CONSTRAINT vehicle_import_done_has_a_time CHECK ((state IN ('done', 'undone')) = (done_at IS NOT NULL)),
    CONSTRAINT vehicle_import_end_has_a_time CHECK ((state IN ('undone', 'dropped')) = (ended_at IS NOT NULL))
) ${strict};

-- An admin has one import under way at a time.
CREATE UNIQUE INDEX vehicle_import_open ON vehicle_import (chat_id) WHERE state IN ('loading', 'ready');

CREATE TABLE registry_entry (
    vin TEXT NOT NULL CONSTRAINT registry_entry_vin CHECK (length(vin) = 17),
    import_id ${integer} NOT NULL REFERENCES vehicle_import (import_id),
    certificate TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT registry_entry_kind CHECK (kind IN ('small', 'small_nev', 'large_nev')),
    state TEXT NOT NULL CONSTRAINT registry_entry_state CHECK (state IN ('new', 'registered')),
    PRIMARY KEY (vin, import_id)
) ${strict_without_rowid};

CREATE INDEX registry_entry_of_import ON registry_entry (import_id);

-- What was loaded before there were imports counts as one of them.
INSERT INTO vehicle_import (chat_id, file_id, file_name, digest, total, loaded, state, new_count,
                            changed_count, registered_count, begun_by, begun_at, lease_until, done_at)
SELECT 0, '', '', '', count(*), count(*), 'done', count(*), 0,
       count(CASE WHEN state = 'registered' THEN 1 END), 'cli', min(loaded_at), 0, max(loaded_at)
FROM registry_vehicle HAVING count(*) > 0;

INSERT INTO registry_entry (vin, import_id, certificate, kind, state)
SELECT vin, (SELECT min(import_id) FROM vehicle_import), certificate, kind, state FROM registry_vehicle;

DROP TABLE registry_vehicle;

CREATE VIEW registry_vehicle AS
SELECT entry.vin, entry.certificate, entry.kind, entry.state, made.done_at AS loaded_at
FROM registry_entry AS entry
JOIN vehicle_import AS made ON made.import_id = entry.import_id AND made.state = 'done'
WHERE NOT EXISTS (
    SELECT 1 FROM registry_entry AS later
    JOIN vehicle_import AS after ON after.import_id = later.import_id AND after.state = 'done'
    WHERE later.vin = entry.vin
      AND (after.done_at > made.done_at
           OR (after.done_at = made.done_at AND after.import_id > made.import_id))
);
