-- Photos whose last row was deleted or changed by the program: their files are deleted at once. Any other file
-- without a row is set aside first, since it may belong to a newer copy of this database.
CREATE TABLE dropped_photo (
    photo_key TEXT NOT NULL PRIMARY KEY
) ${strict_without_rowid};

CREATE FUNCTION note_dropped_photo() RETURNS trigger LANGUAGE plpgsql AS $$$$
BEGIN
    INSERT INTO dropped_photo (photo_key) VALUES (OLD.photo_key) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$$$;

CREATE TRIGGER appeal_photo_is_dropped AFTER DELETE OR UPDATE OF photo_key ON appeal_photo
    FOR EACH ROW EXECUTE FUNCTION note_dropped_photo();
