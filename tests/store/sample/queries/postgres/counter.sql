-- name: dialect
-- PostgreSQL's own.
SELECT 'postgres'::text AS dialect
