-- Whether the draws of a day could be recomputed from the public journal, once its seed was published.
CREATE TABLE checked_day (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    checked_at ${integer} NOT NULL,
    draws ${integer} NOT NULL,
    is_consistent ${integer} NOT NULL CONSTRAINT checked_day_result CHECK (is_consistent IN (0, 1)),
    reason TEXT NOT NULL,
    PRIMARY KEY (office, kind, day)
) ${strict_without_rowid};

-- The chats that want to be told when the draws of a day on which they drew have been checked.
CREATE TABLE check_subscription (
    chat_id ${integer} NOT NULL PRIMARY KEY,
    since ${integer} NOT NULL
) ${strict};

-- The entry of the public journal by which a number was selected for good; none before there was a journal.
ALTER TABLE preselection ADD COLUMN journal_seq ${integer};
