//! The trigram index: tells which short ranges of time may hold a target with a given text.
//!
//! A row of the full-text table is one block of time; its number is the key without the lower bits,
//! and its words are the trigrams of all targets of the purges in that block: three bytes as six
//! hex digits, in lower case. Nothing is ever removed, so the index may name a block in vain but
//! never leaves one out; a query checks the purges themselves. Blocks make the index a fraction of
//! one that names every purge, because neighbors share most of their trigrams.

use std::fmt::Write as _;

use super::times::MicrosRange;
use crate::domain::filter::Pattern;
use crate::domain::purge::Target;

/// A block is 2 to the power of this many microseconds long (8.4 s).
const BLOCK_BITS: u32 = 23;

/// Most trigrams of one pattern in a query; more do not narrow it further in practice.
const MAX_TRIGRAMS: usize = 12;

/// Most lists of patterns in a query: each further one costs as much as all before it, and narrows
/// it no more.
const MAX_LISTS: usize = 32;

/// Two bytes after the end of a target, so that its last two letters begin a trigram too.
const END: [u8; 2] = [0, 0];

/// Returns the block of a key.
pub(super) fn block_of(key: i64) -> i64 {
    key >> BLOCK_BITS
}

/// Returns the half-open range of keys from one block to another, both included.
pub(super) fn block_keys(first: i64, last: i64) -> MicrosRange {
    let until = last.checked_add(1).and_then(|next| next.checked_mul(1 << BLOCK_BITS));
    (first.saturating_mul(1 << BLOCK_BITS), until.unwrap_or(i64::MAX))
}

/// Collects the trigrams of one block, each once.
pub(super) struct TrigramCollector {
    /// One bit for each possible trigram.
    seen: Vec<u64>,
    trigrams: Vec<u32>,
}

impl TrigramCollector {
    /// Creates an empty collector. It takes two megabytes: keep one and use it again.
    pub(super) fn new() -> Self {
        Self { seen: vec![0; 1 << 18], trigrams: Vec::new() }
    }

    pub(super) fn add(&mut self, targets: &[Target]) {
        for target in targets.iter().filter(|target| !target.text.is_empty()) {
            let mut trigram = 0_u32;
            for (index, byte) in target.text.bytes().chain(END).enumerate() {
                trigram = (trigram << 8 | u32::from(byte.to_ascii_lowercase())) & 0x00ff_ffff;
                if index >= 2 {
                    self.add_trigram(trigram);
                }
            }
        }
    }

    fn add_trigram(&mut self, trigram: u32) {
        if let Some(bits) = self.seen.get_mut((trigram >> 6) as usize) {
            let bit = 1 << (trigram & 63);
            if *bits & bit == 0 {
                *bits |= bit;
                self.trigrams.push(trigram);
            }
        }
    }

    /// Returns the words for the index and empties the collector.
    pub(super) fn take_words(&mut self) -> String {
        let mut words = String::with_capacity(self.trigrams.len() * 7);
        for trigram in self.trigrams.drain(..) {
            if let Some(bits) = self.seen.get_mut((trigram >> 6) as usize) {
                *bits = 0;
            }
            push_hex(&mut words, trigram);
            words.push(' ');
        }
        words
    }
}

/// Appends six hex digits. An import does little else as often, so it does without `write!`.
fn push_hex(words: &mut String, trigram: u32) {
    for shift in [20, 16, 12, 8, 4, 0] {
        let digit = (trigram >> shift & 15) as u8;
        words.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
    }
}

/// A query for blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlockQuery {
    /// The query in the full-text table's language.
    pub(super) expression: String,
    /// Set for needles of one or two characters: the answer is so long that scanning some rows
    /// first is worth it.
    pub(super) is_broad: bool,
}

/// Returns the query for blocks that may hold, for each list, a target that fits one of its
/// patterns. `None` if the index cannot narrow the search.
pub(super) fn block_query<'a>(lists: impl Iterator<Item = &'a [Pattern]>) -> Option<BlockQuery> {
    let (broad, narrow): (Vec<_>, Vec<_>) =
        lists.filter_map(any_of).partition(|query| query.is_broad);
    // A narrow query alone is better than one that also has to collect a broad one.
    let (is_broad, queries) = if narrow.is_empty() { (true, broad) } else { (false, narrow) };
    let expressions: Vec<&str> =
        queries.iter().take(MAX_LISTS).map(|query| query.expression.as_str()).collect();
    (!queries.is_empty()).then(|| BlockQuery { expression: expressions.join(" AND "), is_broad })
}

fn any_of(patterns: &[Pattern]) -> Option<BlockQuery> {
    let queries: Vec<BlockQuery> = patterns.iter().map(of_pattern).collect::<Option<_>>()?;
    let expressions: Vec<&str> = queries.iter().map(|query| query.expression.as_str()).collect();
    (!queries.is_empty()).then(|| BlockQuery {
        expression: format!("({})", expressions.join(" OR ")),
        is_broad: queries.iter().any(|query| query.is_broad),
    })
}

