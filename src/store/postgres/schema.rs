//! The schema as a list of migrations, from an empty database to the newest version.
//!
//! Migrations are only added at the end: a store of any age takes those that it has not seen, all
//! of them or none.

use super::live::Live;
use crate::store::failure::StoreFailure;

/// The newest schema version that this program knows.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

const MIGRATIONS: [&str; 2] = [FIRST, KINDS];

/// Held while the schema is made or migrated, so that of several one does it.
const LOCK: i64 = 0x7064_636b_0000;

/// Returns the schema version of the database; `None` for one without a schema of ours.
pub(super) fn version(live: &mut Live) -> Result<Option<i64>, StoreFailure> {
    let exists = "SELECT to_regclass('purgedeck.number') IS NOT NULL";
    if !live.row(exists, &[])?.try_get::<_, bool>(0)? {
        return Ok(None);
    }
    let version = "SELECT value FROM number WHERE name = 'schema'";
    let found = live.optional_row(version, &[])?;
    let found: i64 = found.map_or(Ok(0), |row| row.try_get(0))?;
    match found {
        0 => Ok(None),
        newer if newer > VERSION => Err(StoreFailure::Newer { found: newer, known: VERSION }),
        known => Ok(Some(known)),
    }
}

/// Runs all migrations that the database has not seen, all of them or none.
pub(super) fn migrate(live: &mut Live) -> Result<(), StoreFailure> {
    live.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})"))?;
    let migrated = migrate_locked(live);
    match &migrated {
        Ok(()) => live.batch("COMMIT")?,
        // The connection may be what failed.
        Err(_) => drop(live.batch("ROLLBACK")),
    }
    migrated
}

fn migrate_locked(live: &mut Live) -> Result<(), StoreFailure> {
    let found = version(live)?.unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(found as usize) {
        live.batch(migration)?;
    }
    if found < VERSION {
        live.batch(&format!(
            "INSERT INTO number (name, value) VALUES ('schema', {VERSION})
             ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ))?;
    }
    Ok(())
}

/// All instants are microseconds since 1970. Texts compare and fold by their bytes: names and
/// targets are ASCII, or mean what they say.
const FIRST: &str = r#"
CREATE SCHEMA IF NOT EXISTS purgedeck;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;

-- Numbers about the store as a whole.
CREATE TABLE number (
    name  text COLLATE "C" PRIMARY KEY,
    value bigint NOT NULL
);

-- An account of one provider; a name that is given to another provider's account is another row.
CREATE TABLE account (
    id       integer PRIMARY KEY,
    name     text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    UNIQUE (name, provider)
);

-- Texts that many purges share: cnames, resources, people, vendors' words. Never deleted. Whoever
-- adds one has the lock of the history and knows all others, and an index of texts would refuse one
-- of some thousand bytes.
CREATE TABLE word (
    id   integer PRIMARY KEY,
    text text COLLATE "C" NOT NULL
);

-- A purge's key is its time, made unique by adding microseconds.
CREATE TABLE purge (
    key         bigint NOT NULL,
    created     bigint NOT NULL,
    account     integer NOT NULL,
    resource    integer NOT NULL, -- a word, like cname, author, raw_kind, raw_status; 0 for none
    cname       integer NOT NULL,
    author      integer NOT NULL,
    kind        smallint NOT NULL,
    status      smallint NOT NULL,
    targets     integer NOT NULL, -- how many
    raw_kind    integer NOT NULL,
    raw_status  integer NOT NULL,
    completed   bigint,
    id          text COLLATE "C" NOT NULL,
    raw_created text,
    fates       text,             -- one digit a target where the vendor tells their statuses
    lines       text COLLATE "C" NOT NULL -- the targets, one a line
);
-- Windows, counts and facets are read from this index alone.
CREATE UNIQUE INDEX purge_key ON purge (key)
    INCLUDE (created, account, resource, cname, author, kind, status);
