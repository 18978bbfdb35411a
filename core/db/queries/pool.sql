-- name: add_segment
-- Adds a segment: one row, whatever its size.
INSERT INTO segment (office, kind, mask, nev_letters, size, opens_at, compose_from, compose, released_at, released_by)
VALUES (:office, :kind, :mask, :nev_letters, :size, :opens_at, :compose_from, :compose, :now, :actor)
ON CONFLICT (office, kind, mask) DO NOTHING
RETURNING segment_id

-- name: cancel_segment
-- Deletes a segment that has not opened: no number of it was ever given.
DELETE FROM segment WHERE segment_id = :segment_id AND opens_at > :now

-- name: redate_segment
-- Gives a segment that has not opened other dates; NULL keeps how the day of self-composition was set.
UPDATE segment SET opens_at = :opens_at, compose_from = :compose_from, compose = COALESCE(:compose, compose)
WHERE segment_id = :segment_id AND opens_at > :now
RETURNING compose

-- name: segments
-- All segments of a pool as one text, since it is read at every draw and hardly ever changes.
-- Id, mask, letters, opens_at, compose_from, released_at; in any order.
SELECT group_concat(
    segment_id || '|' || mask || '|' || nev_letters || '|' || opens_at || '|' || compose_from || '|' || released_at,
    ';'
) AS known
FROM segment WHERE office = :office AND kind = :kind

-- name: draw_terms
-- What a draw goes by, in one row: all segments of the pool as above, the withheld masks, and the seed of a day.
SELECT (
    SELECT group_concat(
        segment_id || '|' || mask || '|' || nev_letters || '|' || opens_at || '|' || compose_from || '|' || released_at,
        ';'
    )
    FROM segment WHERE office = :office AND kind = :kind
) AS known, (
    SELECT group_concat(mask, ';') FROM withholding WHERE office = :office AND kind = :kind AND ended_at IS NULL
) AS masks, s.seed_id, s.day, s.digest, s.secret_sealed
FROM pool AS p
LEFT JOIN seed AS s ON s.office = p.office AND s.kind = p.kind AND s.day = :day AND s.published_at IS NULL
WHERE p.office = :office AND p.kind = :kind

-- name: withheld
-- The masks withheld from a pool.
SELECT mask FROM withholding WHERE office = :office AND kind = :kind AND ended_at IS NULL ORDER BY withholding_id

-- name: freed
-- The masks of a pool that are no longer withheld, but whose numbers can only be drawn yet, and until when.
SELECT mask, compose_from FROM withholding
WHERE office = :office AND kind = :kind AND ended_at IS NOT NULL AND compose_from > :now ORDER BY withholding_id

-- name: withholdings
-- All withholdings of a pool, running and ended, in their order.
SELECT * FROM withholding WHERE office = :office AND kind = :kind ORDER BY withholding_id

-- name: open_pool
-- Creates a pool's row, or locks it: releases, draws and tries of one pool wait for each other here. ``journal_at`` is
-- the latest time of the chain's 20 newest entries: the last one may be behind, as the clocks of workers differ.
INSERT INTO pool (office, kind) VALUES (:office, :kind)
ON CONFLICT (office, kind) DO UPDATE SET last_draw = pool.last_draw
RETURNING last_draw, journal_seq, journal_head,
    (SELECT max(at) FROM public_entry AS e WHERE e.office = pool.office AND e.kind = pool.kind AND e.seq > pool.journal_seq - 20) AS journal_at

-- name: lock_office
-- Locks all pools of an office: a concurrent reservation there is either committed before, or sees what follows.
UPDATE pool SET last_draw = last_draw WHERE office = :office

-- name: next_draw
-- Takes the number of the next draw; draws of one pool wait for each other here. The rest is as in ``open_pool``.
UPDATE pool SET last_draw = last_draw + 1 WHERE office = :office AND kind = :kind
RETURNING last_draw, journal_seq, journal_head,
    (SELECT max(at) FROM public_entry AS e WHERE e.office = pool.office AND e.kind = pool.kind AND e.seq > pool.journal_seq - 20) AS journal_at

-- name: seed_of_day
-- The seed that a pool draws with on a day.
SELECT * FROM seed WHERE office = :office AND kind = :kind AND day = :day AND published_at IS NULL

-- name: seeds_to_publish
-- Seeds of a pool that are not published and whose day is not later than this.
SELECT seed_id, day, digest, secret_sealed FROM seed
WHERE office = :office AND kind = :kind AND published_at IS NULL AND day <= :day ORDER BY day

