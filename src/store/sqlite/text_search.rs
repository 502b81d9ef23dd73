//! Finding the purges of a chunk that tests of targets select, without reading the targets one by
//! one.
//!
//! A needle is cut into pieces as the targets are. Where it stands in a target, its inner pieces
//! are pieces of the target, its first is the end of one and its last the start of one; alone, it
//! stands inside one. So the table of the chunk tells which pieces may belong to it, and only where
//! one of those is met in the tokens the neighbors are compared.

use memchr::memmem::Finder;

use super::chunk::{BETWEEN_PIECES, Chunk, END, Place};
use super::compiled_filter::TargetTest;
use super::pieces::cut;
use crate::domain::filter::Pattern;
use crate::store::failure::StoreFailure;

/// Tests of targets, prepared for many chunks.
#[derive(Clone)]
pub(super) struct TextSearch {
    tests: Vec<Vec<Needle>>,
    /// The table of the chunk in lower case.
    lower: Vec<u8>,
    /// The pieces of the chunk that may belong to a needle.
    found: Vec<usize>,
}

impl TextSearch {
    pub(super) fn new(tests: &[TargetTest]) -> Self {
        let needles = |test: &TargetTest| test.patterns.iter().map(Needle::new).collect();
        Self { tests: tests.iter().map(needles).collect(), lower: Vec::new(), found: Vec::new() }
    }

    /// Searches a chunk.
    pub(super) fn search(&mut self, chunk: &Chunk<'_>) -> Result<Hits, StoreFailure> {
        self.lower.clear();
        self.lower.extend_from_slice(chunk.table());
        self.lower.make_ascii_lowercase();
        let mut all = Vec::with_capacity(self.tests.len());
        for needles in &self.tests {
            let mut hits = vec![false; chunk.keys.len()];
            for needle in needles {
                needle.mark(Haystack { chunk, table: &self.lower }, &mut self.found, &mut hits)?;
            }
            all.push(hits);
        }
        Ok(Hits(all))
    }
}

/// For each test, whether each purge of a chunk has a target that fits.
pub(super) struct Hits(Vec<Vec<bool>>);

impl Hits {
    /// Returns whether a purge has a target that fits a test.
    pub(super) fn fits(&self, test: usize, index: usize) -> bool {
        self.0.get(test).and_then(|hits| hits.get(index)) == Some(&true)
    }
}

/// A chunk with its table in lower case.
#[derive(Clone, Copy)]
struct Haystack<'c> {
    chunk: &'c Chunk<'c>,
    table: &'c [u8],
}

impl<'c> Haystack<'c> {
    /// Returns a piece in lower case.
    fn piece(self, piece: usize) -> Option<&'c [u8]> {
        self.table.get(self.chunk.piece_range(piece)?)
    }
}

/// The piece of a needle that the table is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    /// It stands anywhere in a piece.
    Only,
    /// It is the end of a piece.
    First,
    /// It is a piece.
    Inner,
    /// It is the start of a piece.
    Last,
}

/// A text that targets must have in them to fit a pattern.
#[derive(Clone)]
struct Needle {
    /// Its pieces, in lower case; none if it is empty.
    pieces: Vec<Vec<u8>>,
    /// The piece to search the table for.
    anchor: usize,
    kind: Anchor,
    finder: Finder<'static>,
    /// The pattern, if a target that has the needle in it need not fit.
    pattern: Option<Pattern>,
}

