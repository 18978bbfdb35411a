-- Of photos that are sent together only the first is looked at, and that is said once.
ALTER TABLE dialog ADD COLUMN album TEXT NOT NULL DEFAULT '';
ALTER TABLE dialog ADD COLUMN album_told ${integer} NOT NULL DEFAULT 0
    CONSTRAINT dialog_album_told CHECK (album_told IN (0, 1));
