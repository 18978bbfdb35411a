-- name: inbox
-- How many updates are not done, and when the oldest was received.
SELECT count(*) AS depth, min(received_at) AS oldest FROM inbox WHERE state IN ('waiting', 'applied')

-- name: notifications_due
-- How many notifications should have been sent.
SELECT count(*) AS due FROM notice WHERE state = 'waiting' AND try_at <= :now

-- name: free
-- How many numbers of each pool were free when they were last counted.
SELECT s.office, s.kind, sum(c.free) AS free
FROM segment AS s JOIN segment_count AS c ON c.segment_id = s.segment_id
GROUP BY s.office, s.kind

-- name: last_draws
-- The number of the last draw of each pool.
SELECT office, kind, last_draw FROM pool

-- name: draws
-- How many draws of a pool there were since one, by whether they found numbers.
SELECT found.result, count(*) AS draws FROM (
    SELECT CASE WHEN numbers = '[]' THEN 'empty' ELSE 'drawn' END AS result FROM draw
    WHERE office = :office AND kind = :kind AND n > :after AND n <= :until
) AS found
GROUP BY found.result
