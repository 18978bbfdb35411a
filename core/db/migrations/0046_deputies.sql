-- When a role ends by itself; NULL: when somebody removes it. A role that has ended stays, and counts for nothing.
ALTER TABLE admin ADD COLUMN until ${integer} CONSTRAINT admin_ends_later CHECK (until > since);
