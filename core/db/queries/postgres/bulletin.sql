-- name: taken_and_withheld
-- How many numbers of a segment are not free and stand in a mask that is kept back. The masks are JSON:
-- ["A888_", ...], each the segment's own pattern, narrowed.
SELECT count(*) AS taken FROM plate
WHERE segment_id = :segment_id AND EXISTS (
    SELECT 1 FROM json_array_elements_text(CAST(:likes AS JSON)) AS kept (value) WHERE plate.serial LIKE kept.value
)
