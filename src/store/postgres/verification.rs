//! Edge verifications of journal entries, and the lease on them: of several purgedecks on one
//! store, one probes.

use chrono::{DateTime, Utc};

use super::live::Live;
use super::writer::{PostgresWriter, StorePart};
use super::{journal_rows, kept, text};
use crate::domain::edge::Verification;
use crate::domain::ids::JournalId;
use crate::domain::journal::JournalEntry;
use crate::store::failure::StoreFailure;
use crate::store::outcome::VerificationLease;
use crate::store::{json, times};

impl PostgresWriter {
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
        self.write(StorePart::Journal, |transaction| {
            let find = "SELECT held_until, settled, value FROM verification
                        WHERE entry = (SELECT seq FROM journal WHERE id = $1)";
            let verification =
                match transaction.optional_row(find, &[&text::stored(id.as_str())])? {
                    Some(row) => {
                        let held: i64 = row.try_get(0)?;
                        if row.try_get(1)? {
                            return Ok(VerificationLease::Settled);
                        }
                        if times::micros(now) < held && held <= times::micros(until) {
                            return Ok(VerificationLease::HeldElsewhere);
                        }
                        let known = journal_rows::verification(row.try_get(2)?);
                        known.map(|value| *value).unwrap_or_default()
                    }
                    None => Verification::default(),
                };
            let is_entry = put(transaction.live, id, until, &verification)?;
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
        self.write(StorePart::Journal, |transaction| {
            let live = &mut *transaction.live;
            put(live, id, until, verification)?;
            if verification.settled {
                let known = journal_rows::by_id(live, id)?.and_then(|entry| entry.verified);
                if verification.verified() == Some(false) && known != Some(false) {
                    kept::remove(live, &journal_rows::noticed(id))?;
                }
                let mark = "UPDATE journal SET verified = $2 WHERE id = $1";
                live.execute(mark, &[&text::stored(id.as_str()), &verification.verified()])?;
            }
            journal_rows::by_id(live, id)
        })
    }
}

/// Writes an entry's verification and returns whether there is such an entry.
fn put(
    live: &mut Live,
    id: &JournalId,
    until: DateTime<Utc>,
    verification: &Verification,
) -> Result<bool, StoreFailure> {
    let put = "INSERT INTO verification (entry, held_until, settled, value)
               SELECT seq, $2, $3, $4 FROM journal WHERE id = $1
               ON CONFLICT (entry) DO UPDATE
               SET held_until = excluded.held_until, settled = excluded.settled,
                   value = excluded.value";
    let (id, until) = (text::stored(id.as_str()), times::micros(until));
    let value = json::to_text(verification)?;
    Ok(live.execute(put, &[&id, &until, &verification.settled, &value])? > 0)
}
