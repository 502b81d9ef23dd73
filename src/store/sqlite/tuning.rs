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
    /// Most purges to look for a text in without the trigram index, when the columns leave no more.
    pub direct_reads: usize,
    /// Purges to put in the order of another column than time in one pass of an export.
    pub collected_keys: usize,
    /// Most purges in a chunk of targets: a change to one of them rewrites all of it.
    pub chunk_length: usize,
    /// Chunks in a block of the trigram index, at most 32.
    pub block_length: usize,
    /// Chunks to search before the trigram index is asked: most windows are full by then.
    pub chunks_before_index: usize,
    /// Purges to collect of each part of a filter before they are put in order; each page may be
    /// four times as long as the one before, up to the most.
    pub first_page: usize,
    /// The most of these.
    pub max_page: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(5),
            segment_length: 4096,
            direct_reads: 1500,
            collected_keys: 50_000,
            chunk_length: 256,
            block_length: 32,
            chunks_before_index: 8,
            first_page: 64,
            max_page: 1 << 14,
        }
    }
}
