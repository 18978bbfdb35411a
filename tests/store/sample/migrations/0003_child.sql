-- A reference that is judged at the COMMIT.
CREATE TABLE child (
    name TEXT NOT NULL CONSTRAINT child_of_counter REFERENCES counter (name) DEFERRABLE INITIALLY DEFERRED
) ${strict};
