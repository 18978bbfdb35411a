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

-- Each entry moves the head of its chain, in the statement that appends it.
CREATE FUNCTION move_journal_head() RETURNS trigger LANGUAGE plpgsql AS $$$$
BEGIN
    UPDATE pool SET journal_seq = NEW.seq, journal_head = NEW.hash WHERE office = NEW.office AND kind = NEW.kind;
    RETURN NULL;
END
$$$$;

CREATE TRIGGER public_entry_moves_head AFTER INSERT ON public_entry
    FOR EACH ROW EXECUTE FUNCTION move_journal_head();

CREATE TRIGGER public_entry_only_grows BEFORE UPDATE OR DELETE ON public_entry
    FOR EACH ROW EXECUTE FUNCTION the_journal_only_grows();

CREATE TRIGGER seed_is_not_changed BEFORE UPDATE OF office, kind, day, digest, committed_at ON seed
    FOR EACH ROW EXECUTE FUNCTION the_journal_only_grows();

CREATE TRIGGER seed_is_not_shortened BEFORE DELETE ON seed
    FOR EACH ROW EXECUTE FUNCTION the_journal_only_grows();
