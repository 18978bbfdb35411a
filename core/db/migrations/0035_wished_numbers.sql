-- The numbers that owners wish for (心愿号), as masks: their owners are told when these can be selected.
CREATE TABLE wished_number (
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    slot ${integer} NOT NULL CONSTRAINT wished_number_slot CHECK (slot BETWEEN 1 AND 5),
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    mask TEXT NOT NULL,
    since ${integer} NOT NULL,
    PRIMARY KEY (account_id, slot),
    UNIQUE (account_id, office, kind, mask)
) ${strict_without_rowid};

-- Without the index a release would read the wishes of all pools, and a returned number all those of its pool.
CREATE INDEX wished_number_of_pool ON wished_number (office, kind, account_id, mask);
CREATE INDEX wished_number_of_mask ON wished_number (office, kind, mask, account_id);

-- The moments at which numbers can be selected, until everybody who wished for them has been told.
CREATE TABLE number_opening (
    opening_id ${identity},
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    mask TEXT NOT NULL,
    nev_letters TEXT NOT NULL,
    way TEXT NOT NULL CONSTRAINT number_opening_way CHECK (way IN ('release', 'compose', 'freed', 'back')),
    compose_from ${integer},
    tell_at ${integer} NOT NULL,
    told_up_to ${integer} NOT NULL DEFAULT 0
) ${strict};

CREATE INDEX number_opening_due ON number_opening (tell_at, opening_id);

INSERT INTO number_opening (office, kind, mask, nev_letters, way, compose_from, tell_at)
SELECT office, kind, mask, nev_letters, 'release', compose_from, opens_at FROM segment;

INSERT INTO number_opening (office, kind, mask, nev_letters, way, compose_from, tell_at)
SELECT office, kind, mask, nev_letters, 'compose', compose_from, compose_from FROM segment
WHERE compose_from > opens_at;
