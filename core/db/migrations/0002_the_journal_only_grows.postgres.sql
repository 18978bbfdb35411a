-- What has been written into the journals is neither changed nor taken out again.
CREATE FUNCTION the_journal_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$$$
BEGIN
    RAISE EXCEPTION 'the journal only grows';
END
$$$$;

CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION the_journal_only_grows();

CREATE TRIGGER draw_is_not_changed BEFORE UPDATE OF office, kind, n, seed_id, preselection_id, nonce,
    without_four, drawn_at, looked_at, numbers ON draw
    FOR EACH ROW EXECUTE FUNCTION the_journal_only_grows();

CREATE TRIGGER draw_is_not_shortened BEFORE DELETE ON draw
    FOR EACH ROW EXECUTE FUNCTION the_journal_only_grows();
