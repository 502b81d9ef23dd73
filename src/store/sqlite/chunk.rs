//! Chunks: the targets of some hundred purges in one blob, laid out for searching.
//!
//! Targets are cut into [pieces](super::pieces). Each distinct piece of a chunk stands once in its
//! table, and a purge is a list of tokens of one byte each, so that a search for a text looks
//! through the table and then for single bytes. Case is kept.
//!
//! The pieces that are met more than once come first in the table, the most frequent ahead: the
//! token of such a common piece is its number and 2, or 255 if that is too great, and then the
//! number is the next in the list of far ones. Behind them are the pieces that are met once, in the
//! order in which they are: their token is 1. The end of a target is 0.
//!
//! Layout, all numbers little-endian: the numbers of purges, of common pieces and of single ones,
//! and the lengths of the next five parts (u32 each); the first key (i64); the distances between
//! the keys; for each purge its number of tokens, of single pieces and of far ones, (all these as
//! [varints](super::varint)); the table: the byte 0xFF, which is in no UTF-8 text, before the first
//! and behind every piece; the tokens; the numbers of the far ones (u32 each); the checksum of all
//! that (u32).

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

use super::checksum;
use super::times::MicrosRange;
use super::varint::take_varint;
use crate::store::failure::StoreFailure;

/// Stands between the pieces of a table.
pub(super) const BETWEEN_PIECES: u8 = 0xff;

/// The token at the end of a target.
pub(super) const END: u8 = 0;

/// The token of a piece that is met once.
pub(super) const SINGLE: u8 = 1;

/// The token of the first common piece.
pub(super) const FIRST_COMMON: u8 = 2;

/// The token of a common piece whose number is in the list.
pub(super) const FAR: u8 = 255;

/// Number of the common pieces with tokens of their own.
pub(super) const NEAR: usize = (FAR - FIRST_COMMON) as usize;

/// Bytes of a table whose pieces are counted together.
const STRETCH: usize = 256;

/// Pieces to find one by one before all are found.
const FEW_PIECES: usize = 32;

/// Numbers at the start of a blob.
pub(super) const COUNTS: usize = 8;
const HEADER_BYTES: usize = COUNTS * 4 + 8;

/// A chunk, unpacked as far as searching needs it.
pub(super) struct Chunk<'b> {
    bytes: Cow<'b, [u8]>,
    /// The keys of its purges, ascending.
    pub(super) keys: Vec<i64>,
    /// For each purge, the ends of what it has of each list.
    ends: Vec<Ends>,
    common: usize,
    table: Range<usize>,
    tokens: Range<usize>,
    far: Range<usize>,
    /// Places of the bytes between the pieces, once many pieces were asked for by their numbers.
    bounds: OnceCell<Vec<u32>>,
    /// Number of pieces that were asked for before.
    asked: Cell<usize>,
    /// For each stretch of the table, the number of bytes between pieces before it, once a piece
    /// was asked for.
    stretches: OnceCell<Vec<u32>>,
}

/// Places behind the last token, single piece and far piece of a purge.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    tokens: u32,
    singles: u32,
    far: u32,
}

/// A piece of a chunk by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is met wherever this token is.
    Near(u8),
    /// It is met where the list of far pieces has this number.
    Far(usize),
    /// It is met once: the single piece of this number.
    Single(usize),
}

impl<'b> Chunk<'b> {
    /// Decodes a blob.
    pub(super) fn decode(bytes: impl Into<Cow<'b, [u8]>>) -> Result<Self, StoreFailure> {
        Self::unpack(bytes.into()).ok_or(StoreFailure::Corrupt)
    }

