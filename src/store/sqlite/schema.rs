//! The schema of the file as a list of migrations, from an empty file to the newest version.
//!
//! Migrations are only added at the end: a store of any age takes those that it has not seen. Their
//! text never changes, comments included: SQLite keeps it in the file.

use rusqlite::Connection;

use crate::store::failure::StoreFailure;

/// Marks a file as a purgedeck store (`PRAGMA application_id`): "pdck" in ASCII.
pub(super) const APPLICATION_ID: i64 = 0x7064_636b;

/// The newest schema version that this program knows (`PRAGMA user_version`).
pub(super) const VERSION: i64 = CONVERTED + LATER.len() as i64;

/// The first version with targets in chunks.
pub(super) const CONVERTED: i64 = MIGRATIONS.len() as i64 + 1;

/// Migration n brings a store of version n to version n + 1; the one after them, which takes more
/// than SQL, is [`conversion`](super::conversion).
pub(super) const MIGRATIONS: [&str; 6] =
    [FIRST, QUEUE_ORDER, ATTEMPTS, VERIFICATION, CONFIRMATION, CHECKSUMS];

/// The migrations after the conversion.
pub(super) const LATER: [&str; 1] = [KINDS];

/// Since this version a purge may be of a kind by query, expression, host or tag, which an earlier
/// program takes for damage. An entry of the journal may name several purges, with commas between.
const KINDS: &str = "
CREATE INDEX journal_several ON journal (account) WHERE instr(purge, ',') > 0;
";

/// Returns the schema version of a file; `None` for a file in which nothing was ever written.
pub(super) fn version(connection: &Connection) -> Result<Option<i64>, StoreFailure> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION_ID && found > 0 {
        if found > VERSION {
            return Err(StoreFailure::Newer { found, known: VERSION });
        }
        return Ok(Some(found));
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == 0 && found == 0 && tables == 0 {
        return Ok(None);
    }
    Err(StoreFailure::NotAStore)
}

/// All instants are microseconds since 1970. A row of `strip` is a segment (`segment.rs`), `nudge`
/// a key offset (`segment.rs`). `head`, `tail` and `gram`, an index of targets, are no more.
const FIRST: &str = "
-- An account of one provider; a name that is given to another provider's account is another row.
CREATE TABLE account (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    provider TEXT NOT NULL,
    UNIQUE (name, provider)
) STRICT;

-- Texts that many purges share: cnames, resources, people, vendors' words. Never deleted.
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

-- Every step of every journal entry; rows are only added.
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

/// Adds the order of the queue, and the vendor's clock at the time of sending: ours may be set
/// later.
const QUEUE_ORDER: &str = "
ALTER TABLE journal ADD COLUMN place INTEGER NOT NULL DEFAULT 0; -- in the queue, lowest first
-- The vendor's clock minus ours at the time of sending, in microseconds.
ALTER TABLE journal ADD COLUMN ahead INTEGER;
UPDATE journal SET place = seq;
";

/// Adds the entries of the vendors' activity logs, and the time ranges for which they were read.
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

/// Adds the results of edge verifications, for journal entries that have one.
const VERIFICATION: &str = "
CREATE TABLE verification (
    entry      INTEGER PRIMARY KEY REFERENCES journal (seq),
    held_until INTEGER NOT NULL, -- until then somebody is at it
    settled    INTEGER NOT NULL, -- no more looks follow
    value      TEXT NOT NULL     -- JSON
) STRICT;
";

/// Adds who queued a request, and the code by which they confirmed it (`confirmation.rs`).
const CONFIRMATION: &str = "
ALTER TABLE journal ADD COLUMN queued_by TEXT;
ALTER TABLE journal ADD COLUMN confirmation TEXT; -- gone once it was answered
";

/// Adds checksums: of a purge without its author, and of what never changes in a journal entry. A
/// row from before has none until it is written again.
const CHECKSUMS: &str = "
ALTER TABLE purge ADD COLUMN checksum INTEGER;
ALTER TABLE journal ADD COLUMN checksum INTEGER;
";

/// Adds chunks (`chunk.rs`) and blocks of the trigram index (`trigram_index.rs`).
pub(super) const CHUNKS: &str = "
CREATE TABLE chunk (
    start INTEGER PRIMARY KEY,
    block INTEGER NOT NULL, -- of the trigram index; 0 for none
    body  BLOB NOT NULL
) STRICT;
CREATE INDEX chunk_block ON chunk (block);

CREATE TABLE trigram_block (
    id   INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
";

/// Drops what chunks replace.
pub(super) const WITHOUT_TEXTS: &str = "
DROP TABLE gram;
DROP TABLE tail;
CREATE TABLE slim_purge (
    key         INTEGER PRIMARY KEY,
    nudge       INTEGER NOT NULL, -- key minus the microsecond of creation
    account     INTEGER NOT NULL,
    resource    INTEGER NOT NULL, -- a word, like cname, by, raw_kind, raw_status; 0 stands for none
    cname       INTEGER NOT NULL,
    \"by\"        INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    targets     INTEGER NOT NULL, -- how many; they are in a chunk
    raw_kind    INTEGER NOT NULL,
    raw_status  INTEGER NOT NULL,
    id          TEXT NOT NULL,
    completed   INTEGER,
    raw_created TEXT,
    fates       TEXT,             -- one digit a target where the vendor tells their statuses
    checksum    INTEGER           -- of all but the author; none in a row from before there were any
) STRICT;
INSERT INTO slim_purge
SELECT key, nudge, account, resource, cname, \"by\", kind, status, targets, raw_kind, raw_status,
       id, completed, raw_created, fates, checksum
FROM purge ORDER BY key;
DROP TABLE purge;
ALTER TABLE slim_purge RENAME TO purge;
CREATE UNIQUE INDEX purge_identity ON purge (id, account);
";
