-- name: taken_and_withheld
-- How many numbers of a segment are not free and match a withheld mask. The masks are JSON: ["A888_", ...], each
-- the segment's own pattern, narrowed.
SELECT count(*) AS taken FROM (
    SELECT serial FROM plate WHERE segment_id = :segment_id
    UNION ALL
    SELECT serial FROM hold WHERE segment_id = :segment_id
) AS gone
WHERE EXISTS (
    SELECT 1 FROM json_array_elements_text(CAST(:likes AS JSON)) AS kept (value) WHERE gone.serial LIKE kept.value
)
