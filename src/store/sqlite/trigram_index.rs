//! The trigram index: tells which chunks may hold a target with a given text.
//!
//! A block of the index is of some chunks, and has for each group of three bytes that stands in
//! them a mask of the chunks in which it does. Bytes are told apart by class only: letters, digits
//! and the signs of URLs each have their own, in lower case; the others share some. What is in a
//! chunk is never left out, so a query checks only the chunks that are named.
//!
//! Layout of a block, all numbers little-endian: the number of chunks (u32); the range of keys of
//! each (two i64); a bitmap of the pairs of classes with which a trigram begins (64 u64); for each
//! such pair, a bitmap of the third classes (u64); the mask of each trigram (u32), in order; the
//! checksum of all that (u32).

use std::ops::Range;

use super::checksum;
use super::chunk::{BETWEEN_PIECES, Chunk};
use super::times::MicrosRange;
use crate::domain::filter::Pattern;
use crate::store::failure::StoreFailure;

/// Most chunks of a block: a mask has so many bits.
pub(super) const MOST_CHUNKS: usize = 32;

/// Most trigrams of one pattern in a query; more do not narrow it further in practice.
const MAX_TRIGRAMS: usize = 12;

/// Most lists of patterns in a query: further ones narrow it no more.
const MAX_LISTS: usize = 32;

/// Two bytes after the end of a target, so that its last two letters begin a trigram too.
const END: [u8; 2] = [0, 0];

/// Classes of bytes: so many bits.
const CLASS_BITS: u32 = 6;

/// Bytes with a class of their own, besides letters and digits. The first is for [`END`].
const SIGNS: &[u8] = b"\0/-._:?=&%*,+~@#; ";

/// Number of pairs of classes.
const PAIRS: usize = 1 << (2 * CLASS_BITS);

/// Number of trigrams of classes.
const TRIGRAMS: usize = PAIRS << CLASS_BITS;

/// The class of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let (letters, own) = (SIGNS.len(), SIGNS.len() + 36);
    let mut byte = 0;
    while byte < 256 {
        let lower = (byte as u8).to_ascii_lowercase() as usize;
        classes[byte] = match lower as u8 {
            b'a'..=b'z' => letters + lower - b'a' as usize,
            b'0'..=b'9' => letters + 26 + lower - b'0' as usize,
            _ => own + lower % ((1 << CLASS_BITS) - own),
        } as u8;
        byte += 1;
    }
    let mut sign = 0;
    while sign < SIGNS.len() {
        classes[SIGNS[sign] as usize] = sign as u8;
        sign += 1;
    }
    classes
};

fn class(byte: u8) -> u32 {
    CLASSES.get(usize::from(byte)).map_or(0, |class| u32::from(*class))
}

/// Collects the trigrams of the chunks of one block.
pub(super) struct TrigramCollector {
    /// The mask of each trigram.
    masks: Vec<u32>,
    chunks: Vec<MicrosRange>,
    /// The pieces of the chunk that is added.
    pieces: Vec<PieceEdges>,
}

/// The part of a piece that trigrams reach into which begin or end in another piece.
struct PieceEdges {
    start: usize,
    length: usize,
    /// Its last classes.
    end: ClassRun,
}

/// The classes of a text so far: the last three of them, and their number.
#[derive(Clone, Copy, Default)]
struct ClassRun {
    trigram: usize,
    length: usize,
}

impl ClassRun {
    /// Adds a byte, and returns the trigram that ends with it.
    fn next(&mut self, byte: u8) -> Option<usize> {
        self.trigram = (self.trigram << CLASS_BITS | class(byte) as usize) % TRIGRAMS;
        self.length += 1;
        (self.length >= 3).then_some(self.trigram)
    }
}

impl TrigramCollector {
    /// Creates an empty collector. It takes a megabyte.
    pub(super) fn new() -> Self {
        Self { masks: vec![0; TRIGRAMS], chunks: Vec::new(), pieces: Vec::new() }
    }

    /// Empties the collector.
    pub(super) fn clear(&mut self) {
        self.masks.fill(0);
        self.chunks.clear();
    }

