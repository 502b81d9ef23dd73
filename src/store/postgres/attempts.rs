//! Writing the vendors' activity logs, which name the authors of purges, and attributing purges to
//! their authors.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::authors::{self, Authored};
use super::journal_rows::optional_text;
use super::live::Live;
use super::writer::{PostgresWriter, ServerTransaction, StorePart};
use super::{attempt_rows, coverage, kept, purge_keys, rows, text};
use crate::domain::activity::{Attempt, Author, Names, Refused};
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::matching::{APART, attribute};
use crate::domain::purge::Purge;
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;
use crate::store::{json, times};

/// Attempts to attribute at a time, so that memory stays bounded.
const BATCH: usize = 500;

/// Longest time between our record of a request and the vendor's, in microseconds.
const SAME_REQUEST_MICROS: i64 = 30 * 1_000_000;

/// Adds attempts, unless they are known.
const ADD: &str = "
    INSERT INTO attempt (account, id, at, resource, kind, targets, user_id, token, address, status,
                         author)
    SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                             $7::text[], $8::text[], $9::text[], $10::int[], $11::text[])
    ON CONFLICT DO NOTHING RETURNING id";

/// Finds those of some attempts, by their numbers, that were sent from the journal.
const OURS: &str = "
    SELECT number FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY
                       AS refused (resource, at, number)
    WHERE EXISTS (SELECT 1 FROM journal_step s JOIN journal j ON j.seq = s.entry
                  WHERE j.account = $1 AND j.resource = refused.resource
                    AND s.from_state = 'sending'
                    AND s.at BETWEEN refused.at - $4 AND refused.at + $4)";

impl PostgresWriter {
    /// Records entries of an account's activity log; known ones stay as they are. Returns the new
    /// attempts that were refused and were not sent by this store's journal.
    pub(in crate::store) fn record_attempts(
        &mut self,
        account: &AccountName,
        attempts: &[Attempt],
        names: &Names,
    ) -> Result<Vec<Refused>, StoreFailure> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        self.write(StorePart::History, |transaction| {
            let mut new = add(transaction, account, attempts, names)?;
            let refused = attempts.iter().filter(|attempt| new.remove(&*attempt.id));
            let refused: Vec<&Attempt> = refused.filter(|attempt| attempt.is_refused()).collect();
            let ours = find_ours(transaction.live, account, &refused)?;
            let others = (1_i64..).zip(refused).filter(|(number, _)| !ours.contains(number));
            let told = others.map(|(_, attempt)| Refused {
                at: attempt.at,
                by: names.of(&attempt.author),
                resource: attempt.resource.clone(),
                kind: attempt.kind,
                target_count: attempt.targets.len() as u32,
                first_target: attempt.targets.first().cloned().unwrap_or_default(),
                status: attempt.status,
            });
            Ok(told.collect())
        })
    }

    /// Attributes an account's purges of a time range, ends included, to the authors that its
    /// activity log names, and stores that the log was read for this range up to `settled`. Returns
    /// the purges that changed.
    pub(in crate::store) fn attribute_attempts(
        &mut self,
        account: &AccountName,
        range: (DateTime<Utc>, DateTime<Utc>),
        settled: DateTime<Utc>,
        names: &Names,
    ) -> Result<Recorded, StoreFailure> {
        self.write(StorePart::History, |transaction| {
            let recorded = attribute_purges(transaction, account, range, names)?;
            let live = &mut *transaction.live;
            let old = coverage::read(live, coverage::ACTIVITY_LOG, account)?;
            let mut coverage = old.clone();
            coverage.add(range.0, settled);
            if coverage != old {
                coverage::replace(live, coverage::ACTIVITY_LOG, account, &coverage)?;
            }
            transaction.is_counted = recorded.new + recorded.changed > 0;
            Ok(recorded)
        })
    }

    /// Applies the names of an account's people and tokens to all their purges, old ones too. Does
    /// nothing if the names are those of the last time.
    pub(in crate::store) fn rename_authors(
        &mut self,
        account: &AccountName,
        names: &Names,
    ) -> Result<Recorded, StoreFailure> {
        let listed = json::to_text(&names.iter().collect::<Vec<_>>())?;
        let key = format!("names of {account}");
        if self.direct(|live| kept::get(live, &key))?.as_ref() == Some(&listed) {
            return Ok(Recorded::default());
        }
        self.write(StorePart::History, |transaction| {
            kept::set(transaction.live, &key, &listed)?;
            rename(transaction, account, names)
        })
    }
}

