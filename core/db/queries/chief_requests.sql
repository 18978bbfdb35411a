-- name: expire
-- Ends the requests that nobody has decided in time, with their arguments.
UPDATE chief_request SET state = 'expired', decided_at = :now, args_sealed = NULL
WHERE state = 'waiting' AND expires_at <= :now

-- name: add
-- Adds a request; none if the same waits already.
INSERT INTO chief_request
    (act, question, about, subject, office, account_id, holder_id, args_sealed, reason, actor, requested_at, expires_at)
VALUES (:act, :question, :about, :subject, :office, :account_id, :holder_id, :args_sealed, :reason, :actor, :now, :expires_at)
ON CONFLICT (question, about) WHERE state = 'waiting' DO NOTHING
RETURNING request_id

-- name: get
-- One request.
SELECT * FROM chief_request WHERE request_id = :request_id

-- name: waiting
-- The requests that wait to be decided, oldest first.
SELECT * FROM chief_request WHERE state = 'waiting' AND expires_at > :now ORDER BY requested_at, request_id LIMIT :most

-- name: waiting_about
-- The request of a question about something that waits to be decided.
SELECT * FROM chief_request
WHERE question = :question AND about = :about AND state = 'waiting' AND expires_at > :now

-- name: decide
-- Decides a request that waits, once; its arguments are no longer needed.
UPDATE chief_request SET state = :state, decided_by = :actor, decided_at = :now, args_sealed = NULL
WHERE request_id = :request_id AND state = 'waiting' AND expires_at > :now

-- name: settle
-- Withdraws the request that waits about what was done without it.
UPDATE chief_request SET state = 'withdrawn', decided_by = :actor, decided_at = :now, args_sealed = NULL
WHERE question = :question AND about = :about AND state = 'waiting'
RETURNING request_id

-- name: forget
-- Ends the requests about an account whose owner's data are deleted.
UPDATE chief_request SET state = 'expired', decided_at = :now, args_sealed = NULL
WHERE (account_id = :account_id OR holder_id = :account_id) AND state = 'waiting'
