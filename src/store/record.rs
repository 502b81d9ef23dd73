//! Taking purges into the history: each once, whatever is known of it put together.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::grams::{self, Collector};
use super::names::Naming;
use super::rows::View;
use super::strip::{Stroke, Traits};
use super::writer::Recorded;
use super::{StoreFailure, codes, strips, targets, times};
use crate::domain::purge::{Purge, Target};

/// So many purges are taken in before strips and index are written, so that memory stays bounded.
const SLICE: usize = 4096;

/// Takes purges in, inside a transaction.
pub(super) fn take_in(
    connection: &Connection,
    naming: &mut Naming,
    collector: &mut Collector,
    purges: &[Purge],
    seen_at: DateTime<Utc>,
) -> Result<Recorded, StoreFailure> {
    let mut recorded = Recorded::default();
    // In the order of time, rows, strips and blocks are written one after the other and not all over the place.
    let mut sorted: Vec<&Purge> = purges.iter().collect();
    sorted.sort_by_key(|purge| purge.created);
    for slice in sorted.chunks(SLICE) {
        let mut intake = Intake {
            connection,
            naming: &mut *naming,
            recorded: &mut recorded,
            changes: BTreeMap::new(),
            texts: Vec::new(),
            free: HashMap::new(),
        };
        for purge in slice {
            intake.take(purge, seen_at)?;
        }
        intake.finish(collector)?;
    }
    Ok(recorded)
}

struct Intake<'a, 'p> {
    connection: &'a Connection,
    naming: &'a mut Naming,
    recorded: &'a mut Recorded,
    /// What the strips must be told.
    changes: BTreeMap<i64, Option<Stroke>>,
    /// What the index must be told.
    texts: Vec<(i64, Cow<'p, [Target]>)>,
    /// For times that several purges share, the first key that may be free.
    free: HashMap<i64, i64>,
}

impl<'p> Intake<'_, 'p> {
    fn take(&mut self, purge: &'p Purge, seen_at: DateTime<Utc>) -> Result<(), StoreFailure> {
        let seen = sighting(purge, seen_at);
        let account = self.naming.account(self.connection, &seen.account, &seen.provider)?;
        let known: Option<i64> = self
            .connection
            .prepare_cached("SELECT key FROM purge WHERE id = ?1 AND account = ?2")?
            .query_row((seen.id.as_str(), account), |row| row.get(0))
            .optional()?;
        let Some(key) = known else {
            let key = self.insert(account, &seen, None)?;
            self.recorded.new += 1;
            self.recorded.touch(seen.created);
            self.texts.push((
                key,
                match seen {
                    Cow::Borrowed(purge) => Cow::Borrowed(&purge.targets),
                    Cow::Owned(purge) => Cow::Owned(purge.targets),
                },
            ));
            return Ok(());
        };
        let view = View { connection: self.connection, names: self.naming.names() };
        let old = view.purge(key)?.ok_or(StoreFailure::Corrupt)?;
        if old == *seen {
            return Ok(());
        }
        let merged = old.clone().merge(seen.into_owned());
        if merged == old {
            return Ok(());
        }
        self.recorded.changed += 1;
        self.recorded.touch(old.created);
        self.recorded.touch(merged.created);
        let moved = old.created != merged.created;
        if moved {
            self.remove(key)?;
        }
        let new_key = self.insert(account, &merged, (!moved).then_some(key))?;
        if moved || old.targets != merged.targets {
            self.texts.push((new_key, Cow::Owned(merged.targets)));
        }
        Ok(())
    }