/// Adds attempts and returns the ids of those that are new.
fn add(
    transaction: &mut ServerTransaction<'_>,
    account: &AccountName,
    attempts: &[Attempt],
    names: &Names,
) -> Result<HashSet<String>, StoreFailure> {
    fn optional(text: Option<&String>) -> Option<Cow<'_, str>> {
        text.map(|text| text::stored(text))
    }
    let all = || attempts.iter();
    let authors: Vec<_> = all().map(|attempt| names.of(&attempt.author)).collect();
    let targets = all().map(|attempt| json::to_text(&attempt.targets));
    let rows = transaction.query(
        ADD,
        &[
            &text::stored(account.as_str()),
            &all().map(|attempt| text::stored(&attempt.id)).collect::<Vec<_>>(),
            &all().map(|attempt| times::micros(attempt.at)).collect::<Vec<_>>(),
            &all().map(|attempt| text::stored(attempt.resource.as_str())).collect::<Vec<_>>(),
            &all().map(|attempt| attempt.kind.map(Kind::word)).collect::<Vec<_>>(),
            &targets.collect::<Result<Vec<_>, _>>()?,
            &all().map(|attempt| optional(attempt.author.user.as_ref())).collect::<Vec<_>>(),
            &all().map(|attempt| optional(attempt.author.token.as_ref())).collect::<Vec<_>>(),
            &all().map(|attempt| optional(attempt.address.as_ref())).collect::<Vec<_>>(),
            &all().map(|attempt| i32::from(attempt.status)).collect::<Vec<_>>(),
            &authors.iter().map(|author| optional(author.as_ref())).collect::<Vec<_>>(),
        ],
    )?;
    transaction.live.written += rows.len() as u64;
    rows.iter().map(|row| Ok(text::restored(row.try_get(0)?))).collect()
}

