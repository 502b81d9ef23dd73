//! Questions about the journal.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::journal_rows;
use super::live::Parameters;
use super::reader::{PostgresReader, ServerSnapshot};
use super::text;
use crate::domain::ids::{AccountName, JournalId, PurgeId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::query::Sort;
use crate::store::failure::StoreFailure;
use crate::store::known_targets;
use crate::store::times;

/// Entries that are read at a time where all of them are visited.
const AT_ONCE: usize = 200;

impl PostgresReader {
    /// Returns an entry of the journal.
    pub(in crate::store) fn journal_entry(
        &self,
        id: &JournalId,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        self.answer(|snapshot| journal_rows::by_id(snapshot.live, id))
    }

    /// Returns the newest journal entry of a purge, named by the id that its account's vendor gave
    /// it.
    pub(in crate::store) fn journal_of(
        &self,
        account: &AccountName,
        purge: &PurgeId,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let (purge, account) = (text::stored(purge.as_str()), text::stored(account.as_str()));
        // By a sum, lest the server look among all entries of the account, newest first.
        let rest = "WHERE account = $2
                      AND (purge = $1 OR purge LIKE '%,%'
                           AND $1 = ANY(string_to_array(purge, ',')))
                    ORDER BY seq + 0 DESC LIMIT 1";
        Ok(self.entries(rest, &[&&*purge, &&*account])?.pop())
    }

    /// Returns the entry of an account that was sent last, of those with a vendor's answer.
    pub(in crate::store) fn journal_answered(
        &self,
        account: &AccountName,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let rest = "WHERE account = $1 AND sent_at IS NOT NULL
                      AND state IN ('accepted', 'successful', 'failed', 'rejected')
                    ORDER BY sent_at DESC LIMIT 1";
        Ok(self.entries(rest, &[&&*text::stored(account.as_str())])?.pop())
    }

    /// Returns the journal's open entries, in the order of the queue.
    pub(in crate::store) fn journal_open(&self) -> Result<Vec<JournalEntry>, StoreFailure> {
        let open = "WHERE state IN ('queued', 'sending', 'accepted', 'unknown') ORDER BY place";
        self.entries(open, &[])
    }

    /// True if the queue is paused: then nothing that is queued is sent.
    pub(in crate::store) fn is_paused(&self) -> Result<bool, StoreFailure> {
        self.answer(|snapshot| journal_rows::is_paused(snapshot.live))
    }

    /// Visits the journal's entries, open or not, newest first, until the visitor stops. Memory
    /// does not grow with their number.
    pub(in crate::store) fn journal(
        &self,
        visitor: &mut dyn FnMut(JournalEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreFailure> {
        self.answer(|snapshot| {
            snapshot.keep()?;
            visit(snapshot, visitor)
        })
    }

    /// Returns the journal's newest entries, open or not, newest first.
    pub(in crate::store) fn journal_newest(
        &self,
        limit: u32,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.entries("ORDER BY seq DESC LIMIT $1", &[&i64::from(limit)])
    }

    /// Returns the entries sent since an instant that the vendor called successful and whose
    /// verification is not settled, in the order in which they were queued.
    pub(in crate::store) fn unverified(
        &self,
        since: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.entries(
            "WHERE state = 'successful' AND sent_at >= $1
               AND NOT EXISTS (SELECT FROM verification WHERE entry = journal.seq AND settled)
             ORDER BY seq",
            &[&times::micros(since)],
        )
    }

    /// Returns targets of URL purges of one cname, newest first: those of the newest `limit` such
    /// journal entries, sent or not, then those of the newest `limit` purges in the history since
    /// an instant. A target may come twice.
    pub(in crate::store) fn known_targets(
        &self,
        account: &AccountName,
        cname: &str,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<String>, StoreFailure> {
        let mut known = Vec::new();
        let of_account = "WHERE account = $1 ORDER BY seq DESC LIMIT $2";
        let stored = text::stored(account.as_str());
        for entry in self.entries(of_account, &[&&*stored, &i64::from(limit)])? {
            if entry.request.kind() == Kind::Url && entry.request.cname == cname {
                known.extend(entry.request.payload.targets().iter().cloned());
            }
        }
        let predicate = known_targets::url_purges(account, cname, since);
        self.export(&predicate, Sort::NEWEST, Some(limit.into()), &mut |detail| {
            known.extend(detail.purge.targets.into_iter().map(|target| target.text));
            ControlFlow::Continue(())
        })?;
        Ok(known)
    }

    fn entries(
        &self,
        rest: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.answer(|snapshot| journal_rows::select(snapshot.live, rest, parameters))
    }
}

/// Visits all entries, newest first, until the visitor stops.
pub(super) fn visit(
    snapshot: &mut ServerSnapshot<'_>,
    visitor: &mut dyn FnMut(JournalEntry) -> ControlFlow<()>,
) -> Result<(), StoreFailure> {
    let declare = format!(
        "DECLARE entries NO SCROLL CURSOR FOR SELECT {} FROM journal ORDER BY seq DESC",
        journal_rows::COLUMNS
    );
    snapshot.query(&declare, &[])?;
    let fetch = format!("FETCH {AT_ONCE} FROM entries");
    loop {
        let fetched = snapshot.query(&fetch, &[])?;
        for row in &fetched {
            if visitor(journal_rows::entry(row)?).is_break() {
                snapshot.query("CLOSE entries", &[])?;
                return Ok(());
            }
        }
        if fetched.len() < AT_ONCE {
            snapshot.query("CLOSE entries", &[])?;
            return Ok(());
        }
    }
}