    /// Adds a chunk with the range of keys that it is of; at most [`MOST_CHUNKS`].
    pub(super) fn add(&mut self, chunk: &Chunk<'_>, keys: MicrosRange) {
        let bit = 1_u32 << (self.chunks.len() % MOST_CHUNKS);
        self.chunks.push(keys);
        let table = chunk.table();
        let masks = &mut self.masks;
        let mut add = |run: &mut ClassRun, bytes: &[u8]| {
            for trigram in bytes.iter().filter_map(|byte| run.next(*byte)) {
                if let Some(mask) = masks.get_mut(trigram) {
                    *mask |= bit;
                }
            }
        };
        // A piece is met many times: what is within it is read once.
        self.pieces.clear();
        let mut start = 1;
        for piece in table.get(1..).unwrap_or_default().split(|byte| *byte == BETWEEN_PIECES) {
            let mut end = ClassRun::default();
            add(&mut end, piece);
            self.pieces.push(PieceEdges { start, length: piece.len(), end });
            start += piece.len() + 1;
        }
        for index in 0..chunk.keys.len() {
            let mut target = ClassRun::default();
            for piece in chunk.pieces(index, chunk.range(index)) {
                let Some(piece) = piece else {
                    // An empty target has no trigrams.
                    if target.length > 0 {
                        add(&mut target, &END);
                    }
                    target = ClassRun::default();
                    continue;
                };
                let Some(piece) = self.pieces.get(piece) else {
                    continue;
                };
                let reached = piece.start..piece.start + piece.length.min(2);
                add(&mut target, table.get(reached).unwrap_or_default());
                if piece.length > 2 {
                    target = piece.end;
                }
            }
        }
    }

    /// Returns the trigrams that were met.
    pub(super) fn trigrams(&self) -> impl Iterator<Item = usize> {
        let met = self.masks.iter().enumerate().filter(|(_, mask)| **mask != 0);
        met.map(|(trigram, _)| trigram)
    }

    /// Encodes the block.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut pairs = [0_u64; PAIRS / 64];
        let (mut thirds, mut masks) = (Vec::new(), Vec::new());
        for (pair, all) in self.masks.chunks_exact(1 << CLASS_BITS).enumerate() {
            let mut third = 0_u64;
            for (class, mask) in all.iter().enumerate().filter(|(_, mask)| **mask != 0) {
                third |= 1 << class;
                masks.extend(mask.to_le_bytes());
            }
            if third != 0 {
                thirds.extend(third.to_le_bytes());
                if let Some(word) = pairs.get_mut(pair / 64) {
                    *word |= 1 << (pair % 64);
                }
            }
        }
        let mut body = Vec::with_capacity(PAIRS / 8 + thirds.len() + masks.len() + 1024);
        body.extend((self.chunks.len() as u32).to_le_bytes());
        for (from, until) in &self.chunks {
            body.extend(from.to_le_bytes());
            body.extend(until.to_le_bytes());
        }
        body.extend(pairs.iter().flat_map(|word| word.to_le_bytes()));
        body.extend(thirds);
        body.extend(masks);
        let sum = checksum::of_bytes(&body);
        body.extend(sum.to_le_bytes());
        body
    }
}

/// A block, unpacked as far as a query needs it.
pub(super) struct TrigramBlock<'b> {
    /// The range of keys of each chunk.
    pub(super) chunks: Vec<MicrosRange>,
    pairs: Vec<u64>,
    thirds: &'b [[u8; 8]],
    /// For each of `thirds`, the number of trigrams before.
    ranks: Vec<u32>,
    masks: &'b [[u8; 4]],
}

impl<'b> TrigramBlock<'b> {
    /// Decodes a blob.
    pub(super) fn decode(body: &'b [u8]) -> Result<Self, StoreFailure> {
        Self::unpack(body).ok_or(StoreFailure::Corrupt)
    }