/// Returns the numbers, from 1 on, of the attempts that were sent from the journal.
fn find_ours(
    live: &mut Live,
    account: &AccountName,
    attempts: &[&Attempt],
) -> Result<HashSet<i64>, StoreFailure> {
    if attempts.is_empty() {
        return Ok(HashSet::new());
    }
    let account = text::stored(account.as_str());
    let resources = attempts.iter().map(|attempt| text::stored(attempt.resource.as_str()));
    let resources: Vec<_> = resources.collect();
    let times: Vec<_> = attempts.iter().map(|attempt| times::micros(attempt.at)).collect();
    let rows = live.query(OURS, &[&account, &resources, &times, &SAME_REQUEST_MICROS])?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

fn attribute_purges(
    transaction: &mut ServerTransaction<'_>,
    account: &AccountName,
    range: (DateTime<Utc>, DateTime<Utc>),
    names: &Names,
) -> Result<Recorded, StoreFailure> {
    transaction.refresh_dictionary()?;
    let attempts = attempt_rows::unattributed(transaction.live, account, range)?;
    let mut recorded = Recorded::default();
    for batch in attempts.chunks(BATCH) {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            continue;
        };
        let range = (first.at - APART, last.at + APART);
        let (rows, purges) = unattributed_purges(transaction, account, range)?;
        let (mut ids, mut made, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for (attempt, purge) in attribute(account, batch, &purges) {
            if let (Some(attempt), Some(row), Some(purge)) =
                (batch.get(attempt), rows.get(purge), purges.get(purge))
            {
                ids.push(text::stored(&attempt.id));
                made.push(text::stored(purge.id.as_str()));
                changes.push((*row, names.of(&attempt.author)));
            }
        }
        if ids.is_empty() {
            continue;
        }
        // The purge has the targets, so they need not be stored twice.
        let link = "UPDATE attempt SET purge = made.purge, targets = '[]'
                    FROM unnest($2::text[], $3::text[]) AS made (id, purge)
                    WHERE attempt.account = $1 AND attempt.id = made.id";
        transaction.execute(link, &[&text::stored(account.as_str()), &ids, &made])?;
        recorded = recorded.and(authors::change(transaction, &changes)?);
    }
    Ok(recorded)
}

/// Returns the purges of a time range, ends included, for which no attempt was found yet.
fn unattributed_purges(
    transaction: &mut ServerTransaction<'_>,
    account: &AccountName,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(Vec<Authored>, Vec<Purge>), StoreFailure> {
    let (first, last) = (times::micros(from), times::micros(until));
    let apart = APART.num_microseconds().unwrap_or_default();
    let accounts = transaction.dictionary.accounts().filter(|(_, known)| known.0 == *account);
    let accounts: Vec<i32> = accounts.map(|(id, _)| id).collect();
    // A key may be later than its purge's time.
    let end = last.saturating_add(purge_keys::longest_offset(transaction.live)?);
    let find = format!(
        "SELECT {} FROM purge p
         WHERE p.account = ANY($1) AND p.key BETWEEN $2 AND $3 AND p.created <= $4
           AND p.id NOT IN (SELECT purge FROM attempt
                          WHERE account = $5 AND at BETWEEN $6 AND $7 AND purge IS NOT NULL)
         ORDER BY p.key",
        rows::PURGE
    );
    let found = transaction.query(
        &find,
        &[
            &accounts,
            &first,
            &end,
            &last,
            &text::stored(account.as_str()),
            &first.saturating_sub(apart),
            &last.saturating_add(apart),
        ],
    )?;
    let (mut authored, mut purges) = (Vec::new(), Vec::new());
    for row in found {
        let (key, created) = (row.try_get(0)?, row.try_get(1)?);
        authored.push(Authored { key, created, author: row.try_get(4)? });
        purges.push(rows::purge(&row, transaction.dictionary)?);
    }
    Ok((authored, purges))
}

fn rename(
    transaction: &mut ServerTransaction<'_>,
    account: &AccountName,
    names: &Names,
) -> Result<Recorded, StoreFailure> {
    transaction.refresh_dictionary()?;
    let account = text::stored(account.as_str());
    let known = "SELECT DISTINCT user_id, token, author FROM attempt WHERE account = $1";
    let mut renamed: HashMap<Author, Option<String>> = HashMap::new();
    for row in transaction.query(known, &[&account])? {
        let author = Author { user: optional_text(&row, 0)?, token: optional_text(&row, 1)? };
        let by = names.of(&author);
        if optional_text(&row, 2)? != by {
            renamed.insert(author, by);
        }
    }
    let mut changes = Vec::new();
    for (author, by) in renamed {
        let find = "SELECT p.key, p.created, p.author
                    FROM attempt a JOIN account n ON n.name = a.account
                         JOIN purge p ON p.id = a.purge AND p.account = n.id
                    WHERE a.account = $1 AND a.user_id IS NOT DISTINCT FROM $2
                      AND a.token IS NOT DISTINCT FROM $3 AND a.author IS DISTINCT FROM $4";
        let stored =
            |text: &Option<String>| text.as_deref().map(|text| text::stored(text).into_owned());
        let (user, token, name) = (stored(&author.user), stored(&author.token), stored(&by));
        for row in transaction.query(find, &[&account, &user, &token, &name])? {
            let (key, created) = (row.try_get(0)?, row.try_get(1)?);
            changes.push((Authored { key, created, author: row.try_get(2)? }, by.clone()));
        }
        let rename = "UPDATE attempt SET author = $4
                      WHERE account = $1 AND user_id IS NOT DISTINCT FROM $2
                        AND token IS NOT DISTINCT FROM $3 AND author IS DISTINCT FROM $4";
        transaction.execute(rename, &[&account, &user, &token, &name])?;
    }
    authors::change(transaction, &changes)
}
