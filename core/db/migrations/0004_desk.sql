-- Who is at the desk beside the chiefs of the settings; an empty office stands for all of them.
CREATE TABLE admin (
    chat_id ${integer} NOT NULL,
    role TEXT NOT NULL CONSTRAINT admin_role CHECK (role IN ('chief', 'clerk', 'reviewer')),
    office TEXT NOT NULL,
    since ${integer} NOT NULL,
    given_by TEXT NOT NULL,
    PRIMARY KEY (chat_id, role, office)
) ${strict_without_rowid};

-- What is closed for maintenance, with the text that owners see; an empty office stands for all.
CREATE TABLE maintenance (
    office TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL CONSTRAINT maintenance_text CHECK (length(text) > 0),
    since ${integer} NOT NULL,
    begun_by TEXT NOT NULL
) ${strict_without_rowid};

-- Who had a number last.
CREATE INDEX preselection_of_plate ON preselection (office, kind, serial) WHERE serial IS NOT NULL;
