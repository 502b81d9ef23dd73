//! Thresholds of the backend as one value: with small ones, tests take every path with few purges.

use std::time::Duration;

/// Thresholds that change how fast an answer comes, never the answer. [`Tuning::default`] is what
/// the program ships with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Time to wait for another process's lock.
    pub lock_timeout: Duration,
    /// Most purges in a segment, at least 2 and at most 65,536: positions in it are u16, and a
    /// change to one of its purges rewrites all of it.
    pub segment_length: usize,
    /// Most purges to read one by one, without the trigram index, when the columns leave no more.
    pub direct_reads: usize,
    /// Most purges to collect by their columns before the trigram index is asked.
    pub collected_keys: usize,
    /// Rows to scan before using the trigram index for needles of 1–2 characters: most such
    /// queries are answered by then.
    pub rows_before_broad_query: usize,
    /// Purges to collect of each part of a filter before they are put in order; each page may be
    /// four times as long as the one before, up to the most.
    pub first_page: usize,
    /// The most of these.
    pub max_page: usize,
    /// New purges in an import from which on the trigram index is merged at its end.
    pub merge_after: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(5),
            segment_length: 4096,
            direct_reads: 1500,
            collected_keys: 50_000,
            rows_before_broad_query: 2000,
            first_page: 64,
            max_page: 1 << 14,
            merge_after: 10_000,
        }
    }
}
