-- What a published seed is, and that it is published, is never changed again; nor does another row take its place.
CREATE TRIGGER published_seed_is_not_changed
    BEFORE UPDATE OF seed_id, secret_published, published_at ON seed WHEN OLD.published_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

-- The number of a seed, by which draws refer to it, is not changed before that either.
CREATE TRIGGER seed_is_not_renumbered BEFORE UPDATE OF seed_id ON seed WHEN NEW.seed_id <> OLD.seed_id
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

-- INSERT OR REPLACE would delete the seed of the same day without firing the triggers of deletion.
CREATE TRIGGER seed_of_a_day_is_not_replaced BEFORE INSERT ON seed
WHEN NEW.published_at IS NULL AND EXISTS (
    SELECT 1 FROM seed
    WHERE office = NEW.office AND kind = NEW.kind AND day = NEW.day AND published_at IS NULL
)
BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;

-- How many numbers of a segment are selected for good in each way: counted as they change, since counting some
-- million rows for the bulletin takes seconds. A number counts from its reservation until it rests. All that changes
-- the numbers of a pool holds the pool's lock, so that two transactions never wait for each other here.
CREATE TABLE selected_count (
    segment_id INTEGER NOT NULL REFERENCES segment (segment_id),
    way TEXT NOT NULL CONSTRAINT selected_count_way CHECK (way IN ('random', 'composed')),
    numbers INTEGER NOT NULL CONSTRAINT selected_count_numbers CHECK (numbers >= 0),
    PRIMARY KEY (segment_id, way)
) STRICT, WITHOUT ROWID;

INSERT INTO selected_count (segment_id, way, numbers)
SELECT p.segment_id, s.way, count(*) FROM plate AS p
JOIN preselection AS s ON s.preselection_id = p.preselection_id
WHERE p.state IN ('reserved', 'registered') AND s.way IS NOT NULL
GROUP BY p.segment_id, s.way;

CREATE TRIGGER selected_number_is_counted AFTER UPDATE OF state ON preselection
WHEN NEW.state = 'reserved' AND OLD.state <> 'reserved'
BEGIN
    INSERT INTO selected_count (segment_id, way, numbers)
    SELECT p.segment_id, NEW.way, 1 FROM plate AS p
    WHERE p.office = NEW.office AND p.kind = NEW.kind AND p.serial = NEW.serial
    ON CONFLICT (segment_id, way) DO UPDATE SET numbers = numbers + 1;
END;

CREATE TRIGGER returned_number_is_uncounted AFTER UPDATE OF state ON plate
WHEN NEW.state = 'resting' AND OLD.state <> 'resting'
BEGIN
    UPDATE selected_count SET numbers = numbers - 1
    WHERE segment_id = OLD.segment_id AND numbers > 0
      AND way = (SELECT way FROM preselection WHERE preselection_id = OLD.preselection_id);
END;