-- name: seeded_days
-- The days from a day on that have a seed, published or not.
SELECT DISTINCT day FROM seed WHERE office = :office AND kind = :kind AND day >= :day

-- name: seeded_pools
-- The pools that have segments, each with the first day whose seed is not published and the last day that has one.
SELECT p.office, p.kind,
       (SELECT min(s.day) FROM seed AS s WHERE s.office = p.office AND s.kind = p.kind AND s.published_at IS NULL) AS first,
       (SELECT max(s.day) FROM seed AS s WHERE s.office = p.office AND s.kind = p.kind) AS last
FROM pool AS p WHERE EXISTS (SELECT 1 FROM segment AS g WHERE g.office = p.office AND g.kind = p.kind)
ORDER BY p.office, p.kind

-- name: add_seed
-- Adds the seed of one day.
INSERT INTO seed (office, kind, day, digest, secret_sealed, committed_at)
VALUES (:office, :kind, :day, :digest, :sealed, :now)
RETURNING seed_id

-- name: publish_seed
-- Publishes a seed whose day is over.
UPDATE seed SET secret_published = :secret, published_at = :now WHERE seed_id = :seed_id AND published_at IS NULL

-- name: take
-- Holds those of several distinct numbers that are free: not taken for good, and not held, or with an expired
-- hold. The candidates are JSON: [["A1234", segment, position], ...]. What is taken is looked up by segment and
-- position, in the smallest index there is, since a draw does that ten times or more. A hold that has ended stays
-- its owner's for up to 150 s while a press of theirs, received before its end, waits to be handled; only where an
-- ended hold would be replaced is the inbox looked at.
INSERT INTO hold (office, kind, serial, state, segment_id, position, preselection_id, draw_no, held_until)
SELECT :office, :kind, json_extract(value, '$$[0]'), 'batch',
       json_extract(value, '$$[1]'), json_extract(value, '$$[2]'), :preselection_id, :draw_no, :held_until
FROM json_each(:candidates) WHERE NOT EXISTS (
    SELECT 1 FROM plate AS p
    WHERE p.segment_id = json_extract(value, '$$[1]') AND p.position = json_extract(value, '$$[2]')
      AND (p.held_until IS NULL OR p.held_until >= :now)
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

-- name: give_way
-- Removes the hold on a wished number: the owner's own hold, or an expired one whose owner has no press from before
-- its end waiting (see take).
DELETE FROM hold
WHERE office = :office AND kind = :kind AND serial = :serial
  AND (preselection_id = :preselection_id OR hold.held_until < :now AND (hold.held_until < :now - 150000 OR NOT EXISTS (
      SELECT 1 FROM preselection AS h JOIN account AS a ON a.account_id = h.account_id
      JOIN inbox AS i ON i.chat_id = a.chat_id AND i.state = 'waiting' AND i.received_at <= hold.held_until
      WHERE h.preselection_id = hold.preselection_id
  )))
RETURNING preselection_id, draw_no, held_until

-- name: reserve
-- Takes a number for good that is not held: one without a row, or one that has finished resting.
INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, held_until, since)
SELECT :office, :kind, :serial, 'reserved', CAST(:segment_id AS ${integer}), CAST(:position AS ${integer}),
       CAST(:preselection_id AS ${integer}), NULL, CAST(:now AS ${integer})
WHERE NOT EXISTS (SELECT 1 FROM hold AS h WHERE h.office = :office AND h.kind = :kind AND h.serial = :serial)
ON CONFLICT (office, kind, serial) DO UPDATE
SET state = 'reserved', preselection_id = excluded.preselection_id, held_until = NULL,
    segment_id = excluded.segment_id, position = excluded.position, since = excluded.since
WHERE plate.held_until < :now
RETURNING serial

-- name: get
-- The state of a number at this moment; no row if it is free.
SELECT state FROM plate
WHERE office = :office AND kind = :kind AND serial = :serial AND (held_until IS NULL OR held_until >= :now)
UNION ALL
SELECT state FROM hold WHERE office = :office AND kind = :kind AND serial = :serial AND held_until >= :now

-- name: not_free
-- Those of some numbers that are held, taken or resting. As JSON; each is looked up.
SELECT serial FROM plate
WHERE office = :office AND kind = :kind AND serial IN (SELECT json_each.value FROM json_each(:serials))
  AND (held_until IS NULL OR held_until >= :now)
