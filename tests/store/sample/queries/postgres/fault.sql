-- name: hang_up
-- Ends the very connection that asks.
SELECT pg_terminate_backend(pg_backend_pid()) AS done

-- name: my_pid
-- The server process of this connection.
SELECT pg_backend_pid() AS pid
