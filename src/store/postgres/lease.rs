//! Duties, held by the server's advisory locks: they belong to the writer's connection and end with
//! it, however it ends.

use super::live::Live;
use super::news::Message;
use super::writer::PostgresWriter;
use super::{schema, text};
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;
use crate::store::lease::{Duty, Lease};

const LOCK: &str = "SELECT pg_try_advisory_lock(hashtextextended('purgedeck ' || $1, 0::bigint))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(hashtextextended('purgedeck ' || $1, 0::bigint))";

/// Asks the server if this very session has the lock. A pool between us and the server that gives
/// each transaction another session loses what belongs to one.
const IS_OURS: &str = "SELECT EXISTS (
    SELECT 1 FROM pg_locks, hashtextextended('purgedeck ' || $1, 0::bigint) AS key
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint = (key >> 32) & 4294967295 AND objid::bigint = key & 4294967295)";

/// Returns the name of a duty, of which its lock is made.
fn name(duty: &Duty) -> String {
    let name = match duty {
        Duty::Send(account) => format!("send {account}"),
        Duty::Sync(account) => format!("sync {account}"),
        Duty::Upkeep => "upkeep".to_owned(),
    };
    text::stored(&name).into_owned()
}

impl PostgresWriter {
    /// Takes a duty, unless another purgedeck has it.
    pub(in crate::store) fn lease(&mut self, duty: &Duty) -> Result<Lease, StoreFailure> {
        if self.holds(duty)? {
            return Ok(Lease::Held);
        }
        let (name, who) = (name(duty), text::stored(self.operator.name()).into_owned());
        let taken = self.direct(|live| take(live, &name, &who));
        if taken == Ok(Lease::Held) {
            self.duties.insert(duty.clone());
        } else if taken.is_err() {
            // It may be locked and not noted: nobody else could take it as long as we live.
            self.disconnect();
        }
        taken
    }

    /// Gives a duty back.
    pub(in crate::store) fn release(&mut self, duty: &Duty) -> Result<(), StoreFailure> {
        if !self.duties.remove(duty) {
            return Ok(());
        }
        let name = name(duty);
        let unlocked = self.direct(|live| live.query(UNLOCK, &[&name]).map(drop));
        if unlocked.is_err() {
            // The lock goes with the connection.
            self.disconnect();
        }
        unlocked
    }

    /// True if a duty is held, as the connection knows it.
    #[expect(clippy::unnecessary_wraps, reason = "another backend may fail")]
    pub(in crate::store) fn holds(&mut self, duty: &Duty) -> Result<bool, StoreFailure> {
        self.forget_lost_duties();
        Ok(self.duties.contains(duty))
    }

    /// Asks whoever reads an account's news to read them now.
    pub(in crate::store) fn want_refresh(
        &mut self,
        account: &AccountName,
    ) -> Result<(), StoreFailure> {
        let news = self.news.clone();
        self.direct(|live| news.send(live, &Message::Refresh(account)))
    }
}

/// Returns whether a duty is held by the session that asks, as the server has it.
pub(super) fn is_ours(live: &mut Live, duty: &Duty) -> Result<bool, StoreFailure> {
    Ok(live.row(IS_OURS, &[&name(duty)])?.try_get(0)?)
}

fn take(live: &mut Live, name: &str, who: &str) -> Result<Lease, StoreFailure> {
    // One that may not write any more takes nothing: neither by its version nor, below, its rights.
    schema::version(live)?;
    if live.row(LOCK, &[&name])?.try_get(0)? {
        let note = "INSERT INTO lease (duty, who) VALUES ($1, $2)
                    ON CONFLICT (duty) DO UPDATE SET who = excluded.who, since = now()";
        live.execute(note, &[&name, &who])?;
        return Ok(Lease::Held);
    }
    let holder = live.optional_row("SELECT who FROM lease WHERE duty = $1", &[&name])?;
    let holder = holder.map(|row| row.try_get(0)).transpose()?;
    Ok(Lease::HeldBy(holder.map(text::restored)))
}
