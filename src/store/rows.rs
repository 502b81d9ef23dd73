//! Purges out of their rows.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::names::Names;
use super::strip::{Stroke, Traits};
use super::{StoreFailure, codes, targets, times, verification};
use crate::domain::ids::{PurgeId, PurgeKey, ResourceId};
use crate::domain::purge::{Purge, PurgeDetail, PurgeRow, SentHere};

/// The most characters of a first target in a row for a list.
const SHOWN: usize = 200;

/// One snapshot of the store with its dictionaries: what every question is answered from.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// The connection, inside a transaction.
    pub(super) connection: &'a Connection,
    /// The dictionaries.
    pub(super) names: &'a Names,
}

/// Reads the first eight columns of a row: key, nudge, account, resource, cname, by, kind, status.
pub(super) fn stroke(row: &Row<'_>) -> Result<Stroke, StoreFailure> {
    Ok(Stroke {
        key: row.get(0)?,
        nudge: row.get(1)?,
        traits: Traits {
            account: row.get(2)?,
            resource: row.get(3)?,
            cname: row.get(4)?,
            by: row.get(5)?,
            kind: row.get(6)?,
            status: row.get(7)?,
        },
    })
}

/// What a line of a list shows of our journal.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    sent_here: bool,
    verified: Option<bool>,
}

impl View<'_> {
    /// One purge as a line of a list.
    pub(super) fn row(&self, key: i64) -> Result<Option<PurgeRow>, StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT key, nudge, account, resource, cname, \"by\", kind, status, targets, raw_status, id, head
             FROM purge WHERE key = ?1",
        )?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let stroke = stroke(row)?;
        let traits = stroke.traits;
        let (account, provider) = self.names.account(traits.account)?.clone();
        let id: String = row.get(10)?;
        let head = row.get_ref(11)?.as_str().map_err(rusqlite::Error::from)?;
        let seen = self.seen(account.as_str(), &id)?;
        Ok(Some(PurgeRow {
            key: PurgeKey(stroke.key),
            sent_here: seen.sent_here,
            verified: seen.verified,
            account,
            provider,
            id: PurgeId::from(id),
            cname: self.names.word(traits.cname)?.to_owned(),
            kind: codes::to_kind(traits.kind)?,
            status: codes::to_status(traits.status)?,
            raw_status: self.names.word(row.get(9)?)?.to_owned(),
            created: times::instant(stroke.created()),
            target_count: row.get(8)?,
            first_target: head.chars().take(SHOWN).collect(),
            by: self.names.optional_word(traits.by)?.map(str::to_owned),
        }))
    }

    /// One purge in full.
    pub(super) fn purge(&self, key: i64) -> Result<Option<Purge>, StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT key, nudge, account, resource, cname, \"by\", kind, status, targets, raw_status, id, head,
                    raw_kind, completed, raw_created, fates
             FROM purge WHERE key = ?1",
        )?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let stroke = stroke(row)?;
        let traits = stroke.traits;
        let count: u32 = row.get(8)?;
        let tail = if count > 1 { self.tail(key)? } else { None };
        let fates: Option<String> = row.get(15)?;
        let (account, provider) = self.names.account(traits.account)?.clone();
        Ok(Some(Purge {
            account,
            provider,
            id: PurgeId::from(row.get::<_, String>(10)?),
            resource: ResourceId::new(self.names.word(traits.resource)?),
            cname: self.names.word(traits.cname)?.to_owned(),
            kind: codes::to_kind(traits.kind)?,
            raw_kind: self.names.word(row.get(12)?)?.to_owned(),
            status: codes::to_status(traits.status)?,
            raw_status: self.names.word(row.get(9)?)?.to_owned(),
            created: times::instant(stroke.created()),
            raw_created: row.get(14)?,
            completed: row.get::<_, Option<i64>>(13)?.map(times::instant),
            targets: targets::read(count, row.get(11)?, tail.as_deref(), fates.as_deref())?,
            by: self.names.optional_word(traits.by)?.map(str::to_owned),
        }))
    }

    /// One purge with what our journal adds, without what was refused around it.
    pub(super) fn detail(&self, key: i64) -> Result<Option<PurgeDetail>, StoreFailure> {
        let Some(purge) = self.purge(key)? else {
            return Ok(None);
        };
        let sent = self.sent_here(purge.account.as_str(), purge.id.as_str())?;
        Ok(Some(PurgeDetail { key: PurgeKey(key), purge, sent, refused: Vec::new() }))
    }

    /// The targets after the first, as they are written.
    pub(super) fn tail(&self, key: i64) -> Result<Option<String>, StoreFailure> {
        let mut find = self.connection.prepare_cached("SELECT text FROM tail WHERE key = ?1")?;
        Ok(find.query_row([key], |row| row.get(0)).optional()?)
    }

    /// What our journal knows of the purge that an account's vendor calls so.
    fn seen(&self, account: &str, id: &str) -> Result<Seen, StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT verified FROM journal WHERE purge = ?1 AND account = ?2 ORDER BY seq DESC LIMIT 1",
        )?;
        let seen = find
            .query_row([id, account], |row| Ok(Seen { sent_here: true, verified: row.get(0)? }));
        Ok(seen.optional()?.unwrap_or_default())
    }

    fn sent_here(&self, account: &str, id: &str) -> Result<Option<SentHere>, StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT coalesce(sent_at, queued_at), reason, ticket, verified,
                    (SELECT value FROM verification WHERE entry = journal.seq)
             FROM journal WHERE purge = ?1 AND account = ?2 ORDER BY seq DESC LIMIT 1",
        )?;
        let sent = find.query_row([id, account], |row| {
            Ok(SentHere {
                sent_at: times::instant(row.get(0)?),
                reason: row.get(1)?,
                ticket: row.get(2)?,
                verified: row.get(3)?,
                verification: verification::read(row.get(4)?),
            })
        });
        Ok(sent.optional()?)
    }
}
