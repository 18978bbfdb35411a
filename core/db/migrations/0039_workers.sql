-- The processes that serve this database together. One whose lease has expired is taken for dead.
CREATE TABLE worker (
    name TEXT NOT NULL PRIMARY KEY CONSTRAINT worker_name CHECK (name <> ''),
    started_at ${integer} NOT NULL,
    lease_until ${integer} NOT NULL
) ${strict};

-- The one of them that polls, or keeps the webhook set, and runs the periodic jobs.
CREATE TABLE worker_lead (
    one ${integer} NOT NULL PRIMARY KEY CONSTRAINT worker_lead_one CHECK (one = 1),
    worker TEXT NOT NULL,
    lease_until ${integer} NOT NULL
) ${strict};

-- Which worker has to handle the next update of a chat is looked up for each update that is stored.
CREATE INDEX inbox_of_chat ON inbox (chat_id) WHERE state IN ('waiting', 'applied');

-- How often a conversation was opened: a redraw that another worker has overtaken does not count as shown.
ALTER TABLE dialog ADD COLUMN turns ${integer} NOT NULL DEFAULT 0;

-- Until when a worker is sending a code: no other one sends it as well.
ALTER TABLE sms_code ADD COLUMN claimed_until ${integer};

-- The webhook that this installation has set: a change back to polling removes this one, and no other.
ALTER TABLE installation ADD COLUMN webhook_url TEXT;
