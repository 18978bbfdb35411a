CREATE FUNCTION entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$$$
BEGIN
    RAISE EXCEPTION 'an entry stays';
END
$$$$;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION entry_stays();
