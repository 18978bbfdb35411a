-- What becomes of the live message when another takes its place: whether it has buttons to lose, and whether it is
-- a page, lasting (a receipt) or passing (a batch).
ALTER TABLE dialog ADD COLUMN has_buttons ${integer} NOT NULL DEFAULT 1
    CONSTRAINT dialog_has_buttons CHECK (has_buttons IN (0, 1));
ALTER TABLE dialog ADD COLUMN lifetime TEXT NOT NULL DEFAULT 'page'
    CONSTRAINT dialog_lifetime CHECK (lifetime IN ('page', 'lasting', 'passing'));
UPDATE dialog SET lifetime = 'lasting' WHERE screen = 'done' AND message_kind = 'photo';
UPDATE dialog SET lifetime = 'passing' WHERE screen = 'selecting' AND message_kind = 'photo';
