-- The list of an office's pending reservations (/list), read from a snapshot. Few chats cannot be reached, so those lists
-- begin with them; CROSS JOIN keeps SQLite to that order, and || keeps it from the index of the whole office.

-- name: page
-- Those that end up to a time, by deadline.
SELECT p.*, EXISTS (
    SELECT 1 FROM account AS a JOIN unreachable AS u ON u.chat_id = a.chat_id WHERE a.account_id = p.account_id
) AS is_unreachable, (
    SELECT c.contradiction FROM registry_contradiction AS c WHERE c.preselection_id = p.preselection_id
) AS contradiction
FROM preselection AS p
WHERE p.state = 'reserved' AND p.office = :office AND p.deadline <= :until AND :kind IN ('', p.kind)
ORDER BY p.deadline, p.preselection_id LIMIT :most OFFSET :skip

-- name: page_unreachable
-- Those whose owners cannot be reached.
SELECT p.*, 1 AS is_unreachable, (
    SELECT c.contradiction FROM registry_contradiction AS c WHERE c.preselection_id = p.preselection_id
) AS contradiction
FROM unreachable AS u CROSS JOIN account AS a CROSS JOIN preselection AS p
WHERE a.chat_id = u.chat_id AND p.account_id = a.account_id
  AND p.state = 'reserved' AND p.office || '' = :office AND :kind IN ('', p.kind)
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
FROM unreachable AS u CROSS JOIN account AS a CROSS JOIN preselection AS p
WHERE a.chat_id = u.chat_id AND p.account_id = a.account_id AND p.state = 'reserved' AND p.office = :office
GROUP BY p.kind

-- name: count_unreachable_owners
-- How many owners of pending reservations of some offices cannot be reached.
SELECT count(DISTINCT u.chat_id) AS owners
FROM unreachable AS u CROSS JOIN account AS a CROSS JOIN preselection AS p
WHERE a.chat_id = u.chat_id AND p.account_id = a.account_id AND p.state = 'reserved'
  AND (:everywhere = 1 OR :offices LIKE '%' || p.office || '%')

-- name: count_known
-- How many there are of each kind whose vehicles the registry knows as registered.
SELECT kind, count(*) AS numbers FROM registry_contradiction
WHERE contradiction = 'registered' AND office = :office
GROUP BY kind
