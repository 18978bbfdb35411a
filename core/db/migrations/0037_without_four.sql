-- Whether an owner wants numbers without a 4 (不包含4): kept for the vehicle, where it was kept with the screen.
ALTER TABLE preselection ADD COLUMN without_four ${integer} NOT NULL DEFAULT 0
    CONSTRAINT preselection_without_four CHECK (without_four IN (0, 1));

UPDATE preselection SET without_four = 1
WHERE state = 'verified' AND account_id IN (
    SELECT a.account_id FROM account AS a JOIN dialog AS d ON d.chat_id = a.chat_id
    WHERE d.args LIKE '%"without_four": true%'
);
