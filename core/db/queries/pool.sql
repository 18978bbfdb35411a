-- name: add_segment
-- A release: one row, whatever its size.
INSERT INTO segment (office, kind, mask, nev_letters, size, opens_at, compose_from, released_at, released_by)
VALUES (:office, :kind, :mask, :nev_letters, :size, :opens_at, :compose_from, :now, :actor)
ON CONFLICT (office, kind, mask) DO NOTHING
RETURNING segment_id

-- name: segments
-- All that was released of a pool, in the order of release.
SELECT * FROM segment WHERE office = :office AND kind = :kind ORDER BY segment_id

-- name: withheld
-- What is kept back of a pool.
SELECT mask FROM withholding WHERE office = :office AND kind = :kind AND ended_at IS NULL ORDER BY withholding_id

-- name: open_pool
-- The pool's counter of draws; taking it makes releases, draws and tries of one pool wait for each other.
INSERT INTO pool (office, kind) VALUES (:office, :kind)
ON CONFLICT (office, kind) DO UPDATE SET last_draw = pool.last_draw

-- name: next_draw
-- The number of the next draw; draws of one pool wait for each other here.
UPDATE pool SET last_draw = last_draw + 1 WHERE office = :office AND kind = :kind RETURNING last_draw

-- name: current_seed
-- The seed that the pool draws with.
SELECT * FROM seed WHERE office = :office AND kind = :kind AND published_at IS NULL

-- name: add_seed
-- A seed for one day.
INSERT INTO seed (office, kind, day, digest, secret_sealed, committed_at)
VALUES (:office, :kind, :day, :digest, :sealed, :now)
RETURNING seed_id

-- name: publish_seed
-- The seed's day is over: now everybody may know it.
UPDATE seed SET secret_published = :secret, published_at = :now WHERE seed_id = :seed_id AND published_at IS NULL

-- name: take
-- Takes those of some different numbers that are free: without a row, or with a hold that has run out.
-- The candidates are JSON: [["A1234", segment, position], ...].
INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until, since)
SELECT :office, :kind, json_extract(value, '$$[0]'), :state,
       json_extract(value, '$$[1]'), json_extract(value, '$$[2]'), :preselection_id, :draw_no, :held_until, :now
FROM json_each(:candidates) WHERE true
ON CONFLICT (office, kind, serial) DO UPDATE
SET state = excluded.state, segment_id = excluded.segment_id, position = excluded.position,
    preselection_id = excluded.preselection_id, draw_no = excluded.draw_no,
    held_until = excluded.held_until, since = excluded.since
WHERE plate.held_until < :now
RETURNING serial

-- name: take_or_own
-- Reserves a number that is free, or that is held by the owner who asks.
INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until, since)
VALUES (:office, :kind, :serial, 'reserved', :segment_id, :position, :preselection_id, NULL, NULL, :now)
ON CONFLICT (office, kind, serial) DO UPDATE
SET state = 'reserved', preselection_id = excluded.preselection_id, draw_no = NULL, held_until = NULL,
    segment_id = excluded.segment_id, position = excluded.position, since = excluded.since
WHERE plate.held_until < :now
   OR (plate.state IN ('batch', 'shortlist') AND plate.preselection_id = excluded.preselection_id)
RETURNING serial

-- name: get
-- What a number is, if it is anything.
SELECT * FROM plate WHERE office = :office AND kind = :kind AND serial = :serial

-- name: reserve_held
-- A shortlisted number becomes the owner's, if it was still held when the press came.
UPDATE plate SET state = 'reserved', held_until = NULL, draw_no = NULL, since = :now
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'shortlist'
  AND preselection_id = :preselection_id AND held_until >= :at

-- name: register
-- The number is on the vehicle.
UPDATE plate SET state = 'registered', since = :now
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'reserved'
  AND preselection_id = :preselection_id

-- name: shortlist
-- A number of the living batch goes on the shortlist.
UPDATE plate SET state = 'shortlist', held_until = :until
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'batch'
  AND preselection_id = :preselection_id AND draw_no = :draw_no AND held_until >= :at

-- name: unshortlist
-- A shortlisted number goes back to its batch, or, where that is over, to the pool.
UPDATE plate SET state = 'batch', held_until = :until
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'shortlist'
  AND preselection_id = :preselection_id AND held_until >= :at
RETURNING draw_no

-- name: unshortlist_draw
-- The number that a batch has on the shortlist goes back to the batch.
UPDATE plate SET state = 'batch', held_until = :until
WHERE preselection_id = :preselection_id AND draw_no = :draw_no AND state = 'shortlist' AND held_until >= :at

