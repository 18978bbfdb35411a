-- Times are milliseconds since 1970 in UTC. What is sealed is encrypted under security.keys;
-- what is called *_hash is an HMAC under security.lookup_key.

CREATE TABLE account (
    account_id ${identity},
    chat_id ${integer} NOT NULL CONSTRAINT account_chat UNIQUE,
    user_type TEXT NOT NULL DEFAULT 'new_owner'
        CONSTRAINT account_user_type CHECK (user_type IN ('new_owner', 'owner_driver', 'counter', 'unit')),
    consent_version ${integer} NOT NULL,
    consented_at ${integer} NOT NULL,
    office TEXT,
    name_sealed ${bytes},
    identity_sealed ${bytes},
    identity_hash ${bytes},
    phone_sealed ${bytes},
    phone_hash ${bytes},
    phone_proved_at ${integer},
    new_phone_sealed ${bytes},
    new_phone_hash ${bytes},
    registered_at ${integer},
    created_at ${integer} NOT NULL,
    updated_at ${integer} NOT NULL,
    CONSTRAINT account_registered_is_complete CHECK (
        registered_at IS NULL OR (
            office IS NOT NULL AND name_sealed IS NOT NULL AND identity_sealed IS NOT NULL
            AND identity_hash IS NOT NULL AND phone_sealed IS NOT NULL AND phone_hash IS NOT NULL
            AND phone_proved_at IS NOT NULL
        )
    )
) ${strict};

-- One identity and one telephone belong to one registered account; somebody half way through
-- registration blocks nobody.
CREATE UNIQUE INDEX account_identity ON account (identity_hash) WHERE registered_at IS NOT NULL;
CREATE UNIQUE INDEX account_phone ON account (phone_hash) WHERE registered_at IS NOT NULL;

CREATE TABLE sms_code (
    code_id ${identity},
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    purpose TEXT NOT NULL CONSTRAINT sms_code_purpose CHECK (purpose IN ('registration', 'preselection')),
    state TEXT NOT NULL
        CONSTRAINT sms_code_state CHECK (state IN ('queued', 'sent', 'failed', 'used', 'locked', 'replaced')),
    bound_hash ${bytes} NOT NULL,
    parcel_sealed ${bytes},
    wrong_tries ${integer} NOT NULL DEFAULT 0 CONSTRAINT sms_code_tries CHECK (wrong_tries BETWEEN 0 AND 5),
    created_at ${integer} NOT NULL,
    expires_at ${integer} NOT NULL
) ${strict};

CREATE UNIQUE INDEX sms_code_alive ON sms_code (account_id, purpose)
    WHERE state IN ('queued', 'sent', 'failed', 'locked');
CREATE INDEX sms_code_queue ON sms_code (created_at) WHERE state = 'queued';

-- How many codes a telephone had on a day; an empty hash stands for the whole service.
CREATE TABLE sms_day (
    day TEXT NOT NULL,
    phone_hash ${bytes} NOT NULL,
    sent ${integer} NOT NULL CONSTRAINT sms_day_sent CHECK (sent >= 0),
    PRIMARY KEY (day, phone_hash)
) ${strict_without_rowid};

-- The chances of a vehicle, over all offices, accounts, chats and days.
CREATE TABLE vehicle (
    vin TEXT NOT NULL PRIMARY KEY CONSTRAINT vehicle_vin CHECK (length(vin) = 17),
    random_used ${integer} NOT NULL DEFAULT 0 CONSTRAINT vehicle_random_used CHECK (random_used >= 0),
    random_granted ${integer} NOT NULL DEFAULT 0 CONSTRAINT vehicle_random_granted CHECK (random_granted >= 0),
    compose_used ${integer} NOT NULL DEFAULT 0 CONSTRAINT vehicle_compose_used CHECK (compose_used >= 0),
    compose_granted ${integer} NOT NULL DEFAULT 0
        CONSTRAINT vehicle_compose_granted CHECK (compose_granted >= 0),
    composed_at ${integer}
) ${strict_without_rowid};

-- Every wish that a vehicle has paid for.
CREATE TABLE failed_wish (
    vin TEXT NOT NULL REFERENCES vehicle (vin),
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    serial TEXT NOT NULL,
    times ${integer} NOT NULL CONSTRAINT failed_wish_times CHECK (times > 0),
    last_at ${integer} NOT NULL,
    PRIMARY KEY (vin, office, kind, serial)
) ${strict_without_rowid};

