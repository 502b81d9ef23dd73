//! The duties of a writer, held by locks beside the file.

use super::writer::SqliteWriter;
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;
use crate::store::lease::{Duty, Lease};

impl SqliteWriter {
    /// Takes a duty, unless another process has it.
    pub(in crate::store) fn lease(&mut self, duty: &Duty) -> Result<Lease, StoreFailure> {
        Ok(if self.locks.take(duty)? { Lease::Held } else { Lease::HeldBy(None) })
    }

    /// Gives a duty back.
    #[expect(clippy::unnecessary_wraps, reason = "on a server it may fail")]
    pub(in crate::store) fn release(&mut self, duty: &Duty) -> Result<(), StoreFailure> {
        self.locks.release(duty);
        Ok(())
    }

    /// True if a duty is held.
    #[expect(clippy::unnecessary_wraps, reason = "on a server it may fail")]
    pub(in crate::store) fn holds(&mut self, duty: &Duty) -> Result<bool, StoreFailure> {
        Ok(self.locks.holds(duty))
    }

    /// Does nothing: everybody on a file reads the news for themselves.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "on a server it may fail")]
    pub(in crate::store) fn want_refresh(&mut self, _: &AccountName) -> Result<(), StoreFailure> {
        Ok(())
    }
}
