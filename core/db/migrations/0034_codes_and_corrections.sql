-- What a code was sent for, without the code: so that an owner who comes back to the same telephone, vehicle and
-- office need not have another one sent.
ALTER TABLE sms_code ADD COLUMN target_hash ${bytes};

-- What the owner was shown for confirmation before a correction, so that the page can mark what has changed.
ALTER TABLE preselection ADD COLUMN reviewed_sealed ${bytes};
