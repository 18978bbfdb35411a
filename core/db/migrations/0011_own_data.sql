-- Whoever deletes their own data leaves an account that says nothing of anybody: the books refer to it by
-- its number alone. Chats of people have positive numbers, so the opposite of its own is nobody's chat.
ALTER TABLE account ADD COLUMN deleted_at ${integer} CONSTRAINT account_deleted_is_empty CHECK (
    deleted_at IS NULL OR (
        chat_id = -account_id AND name_sealed IS NULL AND identity_sealed IS NULL AND identity_hash IS NULL
        AND phone_sealed IS NULL AND phone_hash IS NULL AND new_phone_sealed IS NULL AND new_phone_hash IS NULL
        AND office IS NULL AND registered_at IS NULL
    )
);

CREATE INDEX notice_of_chat ON notice (chat_id);
