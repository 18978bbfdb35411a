-- An identity that was seen at a counter is one that is there: whoever loses it, enters another or deletes
-- their data has none that was seen. A rule of a column comes with the column, so it is made anew.
ALTER TABLE account ADD COLUMN seen_at ${integer} CONSTRAINT account_seen_has_identity CHECK (
    seen_at IS NULL OR identity_hash IS NOT NULL
);

UPDATE account SET seen_at = identity_seen_at WHERE identity_hash IS NOT NULL AND identity_seen_at IS NOT NULL;

DROP INDEX account_identity;
ALTER TABLE account DROP COLUMN identity_seen_at;
ALTER TABLE account RENAME COLUMN seen_at TO identity_seen_at;

CREATE UNIQUE INDEX account_identity ON account (identity_hash)
    WHERE registered_at IS NOT NULL OR identity_seen_at IS NOT NULL;
