-- name: add
-- Records an announcement; of concurrent callers only one inserts the row.
INSERT INTO announcement (subject, at) VALUES (:subject, :now) ON CONFLICT (subject) DO NOTHING

-- name: segments_due
-- Segments that have opened, to random selection or to self-composition, and are not announced.
SELECT segment_id, office, kind, mask, compose_from, 'release' AS topic FROM segment
WHERE opens_at <= :now AND NOT EXISTS (
    SELECT 1 FROM announcement WHERE subject = 'segment:' || segment_id || ':release'
)
UNION ALL
SELECT segment_id, office, kind, mask, compose_from, 'compose' AS topic FROM segment
WHERE compose_from <= :now AND NOT EXISTS (
    SELECT 1 FROM announcement WHERE subject = 'segment:' || segment_id || ':compose'
)
ORDER BY segment_id, topic DESC

-- name: exists
-- Whether something has been announced.
SELECT subject FROM announcement WHERE subject = :subject
