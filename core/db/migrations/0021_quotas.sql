-- How often a vehicle's chance came back because a batch was not delivered, and when one was not given back.
ALTER TABLE vehicle ADD COLUMN random_returned ${integer} NOT NULL DEFAULT 0
    CONSTRAINT vehicle_random_returned CHECK (random_returned >= 0);
ALTER TABLE draw ADD COLUMN kept_at ${integer}
    CONSTRAINT draw_kept_is_the_end CHECK (kept_at IS NULL OR (sent_at IS NULL AND returned_at IS NULL));

DROP INDEX draw_unsent;
CREATE INDEX draw_unsent ON draw (held_until) WHERE sent_at IS NULL AND returned_at IS NULL AND kept_at IS NULL;

-- The gateway of SMS codes: since when it has accepted nothing, and when the chiefs were told.
CREATE TABLE sms_gateway (
    name TEXT NOT NULL PRIMARY KEY,
    failing_since ${integer},
    failures ${integer} NOT NULL CONSTRAINT sms_gateway_failures CHECK (failures >= 0),
    told_at ${integer},
    CONSTRAINT sms_gateway_fails_since CHECK ((failing_since IS NULL) = (failures = 0))
) ${strict_without_rowid};

-- Values of others (identities, telephones, vehicles) that a chat has typed, as keyed hashes, for a day.
CREATE TABLE probe (
    chat_id ${integer} NOT NULL,
    value_hash ${bytes} NOT NULL,
    at ${integer} NOT NULL,
    PRIMARY KEY (chat_id, value_hash)
) ${strict_without_rowid};

CREATE INDEX probe_at ON probe (at);

-- A press that waits keeps what its owner held when it was received; read when an ended hold is replaced.
CREATE INDEX inbox_waiting ON inbox (chat_id, received_at) WHERE state = 'waiting';