    fn unpack(body: &'b [u8]) -> Option<Self> {
        let (body, sum) = body.split_last_chunk()?;
        (u32::from_le_bytes(*sum) == checksum::of_bytes(body)).then_some(())?;
        let (count, body) = body.split_first_chunk()?;
        let count = u32::from_le_bytes(*count) as usize;
        let (chunks, body) = body.split_at_checked(count.checked_mul(16)?)?;
        let (pairs, body) = body.split_at_checked(PAIRS / 8)?;
        let keys = chunks.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight));
        let keys: Vec<i64> = keys.collect();
        let pairs = pairs.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight));
        let pairs: Vec<u64> = pairs.collect();
        let count: u32 = pairs.iter().map(|word| word.count_ones()).sum();
        let (thirds, body) = body.split_at_checked(count as usize * 8)?;
        let thirds = thirds.as_chunks().0;
        let mut trigrams = 0;
        let ranks = thirds.iter().map(|third| {
            let before = trigrams;
            trigrams += u64::from_le_bytes(*third).count_ones();
            before
        });
        let ranks = ranks.collect();
        let (masks, rest) = body.as_chunks();
        let is_sound = rest.is_empty() && masks.len() == trigrams as usize;
        let chunks = keys.as_chunks().0.iter().map(|[from, until]| (*from, *until)).collect();
        is_sound.then_some(Self { chunks, pairs, thirds, ranks, masks })
    }

    /// Returns whether a trigram stands in the chunk of a place.
    pub(super) fn has(&self, trigram: usize, place: usize) -> bool {
        self.mask(&(trigram..trigram + 1)) >> (place % MOST_CHUNKS) & 1 == 1
    }

    /// Returns the chunks in which any of some trigrams stands.
    fn mask(&self, trigrams: &Range<usize>) -> u32 {
        let mut mask = 0;
        let classes = 1 << CLASS_BITS;
        let mut rank = None;
        for pair in trigrams.start / classes..trigrams.end.div_ceil(classes) {
            let word = self.pairs.get(pair / 64).copied().unwrap_or_default();
            if word >> (pair % 64) & 1 == 0 {
                continue;
            }
            let index = *rank.get_or_insert_with(|| self.pairs_before(pair));
            rank = Some(index + 1);
            let third = self.thirds.get(index).map_or(0, |third| u64::from_le_bytes(*third));
            let before = self.ranks.get(index).map_or(0, |rank| *rank as usize);
            for (nth, class) in (0..classes).filter(|class| third >> class & 1 == 1).enumerate() {
                if trigrams.contains(&(pair * classes + class)) {
                    let own = self.masks.get(before + nth);
                    mask |= own.map_or(0, |own| u32::from_le_bytes(*own));
                }
            }
        }
        mask
    }

    /// Returns the number of pairs before this one.
    fn pairs_before(&self, pair: usize) -> usize {
        let words = self.pairs.iter().take(pair / 64).map(|word| word.count_ones());
        let last = self.pairs.get(pair / 64).map_or(0, |word| word & ((1 << (pair % 64)) - 1));
        (words.sum::<u32>() + last.count_ones()) as usize
    }
}

/// A query for chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrigramQuery {
    /// Of each list one pattern must fit, and of a pattern all trigrams: each a range, of which one
    /// must stand in the chunk.
    lists: Vec<Vec<Vec<Range<usize>>>>,
}

impl TrigramQuery {
    /// Returns the query for chunks that may hold, for each list, a target that fits one of its
    /// patterns. `None` if the index cannot narrow the search.
    pub(super) fn of<'a>(lists: impl Iterator<Item = &'a [Pattern]>) -> Option<Self> {
        let ranges =
            |patterns: &[Pattern]| -> Option<Vec<_>> { patterns.iter().map(of_pattern).collect() };
        let lists: Vec<_> = lists.filter_map(ranges).take(MAX_LISTS).collect();
        (!lists.is_empty()).then_some(Self { lists })
    }

    /// Returns the chunks of a block that may hold what is asked for, one bit each.
    pub(super) fn chunks(&self, block: &TrigramBlock<'_>) -> u32 {
        self.lists.iter().fold(u32::MAX, |all, patterns| {
            let any = patterns.iter().fold(0, |any, trigrams| {
                any | trigrams.iter().fold(u32::MAX, |all, range| all & block.mask(range))
            });
            all & any
        })
    }
}

fn of_pattern(pattern: &Pattern) -> Option<Vec<Range<usize>>> {
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
    let mut trigrams: Vec<usize> = pieces.iter().flat_map(|piece| trigrams_of(piece)).collect();
    trigrams.sort_unstable();
    trigrams.dedup();
    if trigrams.is_empty() {
        let longest = pieces.iter().max_by_key(|piece| piece.len())?;
        if longest.is_empty() || longest.as_slice() == b"/" {
            return None;
        }
        let number = |number, byte: &u8| number << CLASS_BITS | class(*byte) as usize;
        let (start, open) = (longest.iter().fold(0, number), (3 - longest.len()) as u32);
        let range = start << (CLASS_BITS * open)..(start + 1) << (CLASS_BITS * open);
        return Some(vec![range]);
    }
    let step = trigrams.len().div_ceil(MAX_TRIGRAMS);
    Some(trigrams.into_iter().step_by(step).map(|trigram| trigram..trigram + 1).collect())
}

