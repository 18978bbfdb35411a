-- name: segments
-- The segments of a pool with their last counts, in the order of release.
SELECT s.*, c.free, c.drawn, c.composed, c.withheld, c.counted_at FROM segment AS s LEFT JOIN segment_count AS c ON c.segment_id = s.segment_id
WHERE s.office = :office AND s.kind = :kind ORDER BY s.segment_id

-- name: withheld
-- The masks withheld from a pool, since when and why.
SELECT * FROM withholding WHERE office = :office AND kind = :kind AND ended_at IS NULL
ORDER BY withholding_id

-- name: unwithheld
-- The withholdings of a pool that have ended since a time, the newest first.
SELECT * FROM withholding WHERE office = :office AND kind = :kind AND ended_at >= :since
ORDER BY ended_at DESC, withholding_id DESC

-- name: last_published_seed
-- The newest published seed of a pool.
SELECT day, digest, secret_published FROM seed
WHERE office = :office AND kind = :kind AND published_at IS NOT NULL ORDER BY seed_id DESC LIMIT 1

-- name: uncounted
-- A segment that has opened and has not been counted recently, if any.
SELECT s.segment_id FROM segment AS s LEFT JOIN segment_count AS c ON c.segment_id = s.segment_id
WHERE s.opens_at <= :now AND (c.counted_at IS NULL OR c.counted_at < :before) LIMIT 1

-- name: opened
-- All segments that have opened, of all pools.
SELECT * FROM segment WHERE opens_at <= :now ORDER BY segment_id

-- name: taken
-- How many numbers of each segment are taken for good, or rest. Answered from the index alone, whatever the size
-- of the pool.
SELECT segment_id, count(*) AS taken FROM plate WHERE segment_id IS NOT NULL GROUP BY segment_id

-- name: held
-- How many numbers of each segment are held. Holds that expired minutes ago count too.
SELECT segment_id, count(*) AS taken FROM hold GROUP BY segment_id

-- name: by_way
-- How many numbers of each segment are selected for good, by the way in which; triggers count them.
SELECT segment_id, way, numbers AS taken FROM selected_count

-- name: taken_and_withheld
-- How many numbers of a segment are not free and match a withheld mask. The masks are JSON: ["A888_", ...], each
-- the segment's own pattern, narrowed.
SELECT count(*) AS taken FROM (
    SELECT serial FROM plate WHERE segment_id = :segment_id
    UNION ALL
    SELECT serial FROM hold WHERE segment_id = :segment_id
) AS gone
WHERE EXISTS (SELECT 1 FROM json_each(:likes) AS kept WHERE gone.serial LIKE kept.value)

-- name: note
-- Stores the count of a segment; of concurrent counts, the later one is kept.
INSERT INTO segment_count (segment_id, free, drawn, composed, withheld, counted_at)
VALUES (:segment_id, :free, :drawn, :composed, :withheld, :counted_at)
ON CONFLICT (segment_id) DO UPDATE
SET free = excluded.free, drawn = excluded.drawn, composed = excluded.composed, withheld = excluded.withheld,
    counted_at = excluded.counted_at
WHERE segment_count.counted_at < excluded.counted_at
