//! The looks at the edge for entries of the journal, and who is at them: of several purgedecks on one store, one looks.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::reader::Reader;
use super::writer::{Care, Writer, unwritable};
use super::{StoreFailure, journal, times};
use crate::domain::edge::Verification;
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::query::Sort;

/// Who is at the looks for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "who does not hold it must not look"]
pub enum Hold {
    /// The caller, from now on; with what was seen so far.
    Ours(Verification),
    /// Somebody else.
    Theirs,
    /// Nobody any more: nothing more is to be seen, or the journal has no such entry.
    Settled,
}

impl Writer {
    /// Takes the looks for an entry upon oneself until `until`, unless somebody else did.
    ///
    /// Who took them and vanished is waited for until then and no longer; a time further off than the caller's own was
    /// written by a clock that was set back, and does not count.
    pub fn hold_verification(
        &mut self,
        id: &JournalId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Hold, StoreFailure> {
        self.write(Care::Process, |connection, _| {
            let found: Option<(i64, bool, String)> = connection
                .prepare_cached(
                    "SELECT held_until, settled, value FROM verification
                     WHERE entry = (SELECT seq FROM journal WHERE id = ?1)",
                )?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let verification = match found {
                Some((_, true, _)) => return Ok(Hold::Settled),
                Some((held, ..)) if times::micros(now) < held && held <= times::micros(until) => {
                    return Ok(Hold::Theirs);
                }
                Some((_, _, value)) => read(Some(value)).map(|read| *read).unwrap_or_default(),
                None => Verification::default(),
            };
            if put(connection, id, until, &verification)? {
                Ok(Hold::Ours(verification))
            } else {
                Ok(Hold::Settled)
            }
        })
    }

    /// Notes what was seen so far; it is held until `until`. What is settled is on the disk when this returns, with
    /// whether the purge is verified. `None` where the journal has no such entry.
    pub fn note_verification(
        &mut self,
        id: &JournalId,
        verification: &Verification,
        until: DateTime<Utc>,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let care = if verification.settled { Care::Machine } else { Care::Process };
        self.write(care, |connection, _| {
            put(connection, id, until, verification)?;
            if verification.settled {
                connection
                    .prepare_cached("UPDATE journal SET verified = ?2 WHERE id = ?1")?
                    .execute((id.as_str(), verification.verified()))?;
            }
            journal::by_id(connection, id)
        })
    }
}

impl Reader {
    /// Entries sent since an instant that the vendor called successful and of which more is to be seen at the edge, in the
    /// order in which they were queued.
    pub fn to_verify(&self, since: DateTime<Utc>) -> Result<Vec<JournalEntry>, StoreFailure> {
        journal::select(
            self.connection(),
            "WHERE state = 'successful' AND sent_at >= ?1
               AND NOT EXISTS (SELECT 1 FROM verification WHERE entry = journal.seq AND settled)
             ORDER BY seq",
            [times::micros(since)],
        )
    }

    /// Targets of purges by URL of one cname, the newest first: those of the newest `most` such entries of the journal,
    /// sent or not, then those of the newest `most` purges in the history since an instant. A target may come twice.
    pub fn known_targets(
        &self,
        account: &AccountName,
        cname: &str,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<String>, StoreFailure> {
        let mut known = Vec::new();
        let entries = journal::select(
            self.connection(),
            "WHERE account = ?1 ORDER BY seq DESC LIMIT ?2",
            (account.as_str(), most),
        )?;
        for entry in entries {
            if entry.request.kind() == Kind::Url && entry.request.cname == cname {
                known.extend(entry.request.payload.targets().iter().cloned());
            }
        }
        let predicate = Predicate {
            from: Some(since),
            until: None,
            clauses: [
                Test::Account(vec![is(account.as_str())]),
                Test::Cname(vec![is(cname)]),
                Test::Kind(vec![Some(Kind::Url)]),
            ]
            .map(|test| Clause { negated: false, test })
            .into(),
        };
        self.export(&predicate, Sort::Newest, Some(most.into()), &mut |detail| {
            known.extend(detail.purge.targets.into_iter().map(|target| target.text));
            ControlFlow::Continue(())
        })?;
        Ok(known)
    }
}

fn is(text: &str) -> Pattern {
    Pattern::Is(text.to_ascii_lowercase())
}

/// Writes what was seen of an entry; whether there is such an entry.
fn put(
    connection: &Connection,
    id: &JournalId,
    until: DateTime<Utc>,
    verification: &Verification,
) -> Result<bool, StoreFailure> {
    let value = serde_json::to_string(verification).map_err(|error| unwritable(&error))?;
    let written = connection
        .prepare_cached(
            "REPLACE INTO verification (entry, held_until, settled, value)
             SELECT seq, ?2, ?3, ?4 FROM journal WHERE id = ?1",
        )?
        .execute((id.as_str(), times::micros(until), verification.settled, value))?;
    Ok(written > 0)
}

/// What was written; `None` also where another purgedeck wrote it in words that this one does not read: it is looked again.
pub(super) fn read(value: Option<String>) -> Option<Box<Verification>> {
    serde_json::from_str(&value?).ok()
}
