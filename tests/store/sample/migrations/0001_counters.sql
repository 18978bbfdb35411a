-- A table with every kind of column; comments with a ; and a quote ' must not cut a statement.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value ${integer} NOT NULL CONSTRAINT counter_value CHECK (value >= 0),
    photo ${bytes}
) ${strict};

CREATE TABLE entry (
    entry_id ${identity},
    text TEXT NOT NULL CONSTRAINT entry_text UNIQUE
) ${strict};
INSERT INTO entry (text) VALUES ('a;b');