-- name: restart_shortlist
-- A change of the shortlist, or a new batch, gives all of it a new span.
UPDATE plate SET held_until = :until
WHERE preselection_id = :preselection_id AND state = 'shortlist' AND held_until >= :at

-- name: extend_batch
-- The batch has only now been sent: its span counts from here.
UPDATE plate SET held_until = :until
WHERE preselection_id = :preselection_id AND draw_no = :draw_no AND state = 'batch'
  AND held_until >= :now AND held_until < :until

-- name: end_holds
-- What an owner holds of some state goes back; the row stays some minutes, run out.
UPDATE plate SET held_until = :ended
WHERE preselection_id = :preselection_id AND state = :state AND held_until > :ended

-- name: shortlisted
-- An owner's living shortlist, in the order in which it was drawn.
SELECT serial, draw_no, held_until FROM plate
WHERE preselection_id = :preselection_id AND state = 'shortlist' AND held_until >= :at
ORDER BY draw_no, serial

-- name: taken
-- How many numbers of a pool are not free.
SELECT count(*) AS taken FROM plate
WHERE office = :office AND kind = :kind AND segment_id IS NOT NULL
  AND (held_until IS NULL OR held_until >= :now)

-- name: gaps
-- The runs of a segment's positions that are free, from the first up to but without the one after.
-- In the database's own code, for a long list must not hold up the interpreter.
SELECT low, high FROM (
    SELECT position + 1 AS low, lead(position, 1, CAST(:size AS ${integer})) OVER (ORDER BY position) AS high
    FROM (
        SELECT position FROM plate
        WHERE segment_id = :segment_id AND (held_until IS NULL OR held_until >= :now)
        UNION ALL
        SELECT -1 AS position
    ) AS taken
) AS gap
WHERE high > low
ORDER BY low

-- name: ended
-- Numbers whose hold has run out and whose row is not purged yet. Of all pools: named, a pool would lead
-- SQLite through all of its rows, and these are few.
SELECT segment_id, position FROM plate WHERE held_until < :now AND segment_id IS NOT NULL

-- name: begun
-- Numbers that are not free, of all pools: what is held, and what was taken for good since a moment.
SELECT segment_id, position FROM plate WHERE held_until >= :now AND segment_id IS NOT NULL
UNION ALL
SELECT segment_id, position FROM plate
WHERE since >= :since AND held_until IS NULL AND segment_id IS NOT NULL

-- name: purge
-- Rows of holds that ran out long enough ago to be forgotten.
DELETE FROM plate WHERE held_until < :before

-- name: add_draw
-- A draw, into the journal.
INSERT INTO draw (office, kind, n, seed_id, preselection_id, nonce, without_four, drawn_at, held_until,
                  looked_at, numbers)
VALUES (:office, :kind, :n, :seed_id, :preselection_id, :nonce, :without_four, :now, :held_until,
        :looked_at, :numbers)

-- name: extend_draw
-- Until when the batch is held now that it has been sent; only once, so that showing it again adds nothing.
UPDATE draw SET held_until = :until
WHERE office = :office AND kind = :kind AND n = :n AND held_until = drawn_at + :span
  AND held_until < :until AND held_until >= :now

-- name: end_draw
-- An owner's batch is over before its time. Without a word on the pool, which would lead SQLite through
-- all draws that it ever had.
UPDATE draw SET held_until = :ended WHERE preselection_id = :preselection_id AND held_until > :ended

-- name: last_draw_of
-- The newest batch of an owner.
SELECT * FROM draw WHERE preselection_id = :preselection_id ORDER BY n DESC LIMIT 1

-- name: draws
-- The journal of a pool's draws.
SELECT * FROM draw WHERE office = :office AND kind = :kind ORDER BY n

-- name: withhold
-- A mask is kept back.
INSERT INTO withholding (office, kind, mask, since) VALUES (:office, :kind, :mask, :now)
ON CONFLICT (office, kind, mask) WHERE ended_at IS NULL DO NOTHING

-- name: unwithhold
-- A mask is kept back no more.
UPDATE withholding SET ended_at = :now
WHERE office = :office AND kind = :kind AND mask = :mask AND ended_at IS NULL

-- name: taken_for_good
-- Numbers of a pool that are reserved or on a vehicle.
SELECT serial FROM plate WHERE office = :office AND kind = :kind AND state IN ('reserved', 'registered')
