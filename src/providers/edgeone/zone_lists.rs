//! The histories of several zones as one list: one zone's rows behind the other's, so that a place
//! in the list is a place in one zone's rows, and pages of it are as long as a vendor's own.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::zones::Zone;
use crate::providers::HistoryRequest;

/// The most rows in an answer, by the SDK, and in a page of the whole list.
pub(super) const ROWS: u64 = 1_000;
/// The number of questions whose counts are kept: those of parts that are read at once.
const KEPT: usize = 64;

/// The number of rows in each zone's list.
pub(super) type Counts = Vec<u64>;

/// A part of a zone's list that is on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListPart {
    /// The zone's place.
    pub(super) zone: usize,
    /// The number of the zone's rows before it.
    pub(super) from: u64,
    pub(super) rows: u64,
}

/// Returns the parts of the zones' lists that are on the page that begins at an offset.
pub(super) fn parts(counts: &[u64], offset: u64) -> Vec<ListPart> {
    let mut parts = Vec::new();
    let (mut start, end) = (0_u64, offset.saturating_add(ROWS));
    for (zone, count) in counts.iter().enumerate() {
        let next = start.saturating_add(*count);
        let (from, until) = (start.max(offset), next.min(end));
        if from < until {
            parts.push(ListPart { zone, from: from - start, rows: until - from });
        }
        start = next;
    }
    parts
}

/// The counts of the newest questions, for their further pages.
#[derive(Debug, Default)]
pub(super) struct KnownCounts(Mutex<VecDeque<(HistoryRequest, Vec<Zone>, Counts)>>);

impl KnownCounts {
    /// Returns the counts of a question, if they are known for these zones.
    pub(super) fn of(&self, request: &HistoryRequest, zones: &[Zone]) -> Option<Counts> {
        let first = HistoryRequest { offset: 0, ..request.clone() };
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, of, _)| *known == first && of == zones);
        found.map(|(.., counts)| counts.clone())
    }

    /// Keeps the counts of a question.
    pub(super) fn keep(&self, request: &HistoryRequest, zones: &[Zone], counts: Counts) {
        let first = HistoryRequest { offset: 0, ..request.clone() };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, ..)| *known != first);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        // A list of one page has no further ones.
        if counts.iter().sum::<u64>() > ROWS {
            kept.push_back((first, zones.to_vec(), counts));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_takes_over_where_the_one_before_it_ended() {
        let part = |zone, from, rows| ListPart { zone, from, rows };
        let counts = [700, 0, 1_300, 5];
        assert_eq!(parts(&counts, 0), [part(0, 0, 700), part(2, 0, 300)]);
        assert_eq!(parts(&counts, 1_000), [part(2, 300, 1_000)]);
        assert_eq!(parts(&counts, 2_000), [part(3, 0, 5)]);
        assert_eq!(parts(&counts, 2_005), []);
    }

    proptest! {
        #[test]
        fn all_pages_together_have_every_row_once(
            counts in prop::collection::vec(0_u64..2_500, 0..6)
        ) {
            let total: u64 = counts.iter().sum();
            let mut rows: Vec<(usize, u64)> = Vec::new();
            for page in 0..=total / ROWS {
                let parts = parts(&counts, page * ROWS);
                prop_assert!(parts.iter().map(|part| part.rows).sum::<u64>() <= ROWS);
                for part in parts {
                    rows.extend((part.from..part.from + part.rows).map(|row| (part.zone, row)));
                }
            }
            let wanted = counts
                .iter()
                .enumerate()
                .flat_map(|(zone, count)| (0..*count).map(move |row| (zone, row)));
            prop_assert!(rows.into_iter().eq(wanted));
        }
    }
}
