-- A number that is registered is selected already: taking its confirmation back must not count it twice.
DROP TRIGGER selected_number_is_counted ON preselection;

CREATE TRIGGER selected_number_is_counted AFTER UPDATE OF state ON preselection
    FOR EACH ROW WHEN (NEW.state = 'reserved' AND OLD.state NOT IN ('reserved', 'registered'))
    EXECUTE FUNCTION count_selected_number();

-- How often the desk has extended the deadline.
ALTER TABLE preselection ADD COLUMN desk_extensions BIGINT NOT NULL DEFAULT 0
    CONSTRAINT preselection_desk_extensions CHECK (desk_extensions >= 0);
