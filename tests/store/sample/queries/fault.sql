-- name: hang_up
-- Ends the connection on PostgreSQL; does nothing here.
SELECT 1 AS done

-- name: my_pid
-- The server process of this connection.
SELECT 0 AS pid
