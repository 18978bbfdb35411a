-- name: take
-- Holds those of several distinct numbers that are free: not taken for good, and not held, or with an expired
-- hold. The candidates are JSON: [["A1234", segment, position], ...]. OFFSET 0 forces a lookup of each: without
-- it, PostgreSQL may scan everything ever taken, to join it with ten numbers.
INSERT INTO hold (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until)
SELECT :office, :kind, value ->> 0, 'batch', CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT),
       CAST(:preselection_id AS BIGINT), CAST(:draw_no AS BIGINT), CAST(:held_until AS BIGINT)
FROM json_array_elements(CAST(:candidates AS JSON)) WHERE NOT EXISTS (
    SELECT 1 FROM plate AS p
    WHERE p.segment_id = CAST(value ->> 1 AS BIGINT) AND p.position = CAST(value ->> 2 AS BIGINT)
      AND (p.held_until IS NULL OR p.held_until >= :now)
    OFFSET 0
)
ON CONFLICT (office, kind, serial) DO UPDATE
SET state = excluded.state, segment_id = excluded.segment_id, position = excluded.position,
    preselection_id = excluded.preselection_id, draw_no = excluded.draw_no, held_until = excluded.held_until
WHERE hold.held_until < :now AND (hold.held_until < :now - 150000 OR NOT EXISTS (
    SELECT 1 FROM preselection AS h JOIN account AS a ON a.account_id = h.account_id
    JOIN inbox AS i ON i.chat_id = a.chat_id AND i.state = 'waiting' AND i.received_at <= hold.held_until
    WHERE h.preselection_id = hold.preselection_id
))
RETURNING serial

-- name: waited_for
-- Those of several numbers whose hold has ended, but is kept for a press of its owner that waits (see take). As JSON.
SELECT h.serial FROM hold AS h JOIN json_array_elements_text(CAST(:serials AS JSON)) AS c (value) ON h.serial = c.value
WHERE h.office = :office AND h.kind = :kind AND h.held_until < :now ORDER BY h.serial

-- name: not_free
-- Those of some numbers that are held, taken or resting. As JSON; each is looked up.
SELECT serial FROM plate
WHERE office = :office AND kind = :kind AND serial IN (SELECT json_array_elements_text(CAST(:serials AS JSON)))
  AND (held_until IS NULL OR held_until >= :now)
UNION ALL
SELECT serial FROM hold
WHERE office = :office AND kind = :kind AND serial IN (SELECT json_array_elements_text(CAST(:serials AS JSON)))
  AND held_until >= :now

-- name: segments
-- All segments of a pool as one text, since it is read at every draw and hardly ever changes.
-- Id, mask, letters, opens_at, compose_from, released_at; in any order.
SELECT string_agg(
    concat_ws('|', segment_id, mask, nev_letters, opens_at, compose_from, released_at), ';'
) AS known
FROM segment WHERE office = :office AND kind = :kind

-- name: draw_terms
-- What a draw goes by, in one row: all segments of the pool as above, the withheld masks, and the seed of a day.
SELECT (
    SELECT string_agg(
        concat_ws('|', segment_id, mask, nev_letters, opens_at, compose_from, released_at), ';'
    )
    FROM segment WHERE office = :office AND kind = :kind
) AS known, (
    SELECT string_agg(mask, ';') FROM withholding WHERE office = :office AND kind = :kind AND ended_at IS NULL
) AS masks, s.seed_id, s.day, s.digest, s.secret_sealed
FROM pool AS p
LEFT JOIN seed AS s ON s.office = p.office AND s.kind = p.kind AND s.day = :day AND s.published_at IS NULL
WHERE p.office = :office AND p.kind = :kind
