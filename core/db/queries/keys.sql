-- name: canary
-- By what the keys are recognised; no row in a database of an older version.
SELECT sealed, lookup_hash, next_sealed FROM key_canary WHERE canary = 1

-- name: canary_for_update
-- The same, held until the transaction ends.
SELECT sealed, lookup_hash, next_sealed FROM key_canary WHERE canary = 1 ${for_update}

-- name: add_canary
-- The first process to start writes it; 0 rows mean that another was faster.
INSERT INTO key_canary (canary, sealed, lookup_hash, written_at) VALUES (1, :sealed, :lookup_hash, :now)
ON CONFLICT (canary) DO NOTHING

-- name: begin_rotation
-- From now on a process needs the newest key as well.
UPDATE key_canary SET next_sealed = :sealed WHERE canary = 1

-- name: end_rotation
-- From now on the newest key is enough.
UPDATE key_canary SET sealed = next_sealed, next_sealed = NULL WHERE canary = 1 AND next_sealed IS NOT NULL

-- name: has_canary
-- Whether the schema has the canary: the only question that can be put to a schema of any age.
SELECT version FROM schema_migration WHERE name = 'key_canary'

-- name: oldest_owners
-- Sealed values of the owners who came first, and the hashes under lookup_key; of any schema.
SELECT identity_sealed, identity_hash, phone_sealed, phone_hash FROM account
WHERE identity_sealed IS NOT NULL OR phone_sealed IS NOT NULL
ORDER BY account_id LIMIT :count

-- name: oldest_seeds
-- The seeds that were made first; of any schema.
SELECT secret_sealed FROM seed ORDER BY seed_id LIMIT :count
