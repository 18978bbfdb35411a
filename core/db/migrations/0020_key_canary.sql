-- By what the keys of the settings are recognised as those of this database: a constant, sealed under
-- security.keys, and its HMAC under security.lookup_key. While keys are being replaced, next_sealed is the
-- constant under the newest key: a process that lacks either key must not write.
CREATE TABLE key_canary (
    canary ${integer} NOT NULL PRIMARY KEY CONSTRAINT key_canary_is_one CHECK (canary = 1),
    sealed ${bytes} NOT NULL,
    lookup_hash ${bytes} NOT NULL,
    next_sealed ${bytes},
    written_at ${integer} NOT NULL
) ${strict};
