-- name: beat
-- A worker lives: it is added, or its lease is renewed.
INSERT INTO worker (name, started_at, lease_until) VALUES (:name, :now, :lease_until)
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until

-- name: take_lead
-- Takes the lead if it is free, or renews it; 0 rows mean that another worker has it.
INSERT INTO worker_lead (one, worker, lease_until) VALUES (1, :name, :lease_until)
ON CONFLICT (one) DO UPDATE SET worker = excluded.worker, lease_until = excluded.lease_until
WHERE worker_lead.worker = excluded.worker OR worker_lead.lease_until <= :now

-- name: living
-- The living workers, in the order in which the chats are shared out among them.
SELECT name, lease_until FROM worker WHERE lease_until > :now ORDER BY name

-- name: leave
-- A worker has ended: nothing is handed to it any longer.
DELETE FROM worker WHERE name = :name

-- name: give_up_lead
-- A worker has ended: another one may take the lead at once.
UPDATE worker_lead SET lease_until = 0 WHERE worker = :name

-- name: bury
-- Deletes workers that have been dead for long.
DELETE FROM worker WHERE lease_until < :before
