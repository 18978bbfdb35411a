-- When a conversation began: to that its buttons are bound, for whoever deletes their data begins another one,
-- whose revisions count from nought again. Those of before, of which it is not known, keep their buttons.
ALTER TABLE dialog ADD COLUMN begun_at ${integer} NOT NULL DEFAULT 0;
