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
