-- When a batch was first shown to its owner, and when its chance was given back because it never was. Of the
-- draws before it is taken that they were shown.
ALTER TABLE draw ADD COLUMN sent_at ${integer};
ALTER TABLE draw ADD COLUMN returned_at ${integer}
    CONSTRAINT draw_returned_was_not_sent CHECK (returned_at IS NULL OR sent_at IS NULL);

UPDATE draw SET sent_at = drawn_at;

-- The few that are on their way, or got lost.
CREATE INDEX draw_unsent ON draw (held_until) WHERE sent_at IS NULL AND returned_at IS NULL;
