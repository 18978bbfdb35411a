-- name: all
-- Offices under maintenance; an empty code means all of them.
SELECT office, text, since FROM maintenance ORDER BY office

-- name: closing
-- All that closes phase 2: offices under maintenance, and a clock in doubt.
SELECT office, text, 0 AS is_clock FROM maintenance
UNION ALL SELECT '' AS office, '' AS text, 1 AS is_clock FROM clock_guard WHERE doubted_at IS NOT NULL

-- name: begin
-- Puts an office, or all of them, under maintenance.
INSERT INTO maintenance (office, text, since, begun_by) VALUES (:office, :text, :now, :actor)
ON CONFLICT (office) DO NOTHING

-- name: change
-- Replaces the text of a maintenance, if it is still the one that was shown.
UPDATE maintenance SET text = :text, begun_by = :actor WHERE office = :office AND text = :seen

-- name: end
-- Ends a maintenance.
DELETE FROM maintenance WHERE office = :office