    fn unpack(bytes: Cow<'b, [u8]>) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk()?;
        (u32::from_le_bytes(*sum) == checksum::of_bytes(body)).then_some(())?;
        let (header, rest) = body.split_at_checked(HEADER_BYTES)?;
        let (counts, first) = header.split_last_chunk()?;
        let (counts, _) = counts.as_chunks();
        let counts: [[u8; 4]; COUNTS] = counts.try_into().ok()?;
        let [purges, common, singles, distances, lengths, table, tokens, far] =
            counts.map(|four| u32::from_le_bytes(four) as usize);
        let (mut distances, rest) = rest.split_at_checked(distances)?;
        let (mut lengths, rest) = rest.split_at_checked(lengths)?;
        let table_start = body.len() - rest.len();
        let tokens_start = table_start.checked_add(table)?;
        let far_start = tokens_start.checked_add(tokens)?;
        (far_start.checked_add(far)? == body.len()).then_some(())?;
        // Each takes a byte at least: a count that is damaged must not take all memory.
        (purges <= distances.len() + 1 && purges <= lengths.len()).then_some(())?;
        let (mut keys, mut ends) = (Vec::with_capacity(purges), Vec::with_capacity(purges));
        let (mut key, mut end) = (i64::from_le_bytes(*first), Ends::default());
        for index in 0..purges {
            if index > 0 {
                let distance = take_varint(&mut distances)?;
                key = key.checked_add_unsigned(distance).filter(|next| *next > key)?;
            }
            keys.push(key);
            for sum in [&mut end.tokens, &mut end.singles, &mut end.far] {
                *sum = sum.checked_add(u32::try_from(take_varint(&mut lengths)?).ok()?)?;
            }
            ends.push(end);
        }
        let is_sound = distances.is_empty()
            && lengths.is_empty()
            && end.tokens as usize == tokens
            && end.singles as usize == singles
            && (end.far as usize).checked_mul(4)? == far;
        is_sound.then_some(Self {
            keys,
            ends,
            common,
            table: table_start..tokens_start,
            tokens: tokens_start..far_start,
            far: far_start..far_start + far,
            bounds: OnceCell::new(),
            asked: Cell::new(0),
            stretches: OnceCell::new(),
            bytes,
        })
    }

    /// Returns the number of distinct pieces that are met more than once.
    #[cfg(test)]
    pub(super) fn common(&self) -> usize {
        self.common
    }

    /// Returns the pieces, with the byte [`BETWEEN_PIECES`] around each.
    pub(super) fn table(&self) -> &[u8] {
        self.bytes.get(self.table.clone()).unwrap_or_default()
    }

    /// Returns the tokens of all purges.
    pub(super) fn tokens(&self) -> &[u8] {
        self.bytes.get(self.tokens.clone()).unwrap_or_default()
    }

    /// Returns the numbers of the pieces of far tokens.
    fn far(&self) -> &[[u8; 4]] {
        self.bytes.get(self.far.clone()).unwrap_or_default().as_chunks().0
    }

    /// Returns the kind of a piece.
    pub(super) fn place(&self, piece: usize) -> Place {
        match piece.checked_sub(self.common) {
            Some(single) => Place::Single(single),
            None if piece < NEAR => Place::Near(piece as u8 + FIRST_COMMON),
            None => Place::Far(piece),
        }
    }

    /// Returns the place of a piece in the table.
    pub(super) fn piece_range(&self, piece: usize) -> Option<Range<usize>> {
        // To find all takes as long as to find some tens of them.
        let asked = self.asked.get();
        if asked < FEW_PIECES {
            self.asked.set(asked + 1);
            return self.find_piece(piece);
        }
        let bounds = self.bounds.get_or_init(|| {
            memchr::memchr_iter(BETWEEN_PIECES, self.table()).map(|at| at as u32).collect()
        });
        let (before, behind) = (bounds.get(piece)?, bounds.get(piece + 1)?);
        Some(*before as usize + 1..*behind as usize)
    }

    fn find_piece(&self, piece: usize) -> Option<Range<usize>> {
        let table = self.table();
        let stretches = self.stretches.get_or_init(|| {
            let mut before = 0;
            let stretches = table.chunks(STRETCH).map(|stretch| {
                let start = before;
                before += count(BETWEEN_PIECES, stretch) as u32;
                start
            });
            stretches.collect()
        });
        let stretch =
            stretches.partition_point(|before| *before as usize <= piece).checked_sub(1)?;
        let start = stretch * STRETCH;
        let mut ends = memchr::memchr_iter(BETWEEN_PIECES, table.get(start..)?);
        let before = ends.nth(piece - *stretches.get(stretch)? as usize)?;
        Some(start + before + 1..start + ends.next()?)
    }

