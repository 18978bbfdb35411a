-- A telephone number that has got a new holder, who has proved it by a code: the former account has it no longer.
ALTER TABLE account ADD COLUMN phone_lost_at ${integer};

DROP INDEX account_phone;
CREATE UNIQUE INDEX account_phone ON account (phone_hash) WHERE registered_at IS NOT NULL AND phone_lost_at IS NULL;

-- The chats that want to be told when an office is served here, which it is not yet.
CREATE TABLE awaited_office (
    chat_id ${integer} NOT NULL,
    office TEXT NOT NULL,
    since ${integer} NOT NULL,
    PRIMARY KEY (chat_id, office)
) ${strict_without_rowid};
CREATE INDEX awaited_office_office ON awaited_office (office, chat_id);
