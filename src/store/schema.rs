//! The form of the file, as a list of steps from nothing to the newest form.
//!
//! Steps are only ever added at the end: a store of any age is brought up by those that it has not seen.

/// Marks a file as a purgedeck store (`PRAGMA application_id`): "pdck" in ASCII.
pub(super) const APPLICATION: i64 = 0x7064_636b;

/// The newest form that this program knows (`PRAGMA user_version`).
pub(super) const FORM: i64 = STEPS.len() as i64;

/// Step n brings a store of form n to form n + 1.
pub(super) const STEPS: [&str; 4] = [FIRST, SECOND, ATTEMPTS, VERIFICATION];

/// All instants are microseconds since 1970. `gram` has rows of its own kind, see `grams.rs`; `strip.body` see `strip.rs`.
/// The page size and the journal mode are set before, where a file is made.
const FIRST: &str = "
-- An account of one provider; a name that is given to another provider's account later is another row.
CREATE TABLE account (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    provider TEXT NOT NULL,
    UNIQUE (name, provider)
) STRICT;

-- Every text that comes back again and again: cnames, resources, people, vendors' words. Rows stay for ever.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE purge (
    key         INTEGER PRIMARY KEY,
    nudge       INTEGER NOT NULL, -- key minus the microsecond of creation
    account     INTEGER NOT NULL,
    resource    INTEGER NOT NULL, -- a word, like cname, by, raw_kind, raw_status; 0 stands for none
    cname       INTEGER NOT NULL,
    \"by\"        INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    targets     INTEGER NOT NULL, -- how many; the first is in head, the others in tail
    raw_kind    INTEGER NOT NULL,
    raw_status  INTEGER NOT NULL,
    id          TEXT NOT NULL,
    head        TEXT NOT NULL,
    completed   INTEGER,
    raw_created TEXT,
    fates       TEXT              -- one digit a target where the vendor tells their statuses
) STRICT;
CREATE UNIQUE INDEX purge_identity ON purge (id, account);

CREATE TABLE tail (
    key  INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE strip (
    start INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    body  BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE gram USING fts5 (
    words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO gram (gram, rank) VALUES ('hashsize', 16777216);

-- Numbers about the store as a whole.
CREATE TABLE number (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
    account  TEXT NOT NULL,
    from_at  INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (account, from_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync (
    account      TEXT PRIMARY KEY,
    synced_at    INTEGER,
    resources_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE resource (
    account TEXT NOT NULL,
    id      TEXT NOT NULL,
    place   INTEGER NOT NULL,
    value   TEXT NOT NULL, -- JSON
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    account     TEXT NOT NULL,
    resource    TEXT NOT NULL,
    request     TEXT NOT NULL, -- JSON
    state       TEXT NOT NULL,
    queued_at   INTEGER NOT NULL,
    planned_at  INTEGER NOT NULL,
    sent_at     INTEGER,
    answered_at INTEGER,
    reason      TEXT,
    ticket      TEXT,
    error       TEXT,
    purge       TEXT,
    verified    INTEGER
) STRICT;
CREATE INDEX journal_purge ON journal (purge, account) WHERE purge IS NOT NULL;
CREATE INDEX journal_state ON journal (state);

-- Every step that an entry of the journal ever took; rows are only added.
CREATE TABLE journal_step (
    seq        INTEGER PRIMARY KEY,
    entry      INTEGER NOT NULL REFERENCES journal (seq),
    at         INTEGER NOT NULL,
    from_state TEXT,
    to_state   TEXT NOT NULL,
    error      TEXT
) STRICT;
CREATE INDEX journal_step_entry ON journal_step (entry);

CREATE TABLE kept (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
";

/// The journal's order can be changed, and the vendor's clock at the time of sending is kept: ours may be set since.
const SECOND: &str = "
ALTER TABLE journal ADD COLUMN place INTEGER NOT NULL DEFAULT 0; -- in the queue, lowest first
ALTER TABLE journal ADD COLUMN ahead INTEGER; -- the vendor's clock minus ours when it went out, in microseconds
UPDATE journal SET place = seq;
";

/// What vendors' activity logs told, and for which times they were read.
const ATTEMPTS: &str = "
CREATE TABLE attempt (
    account  TEXT NOT NULL,
    id       TEXT NOT NULL,
    at       INTEGER NOT NULL,
    resource TEXT NOT NULL,
    kind     TEXT,
    targets  TEXT NOT NULL, -- JSON; empty where a purge was found, which has them
    user     TEXT,
    token    TEXT,
    address  TEXT,
    status   INTEGER NOT NULL,
    \"by\"     TEXT,          -- what user or token was called last
    purge    TEXT,          -- the purge that it made
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_time ON attempt (account, at);
CREATE INDEX attempt_refused ON attempt (account, resource, at) WHERE status BETWEEN 400 AND 499;

CREATE TABLE attempt_coverage (
    account  TEXT NOT NULL,
    from_at  INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (account, from_at)
) STRICT, WITHOUT ROWID;
";

/// What the looks at the edge came to, for entries of the journal that had any.
const VERIFICATION: &str = "
CREATE TABLE verification (
    entry      INTEGER PRIMARY KEY REFERENCES journal (seq),
    held_until INTEGER NOT NULL, -- until then somebody is at it
    settled    INTEGER NOT NULL, -- no more looks follow
    value      TEXT NOT NULL     -- JSON
) STRICT;
";
