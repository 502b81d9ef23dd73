//! Recording purges in the history: each once, merged with what is known of it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};

use super::writer::{PostgresWriter, ServerTransaction, StorePart};
use super::{purge_keys, rows, text};
use crate::domain::ids::PurgeId;
use crate::domain::purge::{Purge, Target};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;
use crate::store::sighting::normalized;
use crate::store::{codes, targets, times};

/// Purges to look at before they are written, so that memory stays bounded.
const BATCH: usize = 1 << 14;

/// Most purges, and bytes of targets after which no more are added, of one statement.
const ROWS: usize = 1 << 12;
const BYTES: usize = 4 << 20;

/// Has the index of targets take in more purges at a time, which is faster; a search looks through
/// those that it has not taken in one by one, so this is for a history that comes at once.
const FOR_MANY: &str = "SET LOCAL gin_pending_list_limit = '16MB'; SET LOCAL work_mem = '16MB'";

impl PostgresWriter {
    /// Records purges in the history: new ones are added, known ones are merged. The order of
    /// purges and of calls does not matter; recording the same again writes nothing.
    ///
    /// `seen_at` is when the vendor reported them; it replaces a time of creation that could not be
    /// read.
    pub(in crate::store) fn record(
        &mut self,
        purges: &[Purge],
        seen_at: DateTime<Utc>,
    ) -> Result<Recorded, StoreFailure> {
        if purges.is_empty() {
            return Ok(Recorded::default());
        }
        // In the order of time, so that neighbors are written together.
        let mut sorted: Vec<&Purge> = purges.iter().collect();
        sorted.sort_by_key(|purge| purge.created);
        self.write(StorePart::History, |transaction| {
            transaction.refresh_dictionary()?;
            if sorted.len() > ROWS {
                transaction.live.batch(FOR_MANY)?;
            }
            let mut recorded = Recorded::default();
            for purges in sorted.chunks(BATCH) {
                recorded = recorded.and(record_batch(transaction, purges, seen_at)?);
            }
            Ok(recorded)
        })
    }

    /// Has the server count what is in the history, by which it chooses how to search: after a
    /// large import it would do so minutes later. It leaves that to the owner of the schema.
    pub(in crate::store) fn analyze(&mut self) -> Result<(), StoreFailure> {
        self.direct(|live| live.batch("ANALYZE purge"))
    }
}

fn record_batch(
    transaction: &mut ServerTransaction<'_>,
    purges: &[&Purge],
    seen_at: DateTime<Utc>,
) -> Result<Recorded, StoreFailure> {
    let seen: Vec<_> = purges.iter().map(|purge| storable(purge, seen_at)).collect();
    let names = seen.iter().map(|purge| (&purge.account, &purge.provider));
    let accounts = transaction.account_ids(names)?;
    let mut batch = Batch::default();
    batch.read_known(transaction, &accounts, &seen)?;
    for (account, purge) in accounts.into_iter().zip(seen) {
        batch.take(account, purge);
    }
    batch.write(transaction)?;
    Ok(batch.recorded)
}

/// Returns a purge as it comes back from the server.
fn storable(purge: &Purge, seen_at: DateTime<Utc>) -> Cow<'_, Purge> {
    let purge = normalized(purge, seen_at);
    let texts = [
        purge.account.as_str(),
        purge.provider.as_str(),
        purge.id.as_str(),
        purge.resource.as_str(),
        &purge.cname,
        &purge.raw_kind,
        &purge.raw_status,
        purge.raw_created.as_deref().unwrap_or_default(),
        purge.by.as_deref().unwrap_or_default(),
    ];
    let targets = purge.targets.iter().map(|target| &*target.text);
    if !texts.into_iter().chain(targets).any(text::is_changed) {
        return purge;
    }
    let purge = purge.into_owned();
    let kept = |text: &str| text::kept(text);
    let target = |target: Target| Target { text: text::kept_line(&target.text), ..target };
    Cow::Owned(Purge {
        account: kept(purge.account.as_str()).into(),
        provider: kept(purge.provider.as_str()).into(),
        id: kept(purge.id.as_str()).into(),
        resource: kept(purge.resource.as_str()).into(),
        cname: kept(&purge.cname),
        raw_kind: kept(&purge.raw_kind),
        raw_status: kept(&purge.raw_status),
        raw_created: purge.raw_created.as_deref().map(kept),
        by: purge.by.as_deref().map(kept),
        targets: purge.targets.into_iter().map(target).collect(),
        ..purge
    })
}

