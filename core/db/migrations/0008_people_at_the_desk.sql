-- When the document of an identity was seen at a counter: from then on it is this account's, also before
-- its registration has ended, and nobody else registers with it.
ALTER TABLE account ADD COLUMN identity_seen_at ${integer};

DROP INDEX account_identity;
CREATE UNIQUE INDEX account_identity ON account (identity_hash)
    WHERE registered_at IS NOT NULL OR identity_seen_at IS NOT NULL;

-- All bans of an identity, and the blacklist from its newest entry on.
CREATE INDEX ban_of_identity ON ban (identity_hash, ban_id);
CREATE INDEX ban_newest ON ban (since, ban_id) WHERE lifted_at IS NULL;

-- What an office tells its owners at one time; of an office one at a time. Whom it is told are notices under
-- its own subject, so nobody is told twice.
CREATE TABLE broadcast (
    broadcast_id ${identity},
    office TEXT NOT NULL,
    audience TEXT NOT NULL
        CONSTRAINT broadcast_audience CHECK (audience IN ('registered', 'underway', 'subscribers')),
    text TEXT NOT NULL CONSTRAINT broadcast_text CHECK (length(text) > 0),
    chat_id ${integer} NOT NULL,
    begun_at ${integer} NOT NULL,
    total ${integer} NOT NULL DEFAULT 0 CONSTRAINT broadcast_total CHECK (total >= 0),
    state TEXT NOT NULL
        CONSTRAINT broadcast_state CHECK (state IN ('running', 'stopping', 'stopped', 'done')),
    ended_at ${integer},
    CONSTRAINT broadcast_end_has_a_time CHECK ((state IN ('stopped', 'done')) = (ended_at IS NOT NULL))
) ${strict};

CREATE UNIQUE INDEX broadcast_one_running ON broadcast (office) WHERE state IN ('running', 'stopping');

-- Who does not want to be told what an office broadcasts.
CREATE TABLE broadcast_mute (
    chat_id ${integer} NOT NULL,
    office TEXT NOT NULL,
    since ${integer} NOT NULL,
    PRIMARY KEY (chat_id, office)
) ${strict_without_rowid};
