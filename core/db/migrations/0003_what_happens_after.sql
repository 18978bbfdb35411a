-- What is told without being asked: a row with a due time, written in the transaction that causes
-- it, cancelled in the one that ends the cause.
CREATE TABLE notice (
    notice_id ${identity},
    chat_id ${integer} NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    due_at ${integer} NOT NULL,
    pointless_after ${integer},
    state TEXT NOT NULL
        CONSTRAINT notice_state CHECK (state IN ('waiting', 'sending', 'sent', 'cancelled', 'failed', 'late')),
    parts_sent ${integer} NOT NULL DEFAULT 0 CONSTRAINT notice_parts_sent CHECK (parts_sent >= 0),
    tries ${integer} NOT NULL DEFAULT 0 CONSTRAINT notice_tries CHECK (tries >= 0),
    try_at ${integer} NOT NULL,
    worker TEXT,
    claimed_until ${integer},
    ended_at ${integer},
    error TEXT,
    created_at ${integer} NOT NULL,
    CONSTRAINT notice_once UNIQUE (subject, purpose, chat_id),
    CONSTRAINT notice_claim_whole CHECK (
        (state = 'sending') = (worker IS NOT NULL) AND (worker IS NULL) = (claimed_until IS NULL)
    ),
    CONSTRAINT notice_failure_has_a_reason CHECK (state <> 'failed' OR error IS NOT NULL)
) ${strict};

CREATE INDEX notice_due ON notice (try_at, notice_id) WHERE state = 'waiting';
CREATE INDEX notice_claimed ON notice (claimed_until) WHERE state = 'sending';

-- Who cannot be reached: has blocked the bot, or deleted the account.
CREATE TABLE unreachable (
    chat_id ${integer} NOT NULL PRIMARY KEY,
    since ${integer} NOT NULL,
    reason TEXT NOT NULL
) ${strict_without_rowid};

-- How many reminders an owner wants before the last one; no row: as the office has it.
CREATE TABLE reminder_wish (
    account_id ${integer} NOT NULL PRIMARY KEY REFERENCES account (account_id),
    count ${integer} NOT NULL CONSTRAINT reminder_wish_count CHECK (count BETWEEN 0 AND 10)
) ${strict_without_rowid};

-- The blacklist: of an identity only its keyed hash is kept.
CREATE TABLE ban (
    ban_id ${identity},
    identity_hash ${bytes} NOT NULL,
    office TEXT NOT NULL,
    reason TEXT NOT NULL CONSTRAINT ban_reason CHECK (length(reason) > 0),
    cause TEXT NOT NULL CONSTRAINT ban_cause CHECK (cause IN ('expired', 'void', 'admin')),
    preselection_id ${integer} REFERENCES preselection (preselection_id),
    since ${integer} NOT NULL,
    until ${integer} NOT NULL,
    lifted_at ${integer},
    lifted_by TEXT,
    lift_reason TEXT,
    CONSTRAINT ban_ends_after_it_begins CHECK (until > since),
    CONSTRAINT ban_lift_whole CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)
    )
) ${strict};

CREATE UNIQUE INDEX ban_running ON ban (identity_hash) WHERE lifted_at IS NULL;
CREATE INDEX ban_ending ON ban (until) WHERE lifted_at IS NULL;

-- Days on which an office's counter is closed beyond holidays: they move deadlines.
CREATE TABLE closed_day (
    office TEXT NOT NULL,
    day TEXT NOT NULL,
    reason TEXT NOT NULL CONSTRAINT closed_day_reason CHECK (length(reason) > 0),
    entered_at ${integer} NOT NULL,
    entered_by TEXT NOT NULL,
    PRIMARY KEY (office, day)
) ${strict_without_rowid};

-- Who wants to be told of what: releases, the opening to self-composition, the next opening of hours.
CREATE TABLE subscription (
    chat_id ${integer} NOT NULL,
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    topic TEXT NOT NULL CONSTRAINT subscription_topic CHECK (topic IN ('release', 'compose', 'opening')),
    since ${integer} NOT NULL,
    PRIMARY KEY (chat_id, office, kind, topic)
) ${strict_without_rowid};

CREATE INDEX subscription_of_topic ON subscription (topic, office, kind, chat_id);

-- What has been announced of a segment, so that a tick that runs twice tells nobody twice.
CREATE TABLE announcement (
    subject TEXT NOT NULL PRIMARY KEY,
    at ${integer} NOT NULL
) ${strict_without_rowid};

CREATE INDEX preselection_deadlines ON preselection (deadline) WHERE state = 'reserved';
CREATE INDEX preselection_drafts ON preselection (updated_at)
    WHERE state IN ('draft', 'informed', 'agreed', 'verified');
