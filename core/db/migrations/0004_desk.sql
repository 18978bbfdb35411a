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

-- Who at the desk wants no daily summary.
CREATE TABLE summary_mute (
    chat_id ${integer} NOT NULL PRIMARY KEY,
    since ${integer} NOT NULL
) ${strict_without_rowid};

CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_of_actor ON audit (actor, entry_id);
CREATE INDEX preselection_of_plate ON preselection (office, kind, serial) WHERE serial IS NOT NULL;
CREATE INDEX preselection_of_vin ON preselection (vin) WHERE vin IS NOT NULL;
CREATE INDEX preselection_by_time ON preselection (reserved_at) WHERE reserved_at IS NOT NULL;