-- The embedded vehicle registry (registry.mode = "strict").
CREATE TABLE registry_vehicle (
    vin TEXT NOT NULL PRIMARY KEY CONSTRAINT registry_vehicle_vin CHECK (length(vin) = 17),
    certificate TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT registry_vehicle_kind CHECK (kind IN ('small', 'small_nev', 'large_nev')),
    state TEXT NOT NULL CONSTRAINT registry_vehicle_state CHECK (state IN ('new', 'registered')),
    loaded_at ${integer} NOT NULL
) ${strict_without_rowid};

CREATE TABLE preselection (
    preselection_id ${identity},
    account_id ${integer} NOT NULL REFERENCES account (account_id),
    office TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT preselection_kind CHECK (kind IN ('small', 'small_nev', 'large_nev')),
    state TEXT NOT NULL CONSTRAINT preselection_state CHECK (
        state IN ('draft', 'informed', 'agreed', 'verified', 'reserved',
                  'registered', 'expired', 'cancelled', 'void')
    ),
    vin TEXT,
    certificate_kind TEXT
        CONSTRAINT preselection_certificate_kind CHECK (certificate_kind IN ('domestic', 'import')),
    certificate TEXT,
    verified_at ${integer},
    reserved_at ${integer},
    serial TEXT,
    way TEXT CONSTRAINT preselection_way CHECK (way IN ('random', 'composed')),
    deadline ${integer},
    ended_at ${integer},
    reason TEXT,
    created_at ${integer} NOT NULL,
    updated_at ${integer} NOT NULL,
    CONSTRAINT preselection_agreed_is_complete CHECK (
        state IN ('draft', 'informed', 'cancelled')
        OR (vin IS NOT NULL AND certificate_kind IS NOT NULL AND certificate IS NOT NULL)
    ),
    CONSTRAINT preselection_reserved_is_complete CHECK (
        state NOT IN ('reserved', 'registered', 'expired', 'void')
        OR (serial IS NOT NULL AND way IS NOT NULL AND deadline IS NOT NULL AND reserved_at IS NOT NULL)
    ),
    CONSTRAINT preselection_end_has_a_time CHECK (
        (state IN ('registered', 'expired', 'cancelled', 'void')) = (ended_at IS NOT NULL)
    )
) ${strict};

CREATE UNIQUE INDEX preselection_one_draft ON preselection (account_id)
    WHERE state IN ('draft', 'informed', 'agreed', 'verified');
CREATE UNIQUE INDEX preselection_one_success ON preselection (vin) WHERE state IN ('reserved', 'registered');
CREATE UNIQUE INDEX preselection_one_holder ON preselection (office, kind, serial)
    WHERE state IN ('reserved', 'registered');
CREATE INDEX preselection_of_account ON preselection (account_id, preselection_id);

-- Who selects for a vehicle at this moment; a row that has run out counts for nothing.
CREATE TABLE selecting (
    vin TEXT NOT NULL PRIMARY KEY,
    preselection_id ${integer} NOT NULL REFERENCES preselection (preselection_id),
    until ${integer} NOT NULL
) ${strict_without_rowid};

CREATE TABLE segment (
    segment_id ${identity},
    office TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT segment_kind CHECK (kind IN ('small', 'small_nev', 'large_nev')),
    mask TEXT NOT NULL,
    nev_letters TEXT NOT NULL,
    size ${integer} NOT NULL CONSTRAINT segment_size CHECK (size > 0),
    opens_at ${integer} NOT NULL,
    compose_from ${integer} NOT NULL,
    released_at ${integer} NOT NULL,
    released_by TEXT NOT NULL,
    CONSTRAINT segment_once UNIQUE (office, kind, mask),
    CONSTRAINT segment_opens_before_composing CHECK (compose_from >= opens_at)
) ${strict};

CREATE TABLE withholding (
    withholding_id ${identity},
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    mask TEXT NOT NULL,
    since ${integer} NOT NULL,
    ended_at ${integer}
) ${strict};

CREATE UNIQUE INDEX withholding_once ON withholding (office, kind, mask) WHERE ended_at IS NULL;

-- A pool is what an office has of one kind: its draws are numbered without a gap.
CREATE TABLE pool (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    last_draw ${integer} NOT NULL DEFAULT 0 CONSTRAINT pool_last_draw CHECK (last_draw >= 0),
    PRIMARY KEY (office, kind)
) ${strict_without_rowid};