UNION ALL
SELECT serial FROM hold
WHERE office = :office AND kind = :kind AND serial IN (SELECT json_each.value FROM json_each(:serials))
  AND held_until >= :now

-- name: claim_held
-- Removes the hold on a shortlisted number that is being claimed, if it was still held when the press was
-- received.
DELETE FROM hold
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'shortlist'
  AND preselection_id = :preselection_id AND held_until >= :at
RETURNING segment_id, position, draw_no

-- name: register
-- Marks a number as registered on its vehicle.
UPDATE plate SET state = 'registered', since = :now
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'reserved'
  AND preselection_id = :preselection_id

-- name: shortlist
-- Puts a number of the current batch on the shortlist.
UPDATE hold SET state = 'shortlist', held_until = :until
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'batch'
  AND preselection_id = :preselection_id AND draw_no = :draw_no AND held_until >= :at
RETURNING serial, draw_no, held_until

-- name: unshortlist
-- Returns a shortlisted number to its batch.
UPDATE hold SET state = 'batch', held_until = :until
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'shortlist'
  AND preselection_id = :preselection_id AND held_until >= :at
RETURNING serial, draw_no, held_until

-- name: give_up
-- Returns a shortlisted number whose batch has expired to the pool.
DELETE FROM hold
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'shortlist'
  AND preselection_id = :preselection_id AND held_until >= :at
RETURNING serial, draw_no, held_until

-- name: unshortlist_draw
-- Returns the shortlisted number of a batch to the batch.
UPDATE hold SET state = 'batch', held_until = :until
WHERE preselection_id = :preselection_id AND draw_no = :draw_no AND state = 'shortlist' AND held_until >= :at
RETURNING serial, draw_no, held_until

-- name: restart_shortlist
-- Restarts the time limit of the whole shortlist, after it has changed or a new batch was drawn.
UPDATE hold SET held_until = :until
WHERE preselection_id = :preselection_id AND state = 'shortlist' AND held_until >= :at
RETURNING serial, draw_no, held_until

-- name: extend_batch
-- Restarts the time limit of a batch when it is sent.
UPDATE hold SET held_until = :until
WHERE preselection_id = :preselection_id AND draw_no = :draw_no AND state = 'batch'
  AND held_until >= :now AND held_until < :until
RETURNING serial, draw_no, held_until

-- name: end_batch
-- Returns the numbers that an owner holds of a batch to the pool, and deletes expired holds of it.
DELETE FROM hold WHERE preselection_id = :preselection_id AND state = 'batch'
RETURNING office, kind, serial, draw_no, held_until

-- name: pools_of_holds
-- The pools in which an owner holds numbers.
SELECT DISTINCT office, kind FROM hold WHERE preselection_id = :preselection_id ORDER BY office, kind

-- name: end_holds
-- Returns everything that an owner holds to the pool.
DELETE FROM hold WHERE preselection_id = :preselection_id
RETURNING office, kind, serial, draw_no, held_until

-- name: shortlisted
-- An owner's current shortlist, in the order of the draws.
SELECT serial, draw_no, held_until FROM hold
WHERE preselection_id = :preselection_id AND state = 'shortlist' AND held_until >= :at
ORDER BY draw_no, serial

-- name: waited_for
-- Those of several numbers whose hold has ended, but is kept for a press of its owner that waits (see take). As JSON.
SELECT h.serial FROM hold AS h JOIN json_each(:serials) AS c ON h.serial = c.value
WHERE h.office = :office AND h.kind = :kind AND h.held_until < :now ORDER BY h.serial

-- name: taken
-- How many numbers of a pool are not free.
SELECT (
    SELECT count(*) FROM segment AS s JOIN plate AS p ON p.segment_id = s.segment_id
    WHERE s.office = :office AND s.kind = :kind AND (p.held_until IS NULL OR p.held_until >= :now)
) + (
    SELECT count(*) FROM hold WHERE office = :office AND kind = :kind AND held_until >= :now
) AS taken

-- name: gaps
-- The ranges of a segment's positions that are not taken for good, as half-open intervals. Computed by the
-- database, since a long list must not hold up the interpreter.
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

-- name: held
-- Numbers of a pool that are held: few, whatever the pool's size.
SELECT segment_id, position FROM hold WHERE office = :office AND kind = :kind AND held_until >= :now

