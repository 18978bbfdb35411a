-- name: page_of_masks
-- Some of the wishes with one of these masks, in the order of the accounts. The masks are JSON.
SELECT account_id, mask FROM wished_number
WHERE office = :office AND kind = :kind AND account_id > :after
  AND mask IN (SELECT json_array_elements_text(CAST(:masks AS JSON))) ORDER BY account_id, mask LIMIT :most

-- name: tell
-- Adds a notice for each owner of JSON [[account, wish], ...]; once for an opening, whatever they have wished for.
INSERT INTO notice (chat_id, purpose, subject, details, due_at, state, try_at, created_at)
SELECT a.chat_id, :purpose, :subject,
       CAST(CAST(:details AS JSONB) || jsonb_build_object('wish', w.value ->> 1) AS TEXT),
       CAST(:now AS BIGINT), 'waiting', CAST(:now AS BIGINT), CAST(:now AS BIGINT)
FROM json_array_elements(CAST(:wishes AS JSON)) AS w (value)
JOIN account AS a ON a.account_id = CAST(w.value ->> 0 AS BIGINT)
WHERE a.registered_at IS NOT NULL
ON CONFLICT (subject, purpose, chat_id) DO NOTHING