    /// Returns the blob.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_owned()
    }

    fn starts(&self, index: usize) -> Ends {
        index.checked_sub(1).and_then(|index| self.ends.get(index)).copied().unwrap_or_default()
    }

    /// Returns the places of a purge's tokens.
    pub(super) fn range(&self, index: usize) -> Range<usize> {
        let start = self.starts(index).tokens as usize;
        start..self.ends.get(index).map_or(start, |end| end.tokens as usize)
    }

    /// Returns the index and the place of the token of a single piece.
    pub(super) fn single(&self, single: usize) -> Option<(usize, usize)> {
        let index = self.ends.partition_point(|end| end.singles as usize <= single);
        let nth = single - self.starts(index).singles as usize;
        self.nth_token(index, SINGLE, nth)
    }

    /// Returns the indices and places of the tokens of a far piece.
    pub(super) fn far_places(&self, piece: usize) -> impl Iterator<Item = (usize, usize)> {
        let number = (piece as u32).to_le_bytes();
        let own = self.far().iter().enumerate().filter(move |(_, far)| **far == number);
        own.filter_map(|(far, _)| {
            let index = self.ends.partition_point(|end| end.far as usize <= far);
            self.nth_token(index, FAR, far - self.starts(index).far as usize)
        })
    }

    fn nth_token(&self, index: usize, token: u8, nth: usize) -> Option<(usize, usize)> {
        let range = self.range(index);
        let own = self.tokens().get(range.clone())?;
        Some((index, range.start + memchr::memchr_iter(token, own).nth(nth)?))
    }

    /// Returns the pieces of some tokens of a purge; `None` for the ends of its targets.
    pub(super) fn pieces(
        &self,
        index: usize,
        tokens: Range<usize>,
    ) -> impl Iterator<Item = Option<usize>> {
        let (all, far) = (self.tokens(), self.far());
        let before = self.range(index).start..tokens.start;
        let before = all.get(before).unwrap_or_default();
        let starts = self.starts(index);
        let mut next_single = starts.singles as usize + count(SINGLE, before);
        let mut next_far = starts.far as usize + count(FAR, before);
        let common = self.common;
        all.get(tokens).unwrap_or_default().iter().map(move |token| match *token {
            END => None,
            SINGLE => {
                next_single += 1;
                Some(common + next_single - 1)
            }
            FAR => {
                next_far += 1;
                let number = far.get(next_far - 1);
                Some(number.map_or(usize::MAX - 1, |number| u32::from_le_bytes(*number) as usize))
            }
            near => Some(usize::from(near - FIRST_COMMON)),
        })
    }

    /// Returns the indices of the keys in a half-open range.
    pub(super) fn positions(&self, keys: MicrosRange) -> Range<usize> {
        let from = self.keys.partition_point(|key| *key < keys.0);
        let until = self.keys.partition_point(|key| *key < keys.1);
        from..until.max(from)
    }

    /// Returns the index of a purge.
    pub(super) fn index_of(&self, key: i64) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// Returns the text of some tokens of one target of a purge.
    pub(super) fn text(&self, index: usize, tokens: Range<usize>) -> Result<String, StoreFailure> {
        let (table, mut text) = (self.table(), Vec::new());
        for piece in self.pieces(index, tokens).flatten() {
            let piece = self.piece_range(piece).and_then(|range| table.get(range));
            text.extend_from_slice(piece.ok_or(StoreFailure::Corrupt)?);
        }
        String::from_utf8(text).map_err(|_| StoreFailure::Corrupt)
    }

    /// Returns the targets of a purge, each as the places of its tokens.
    pub(super) fn targets(&self, index: usize) -> impl Iterator<Item = Range<usize>> {
        let range = self.range(index);
        let own = self.tokens().get(range.clone()).unwrap_or_default();
        let mut start = range.start;
        memchr::memchr_iter(END, own).map(move |end| {
            let target = start..range.start + end;
            start = target.end + 1;
            target
        })
    }
}

fn count(token: u8, tokens: &[u8]) -> usize {
    memchr::memchr_iter(token, tokens).count()
}