ALTER TABLE purge ADD PRIMARY KEY USING INDEX purge_key;
CREATE UNIQUE INDEX purge_identity ON purge (id, account);
-- A word that a few cnames have in them is looked for by this index and that of the targets.
CREATE INDEX purge_cname ON purge (cname);
-- The greatest distance of a key from its time.
CREATE INDEX purge_offset ON purge ((key - created)) WHERE key > created;
CREATE INDEX purge_unfinished ON purge (account, key) WHERE status NOT IN (1, 2);
DO $$ BEGIN
    -- The extension may have been made in another schema before.
    EXECUTE format('CREATE INDEX purge_lines ON purge USING gin (lower(lines) %I.gin_trgm_ops)',
        (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'));
END $$;
-- New rows are seen by index-only scans soon after they were written.
ALTER TABLE purge SET (autovacuum_vacuum_insert_scale_factor = 0.02,
                       autovacuum_analyze_scale_factor = 0.02);

CREATE TABLE coverage (
    account  text COLLATE "C" NOT NULL,
    from_at  bigint NOT NULL,
    until_at bigint NOT NULL,
    PRIMARY KEY (account, from_at)
);

CREATE TABLE attempt_coverage (
    account  text COLLATE "C" NOT NULL,
    from_at  bigint NOT NULL,
    until_at bigint NOT NULL,
    PRIMARY KEY (account, from_at)
);

CREATE TABLE sync (
    account      text COLLATE "C" PRIMARY KEY,
    synced_at    bigint,
    resources_at bigint
);

CREATE TABLE resource (
    account text COLLATE "C" NOT NULL,
    id      text COLLATE "C" NOT NULL,
    place   bigint NOT NULL,
    value   text NOT NULL, -- JSON
    PRIMARY KEY (account, id)
);

CREATE TABLE journal (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          text COLLATE "C" NOT NULL UNIQUE,
    account     text COLLATE "C" NOT NULL,
    resource    text COLLATE "C" NOT NULL,
    request     text NOT NULL, -- JSON
    state       text COLLATE "C" NOT NULL,
    queued_at   bigint NOT NULL,
    planned_at  bigint NOT NULL,
    sent_at     bigint,
    answered_at bigint,
    reason      text,
    ticket      text,
    error       text,
    purge       text COLLATE "C",
    verified    boolean,
    place       bigint NOT NULL,
    ahead       bigint, -- the vendor's clock minus ours at the time of sending
    queued_by   text
);
CREATE INDEX journal_purge ON journal (purge, account) WHERE purge IS NOT NULL;
CREATE INDEX journal_open ON journal (place)
    WHERE state IN ('queued', 'sending', 'accepted', 'unknown');
CREATE INDEX journal_account ON journal (account, seq);

-- Every step of every journal entry; rows are only added.
CREATE TABLE journal_step (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry      bigint NOT NULL REFERENCES journal (seq),
    at         bigint NOT NULL,
    from_state text,
    to_state   text NOT NULL,
    error      text
);
CREATE INDEX journal_step_entry ON journal_step (entry);

CREATE TABLE verification (
    entry      bigint PRIMARY KEY REFERENCES journal (seq),
    held_until bigint NOT NULL, -- until then somebody is at it
    settled    boolean NOT NULL,
    value      text NOT NULL    -- JSON
);

CREATE TABLE attempt (
    account  text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    at       bigint NOT NULL,
    resource text COLLATE "C" NOT NULL,
    kind     text,
    targets  text NOT NULL, -- JSON; empty where a purge was found, which has them
    user_id  text COLLATE "C",
    token    text COLLATE "C",
    address  text,
    status   integer NOT NULL,
    author   text COLLATE "C", -- what user or token was called last
    purge    text COLLATE "C", -- the purge that it made
    PRIMARY KEY (account, id)
);
CREATE INDEX attempt_time ON attempt (account, at);
CREATE INDEX attempt_refused ON attempt (account, resource, at) WHERE status BETWEEN 400 AND 499;

-- Single values by name, as JSON.
CREATE TABLE kept (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- Who took each duty last; who holds it is known by its advisory lock alone.
CREATE TABLE lease (
    duty  text COLLATE "C" PRIMARY KEY,
    who   text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
"#;

/// Since this version a purge may be of a kind by query, expression, host or tag, which an earlier
/// program takes for damage. An entry of the journal may name several purges, with commas between.
const KINDS: &str = "
CREATE INDEX journal_several ON purgedeck.journal (account) WHERE purge LIKE '%,%';
";
