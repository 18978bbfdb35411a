-- The public journal (docs/journal.md): one row an entry, chained by hashes, for each pool.
CREATE TABLE public_entry (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    seq ${integer} NOT NULL CONSTRAINT public_entry_seq CHECK (seq > 0),
    at ${integer} NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL CONSTRAINT public_entry_hash CHECK (length(hash) = 64),
    PRIMARY KEY (office, kind, seq)
) ${strict_without_rowid};

-- The head of a pool's chain, in the row that all changes of the pool lock.
ALTER TABLE pool ADD COLUMN journal_seq ${integer} NOT NULL DEFAULT 0;
ALTER TABLE pool ADD COLUMN journal_head TEXT NOT NULL DEFAULT '';

-- Seeds are committed to for days ahead. After a restore, a day may have a second one; the first is published then.
DROP INDEX seed_current;
CREATE UNIQUE INDEX seed_of_day ON seed (office, kind, day) WHERE published_at IS NULL;
