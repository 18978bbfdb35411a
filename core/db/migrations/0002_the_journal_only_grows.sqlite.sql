-- What has been written into the journals is neither changed nor taken out again.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER draw_is_not_changed BEFORE UPDATE OF office, kind, n, seed_id, preselection_id, nonce,
    without_four, drawn_at, looked_at, numbers ON draw
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

CREATE TRIGGER draw_is_not_shortened BEFORE DELETE ON draw
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;
