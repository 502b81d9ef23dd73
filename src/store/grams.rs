//! The index of letter triples ("grams"): which short stretches of time may hold a target with a given text.
//!
//! One row of the full-text table stands for a block of time, its number being the key cut short, and its words are the
//! grams of all targets of the purges in that block: three bytes as six hex digits, in lower case. Nothing is ever taken
//! out, so the index may name a block in vain and never leaves one out; whoever asks it checks the purges themselves.
//! Blocks make the index a fraction of one that names every purge, because neighbours share most of their grams.

use std::fmt::Write as _;

use super::times::Range;
use crate::domain::filter::Pattern;
use crate::domain::purge::Target;

/// A block is 2 to the power of this many microseconds long (8.4 s).
const BLOCK: u32 = 23;

/// The most grams of one pattern that are looked up; more do not narrow it further in practice.
const MOST: usize = 12;

/// Stands for the end of a target twice, so that its last letters begin a gram too.
const END: [u8; 2] = [0, 0];

/// The block of a key.
pub(super) fn block(key: i64) -> i64 {
    key >> BLOCK
}

/// The keys of some neighbouring blocks, first and last included, as a half-open range.
pub(super) fn keys(first: i64, last: i64) -> Range {
    let until = last.checked_add(1).and_then(|next| next.checked_mul(1 << BLOCK));
    (first.saturating_mul(1 << BLOCK), until.unwrap_or(i64::MAX))
}

/// Collects the grams of one block, each once.
pub(super) struct Collector {
    seen: Vec<u64>,
    grams: Vec<u32>,
}

impl Collector {
    /// One with nothing in it. It takes two megabytes, so one is kept and used again.
    pub(super) fn new() -> Self {
        Self { seen: vec![0; 1 << 18], grams: Vec::new() }
    }

    /// Takes a purge's targets in.
    pub(super) fn add(&mut self, targets: &[Target]) {
        for target in targets {
            self.add_text(&target.text);
        }
    }

    fn add_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut gram = 0_u32;
        for (place, byte) in text.bytes().chain(END).enumerate() {
            gram = (gram << 8 | u32::from(byte.to_ascii_lowercase())) & 0x00ff_ffff;
            if place >= 2 {
                self.note(gram);
            }
        }
    }

    fn note(&mut self, gram: u32) {
        if let Some(word) = self.seen.get_mut((gram >> 6) as usize) {
            let bit = 1 << (gram & 63);
            if *word & bit == 0 {
                *word |= bit;
                self.grams.push(gram);
            }
        }
    }

    /// Gives the words for the index out and is empty again.
    pub(super) fn take(&mut self) -> String {
        let mut words = String::with_capacity(self.grams.len() * 7);
        for gram in self.grams.drain(..) {
            if let Some(word) = self.seen.get_mut((gram >> 6) as usize) {
                *word = 0;
            }
            push_hex(&mut words, gram);
            words.push(' ');
        }
        words
    }
}

/// Six hex digits.
fn push_hex(words: &mut String, gram: u32) {
    for shift in [20, 16, 12, 8, 4, 0] {
        let digit = (gram >> shift & 15) as u8;
        words.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
    }
}

/// What to ask the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lookup {
    /// The question, in the full-text table's language.
    pub(super) expression: String,
    /// Whether it is so wide that reading some purges first is worth the while: it looks for one or two letters.
    pub(super) wide: bool,
}

/// The question for blocks in which a target may fit at least one of the patterns, for each of these lists. `None` where
/// the index cannot narrow the search.
pub(super) fn lookup<'a>(lists: impl Iterator<Item = &'a [Pattern]>) -> Option<Lookup> {
    let mut all: Option<Lookup> = None;
    for list in lists {
        let Some(one) = any_of(list) else {
            continue;
        };
        all = Some(match all {
            // A narrow question alone is better than one that also has to collect a wide one.
            Some(all) if one.wide && !all.wide => all,
            Some(all) if all.wide && !one.wide => one,
            Some(all) => Lookup {
                expression: format!("{} AND {}", all.expression, one.expression),
                wide: all.wide,
            },
            None => one,
        });
    }
    all
}

fn any_of(patterns: &[Pattern]) -> Option<Lookup> {
    let mut expression = String::new();
    let mut wide = false;
    for pattern in patterns {
        let one = of_pattern(pattern)?;
        wide |= one.wide;
        let lead = if expression.is_empty() { "(" } else { " OR " };
        expression.push_str(lead);
        expression.push_str(&one.expression);
    }
    expression.push(')');
    (!patterns.is_empty()).then_some(Lookup { expression, wide })
}

