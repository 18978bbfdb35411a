-- name: add
-- Appends an entry of the public journal.
INSERT INTO public_entry (office, kind, seq, at, body, hash) VALUES (:office, :kind, :seq, :now, :body, :hash)

-- name: set_head
-- Moves the head of a pool's chain to the entry that was appended.
UPDATE pool SET journal_seq = :seq, journal_head = :hash WHERE office = :office AND kind = :kind

-- name: role
-- The role that an admin has at an office, or else at all offices; the highest first.
SELECT role, office FROM admin WHERE chat_id = :chat_id AND office IN (:office, '')
ORDER BY office DESC, CASE role WHEN 'chief' THEN 0 WHEN 'reviewer' THEN 2 ELSE 1 END LIMIT 1

-- name: head
-- The newest entry of a pool's chain.
SELECT journal_seq, journal_head FROM pool WHERE office = :office AND kind = :kind

-- name: kinds
-- The pools of an office that have a chain, with their heads.
SELECT kind, journal_seq, journal_head FROM pool WHERE office = :office AND journal_seq > 0 ORDER BY kind

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
