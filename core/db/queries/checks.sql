-- name: due
-- Days of a pool whose seed is published, that have not been checked, or whose check failed some time ago.
SELECT DISTINCT s.office, s.kind, s.day FROM seed AS s
LEFT JOIN checked_day AS c ON c.office = s.office AND c.kind = s.kind AND c.day = s.day
WHERE s.published_at IS NOT NULL AND (c.day IS NULL OR c.is_consistent = 0 AND c.checked_at < :before)
ORDER BY s.office, s.kind, s.day

-- name: draws_of_day
-- The numbers of the draws of a pool on a day: how many, the first and the last; and when its seed was published.
SELECT count(d.n) AS draws, min(d.n) AS first, max(d.n) AS last, max(s.published_at) AS published_at
FROM seed AS s LEFT JOIN draw AS d ON d.seed_id = s.seed_id
WHERE s.office = :office AND s.kind = :kind AND s.day = :day

-- name: note
-- Stores the outcome of a day's check; only the first that is consistent, or the newest.
INSERT INTO checked_day (office, kind, day, checked_at, draws, is_consistent, reason)
VALUES (:office, :kind, :day, :now, :draws, :is_consistent, :reason)
ON CONFLICT (office, kind, day) DO UPDATE
SET checked_at = excluded.checked_at, draws = excluded.draws, is_consistent = excluded.is_consistent,
    reason = excluded.reason
WHERE checked_day.is_consistent = 0

-- name: failed
-- Days whose draws could not be recomputed, oldest first.
SELECT * FROM checked_day WHERE is_consistent = 0 ORDER BY checked_at, office, kind, day LIMIT :most

-- name: add_notices
-- Adds a notice for each owner who drew from a pool on a day, was shown the batch, and wants to be told.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, pointless_after, state, try_at, created_at)
SELECT DISTINCT a.chat_id, :purpose, :subject, :details, CAST(:due_at AS ${integer}),
       CAST(:pointless_after AS ${integer}), 'waiting', CAST(:due_at AS ${integer}), CAST(:now AS ${integer})
FROM seed AS s JOIN draw AS d ON d.seed_id = s.seed_id
JOIN preselection AS p ON p.preselection_id = d.preselection_id
JOIN account AS a ON a.account_id = p.account_id
JOIN check_subscription AS w ON w.chat_id = a.chat_id
WHERE s.office = :office AND s.kind = :kind AND s.day = :day AND d.sent_at IS NOT NULL
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: inconsistent_of_chat
-- Whether draws of a chat on a day are among those that could not be recomputed.
SELECT c.day FROM checked_day AS c JOIN seed AS s ON s.office = c.office AND s.kind = c.kind AND s.day = c.day
JOIN draw AS d ON d.seed_id = s.seed_id
JOIN preselection AS p ON p.preselection_id = d.preselection_id
JOIN account AS a ON a.account_id = p.account_id
WHERE c.day = :day AND c.is_consistent = 0 AND a.chat_id = :chat_id LIMIT 1

-- name: verified_of_chat
-- The draws of a chat on a day that were recomputed: how many, by pool.
SELECT c.office, c.kind, count(*) AS draws
FROM account AS a JOIN preselection AS p ON p.account_id = a.account_id
JOIN draw AS d ON d.preselection_id = p.preselection_id
JOIN seed AS s ON s.seed_id = d.seed_id
JOIN checked_day AS c ON c.office = s.office AND c.kind = s.kind AND c.day = s.day
WHERE a.chat_id = :chat_id AND s.day = :day AND c.is_consistent = 1 AND d.sent_at IS NOT NULL
GROUP BY c.office, c.kind ORDER BY c.office, c.kind

-- name: subscribe
-- Notes that a chat wants to be told when a day on which it drew has been checked.
INSERT INTO check_subscription (chat_id, since) VALUES (:chat_id, :now) ON CONFLICT (chat_id) DO NOTHING

-- name: unsubscribe
-- Ends it.
DELETE FROM check_subscription WHERE chat_id = :chat_id

-- name: subscription
-- Since when a chat wants to be told.
SELECT since FROM check_subscription WHERE chat_id = :chat_id

-- name: own_draws
-- The draws of an owner that they were shown, with their seeds, oldest first.
SELECT d.office, d.kind, d.n, d.drawn_at, d.numbers, d.nonce, d.without_four, d.batch_no, d.journal_seq, p.vin,
       s.day, s.digest, s.secret_published, s.published_at, e.hash AS journal_hash
FROM preselection AS p JOIN draw AS d ON d.preselection_id = p.preselection_id
JOIN seed AS s ON s.seed_id = d.seed_id
LEFT JOIN public_entry AS e ON e.office = d.office AND e.kind = d.kind AND e.seq = d.journal_seq
WHERE p.account_id = :account_id AND d.sent_at IS NOT NULL ORDER BY d.drawn_at, d.n