    /// Writes a purge at a key of its own or over the one that it has. Returns the key.
    fn insert(
        &mut self,
        account: u32,
        purge: &Purge,
        key: Option<i64>,
    ) -> Result<i64, StoreFailure> {
        let connection = self.connection;
        let created = times::micros(purge.created);
        let key = match key {
            Some(key) => key,
            None => self.free_key(created)?,
        };
        let mut word = |text: &str| self.naming.word(connection, text);
        let traits = Traits {
            account,
            resource: word(purge.resource.as_str())?,
            cname: word(&purge.cname)?,
            by: purge.by.as_deref().map_or(Ok(0), &mut word)?,
            kind: codes::of_kind(purge.kind),
            status: codes::of_status(purge.status),
        };
        let (raw_kind, raw_status) = (word(&purge.raw_kind)?, word(&purge.raw_status)?);
        let nudge = u32::try_from(key - created)
            .map_err(|_| StoreFailure::Io("too many purges at the same instant".to_owned()))?;
        let head = purge.targets.first().map_or("", |target| &target.text);
        connection
            .prepare_cached(
                "REPLACE INTO purge (key, nudge, account, resource, cname, \"by\", kind, status, targets, raw_kind,
                                     raw_status, id, head, completed, raw_created, fates)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?
            .execute(rusqlite::params![
                key,
                nudge,
                traits.account,
                traits.resource,
                traits.cname,
                traits.by,
                traits.kind,
                traits.status,
                purge.targets.len() as u32,
                raw_kind,
                raw_status,
                purge.id.as_str(),
                head,
                purge.completed.map(times::micros),
                purge.raw_created,
                targets::fates(&purge.targets),
            ])?;
        if let Some(tail) = targets::tail(&purge.targets) {
            connection
                .prepare_cached("REPLACE INTO tail (key, text) VALUES (?1, ?2)")?
                .execute((key, tail))?;
        }
        let stroke = Stroke { key, nudge, traits };
        self.changes.insert(key, Some(stroke));
        Ok(key)
    }

    fn remove(&mut self, key: i64) -> Result<(), StoreFailure> {
        for delete in ["DELETE FROM purge WHERE key = ?1", "DELETE FROM tail WHERE key = ?1"] {
            self.connection.prepare_cached(delete)?.execute([key])?;
        }
        self.changes.insert(key, None);
        Ok(())
    }

    /// The first free key at or after a time.
    fn free_key(&mut self, created: i64) -> Result<i64, StoreFailure> {
        let mut free = self.free.get(&created).copied().unwrap_or(created);
        let mut taken =
            self.connection.prepare_cached("SELECT key FROM purge WHERE key >= ?1 ORDER BY key")?;
        let mut rows = taken.query([free])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != free {
                break;
            }
            free += 1;
        }
        if free != created {
            self.free.insert(created, free);
        }
        Ok(free)
    }

    fn finish(mut self, collector: &mut Collector) -> Result<(), StoreFailure> {
        let changes: Vec<_> = self.changes.into_iter().collect();
        strips::change(self.connection, &changes)?;
        // The index takes blocks in ascending order only, each once.
        self.texts.sort_by_key(|text| text.0);
        let mut insert =
            self.connection.prepare_cached("INSERT INTO gram (rowid, words) VALUES (?1, ?2)")?;
        for block in self.texts.chunk_by(|one, other| grams::block(one.0) == grams::block(other.0))
        {
            for (_, targets) in block {
                collector.add(targets);
            }
            let words = collector.take();
            if let Some((key, _)) = block.first()
                && !words.is_empty()
            {
                insert.execute((grams::block(*key), words))?;
            }
        }
        Ok(())
    }
}

/// A purge as it is taken in: to the microsecond, and where the vendor's time could not be read, not later than we saw it.
fn sighting(purge: &Purge, seen_at: DateTime<Utc>) -> Cow<'_, Purge> {
    let whole = |instant: DateTime<Utc>| times::instant(times::micros(instant));
    let mut created = whole(purge.created);
    if purge.raw_created.is_some() {
        created = created.min(whole(seen_at));
    }
    let completed = purge.completed.map(whole);
    let told_singly = purge.targets.iter().any(|target| target.status.is_some());
    if created == purge.created && completed == purge.completed && !told_singly {
        return Cow::Borrowed(purge);
    }
    let purge = Purge { created, completed, ..purge.clone() };
    Cow::Owned(purge.settled())
}
