//! Making [chunks](Chunk), of new purges and of those of another chunk.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::checksum;
use super::chunk::{BETWEEN_PIECES, Chunk, END, FAR, FIRST_COMMON, NEAR, SINGLE};
use super::pieces::cut;
use super::varint::push_varint;
use crate::store::failure::StoreFailure;

/// A chunk in the making.
pub(super) struct ChunkBuilder<'t> {
    keys: Vec<i64>,
    /// For each purge, the end of its tokens.
    ends: Vec<usize>,
    /// For each token the number of its piece, in the order in which they were met, from 1 on; 0
    /// for the end of a target.
    tokens: Vec<u32>,
    /// Each piece, and how often it was met.
    pieces: Vec<(&'t [u8], u32)>,
    numbers: HashMap<&'t [u8], u32, foldhash::fast::RandomState>,
    /// For the pieces of the chunk that is copied from, their numbers in this one; 0 for those that
    /// were not met yet.
    copied: Vec<u32>,
}

impl<'t> ChunkBuilder<'t> {
    pub(super) fn new() -> Self {
        Self {
            keys: Vec::new(),
            ends: Vec::new(),
            tokens: Vec::new(),
            pieces: Vec::new(),
            numbers: HashMap::default(),
            copied: Vec::new(),
        }
    }

    /// Returns the number of purges.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns the number of tokens.
    pub(super) fn token_count(&self) -> usize {
        self.tokens.len()
    }

    /// Adds a purge; its key is greater than those before.
    pub(super) fn add(&mut self, key: i64, targets: impl Iterator<Item = &'t str>) {
        for target in targets {
            for piece in cut(target.as_bytes()) {
                let number = self.number(piece);
                self.push(number);
            }
            self.push(0);
        }
        self.close(key);
    }

    /// Adds a purge of another chunk, always of the same one until this is taken.
    pub(super) fn copy(&mut self, from: &'t Chunk<'_>, index: usize) -> Result<(), StoreFailure> {
        let table = from.table();
        let key = from.keys.get(index).ok_or(StoreFailure::Corrupt)?;
        for piece in from.pieces(index, from.range(index)) {
            let Some(piece) = piece else {
                self.push(0);
                continue;
            };
            let text = || from.piece_range(piece).and_then(|range| table.get(range));
            let number = match self.copied.get(piece) {
                Some(number) if *number > 0 => *number,
                Some(_) | None => {
                    let number = self.number(text().ok_or(StoreFailure::Corrupt)?);
                    if self.copied.len() <= piece {
                        self.copied.resize(piece + 1, 0);
                    }
                    if let Some(copied) = self.copied.get_mut(piece) {
                        *copied = number;
                    }
                    number
                }
            };
            self.push(number);
        }
        self.close(*key);
        Ok(())
    }

    fn number(&mut self, piece: &'t [u8]) -> u32 {
        let next = self.pieces.len() as u32 + 1;
        let number = *self.numbers.entry(piece).or_insert(next);
        if number == next {
            self.pieces.push((piece, 0));
        }
        number
    }

    fn push(&mut self, number: u32) {
        if let Some(index) = (number as usize).checked_sub(1)
            && let Some(piece) = self.pieces.get_mut(index)
        {
            piece.1 += 1;
        }
        self.tokens.push(number);
    }

    fn close(&mut self, key: i64) {
        self.keys.push(key);
        self.ends.push(self.tokens.len());
    }

