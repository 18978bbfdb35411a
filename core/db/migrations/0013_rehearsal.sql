-- Between the steps of a rehearsal (模拟选号) its whole database, packed, lies in the row of its conversation.
ALTER TABLE dialog ADD COLUMN rehearsal ${integer};
ALTER TABLE dialog ADD COLUMN rehearsal_version ${integer};
ALTER TABLE dialog ADD COLUMN rehearsal_image ${bytes};
ALTER TABLE dialog ADD COLUMN rehearsal_code TEXT;
ALTER TABLE dialog ADD COLUMN rehearsal_shown_at ${integer};
ALTER TABLE dialog ADD COLUMN rehearsed_at ${integer} CONSTRAINT dialog_rehearsal_whole CHECK (
    (rehearsal IS NULL) = (rehearsal_version IS NULL)
    AND (rehearsal IS NULL) = (rehearsal_image IS NULL)
    AND (rehearsal IS NULL) = (rehearsed_at IS NULL)
    AND (rehearsal IS NOT NULL OR (rehearsal_code IS NULL AND rehearsal_shown_at IS NULL))
);

CREATE INDEX dialog_rehearsing ON dialog (rehearsed_at) WHERE rehearsed_at IS NOT NULL;