impl Needle {
    fn new(pattern: &Pattern) -> Self {
        // A target's path is a part of it, but for the slash of a URL without a path; and that
        // slash is in every URL.
        let (text, verified) = match pattern {
            Pattern::Contains(part) => (part.as_str(), None),
            Pattern::Is(whole) => (whole.as_str(), Some(pattern.clone())),
            Pattern::Glob(glob) => {
                let longest = glob.split('*').max_by_key(|piece| piece.len());
                (longest.unwrap_or_default(), Some(pattern.clone()))
            }
        };
        let pieces: Vec<Vec<u8>> = cut(text.as_bytes()).map(<[u8]>::to_vec).collect();
        let longest = (0..pieces.len()).max_by_key(|index| pieces.get(*index).map(Vec::len));
        let anchor = longest.unwrap_or(0);
        let kind = match (anchor, anchor + 1 == pieces.len()) {
            (0, true) => Anchor::Only,
            (0, false) => Anchor::First,
            (_, false) => Anchor::Inner,
            (_, true) => Anchor::Last,
        };
        let mut searched = pieces.get(anchor).cloned().unwrap_or_default();
        match kind {
            Anchor::Only => {}
            Anchor::First => searched.push(BETWEEN_PIECES),
            Anchor::Inner | Anchor::Last => searched.insert(0, BETWEEN_PIECES),
        }
        let finder = Finder::new(&searched).into_owned();
        Self { pieces, anchor, kind, finder, pattern: verified }
    }

    /// Marks the purges of a chunk that have a target that fits.
    fn mark(
        &self,
        haystack: Haystack<'_>,
        found: &mut Vec<usize>,
        hits: &mut [bool],
    ) -> Result<(), StoreFailure> {
        let chunk = haystack.chunk;
        if self.pieces.is_empty() {
            for (index, hit) in hits.iter_mut().enumerate() {
                *hit = *hit || self.fits_any_target(chunk, index)?;
            }
            return Ok(());
        }
        found.clear();
        self.find_pieces(haystack.table, found);
        let mut near = [false; 256];
        let mut tokens = Vec::new();
        for piece in found.iter() {
            match chunk.place(*piece) {
                Place::Near(token) => {
                    if let Some(flag) = near.get_mut(usize::from(token)) {
                        *flag = true;
                    }
                    tokens.push(token);
                }
                Place::Single(single) => {
                    let place = chunk.single(single).ok_or(StoreFailure::Corrupt)?;
                    self.mark_at(haystack, place, hits)?;
                }
                Place::Far(piece) => {
                    for place in chunk.far_places(piece) {
                        self.mark_at(haystack, place, hits)?;
                    }
                }
            }
        }
        if tokens.is_empty() {
            return Ok(());
        }
        let all = chunk.tokens();
        let next = |from: usize| {
            let rest = all.get(from..)?;
            let at = match *tokens {
                [one] => memchr::memchr(one, rest),
                [one, two] => memchr::memchr2(one, two, rest),
                [one, two, three] => memchr::memchr3(one, two, three, rest),
                _ => rest.iter().position(|token| near.get(usize::from(*token)) == Some(&true)),
            };
            at.map(|at| from + at)
        };
        let (mut index, mut from) = (0, 0);
        while let Some(at) = next(from) {
            while chunk.range(index).end <= at && index < hits.len() {
                index += 1;
            }
            let is_hit = self.mark_at(haystack, (index, at), hits)?;
            from = if is_hit { chunk.range(index).end.max(at + 1) } else { at + 1 };
        }
        Ok(())
    }

    /// Marks a purge if the needle is around a token of it, in a target that fits. Returns whether
    /// the purge is marked.
    fn mark_at(
        &self,
        haystack: Haystack<'_>,
        (index, at): (usize, usize),
        hits: &mut [bool],
    ) -> Result<bool, StoreFailure> {
        let hit = hits.get_mut(index).ok_or(StoreFailure::Corrupt)?;
        *hit = *hit || self.fits_at(haystack, index, at)?;
        Ok(*hit)
    }

    /// Compares every target of a purge.
    fn fits_any_target(&self, chunk: &Chunk<'_>, index: usize) -> Result<bool, StoreFailure> {
        for target in chunk.targets(index) {
            match &self.pattern {
                None => return Ok(true),
                Some(pattern) if pattern.matches_target(&chunk.text(index, target)?) => {
                    return Ok(true);
                }
                Some(_) => {}
            }
        }
        Ok(false)
    }

