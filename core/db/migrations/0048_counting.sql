-- What the desk's figures and the list of reservations read. They are counted in the order of these indexes, so that
-- a million rows need neither a sort nor a look at the table; for the same reason SQLite finds the columns of the
-- expressions at their ends. Hours and days are counted from 1970 in China's zone.
CREATE INDEX preselection_by_hour ON preselection (office, ((reserved_at + 28800000) / 3600000), way, kind, reserved_at)
    WHERE reserved_at IS NOT NULL;
CREATE INDEX preselection_by_end ON preselection (office, ((ended_at + 28800000) / 86400000), state, kind, ended_at, serial)
    WHERE ended_at IS NOT NULL AND serial IS NOT NULL;
CREATE INDEX preselection_waiting ON preselection (office, kind, deadline, state)
    WHERE state = 'reserved';

-- Who at the desk ended reservations.
CREATE INDEX audit_deeds ON audit (office, action, at, actor)
    WHERE action IN ('registered', 'voided', 'revoked');