fn of_pattern(pattern: &Pattern) -> Option<Lookup> {
    let (text, ends) = match pattern {
        Pattern::Is(text) => (text.as_str(), true),
        Pattern::Contains(text) => (text.as_str(), false),
        Pattern::Glob(text) => (text.as_str(), !text.ends_with('*')),
    };
    let mut pieces: Vec<Vec<u8>> = match pattern {
        Pattern::Is(_) | Pattern::Contains(_) => vec![text.as_bytes().to_vec()],
        Pattern::Glob(_) => text.split('*').map(|piece| piece.as_bytes().to_vec()).collect(),
    };
    if let Some(last) = pieces.last_mut().filter(|last| ends && last.len() >= 2) {
        // A path that is a single slash may stand for a URL without one, so one letter does not tell the end.
        last.extend(END);
    }
    let mut grams: Vec<u32> = pieces.iter().flat_map(|piece| of_piece(piece)).collect();
    grams.sort_unstable();
    grams.dedup();
    if grams.is_empty() {
        let longest = pieces.iter().max_by_key(|piece| piece.len())?;
        if longest.is_empty() || longest.as_slice() == b"/" {
            return None;
        }
        let mut expression = String::new();
        for byte in longest {
            write!(expression, "{:02x}", byte.to_ascii_lowercase()).ok()?;
        }
        expression.push('*');
        return Some(Lookup { expression, wide: true });
    }
    let step = grams.len().div_ceil(MOST);
    let mut expression = String::from("(");
    for (place, gram) in grams.iter().step_by(step).enumerate() {
        if place > 0 {
            expression.push_str(" AND ");
        }
        push_hex(&mut expression, *gram);
    }
    expression.push(')');
    Some(Lookup { expression, wide: false })
}

fn of_piece(piece: &[u8]) -> impl Iterator<Item = u32> {
    piece.windows(3).map(|three| {
        three.iter().fold(0, |gram, byte| gram << 8 | u32::from(byte.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pattern: &Pattern) -> Option<(String, bool)> {
        of_pattern(pattern).map(|lookup| (lookup.expression, lookup.wide))
    }

    #[test]
    fn a_block_gives_each_gram_once_and_in_lower_case() {
        let mut collector = Collector::new();
        collector.add(&[Target::new("ABab"), Target::new("aba")]);
        assert_eq!(collector.take(), "616261 626162 616200 620000 626100 610000 ");
        assert_eq!(collector.take(), "");
        collector.add(&[Target::new("aba"), Target::new("")]);
        assert_eq!(collector.take(), "616261 626100 610000 ");
    }

    #[test]
    fn a_pattern_asks_for_the_grams_that_a_fitting_target_must_have() {
        let narrow = |expression: &str| Some((expression.to_owned(), false));
        let wide = |expression: &str| Some((expression.to_owned(), true));
        assert_eq!(asked(&Pattern::Contains("abcd".to_owned())), narrow("(616263 AND 626364)"));
        assert_eq!(asked(&Pattern::Is("ab".to_owned())), narrow("(616200 AND 620000)"));
        assert_eq!(asked(&Pattern::Glob("*abc*de*".to_owned())), narrow("(616263)"));
        assert_eq!(asked(&Pattern::Contains("ab".to_owned())), wide("6162*"));
        assert_eq!(asked(&Pattern::Is("/".to_owned())), None);
        assert_eq!(asked(&Pattern::Glob("*".to_owned())), None);
        assert_eq!(asked(&Pattern::Contains(String::new())), None);
    }

    #[test]
    fn a_narrow_clause_spares_the_wide_one() {
        let (short, long) =
            ([Pattern::Contains("ab".to_owned())], [Pattern::Contains("cde".to_owned())]);
        let both = lookup([short.as_slice(), long.as_slice()].into_iter());
        assert_eq!(both.map(|lookup| lookup.expression).as_deref(), Some("((636465))"));
    }

    #[test]
    fn a_block_holds_its_keys() {
        for key in [i64::MIN, -1, 0, 1_700_000_000_000_000, i64::MAX - 1] {
            let (from, until) = keys(block(key), block(key));
            assert!(from <= key && key < until, "{key}");
        }
    }
}
