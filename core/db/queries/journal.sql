-- name: add
-- Appends an entry of the public journal; a trigger moves the head of the chain to it.
INSERT INTO public_entry (office, kind, seq, at, body, hash) VALUES (:office, :kind, :seq, :now, :body, :hash)

-- name: role
-- The role that an admin has at an office, or else at all offices; the highest first.
SELECT role, office FROM admin WHERE chat_id = :chat_id AND office IN (:office, '') AND (until IS NULL OR until > :now)
ORDER BY office DESC, CASE role WHEN 'chief' THEN 0 WHEN 'reviewer' THEN 2 ELSE 1 END LIMIT 1

-- name: head
-- The newest entry of a pool's chain.
SELECT journal_seq, journal_head FROM pool WHERE office = :office AND kind = :kind

-- name: kinds
-- The pools of an office that have a chain, with their heads.
SELECT kind, journal_seq, journal_head FROM pool WHERE office = :office AND journal_seq > 0 ORDER BY kind

-- name: oldest_held
-- The entry of the oldest draw of a pool of which a number is still held.
SELECT journal_seq FROM draw WHERE office = :office AND kind = :kind AND n = (
    SELECT min(draw_no) FROM hold WHERE office = :office AND kind = :kind AND held_until >= :now
)

-- name: entries
-- Entries of a pool's chain after one of them, in order.
SELECT seq, body, hash FROM public_entry
WHERE office = :office AND kind = :kind AND seq > :after ORDER BY seq LIMIT :most

-- name: segments
-- The segments of a pool, in the order of release.
SELECT * FROM segment WHERE office = :office AND kind = :kind ORDER BY segment_id

-- name: withheld
-- The masks that are withheld from a pool, and why.
SELECT mask, reason, role FROM withholding WHERE office = :office AND kind = :kind AND ended_at IS NULL ORDER BY withholding_id

-- name: seeds
-- The seeds of a pool that are not published.
SELECT day, digest FROM seed WHERE office = :office AND kind = :kind AND published_at IS NULL ORDER BY day

-- name: last_draw
-- The number of a pool's last recorded draw.
SELECT max(n) AS n FROM draw WHERE office = :office AND kind = :kind

-- name: taken
-- The numbers of a pool that are taken for good, or rest.
SELECT serial, held_until FROM plate
WHERE office = :office AND kind = :kind AND (held_until IS NULL OR held_until >= :now) ORDER BY serial

-- name: holds
-- The numbers of a pool that are held.
SELECT serial, draw_no, held_until FROM hold
WHERE office = :office AND kind = :kind AND held_until >= :now ORDER BY serial

-- name: entry
-- One entry of a pool's chain.
SELECT seq, at, body, hash FROM public_entry WHERE office = :office AND kind = :kind AND seq = :seq

-- name: set_entry_of_claim
-- Notes the entry by which a preselection's number was selected.
UPDATE preselection SET journal_seq = :seq WHERE preselection_id = :preselection_id

-- name: entry_of_claim
-- The entry by which a preselection's number was selected.
SELECT e.seq, e.hash FROM preselection AS p
JOIN public_entry AS e ON e.office = p.office AND e.kind = p.kind AND e.seq = p.journal_seq
WHERE p.preselection_id = :preselection_id

-- name: seeds_ahead
-- The digests of a pool's seeds that are not published, from a day on.
SELECT day, digest FROM seed
WHERE office = :office AND kind = :kind AND published_at IS NULL AND day >= :day ORDER BY day

-- name: published_seeds
-- The published seeds of a pool, newest first; some of them.
SELECT day, digest, secret_published FROM seed
WHERE office = :office AND kind = :kind AND published_at IS NOT NULL
ORDER BY day DESC, seed_id DESC LIMIT :most OFFSET :skipped

-- name: count_published_seeds
-- How many seeds of a pool are published.
SELECT count(*) AS seeds FROM seed WHERE office = :office AND kind = :kind AND published_at IS NOT NULL
