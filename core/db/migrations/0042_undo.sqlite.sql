-- A number that is registered is selected already: taking its confirmation back must not count it twice.
DROP TRIGGER selected_number_is_counted;

CREATE TRIGGER selected_number_is_counted AFTER UPDATE OF state ON preselection
WHEN NEW.state = 'reserved' AND OLD.state NOT IN ('reserved', 'registered')
BEGIN
    INSERT INTO selected_count (segment_id, way, numbers)
    SELECT p.segment_id, NEW.way, 1 FROM plate AS p
    WHERE p.office = NEW.office AND p.kind = NEW.kind AND p.serial = NEW.serial
    ON CONFLICT (segment_id, way) DO UPDATE SET numbers = numbers + 1;
END;

-- How often the desk has extended the deadline.
ALTER TABLE preselection ADD COLUMN desk_extensions INTEGER NOT NULL DEFAULT 0
    CONSTRAINT preselection_desk_extensions CHECK (desk_extensions >= 0);
