-- Photos whose last row was deleted or changed by the program: their files are deleted at once. Any other file
-- without a row is set aside first, since it may belong to a newer copy of this database.
CREATE TABLE dropped_photo (
    photo_key TEXT NOT NULL PRIMARY KEY
) ${strict_without_rowid};

CREATE TRIGGER appeal_photo_is_dropped AFTER DELETE ON appeal_photo
BEGIN
    INSERT INTO dropped_photo (photo_key) VALUES (OLD.photo_key) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER appeal_photo_is_replaced AFTER UPDATE OF photo_key ON appeal_photo
BEGIN
    INSERT INTO dropped_photo (photo_key) VALUES (OLD.photo_key) ON CONFLICT DO NOTHING;
END;
