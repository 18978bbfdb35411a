-- Which chat has used a one-time link, and who has revoked one; a revoked link cannot be used.
ALTER TABLE invitation ADD COLUMN used_by ${integer};
ALTER TABLE invitation ADD COLUMN revoked_by TEXT;
ALTER TABLE invitation ADD COLUMN revoked_at ${integer} CONSTRAINT invitation_used_or_revoked
    CHECK (revoked_at IS NULL OR (used_at IS NULL AND revoked_by IS NOT NULL));