    /// Finds the pieces that the anchor may be.
    fn find_pieces(&self, table: &[u8], found: &mut Vec<usize>) {
        let (mut before, mut counted) = (0, 0);
        let length = self.finder.needle().len();
        for at in self.finder.find_iter(table) {
            let behind = table.get(counted..at).unwrap_or_default();
            before += memchr::memchr_iter(BETWEEN_PIECES, behind).count();
            counted = at;
            let (piece, is_whole) = match self.kind {
                Anchor::Only | Anchor::First => (before.saturating_sub(1), true),
                Anchor::Last => (before, true),
                Anchor::Inner => (before, table.get(at + length) == Some(&BETWEEN_PIECES)),
            };
            if is_whole && found.last() != Some(&piece) {
                found.push(piece);
            }
        }
    }

    /// Returns whether the needle stands around a token that may be its anchor, in a target that
    /// fits.
    fn fits_at(
        &self,
        haystack: Haystack<'_>,
        index: usize,
        at: usize,
    ) -> Result<bool, StoreFailure> {
        if !self.neighbors_fit(haystack, index, at) {
            return Ok(false);
        }
        let Some(pattern) = &self.pattern else {
            return Ok(true);
        };
        let chunk = haystack.chunk;
        let own = chunk.range(index);
        let of = |range: std::ops::Range<usize>| chunk.tokens().get(range).unwrap_or_default();
        let start =
            memchr::memrchr(END, of(own.start..at)).map_or(own.start, |end| own.start + end + 1);
        let end = memchr::memchr(END, of(at..own.end)).map_or(own.end, |end| at + end);
        Ok(pattern.matches_target(&chunk.text(index, start..end)?))
    }

    /// Compares the pieces around the anchor.
    fn neighbors_fit(&self, haystack: Haystack<'_>, index: usize, at: usize) -> bool {
        if self.pieces.len() == 1 {
            return true;
        }
        let (chunk, last) = (haystack.chunk, self.pieces.len() - 1);
        let own = chunk.range(index);
        let Some(first) = at.checked_sub(self.anchor).filter(|first| *first >= own.start) else {
            return false;
        };
        if own.end <= first + last {
            return false;
        }
        let around = chunk.pieces(index, first..first + last + 1);
        self.pieces.iter().zip(around).enumerate().all(|(place, (piece, found))| {
            let Some(found) = found.and_then(|found| haystack.piece(found)) else {
                return false;
            };
            match place {
                _ if place == self.anchor => true,
                0 => found.ends_with(piece),
                _ if place == last => found.starts_with(piece),
                _ => found == piece.as_slice(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::super::chunk_builder::ChunkBuilder;
    use super::*;

    const TEXTS: &str = "(https?://h)?/?([aAb]{1,2}|[/?-]|é){0,6}";

    fn pattern() -> impl Strategy<Value = Pattern> {
        let text = "([ab]{0,2}|[/?-]|é|h){0,5}";
        prop_oneof![
            text.prop_map(Pattern::Is),
            text.prop_map(Pattern::Contains),
            (text, text).prop_map(|(head, tail)| Pattern::Glob(format!("{head}*{tail}"))),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_search_finds_what_the_plain_rule_does(
            purges in prop::collection::vec(prop::collection::vec(TEXTS, 0..4), 1..12),
            patterns in prop::collection::vec(pattern(), 0..3),
        ) {
            let mut builder = ChunkBuilder::new();
            for (key, targets) in (0..).zip(&purges) {
                builder.add(key, targets.iter().map(String::as_str));
            }
            let (_, body) = builder.take().unwrap();
            let chunk = Chunk::decode(body).unwrap();
            let mut search = TextSearch::new(&[TargetTest::of(patterns.clone())]);
            let hits = search.search(&chunk).unwrap();
            for (index, targets) in purges.iter().enumerate() {
                let expected = targets.iter().any(|target| {
                    patterns.iter().any(|pattern| pattern.matches_target(target))
                });
                prop_assert_eq!(hits.fits(0, index), expected, "{:?} {:?}", targets, patterns);
            }
        }
    }
}
