-- One-time links that give their holder a role at the desk. Only the digest of a link's token is stored.
CREATE TABLE invitation (
    digest TEXT NOT NULL PRIMARY KEY CONSTRAINT invitation_digest CHECK (length(digest) = 64),
    role TEXT NOT NULL CONSTRAINT invitation_role CHECK (role IN ('chief', 'clerk', 'reviewer')),
    office TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at ${integer} NOT NULL,
    valid_until ${integer} NOT NULL,
    used_at ${integer},
    CONSTRAINT invitation_ends_later CHECK (valid_until > made_at)
) ${strict_without_rowid};