fn trigrams_of(piece: &[u8]) -> impl Iterator<Item = usize> {
    piece.windows(3).map(|three| {
        three.iter().fold(0, |trigram, byte| trigram << CLASS_BITS | class(*byte) as usize)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::super::chunk_builder::ChunkBuilder;
    use super::*;

    fn chunk(targets: &[String]) -> Chunk<'static> {
        let mut builder = ChunkBuilder::new();
        builder.add(0, targets.iter().map(String::as_str));
        Chunk::decode(builder.take().unwrap().1).unwrap()
    }

    fn block(chunks: &[Vec<String>]) -> Vec<u8> {
        let mut collector = TrigramCollector::new();
        for (place, targets) in (0..).zip(chunks) {
            collector.add(&chunk(targets), (place, place + 1));
        }
        collector.encode()
    }

    /// Returns the places of the chunks that may hold what is asked for.
    fn asked(chunks: &[Vec<String>], patterns: &[Pattern]) -> Option<Vec<usize>> {
        let body = block(chunks);
        let block = TrigramBlock::decode(&body).unwrap();
        let mask = TrigramQuery::of(std::iter::once(patterns))?.chunks(&block);
        Some((0..chunks.len()).filter(|place| mask >> place & 1 == 1).collect())
    }

    fn contains(text: &str) -> [Pattern; 1] {
        [Pattern::Contains(text.to_owned())]
    }

    #[test]
    fn a_text_is_looked_for_in_the_chunks_that_have_all_its_trigrams() {
        let chunks = ["/abc/def", "/abx", "/ab", "", "/É/ZQ"].map(|text| vec![text.to_owned()]);
        let asked = |text: &str| asked(&chunks, &contains(text));
        assert_eq!(asked("abc"), Some(vec![0]));
        assert_eq!(asked("/ab"), Some(vec![0, 1, 2]));
        assert_eq!(asked("c/d"), Some(vec![0]));
        assert_eq!(asked("zq"), Some(vec![4]), "two letters, at the end, in another case");
        assert_eq!(asked("b"), Some(vec![0, 1, 2]));
        assert_eq!(asked("nothing"), Some(vec![]));
        assert_eq!((asked(""), asked("/")), (None, None));
    }

    #[test]
    fn the_end_of_a_target_is_told() {
        let chunks = [vec!["/ab".to_owned()], vec!["/abc".to_owned()]];
        let of = |pattern| asked(&chunks, &[pattern]);
        assert_eq!(of(Pattern::Is("/ab".to_owned())), Some(vec![0]));
        assert_eq!(of(Pattern::Glob("*ab".to_owned())), Some(vec![0]));
        assert_eq!(of(Pattern::Glob("/ab*".to_owned())), Some(vec![0, 1]));
        assert_eq!(of(Pattern::Glob("*".to_owned())), None);
    }

    #[test]
    fn of_many_words_the_index_is_asked_for_the_first() {
        let words: Vec<[Pattern; 1]> =
            (0..5_000).map(|word| contains(&format!("word-{word}"))).collect();
        let asked = |number: usize| {
            TrigramQuery::of(words.iter().take(number).map(<[Pattern; 1]>::as_slice)).unwrap()
        };
        assert_eq!(asked(5_000), asked(MAX_LISTS));
        assert_ne!(asked(MAX_LISTS), asked(MAX_LISTS - 1));
    }

    #[test]
    fn a_flipped_bit_and_a_cut_are_damage() {
        let body = block(&[vec!["/ab".to_owned()]]);
        for bit in 0..body.len() * 8 {
            let mut flipped = body.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(TrigramBlock::decode(&flipped).is_err(), "{bit}");
        }
        for length in 0..body.len() {
            assert!(TrigramBlock::decode(&body[..length]).is_err(), "{length}");
        }
    }

    fn pattern() -> impl Strategy<Value = Pattern> {
        let text = "([ab]{0,2}|[/.-]|é|h){0,4}";
        prop_oneof![
            text.prop_map(Pattern::Is),
            text.prop_map(Pattern::Contains),
            (text, text).prop_map(|(head, tail)| Pattern::Glob(format!("{head}*{tail}"))),
        ]
    }

    proptest! {
        #[test]
        fn nothing_that_fits_is_left_out(
            chunks in prop::collection::vec(
                prop::collection::vec("(https?://h)?/?([aAb]{1,2}|[/.-]|é){0,5}", 0..3), 1..8
            ),
            patterns in prop::collection::vec(pattern(), 1..3),
        ) {
            let Some(asked) = asked(&chunks, &patterns) else {
                return Ok(());
            };
            for (place, targets) in chunks.iter().enumerate() {
                let fits = targets.iter().any(|target| {
                    patterns.iter().any(|pattern| pattern.matches_target(target))
                });
                prop_assert!(!fits || asked.contains(&place), "{:?} {:?}", targets, patterns);
            }
        }
    }
}
