-- name: take
-- Takes those of some different numbers that are free: without a row, or with a hold that has run out.
-- The candidates are JSON: [["A1234", segment, position], ...].
INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until, since)
SELECT :office, :kind, value ->> 0, :state, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT),
       CAST(:preselection_id AS BIGINT), CAST(:draw_no AS BIGINT), CAST(:held_until AS BIGINT), CAST(:now AS BIGINT)
FROM json_array_elements(CAST(:candidates AS JSON))
ON CONFLICT (office, kind, serial) DO UPDATE
SET state = excluded.state, segment_id = excluded.segment_id, position = excluded.position,
    preselection_id = excluded.preselection_id, draw_no = excluded.draw_no,
    held_until = excluded.held_until, since = excluded.since
WHERE plate.held_until < :now
RETURNING serial
