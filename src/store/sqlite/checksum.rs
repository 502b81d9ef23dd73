//! Checksums of rows: a bit that flipped in a text is damage, and no other text.
//!
//! They are of what is read, with the words and accounts in full, so that a bit that flipped there
//! is found too. A purge's author is left out: authors are named again in many rows at once.

use chrono::{DateTime, Utc};
use crc32fast::Hasher;

use super::{codes, times};
use crate::domain::purge::Purge;
use crate::store::failure::StoreFailure;

/// Bytes that are put together before they are summed up: many short texts are slow one by one.
const BUFFER: usize = 512;

/// A checksum in the making.
struct Checksum {
    sum: Hasher,
    buffer: [u8; BUFFER],
    filled: usize,
}

impl Checksum {
    fn new() -> Self {
        Self { sum: Hasher::new(), buffer: [0; BUFFER], filled: 0 }
    }

    /// Adds a text, so that the end of one and the start of the next cannot be told differently.
    fn text(&mut self, text: &str) {
        self.number(text.len() as i64);
        self.bytes(text.as_bytes());
    }

    fn optional(&mut self, text: Option<&str>) {
        self.number(i64::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if self.filled + bytes.len() > BUFFER {
            self.sum_up();
        }
        match self.buffer.get_mut(self.filled..self.filled + bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.filled += bytes.len();
            }
            None => self.sum.update(bytes),
        }
    }

    fn sum_up(&mut self) {
        self.sum.update(self.buffer.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }

    fn finish(mut self) -> u32 {
        self.sum_up();
        self.sum.finalize()
    }
}

/// Returns the checksum of a purge without its author.
pub(super) fn of_purge(purge: &Purge) -> u32 {
    let mut sum = Checksum::new();
    for text in [
        purge.account.as_str(),
        purge.provider.as_str(),
        purge.id.as_str(),
        purge.resource.as_str(),
        &purge.cname,
        &purge.raw_kind,
        &purge.raw_status,
    ] {
        sum.text(text);
    }
    sum.number(codes::of_kind(purge.kind).into());
    sum.number(codes::of_status(purge.status).into());
    sum.number(times::micros(purge.created));
    sum.optional(purge.raw_created.as_deref());
    sum.number(purge.completed.map_or(i64::MIN, times::micros));
    for target in &purge.targets {
        sum.text(&target.text);
        sum.number(target.status.map_or(-1, |status| codes::of_status(status).into()));
    }
    sum.finish()
}

/// The parts of a journal entry that never change, as they are stored.
pub(super) struct EntryText<'t> {
    pub(super) id: &'t str,
    pub(super) request: &'t str,
    pub(super) queued_at: DateTime<Utc>,
    pub(super) reason: Option<&'t str>,
    pub(super) ticket: Option<&'t str>,
}

impl EntryText<'_> {
    /// Returns its checksum.
    pub(super) fn checksum(&self) -> u32 {
        let mut sum = Checksum::new();
        sum.text(self.id);
        sum.text(self.request);
        sum.number(times::micros(self.queued_at));
        sum.optional(self.reason);
        sum.optional(self.ticket);
        sum.finish()
    }
}

/// Returns the checksum of bytes.
pub(super) fn of_bytes(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// Fails if a row has another checksum than was stored with it; `None` was stored with old rows.
pub(super) fn verify(stored: Option<u32>, found: u32) -> Result<(), StoreFailure> {
    match stored {
        Some(stored) if stored != found => Err(StoreFailure::Corrupt),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_checksum_does_not_depend_on_how_long_its_parts_are(
            lengths in prop::collection::vec(prop_oneof![0..9_usize, 400..1200_usize], 0..40),
        ) {
            let (mut sum, mut all) = (Checksum::new(), Vec::new());
            for length in lengths {
                let part = vec![length as u8; length];
                sum.bytes(&part);
                all.extend(part);
            }
            prop_assert_eq!(sum.finish(), of_bytes(&all));
        }
    }
}
