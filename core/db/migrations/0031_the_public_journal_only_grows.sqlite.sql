-- Each entry moves the head of its chain, in the statement that appends it.
CREATE TRIGGER public_entry_moves_head AFTER INSERT ON public_entry
BEGIN
    UPDATE pool SET journal_seq = NEW.seq, journal_head = NEW.hash WHERE office = NEW.office AND kind = NEW.kind;
END;

CREATE TRIGGER public_entry_is_not_changed BEFORE UPDATE ON public_entry
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER public_entry_is_not_shortened BEFORE DELETE ON public_entry
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER seed_is_not_changed BEFORE UPDATE OF office, kind, day, digest, committed_at ON seed
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER seed_is_not_shortened BEFORE DELETE ON seed
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

-- INSERT OR REPLACE deletes the earlier row without firing the triggers of deletion: so it is refused at the insert.
CREATE TRIGGER public_entry_is_not_replaced BEFORE INSERT ON public_entry
WHEN EXISTS (SELECT 1 FROM public_entry WHERE office = NEW.office AND kind = NEW.kind AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER draw_is_not_replaced BEFORE INSERT ON draw
WHEN EXISTS (SELECT 1 FROM draw WHERE office = NEW.office AND kind = NEW.kind AND n = NEW.n)
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE entry_id = NEW.entry_id)
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER seed_is_not_replaced BEFORE INSERT ON seed
WHEN EXISTS (SELECT 1 FROM seed WHERE seed_id = NEW.seed_id)
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;
