-- The names of the desk's staff, encrypted: as the messenger has them, or as an admin has set them. They outlive the
-- roles, because the audit log names its actors by chat.
CREATE TABLE staff_name (
    chat_id ${integer} NOT NULL PRIMARY KEY,
    name_sealed ${bytes} NOT NULL,
    is_set ${integer} NOT NULL CONSTRAINT staff_name_is_set CHECK (is_set IN (0, 1)),
    noted_at ${integer} NOT NULL
) ${strict_without_rowid};