fn of_pattern(pattern: &Pattern) -> Option<BlockQuery> {
    let (text, reaches_end) = match pattern {
        Pattern::Is(text) => (text, true),
        Pattern::Contains(text) => (text, false),
        Pattern::Glob(text) => (text, !text.ends_with('*')),
    };
    let mut pieces: Vec<Vec<u8>> = match pattern {
        Pattern::Is(_) | Pattern::Contains(_) => vec![text.as_bytes().to_vec()],
        Pattern::Glob(_) => text.split('*').map(|piece| piece.as_bytes().to_vec()).collect(),
    };
    if let Some(last) = pieces.last_mut().filter(|last| reaches_end && last.len() >= 2) {
        // A path that is a single slash also fits a URL without a path: there, one letter does not
        // tell the end.
        last.extend(END);
    }
    let mut trigrams: Vec<u32> = pieces.iter().flat_map(|piece| trigrams_of(piece)).collect();
    trigrams.sort_unstable();
    trigrams.dedup();
    if trigrams.is_empty() {
        let longest = pieces.iter().max_by_key(|piece| piece.len())?;
        if longest.is_empty() || longest.as_slice() == b"/" {
            return None;
        }
        let mut expression = String::new();
        for byte in longest {
            write!(expression, "{:02x}", byte.to_ascii_lowercase()).ok()?;
        }
        expression.push('*');
        return Some(BlockQuery { expression, is_broad: true });
    }
    let step = trigrams.len().div_ceil(MAX_TRIGRAMS);
    let words = trigrams.iter().step_by(step).map(|trigram| format!("{trigram:06x}"));
    let expression = format!("({})", words.collect::<Vec<_>>().join(" AND "));
    Some(BlockQuery { expression, is_broad: false })
}

fn trigrams_of(piece: &[u8]) -> impl Iterator<Item = u32> {
    piece.windows(3).map(|three| {
        three.iter().fold(0, |trigram, byte| trigram << 8 | u32::from(byte.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pattern: &Pattern) -> Option<(String, bool)> {
        of_pattern(pattern).map(|query| (query.expression, query.is_broad))
    }

    #[test]
    fn a_block_gives_each_trigram_once_and_in_lower_case() {
        let mut collector = TrigramCollector::new();
        collector.add(&[Target::new("ABab"), Target::new("aba")]);
        assert_eq!(collector.take_words(), "616261 626162 616200 620000 626100 610000 ");
        assert_eq!(collector.take_words(), "");
        collector.add(&[Target::new("aba"), Target::new("")]);
        assert_eq!(collector.take_words(), "616261 626100 610000 ");
    }

    #[test]
    fn a_pattern_asks_for_the_trigrams_that_a_fitting_target_must_have() {
        let narrow = |expression: &str| Some((expression.to_owned(), false));
        let broad = |expression: &str| Some((expression.to_owned(), true));
        assert_eq!(asked(&Pattern::Contains("abcd".to_owned())), narrow("(616263 AND 626364)"));
        assert_eq!(asked(&Pattern::Is("ab".to_owned())), narrow("(616200 AND 620000)"));
        assert_eq!(asked(&Pattern::Glob("*abc*de*".to_owned())), narrow("(616263)"));
        assert_eq!(asked(&Pattern::Contains("ab".to_owned())), broad("6162*"));
        assert_eq!(asked(&Pattern::Is("/".to_owned())), None);
        assert_eq!(asked(&Pattern::Glob("*".to_owned())), None);
        assert_eq!(asked(&Pattern::Contains(String::new())), None);
    }

    #[test]
    fn a_narrow_clause_makes_a_broad_one_needless() {
        let (short, long) =
            ([Pattern::Contains("ab".to_owned())], [Pattern::Contains("cde".to_owned())]);
        let both = block_query([short.as_slice(), long.as_slice()].into_iter());
        assert_eq!(both.map(|query| query.expression).as_deref(), Some("((636465))"));
    }

    #[test]
    fn of_many_words_the_index_is_asked_for_the_first() {
        let words: Vec<[Pattern; 1]> =
            (0..5_000).map(|word| [Pattern::Contains(format!("word-{word}"))]).collect();
        let asked = |number: usize| {
            let words = words.iter().take(number).map(<[Pattern; 1]>::as_slice);
            block_query(words).unwrap_or_else(|| unreachable!()).expression
        };
        assert_eq!(asked(5_000), asked(MAX_LISTS));
        assert_ne!(asked(MAX_LISTS), asked(MAX_LISTS - 1));
    }

    #[test]
    fn a_block_holds_its_keys() {
        for key in [i64::MIN, -1, 0, 1_700_000_000_000_000, i64::MAX - 1] {
            let (from, until) = block_keys(block_of(key), block_of(key));
            assert!(from <= key && key < until, "{key}");
        }
    }
}