-- The seed of a pool's draws for one day: its digest is public from the first moment, the seed
-- itself is sealed until its day is over.
CREATE TABLE seed (
    seed_id ${identity},
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    digest TEXT NOT NULL,
    secret_sealed ${bytes} NOT NULL,
    secret_published TEXT,
    committed_at ${integer} NOT NULL,
    published_at ${integer},
    CONSTRAINT seed_published_whole CHECK ((secret_published IS NULL) = (published_at IS NULL))
) ${strict};

CREATE UNIQUE INDEX seed_current ON seed (office, kind) WHERE published_at IS NULL;

-- A number has a row only while it is not free, or was given back minutes ago.
CREATE TABLE plate (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    serial TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT plate_state
        CHECK (state IN ('batch', 'shortlist', 'reserved', 'registered', 'resting')),
    segment_id ${integer} REFERENCES segment (segment_id),
    position ${integer},
    preselection_id ${integer} REFERENCES preselection (preselection_id),
    draw_no ${integer},
    held_until ${integer},
    since ${integer} NOT NULL,
    PRIMARY KEY (office, kind, serial),
    CONSTRAINT plate_hold_ends CHECK ((state IN ('batch', 'shortlist', 'resting')) = (held_until IS NOT NULL)),
    CONSTRAINT plate_hold_has_a_holder CHECK (
        state NOT IN ('batch', 'shortlist', 'reserved') OR preselection_id IS NOT NULL
    )
) ${strict_without_rowid};

CREATE INDEX plate_of_preselection ON plate (preselection_id) WHERE preselection_id IS NOT NULL;
CREATE INDEX plate_of_segment ON plate (segment_id, position);
CREATE INDEX plate_since ON plate (since);
CREATE INDEX plate_ending ON plate (held_until) WHERE held_until IS NOT NULL;

-- The journal of draws: what section 6 of docs/domain.md needs to recompute each of them.
CREATE TABLE draw (
    office TEXT NOT NULL,
    kind TEXT NOT NULL,
    n ${integer} NOT NULL CONSTRAINT draw_n CHECK (n > 0),
    seed_id ${integer} NOT NULL REFERENCES seed (seed_id),
    preselection_id ${integer} NOT NULL REFERENCES preselection (preselection_id),
    nonce TEXT NOT NULL,
    without_four ${integer} NOT NULL CONSTRAINT draw_without_four CHECK (without_four IN (0, 1)),
    drawn_at ${integer} NOT NULL,
    held_until ${integer} NOT NULL,
    looked_at ${integer} NOT NULL,
    numbers TEXT NOT NULL,
    PRIMARY KEY (office, kind, n)
) ${strict_without_rowid};

CREATE INDEX draw_of_preselection ON draw (preselection_id, n);

-- The journal: one row per change of state, by whom, when, about what.
CREATE TABLE audit (
    entry_id ${identity},
    at ${integer} NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    office TEXT,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
) ${strict};

CREATE INDEX audit_of_subject ON audit (subject, entry_id);
CREATE INDEX audit_of_office ON audit (office, entry_id);

-- The conversation of a chat: its screen, and the message that is live.
CREATE TABLE dialog (
    chat_id ${integer} NOT NULL PRIMARY KEY,
    screen TEXT NOT NULL,
    args TEXT NOT NULL,
    revision ${integer} NOT NULL CONSTRAINT dialog_revision CHECK (revision >= 0),
    message_id ${integer},
    picture TEXT,
    message_kind TEXT CONSTRAINT dialog_message_kind CHECK (message_kind IN ('text', 'photo', 'keyboard')),
    redraw_at ${integer},
    updated_at ${integer} NOT NULL,
    CONSTRAINT dialog_message_whole CHECK ((message_id IS NULL) = (message_kind IS NULL))
) ${strict};

CREATE INDEX dialog_redraw ON dialog (redraw_at) WHERE redraw_at IS NOT NULL;

-- Updates as they came, until they are done; done rows are tombstones by which a repeat is known.
CREATE TABLE inbox (
    update_id ${integer} NOT NULL PRIMARY KEY,
    chat_id ${integer} NOT NULL,
    received_at ${integer} NOT NULL,
    body ${bytes},
    state TEXT NOT NULL CONSTRAINT inbox_state CHECK (state IN ('waiting', 'applied', 'done', 'broken')),
    worker TEXT NOT NULL,
    lease_until ${integer} NOT NULL,
    tries ${integer} NOT NULL DEFAULT 0,
    note TEXT
) ${strict};

CREATE INDEX inbox_unfinished ON inbox (lease_until) WHERE state IN ('waiting', 'applied');
CREATE INDEX inbox_tombstones ON inbox (received_at) WHERE state = 'done';
