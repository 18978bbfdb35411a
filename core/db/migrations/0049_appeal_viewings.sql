-- Which reviewer was shown the photos of an appeal, and when last: nobody decides without having seen them.
CREATE TABLE appeal_viewing (
    appeal_id ${integer} NOT NULL REFERENCES appeal (appeal_id),
    chat_id ${integer} NOT NULL,
    seen_at ${integer} NOT NULL,
    PRIMARY KEY (appeal_id, chat_id)
) ${strict_without_rowid};