-- name: rested
-- Numbers that have finished resting and whose rows are not purged yet. Of all pools: with a condition on the
-- pool, SQLite would scan all of the pool's rows, and these are few.
SELECT segment_id, position FROM plate WHERE held_until < :now

-- name: taken_since
-- Numbers of all pools that were taken for good, or began to rest, since a time, and are not free again.
SELECT segment_id, position FROM plate
WHERE since >= :since AND (held_until IS NULL OR held_until >= :now)

-- name: purge_holds
-- Deletes holds that expired so long ago that no press from before is still on its way. The table is small.
DELETE FROM hold WHERE held_until < :before

-- name: purge_rested
-- Deletes numbers that finished resting, when no list is in use that was read while they rested.
DELETE FROM plate WHERE held_until < :before

-- name: add_draw
-- Records a draw.
INSERT INTO draw (office, kind, n, seed_id, preselection_id, nonce, without_four, drawn_at, held_until,
                  looked_at, numbers, sent_at, journal_seq, batch_no)
VALUES (:office, :kind, :n, :seed_id, :preselection_id, :nonce, :without_four, :now, :held_until,
        :looked_at, :numbers, :sent_at, :journal_seq, :batch_no)

-- name: extend_draw
-- Sets until when a batch is held once it has been sent; only once, so that showing it again does not extend it.
UPDATE draw SET sent_at = :at, held_until = CASE WHEN held_until < :until THEN :until ELSE held_until END
WHERE office = :office AND kind = :kind AND n = :n AND sent_at IS NULL AND returned_at IS NULL
  AND kept_at IS NULL AND held_until >= :now

-- name: unsent_draws
-- Batches of an office that have expired and never reached their owners.
SELECT d.office, d.kind, d.n, d.preselection_id, p.vin FROM draw AS d
JOIN preselection AS p ON p.preselection_id = d.preselection_id
WHERE d.sent_at IS NULL AND d.returned_at IS NULL AND d.kept_at IS NULL AND d.held_until < :before
  AND d.office = :office
ORDER BY d.held_until LIMIT :most

-- name: unsent_of
-- Batches of one owner that were not sent, expired or not.
SELECT d.office, d.kind, d.n, d.preselection_id, p.vin FROM draw AS d
JOIN preselection AS p ON p.preselection_id = d.preselection_id
WHERE d.preselection_id = :preselection_id AND d.sent_at IS NULL AND d.returned_at IS NULL AND d.kept_at IS NULL

-- name: is_unsent
-- Whether there may be batches that were not sent.
SELECT 1 AS found FROM draw
WHERE sent_at IS NULL AND returned_at IS NULL AND kept_at IS NULL AND held_until < :before LIMIT 1

-- name: return_draw
-- Marks a batch that never reached its owner as refunded, once.
UPDATE draw SET returned_at = :now
WHERE office = :office AND kind = :kind AND n = :n AND sent_at IS NULL AND returned_at IS NULL AND kept_at IS NULL

-- name: keep_draw
-- Marks an undelivered batch as ended without a refund, since its vehicle has had enough of them.
UPDATE draw SET kept_at = returned_at, returned_at = NULL WHERE office = :office AND kind = :kind AND n = :n

-- name: end_draw
-- Ends an owner's batch early: the newest in the pool, since each draw ended the one before.
UPDATE draw SET held_until = :ended
WHERE office = :office AND kind = :kind AND held_until > :ended AND n = (
    SELECT max(d.n) FROM draw AS d
    WHERE d.preselection_id = :preselection_id AND d.office = :office AND d.kind = :kind
)

-- name: last_draw_of
-- The newest batch of an owner from the pool that they select from.
SELECT d.* FROM preselection AS p JOIN draw AS d ON d.office = p.office AND d.kind = p.kind AND d.n = (
    SELECT max(o.n) FROM draw AS o
    WHERE o.preselection_id = p.preselection_id AND o.office = p.office AND o.kind = p.kind
)
WHERE p.preselection_id = :preselection_id

-- name: withhold
-- Withholds a mask.
INSERT INTO withholding (office, kind, mask, since, reason, role)
VALUES (:office, :kind, :mask, :now, :reason, :role)
ON CONFLICT (office, kind, mask) WHERE ended_at IS NULL DO NOTHING

-- name: unwithhold
-- Ends the withholding of a mask.
UPDATE withholding SET ended_at = :now, ended_reason = :reason, ended_role = :role, second_role = :second,
    random_from = :now, compose_from = :compose_from
