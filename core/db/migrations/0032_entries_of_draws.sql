-- The entry of the public journal that tells of a draw, and which batch of its vehicle the draw is (none if it gave
-- nothing); neither is known of draws before this version.
ALTER TABLE draw ADD COLUMN journal_seq ${integer};
ALTER TABLE draw ADD COLUMN batch_no ${integer};
