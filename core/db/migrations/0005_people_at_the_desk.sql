-- When the document of an identity was seen at a counter: from then on it is this account's, also before
-- its registration has ended, and nobody else registers with it.
ALTER TABLE account ADD COLUMN identity_seen_at ${integer};

DROP INDEX account_identity;
CREATE UNIQUE INDEX account_identity ON account (identity_hash)
    WHERE registered_at IS NOT NULL OR identity_seen_at IS NOT NULL;

-- The history of a vehicle, and the blacklist from its newest entry on.
CREATE INDEX preselection_of_vin ON preselection (vin, preselection_id) WHERE vin IS NOT NULL;
CREATE INDEX ban_of_identity ON ban (identity_hash, ban_id);
CREATE INDEX ban_newest ON ban (since, ban_id) WHERE lifted_at IS NULL;
