-- name: state
-- Whether the clock is trusted, since when it is not, and why.
SELECT version, seen_at, doubted_at, cause, reference_at, header_offset, accepted_offset, told_at
FROM clock_guard WHERE id = 1

-- name: last_entry
-- The newest time in the audit log, for a database that knows no other.
SELECT MAX(at) AS at FROM audit

-- name: open
-- Makes the row, if there is none.
INSERT INTO clock_guard (id, seen_at) SELECT 1, MAX(at) FROM audit WHERE true
ON CONFLICT (id) DO NOTHING

-- name: is_in_doubt
-- One row while the clock is in doubt.
SELECT id FROM clock_guard WHERE id = 1 AND doubted_at IS NOT NULL

-- name: beat
-- Records when the trusted clock was last seen, and which difference of the header is still accepted.
UPDATE clock_guard SET seen_at = :now, accepted_offset = :accepted_offset
WHERE id = 1 AND doubted_at IS NULL AND version = :version

-- name: doubt
-- Begins a doubt, if nothing has changed since it was judged.
UPDATE clock_guard
SET version = version + 1, doubted_at = :now, cause = :cause, reference_at = :reference_at,
    header_offset = :header_offset, told_at = NULL
WHERE id = 1 AND doubted_at IS NULL AND version = :version

-- name: note_header
-- Records by how much the header differs from the doubted clock, for the chief who decides.
UPDATE clock_guard SET header_offset = :header_offset
WHERE id = 1 AND doubted_at IS NOT NULL AND version = :version

-- name: trust
-- Ends a doubt, if it is still the same one.
UPDATE clock_guard
SET version = version + 1, seen_at = :now, doubted_at = NULL, cause = NULL, reference_at = NULL, told_at = NULL,
    accepted_offset = CASE WHEN :is_accepted = 1 THEN header_offset END, header_offset = NULL
WHERE id = 1 AND doubted_at IS NOT NULL AND version = :version

-- name: told
-- Records that a chief has been told of a doubt.
UPDATE clock_guard SET told_at = :now WHERE id = 1 AND doubted_at IS NOT NULL AND version = :version

-- name: overdue
-- How many reservations would have expired by the doubted clock.
SELECT count(*) AS reservations FROM preselection WHERE state = 'reserved' AND deadline <= :now