WHERE office = :office AND kind = :kind AND mask = :mask AND ended_at IS NULL

-- name: expire_unwithhold_requests
-- Ends the requests that nobody has decided in time.
UPDATE unwithhold_request SET state = 'expired', decided_at = :now WHERE state = 'waiting' AND expires_at <= :now

-- name: request_unwithhold
-- Adds a request to end a running withholding; none if it is not withheld, or another request waits.
INSERT INTO unwithhold_request (withholding_id, reason, actor, role, requested_at, expires_at)
SELECT withholding_id, :reason, :actor, :role, CAST(:now AS ${integer}), CAST(:expires_at AS ${integer})
FROM withholding WHERE office = :office AND kind = :kind AND mask = :mask AND ended_at IS NULL
ON CONFLICT (withholding_id) WHERE state = 'waiting' DO NOTHING
RETURNING request_id

-- name: unwithhold_request
-- One request, with the mask that it is about.
SELECT r.*, w.office, w.kind, w.mask, w.since, w.reason AS withheld_reason, w.role AS withheld_role, w.compose_from
FROM unwithhold_request AS r JOIN withholding AS w ON w.withholding_id = r.withholding_id
WHERE r.request_id = :request_id

-- name: waiting_unwithhold_requests
-- The requests that wait to be decided, oldest first.
SELECT r.*, w.office, w.kind, w.mask, w.since, w.reason AS withheld_reason, w.role AS withheld_role, w.compose_from
FROM unwithhold_request AS r JOIN withholding AS w ON w.withholding_id = r.withholding_id
WHERE r.state = 'waiting' AND r.expires_at > :now AND w.ended_at IS NULL
ORDER BY r.requested_at, r.request_id LIMIT :most

-- name: waiting_unwithhold_request
-- The request that waits to end the withholding of a mask.
SELECT r.*, w.office, w.kind, w.mask, w.since, w.reason AS withheld_reason, w.role AS withheld_role, w.compose_from
FROM unwithhold_request AS r JOIN withholding AS w ON w.withholding_id = r.withholding_id
WHERE w.office = :office AND w.kind = :kind AND w.mask = :mask AND w.ended_at IS NULL
  AND r.state = 'waiting' AND r.expires_at > :now

-- name: decide_unwithhold
-- Decides a request that waits, once.
UPDATE unwithhold_request SET state = :state, decided_by = :actor, decided_at = :now
WHERE request_id = :request_id AND state = 'waiting' AND expires_at > :now

-- name: taken_for_good
-- Numbers of a pool that are reserved or registered and roughly match a mask. Scans everything taken of the pool,
-- so it is run on a snapshot.
SELECT serial FROM plate
WHERE office = :office AND kind = :kind AND serial LIKE :like AND state IN ('reserved', 'registered')

-- name: rest
-- Lets the number of an expired or cancelled reservation rest until a time, after which it is free.
UPDATE plate SET state = 'resting', held_until = :until, since = :now
WHERE office = :office AND kind = :kind AND serial = :serial AND preselection_id = :preselection_id
  AND state = 'reserved'

-- name: unregister
-- Marks a registered number as reserved again.
UPDATE plate SET state = 'reserved', since = :now
WHERE office = :office AND kind = :kind AND serial = :serial AND state = 'registered'
  AND preselection_id = :preselection_id

-- name: reinstate
-- Takes a number for the owner who had it last: one that rests since then, or is free and not held (see reserve).
INSERT INTO plate (office, kind, serial, state, segment_id, position, preselection_id, held_until, since)
SELECT :office, :kind, :serial, 'reserved', CAST(:segment_id AS ${integer}), CAST(:position AS ${integer}),
       CAST(:preselection_id AS ${integer}), NULL, CAST(:now AS ${integer})
WHERE NOT EXISTS (SELECT 1 FROM hold AS h WHERE h.office = :office AND h.kind = :kind AND h.serial = :serial)
ON CONFLICT (office, kind, serial) DO UPDATE
SET state = 'reserved', preselection_id = excluded.preselection_id, held_until = NULL,
    segment_id = excluded.segment_id, position = excluded.position, since = excluded.since
WHERE plate.held_until < :now OR (plate.state = 'resting' AND plate.preselection_id = excluded.preselection_id)
RETURNING serial

-- name: segment_by_id
-- One segment.
SELECT office, kind FROM segment WHERE segment_id = :segment_id
