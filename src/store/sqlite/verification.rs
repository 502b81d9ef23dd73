//! Edge verifications of journal entries, and the lease on them: of several purgedecks on one
//! store, one probes.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::writer::{Durability, SqliteWriter};
use super::{journal_rows, json, kept, times};
use crate::domain::edge::Verification;
use crate::domain::ids::JournalId;
use crate::domain::journal::JournalEntry;
use crate::store::failure::StoreFailure;
use crate::store::outcome::VerificationLease;

impl SqliteWriter {
    /// Acquires the right to verify an entry until `until`, unless another purgedeck holds it.
    ///
    /// A lease ends at its time, whether its holder still runs or not. A time later than the
    /// caller's own `until` was written under a clock that was set back, and does not count.
    pub(in crate::store) fn lease_verification(
        &mut self,
        id: &JournalId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<VerificationLease, StoreFailure> {
        self.write(Durability::ProgramCrash, |transaction| {
            let connection = transaction.connection;
            let found: Option<(i64, bool, String)> = connection
                .prepare_cached(
                    "SELECT held_until, settled, value FROM verification
                     WHERE entry = (SELECT seq FROM journal WHERE id = ?1)",
                )?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let verification = match found {
                Some((_, true, _)) => return Ok(VerificationLease::Settled),
                Some((held, ..)) if times::micros(now) < held && held <= times::micros(until) => {
                    return Ok(VerificationLease::HeldElsewhere);
                }
                Some((_, _, value)) => {
                    journal_rows::verification(Some(value)).map(|value| *value).unwrap_or_default()
                }
                None => Verification::default(),
            };
            let is_entry = put(connection, id, until, &verification)?;
            Ok(if is_entry {
                VerificationLease::Acquired(verification)
            } else {
                VerificationLease::Settled
            })
        })
    }

    /// Saves the probes so far and keeps the lease until `until`. A settled verification is on the
    /// disk when this returns, and the entry is marked as verified or not. Returns the entry;
    /// `None` if the journal has no such entry.
    pub(in crate::store) fn save_verification(
        &mut self,
        id: &JournalId,
        verification: &Verification,
        until: DateTime<Utc>,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let durability =
            if verification.settled { Durability::PowerLoss } else { Durability::ProgramCrash };
        self.write(durability, |transaction| {
            let connection = transaction.connection;
            put(connection, id, until, verification)?;
            if verification.settled {
                let known = journal_rows::by_id(connection, id)?.and_then(|entry| entry.verified);
                if verification.verified() == Some(false) && known != Some(false) {
                    kept::remove(connection, &journal_rows::noticed(id))?;
                }
                connection
                    .prepare_cached("UPDATE journal SET verified = ?2 WHERE id = ?1")?
                    .execute((id.as_str(), verification.verified()))?;
            }
            journal_rows::by_id(connection, id)
        })
    }
}

/// Writes an entry's verification and returns whether there is such an entry.
fn put(
    connection: &Connection,
    id: &JournalId,
    until: DateTime<Utc>,
    verification: &Verification,
) -> Result<bool, StoreFailure> {
    let value = json::to_text(verification)?;
    let written = connection
        .prepare_cached(
            "REPLACE INTO verification (entry, held_until, settled, value)
             SELECT seq, ?2, ?3, ?4 FROM journal WHERE id = ?1",
        )?
        .execute((id.as_str(), times::micros(until), verification.settled, value))?;
    Ok(written > 0)
}
