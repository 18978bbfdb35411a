-- name: counts
-- How many rows of each subject there are, to compare a copy with its original.
SELECT
    (SELECT count(*) FROM account) AS accounts,
    (SELECT count(*) FROM preselection) AS preselections,
    (SELECT count(*) FROM preselection WHERE state = 'reserved') AS reserved,
    (SELECT count(*) FROM preselection WHERE state = 'registered') AS registered,
    (SELECT count(*) FROM plate) AS plates,
    (SELECT count(*) FROM draw) AS draws,
    (SELECT count(*) FROM appeal) AS appeals,
    (SELECT count(*) FROM audit) AS audit_entries

-- name: offices
-- How many living reservations each office has, of all offices that the database knows.
SELECT o.office, (SELECT count(*) FROM preselection AS p WHERE p.office = o.office AND p.state = 'reserved') AS reserved
FROM (SELECT office FROM segment UNION SELECT office FROM preselection) AS o
ORDER BY o.office
