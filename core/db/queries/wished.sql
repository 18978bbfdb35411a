-- name: add
-- Adds a wished number of a registered owner who has fewer than five.
INSERT INTO wished_number (account_id, slot, office, kind, mask, since)
SELECT a.account_id, s.slot, :office, :kind, :mask, CAST(:now AS ${integer})
FROM account AS a CROSS JOIN (
    SELECT 1 AS slot UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
) AS s
WHERE a.account_id = :account_id AND a.registered_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM wished_number AS w WHERE w.account_id = a.account_id AND w.slot = s.slot
)
ORDER BY s.slot LIMIT 1
ON CONFLICT DO NOTHING

-- name: of_account
-- The wished numbers of an owner.
SELECT slot, office, kind, mask, since FROM wished_number WHERE account_id = :account_id ORDER BY slot

-- name: remove
-- Removes a wished number.
DELETE FROM wished_number WHERE account_id = :account_id AND slot = :slot

-- name: forget
-- Removes all wished numbers of an owner.
DELETE FROM wished_number WHERE account_id = :account_id

-- name: add_opening
-- Records from when numbers can be selected, and when those who wished for them are told.
INSERT INTO number_opening (office, kind, mask, nev_letters, way, compose_from, tell_at)
VALUES (:office, :kind, :mask, :nev_letters, :way, :compose_from, :tell_at)

-- name: add_return
-- The same for a number that has come back; only if somebody wishes for numbers of its pool.
INSERT INTO number_opening (office, kind, mask, nev_letters, way, compose_from, tell_at)
SELECT :office, :kind, :serial, '', 'back', NULL, CAST(:tell_at AS ${integer})
WHERE EXISTS (SELECT 1 FROM wished_number WHERE office = :office AND kind = :kind)

-- name: opening_due
-- The first opening of which somebody may still have to be told.
SELECT * FROM number_opening WHERE tell_at <= :now ORDER BY tell_at, opening_id LIMIT 1

-- name: page_of_pool
-- Some of the wishes for numbers of a pool, in the order of the accounts.
SELECT account_id, mask FROM wished_number
WHERE office = :office AND kind = :kind AND account_id > :after ORDER BY account_id, mask LIMIT :most

-- name: page_of_masks
-- Some of the wishes with one of these masks, in the order of the accounts. The masks are JSON.
SELECT account_id, mask FROM wished_number
WHERE office = :office AND kind = :kind AND account_id > :after
  AND mask IN (SELECT json_each.value FROM json_each(:masks)) ORDER BY account_id, mask LIMIT :most

-- name: tell
-- Adds a notice for each owner of JSON [[account, wish], ...]; once for an opening, whatever they have wished for.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, state, try_at, created_at)
SELECT a.chat_id, :purpose, :subject, json_set(:details, '$$.wish', json_extract(w.value, '$$[1]')),
       CAST(:now AS ${integer}), 'waiting', CAST(:now AS ${integer}), CAST(:now AS ${integer})
FROM json_each(:wishes) AS w JOIN account AS a ON a.account_id = json_extract(w.value, '$$[0]')
WHERE a.registered_at IS NOT NULL
ON CONFLICT (subject, purpose, chat_id) DO NOTHING

-- name: told_up_to
-- Records up to which account the owners have been told of an opening.
UPDATE number_opening SET told_up_to = :account_id WHERE opening_id = :opening_id AND told_up_to < :account_id

-- name: end_opening
-- Forgets an opening of which everybody has been told.
DELETE FROM number_opening WHERE opening_id = :opening_id

-- name: forget_openings
-- Forgets when a segment was to open, as it has not.
DELETE FROM number_opening
WHERE office = :office AND kind = :kind AND mask = :mask AND way IN ('release', 'compose') AND tell_at > :now