    /// Encodes the chunk as a blob, for its first key, and begins a new one; `None` if no purge was
    /// added.
    pub(super) fn take(&mut self) -> Option<(i64, Vec<u8>)> {
        let first = *self.keys.first()?;
        let mut distances = Vec::new();
        for pair in self.keys.array_windows() {
            let [one, next] = *pair;
            push_varint(&mut distances, next.abs_diff(one));
        }
        let mut order: Vec<usize> = (0..self.pieces.len()).collect();
        // Single ones keep their order.
        order.sort_by_key(|piece| {
            Reverse(self.pieces.get(*piece).map_or(0, |(_, met)| met.saturating_sub(1)))
        });
        let is_common = |piece: &usize| self.pieces.get(*piece).is_some_and(|(_, met)| *met > 1);
        let common = order.partition_point(is_common);
        let mut table = vec![BETWEEN_PIECES];
        let mut numbers = vec![0_u32; order.len()];
        for (number, piece) in (0..).zip(&order) {
            if let (Some(place), Some((text, _))) =
                (numbers.get_mut(*piece), self.pieces.get(*piece))
            {
                *place = number;
                table.extend_from_slice(text);
                table.push(BETWEEN_PIECES);
            }
        }
        let (mut tokens, mut far) = (Vec::with_capacity(self.tokens.len()), Vec::new());
        let (mut lengths, mut start) = (Vec::new(), 0);
        for end in &self.ends {
            let (mut singles, far_before) = (0, far.len());
            for number in self.tokens.get(start..*end).unwrap_or_default() {
                let piece = (*number as usize).checked_sub(1).and_then(|it| numbers.get(it));
                tokens.push(match piece {
                    None => END,
                    Some(piece) if *piece as usize >= common => {
                        singles += 1;
                        SINGLE
                    }
                    Some(piece) if (*piece as usize) < NEAR => *piece as u8 + FIRST_COMMON,
                    Some(piece) => {
                        far.extend(piece.to_le_bytes());
                        FAR
                    }
                });
            }
            push_varint(&mut lengths, (end - start) as u64);
            push_varint(&mut lengths, singles);
            push_varint(&mut lengths, (far.len() - far_before) as u64 / 4);
            start = *end;
        }
        let parts = [&distances, &lengths, &table, &tokens, &far];
        let counts = [self.keys.len(), common, order.len() - common];
        let counts = counts.into_iter().chain(parts.map(Vec::len));
        let mut body = Vec::new();
        body.extend(counts.flat_map(|count| (count as u32).to_le_bytes()));
        body.extend(first.to_le_bytes());
        for part in parts {
            body.extend_from_slice(part);
        }
        let sum = checksum::of_bytes(&body);
        body.extend(sum.to_le_bytes());
        self.keys.clear();
        self.ends.clear();
        self.tokens.clear();
        self.pieces.clear();
        self.numbers.clear();
        self.copied.clear();
        Some((first, body))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::super::chunk::COUNTS;
    use super::*;

    type Purges = Vec<(i64, Vec<String>)>;

    fn purges() -> impl Strategy<Value = Purges> {
        let targets = prop::collection::vec("([aB]{1,3}|[/?=-]|é){0,5}", 0..4);
        prop::collection::btree_map(any::<i32>().prop_map(i64::from), targets, 0..20)
            .prop_map(|purges| purges.into_iter().collect())
    }

    fn build(purges: &Purges) -> Option<Vec<u8>> {
        let mut builder = ChunkBuilder::new();
        for (key, targets) in purges {
            builder.add(*key, targets.iter().map(String::as_str));
        }
        builder.take().map(|taken| taken.1)
    }

    fn read(chunk: &Chunk<'_>) -> Purges {
        let targets = |index| chunk.targets(index).map(move |it| chunk.text(index, it).unwrap());
        let purges = chunk.keys.iter().enumerate();
        purges.map(|(index, key)| (*key, targets(index).collect())).collect()
    }

    proptest! {
        #[test]
        fn purges_come_back_as_they_were_also_from_a_copy(purges in purges()) {
            let Some(body) = build(&purges) else {
                prop_assert!(purges.is_empty());
                return Ok(());
            };
            let chunk = Chunk::decode(&*body).unwrap();
            prop_assert_eq!(read(&chunk), purges.clone());
            let mut copy = ChunkBuilder::new();
            for round in 0..2 {
                // Of a second chunk from the same one, and of half a chunk.
                for index in (0..purges.len()).step_by(1 + round) {
                    copy.copy(&chunk, index).unwrap();
                }
                let half: Purges = purges.iter().step_by(1 + round).cloned().collect();
                let copied = copy.take().map(|taken| taken.1);
                prop_assert_eq!(copied, build(&half));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(mut body in prop::collection::vec(any::<u8>(), 0..300)) {
            for count in body.iter_mut().take(COUNTS * 4).skip(1).step_by(2) {
                *count = 0;
            }
            let sum = checksum::of_bytes(&body);
            body.extend(sum.to_le_bytes());
            if let Ok(chunk) = Chunk::decode(&*body) {
                for index in 0..chunk.keys.len() {
                    for target in chunk.targets(index) {
                        let _ = chunk.text(index, target);
                    }
                }
            }
        }
    }

    #[test]
    fn more_pieces_than_a_byte_can_number_are_told_apart() {
        let many = |count| -> Vec<String> { (0..count).map(|it| format!("/{it}/é")).collect() };
        let purges = vec![(5, many(70_000)), (6, many(300)), (7, many(69_999)), (9, vec![])];
        let body = build(&purges).unwrap();
        let chunk = Chunk::decode(&*body).unwrap();
        assert!(chunk.common() > 1 << 16);
        assert_eq!(read(&chunk), purges);
    }

    #[test]
    fn a_flipped_bit_and_a_cut_are_damage() {
        let body = build(&vec![(7, vec!["/a".to_owned()]), (9, vec![])]).unwrap();
        for bit in 0..body.len() * 8 {
            let mut flipped = body.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Chunk::decode(flipped).is_err(), "{bit}");
        }
        for length in 0..body.len() {
            assert!(Chunk::decode(&body[..length]).is_err(), "{length}");
        }
    }
}
