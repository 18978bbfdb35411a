-- The identity of this database: a random id, which the folder of its photos carries too, and the bot that it
-- serves (the number before the colon of its token), unknown until it has first run.
CREATE TABLE installation (
    one ${integer} NOT NULL PRIMARY KEY CONSTRAINT installation_one CHECK (one = 1),
    database_id TEXT NOT NULL CONSTRAINT installation_id CHECK (length(database_id) >= 16),
    bot_id ${integer},
    created_at ${integer} NOT NULL
) ${strict};

-- Each time that the database was put back from a backup. Until it is settled, nothing can be selected and no
-- reservation expires.
CREATE TABLE restoration (
    restoration_id ${identity},
    backup_at ${integer} NOT NULL,
    lost_at ${integer} NOT NULL CONSTRAINT restoration_order CHECK (lost_at >= backup_at),
    restored_at ${integer} NOT NULL,
    settled_at ${integer}
) ${strict};

-- Numbers that were issued after the backup and are withheld until they are verified.
CREATE TABLE restored_plate (
    restoration_id ${integer} NOT NULL REFERENCES restoration (restoration_id),
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    serial TEXT NOT NULL,
    PRIMARY KEY (restoration_id, office, kind, serial)
) ${strict_without_rowid};