/// A purge of a batch.
struct Merged<'p> {
    account: i32,
    /// Key and time of creation of its row, for one that has a row.
    row: Option<(i64, DateTime<Utc>)>,
    /// All that is known of it now.
    purge: Cow<'p, Purge>,
    /// Set if it is not what the row says.
    is_new: bool,
}

/// The purges of one batch, each once.
#[derive(Default)]
struct Batch<'p> {
    places: HashMap<(i32, PurgeId), usize>,
    purges: Vec<Merged<'p>>,
    recorded: Recorded,
}

impl<'p> Batch<'p> {
    /// Reads what is known of these purges.
    fn read_known(
        &mut self,
        transaction: &mut ServerTransaction<'_>,
        accounts: &[i32],
        seen: &[Cow<'p, Purge>],
    ) -> Result<(), StoreFailure> {
        let ids: Vec<_> = seen.iter().map(|purge| text::stored(purge.id.as_str())).collect();
        // A limit has the server look each up by the index.
        let find = format!(
            "SELECT known.* FROM unnest($1::int[], $2::text[]) AS seen (account, id)
             CROSS JOIN LATERAL (SELECT {} FROM purge p
                                 WHERE p.id = seen.id AND p.account = seen.account
                                 LIMIT 1) AS known",
            rows::PURGE
        );
        for row in transaction.query(&find, &[&accounts, &ids])? {
            let purge = rows::purge(&row, transaction.dictionary)?;
            let (key, account) = (row.try_get(0)?, row.try_get(2)?);
            if let Entry::Vacant(free) = self.places.entry((account, purge.id.clone())) {
                free.insert(self.purges.len());
                let row = Some((key, purge.created));
                let purge = Cow::Owned(purge);
                self.purges.push(Merged { account, row, purge, is_new: false });
            }
        }
        Ok(())
    }

    /// Takes a sighting in.
    fn take(&mut self, account: i32, seen: Cow<'p, Purge>) {
        let place = match self.places.entry((account, seen.id.clone())) {
            Entry::Vacant(free) => {
                free.insert(self.purges.len());
                self.recorded.new += 1;
                self.recorded.extend_to(seen.created);
                self.purges.push(Merged { account, row: None, purge: seen, is_new: true });
                return;
            }
            Entry::Occupied(known) => *known.get(),
        };
        let Some(known) = self.purges.get_mut(place) else { return };
        if known.purge == seen {
            return;
        }
        let merged = known.purge.clone().into_owned().merge(seen.into_owned());
        if merged == *known.purge {
            return;
        }
        self.recorded.changed += 1;
        self.recorded.extend_to(known.purge.created);
        self.recorded.extend_to(merged.created);
        (known.purge, known.is_new) = (Cow::Owned(merged), true);
    }

    /// Writes what is new.
    fn write(&self, transaction: &mut ServerTransaction<'_>) -> Result<(), StoreFailure> {
        let mut new: Vec<_> = self.purges.iter().filter(|merged| merged.is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        transaction.add_words(new.iter().flat_map(|merged| words(&merged.purge)))?;
        new.sort_by_key(|merged| merged.purge.created);
        let replaced: Vec<i64> =
            new.iter().filter_map(|merged| merged.row.map(|(key, _)| key)).collect();
        if !replaced.is_empty() {
            transaction.execute("DELETE FROM purge WHERE key = ANY($1)", &[&replaced])?;
        }
        // A row keeps its key while it keeps its time.
        let kept_key = |merged: &Merged<'_>| {
            merged.row.filter(|row| row.1 == merged.purge.created).map(|(key, _)| key)
        };
        let kept = new.iter().filter_map(|merged| kept_key(merged)).collect();
        let moved = new.iter().filter(|merged| kept_key(merged).is_none());
        let created: Vec<_> = moved.map(|merged| times::micros(merged.purge.created)).collect();
        let mut free = purge_keys::allocate(transaction, &created, kept)?.into_iter();
        let mut rows = Rows::default();
        for merged in new {
            let key = kept_key(merged).or_else(|| free.next()).ok_or(StoreFailure::Corrupt)?;
            rows.push(transaction, key, merged)?;
            if rows.is_full() {
                rows.write(transaction)?;
            }
        }
        rows.write(transaction)
    }
}

/// Returns a purge's words.
fn words(purge: &Purge) -> impl Iterator<Item = &str> {
    let always = [purge.resource.as_str(), &purge.cname, &purge.raw_kind, &purge.raw_status];
    always.into_iter().chain(purge.by.as_deref())
}

/// Rows to insert, column by column.
#[derive(Default)]
struct Rows<'p> {
    key: Vec<i64>,
    created: Vec<i64>,
    account: Vec<i32>,
    /// Resource, cname, author, raw kind and raw status.
    words: [Vec<i32>; 5],
    kind: Vec<i16>,
    status: Vec<i16>,
    targets: Vec<i32>,
    completed: Vec<Option<i64>>,
    id: Vec<Cow<'p, str>>,
    raw_created: Vec<Option<Cow<'p, str>>>,
    fates: Vec<Option<String>>,
    lines: Vec<String>,
    bytes: usize,
}

