-- name: add_holder
-- Adds a reservation of the fictitious owner, to take a number in a rehearsal.
INSERT INTO preselection (account_id, office, kind, state, vin, certificate_kind, certificate, serial, way,
                          verified_at, reserved_at, deadline, created_at, updated_at)
VALUES (:account_id, :office, :kind, 'reserved', :vin, 'domestic', '', :serial, 'composed',
        :now, :now, :deadline, :now, :now)
RETURNING preselection_id

-- name: deeds_of
-- What an actor has done in a practice, for its tasks.
SELECT action, subject FROM audit WHERE actor = :actor
