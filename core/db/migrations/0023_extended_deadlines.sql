-- A deadline of which no reminder had arrived moves later: the deadline that stood before the first such move, how
-- far it may move in all, and when a number ended without a ban because its owner could not be reminded.
ALTER TABLE preselection ADD COLUMN deadline_before ${integer};
ALTER TABLE preselection ADD COLUMN extendable_until ${integer}
    CONSTRAINT preselection_extension_whole CHECK ((deadline_before IS NULL) = (extendable_until IS NULL));
ALTER TABLE preselection ADD COLUMN unreminded_at ${integer}
    CONSTRAINT preselection_unreminded_has_expired CHECK (unreminded_at IS NULL OR state = 'expired');

CREATE INDEX preselection_unreminded ON preselection (unreminded_at) WHERE unreminded_at IS NOT NULL;
