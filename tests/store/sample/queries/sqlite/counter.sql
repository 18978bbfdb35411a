-- name: dialect
-- SQLite's own.
SELECT 'sqlite' AS dialect
