-- The list of an office's pending reservations (/list), read from a snapshot.

-- name: page
-- Those that end up to a time, by deadline.
SELECT p.*, EXISTS (
    SELECT 1 FROM account AS a JOIN unreachable AS u ON u.chat_id = a.chat_id WHERE a.account_id = p.account_id
) AS is_unreachable, c.contradiction
FROM preselection AS p LEFT JOIN registry_contradiction AS c ON c.preselection_id = p.preselection_id
WHERE p.state = 'reserved' AND p.office = :office AND p.deadline <= :until AND :kind IN ('', p.kind)
ORDER BY p.deadline, p.preselection_id LIMIT :most OFFSET :skip

-- name: page_unreachable
-- Those whose owners cannot be reached.
SELECT p.*, 1 AS is_unreachable, c.contradiction
FROM unreachable AS u JOIN account AS a ON a.chat_id = u.chat_id
JOIN preselection AS p ON p.account_id = a.account_id
LEFT JOIN registry_contradiction AS c ON c.preselection_id = p.preselection_id
WHERE p.state = 'reserved' AND p.office = :office AND :kind IN ('', p.kind)
ORDER BY p.deadline, p.preselection_id LIMIT :most OFFSET :skip

-- name: page_known
-- Those whose vehicles the registry knows as registered.
SELECT p.*, EXISTS (
    SELECT 1 FROM account AS a JOIN unreachable AS u ON u.chat_id = a.chat_id WHERE a.account_id = p.account_id
) AS is_unreachable, c.contradiction
FROM registry_contradiction AS c JOIN preselection AS p ON p.preselection_id = c.preselection_id
WHERE c.contradiction = 'registered' AND c.office = :office AND p.state = 'reserved' AND :kind IN ('', p.kind)
ORDER BY p.deadline, p.preselection_id LIMIT :most OFFSET :skip

-- name: count_unreachable
-- How many there are of each kind whose owners cannot be reached.
SELECT p.kind, count(*) AS numbers
FROM unreachable AS u JOIN account AS a ON a.chat_id = u.chat_id
JOIN preselection AS p ON p.account_id = a.account_id
WHERE p.state = 'reserved' AND p.office = :office
GROUP BY p.kind

-- name: count_known
-- How many there are of each kind whose vehicles the registry knows as registered.
SELECT kind, count(*) AS numbers FROM registry_contradiction
WHERE contradiction = 'registered' AND office = :office
GROUP BY kind