impl<'p> Rows<'p> {
    fn push(
        &mut self,
        transaction: &ServerTransaction<'_>,
        key: i64,
        merged: &'p Merged<'_>,
    ) -> Result<(), StoreFailure> {
        let purge = &*merged.purge;
        let word = |text: &str| transaction.dictionary.word_id(text).ok_or(StoreFailure::Corrupt);
        let words = [
            word(purge.resource.as_str())?,
            word(&purge.cname)?,
            purge.by.as_deref().map_or(Ok(0), word)?,
            word(&purge.raw_kind)?,
            word(&purge.raw_status)?,
        ];
        for (column, word) in self.words.iter_mut().zip(words) {
            column.push(word);
        }
        let lines = text::stored_lines(purge.targets.iter().map(|target| &*target.text));
        self.bytes += lines.len();
        self.key.push(key);
        self.created.push(times::micros(purge.created));
        self.account.push(merged.account);
        self.kind.push(codes::of_kind(purge.kind).into());
        self.status.push(codes::of_status(purge.status).into());
        self.targets.push(purge.targets.len() as i32);
        self.completed.push(purge.completed.map(times::micros));
        self.id.push(text::stored(purge.id.as_str()));
        self.raw_created.push(purge.raw_created.as_deref().map(text::stored));
        self.fates.push(targets::status_digits(&purge.targets));
        self.lines.push(lines);
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.key.len() >= ROWS || self.bytes >= BYTES
    }

    /// Writes the rows and goes on without any.
    fn write(&mut self, transaction: &mut ServerTransaction<'_>) -> Result<(), StoreFailure> {
        const ADD: &str = "
            INSERT INTO purge (key, created, account, resource, cname, author, raw_kind, raw_status,
                               kind, status, targets, completed, id, raw_created, fates, lines)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::int[],
                                 $6::int[], $7::int[], $8::int[], $9::smallint[], $10::smallint[],
                                 $11::int[], $12::bigint[], $13::text[], $14::text[], $15::text[],
                                 $16::text[])";
        let rows = std::mem::take(self);
        if rows.key.is_empty() {
            return Ok(());
        }
        let [resource, cname, author, raw_kind, raw_status] = &rows.words;
        transaction.execute(
            ADD,
            &[
                &rows.key,
                &rows.created,
                &rows.account,
                resource,
                cname,
                author,
                raw_kind,
                raw_status,
                &rows.kind,
                &rows.status,
                &rows.targets,
                &rows.completed,
                &rows.id,
                &rows.raw_created,
                &rows.fates,
                &rows.lines,
            ],
        )?;
        Ok(())
    }
}
