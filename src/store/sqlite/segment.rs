//! Segments: the filterable columns of some thousand purges side by side in one blob.
//!
//! A segment holds the purges from its start up to the next segment's start. Purges that agree in
//! everything but time belong to one group, so a filter is decided once per group and not once per
//! purge, and counts are sums over groups. The rows of `purge` are the truth; a segment only
//! repeats them.
//!
//! Layout, all numbers little-endian: the numbers of groups, purges and key offsets (u32 each, and
//! the highest bit of the first is set if there is a checksum); the groups (account, resource,
//! cname, by: u32 each; kind, status: u8 each); the keys (i64, ascending); the group of each purge
//! (u16); for each purge whose key is not its time, its position (u16) and its key offset (u32);
//! the checksum of all that (u32), which segments of earlier programs lack.

use std::collections::HashMap;
use std::ops::Range;

use super::checksum;
use super::times::MicrosRange;
use crate::store::failure::StoreFailure;

const HEADER_BYTES: usize = 12;
const GROUP_BYTES: usize = 18;
const CHECKSUM_BYTES: usize = 4;

/// Set in the number of groups if a checksum follows; there are never so many groups.
const HAS_CHECKSUM: u32 = 1 << 31;

/// Columns that filters look at, as codes and dictionary ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Columns {
    pub(super) account: u32,
    pub(super) resource: u32,
    pub(super) cname: u32,
    /// The word for the author; 0 for an unknown one.
    pub(super) by: u32,
    pub(super) kind: u8,
    pub(super) status: u8,
}

/// One purge in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentEntry {
    pub(super) key: i64,
    /// Microseconds from the purge's creation to its key: more than 0 if several purges were
    /// created in one microsecond.
    pub(super) key_offset: u32,
    pub(super) columns: Columns,
}

impl SegmentEntry {
    /// Returns the time of creation, in microseconds since 1970.
    pub(super) fn created(&self) -> i64 {
        self.key.saturating_sub(i64::from(self.key_offset))
    }
}

/// A change to the purge of a key: its new entry, or `None` to remove it.
pub(super) type Change = (i64, Option<SegmentEntry>);

/// A segment, unpacked as far as counting needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Segment {
    /// The distinct columns of its purges.
    pub(super) groups: Vec<Columns>,
    /// The keys of its purges, ascending.
    pub(super) keys: Vec<i64>,
    /// The group of each key; always an existing one.
    key_groups: Vec<u16>,
    /// Position and offset of each key that is not its purge's time, by position.
    key_offsets: Vec<(u16, u32)>,
}

impl Segment {
    /// Decodes a blob.
    pub(super) fn decode(body: &[u8]) -> Result<Self, StoreFailure> {
        Self::unpack(body).ok_or(StoreFailure::Corrupt)
    }

    fn unpack(body: &[u8]) -> Option<Self> {
        let mut body = body;
        if u32_at(body, 0) & HAS_CHECKSUM != 0 {
            let (before, sum) = body.split_last_chunk()?;
            (u32::from_le_bytes(*sum) == checksum::of_bytes(before)).then_some(())?;
            body = before;
        }
        let (header, rest) = body.split_at_checked(HEADER_BYTES)?;
        let mut counts =
            header.chunks_exact(4).map(|four| (u32_at(four, 0) & !HAS_CHECKSUM) as usize);
        let (groups, purges, offsets) = (counts.next()?, counts.next()?, counts.next()?);
        let (group_bytes, rest) = rest.split_at_checked(groups.checked_mul(GROUP_BYTES)?)?;
        let (keys, rest) = rest.split_at_checked(purges.checked_mul(8)?)?;
        let (key_groups, rest) = rest.split_at_checked(purges.checked_mul(2)?)?;
        let (offset_bytes, rest) = rest.split_at_checked(offsets.checked_mul(6)?)?;
        let segment = Self {
            groups: group_bytes.chunks_exact(GROUP_BYTES).map(columns).collect(),
            keys: keys.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight)).collect(),
            key_groups: key_groups
                .as_chunks()
                .0
                .iter()
                .map(|two| u16::from_le_bytes(*two))
                .collect(),
            key_offsets: offset_bytes
                .chunks_exact(6)
                .map(|six| (u16_at(six, 0), u32_at(six, 2)))
                .collect(),
        };
        let is_sound = rest.is_empty()
            && segment.key_groups.iter().all(|group| usize::from(*group) < groups)
            && segment.keys.is_sorted();
        is_sound.then_some(segment)
    }

    /// Creates a segment of entries that are sorted by key.
    pub(super) fn of(entries: &[SegmentEntry]) -> Self {
        let mut segment = Self::default();
        let mut known = HashMap::<_, _, foldhash::fast::RandomState>::default();
        for (position, entry) in entries.iter().enumerate() {
            let group = *known.entry(entry.columns).or_insert_with(|| {
                segment.groups.push(entry.columns);
                (segment.groups.len() - 1) as u16
            });
            segment.keys.push(entry.key);
            segment.key_groups.push(group);
            if entry.key_offset > 0 {
                segment.key_offsets.push((position as u16, entry.key_offset));
            }
        }
        segment
    }

    /// Encodes the segment as a blob.
    pub(super) fn encode(&self) -> Vec<u8> {
        let length = HEADER_BYTES
            + CHECKSUM_BYTES
            + self.groups.len() * GROUP_BYTES
            + self.keys.len() * 10
            + self.key_offsets.len() * 6;
        let mut body = Vec::with_capacity(length);
        let groups = self.groups.len() as u32 | HAS_CHECKSUM;
        for count in [groups, self.keys.len() as u32, self.key_offsets.len() as u32] {
            body.extend(count.to_le_bytes());
        }
        for columns in &self.groups {
            for id in [columns.account, columns.resource, columns.cname, columns.by] {
                body.extend(id.to_le_bytes());
            }
            body.extend([columns.kind, columns.status]);
        }
        body.extend(self.keys.iter().flat_map(|key| key.to_le_bytes()));
        body.extend(self.key_groups.iter().flat_map(|group| group.to_le_bytes()));
        for (position, offset) in &self.key_offsets {
            body.extend(position.to_le_bytes());
            body.extend(offset.to_le_bytes());
        }
        let sum = checksum::of_bytes(&body);
        body.extend(sum.to_le_bytes());
        body
    }

    /// Returns the index of the group at a position; 0 beyond the end.
    pub(super) fn group_at(&self, position: usize) -> usize {
        self.key_groups.get(position).map_or(0, |group| usize::from(*group))
    }

    pub(super) fn entry_at(&self, position: usize) -> Option<SegmentEntry> {
        Some(SegmentEntry {
            key: *self.keys.get(position)?,
            key_offset: self.key_offset_at(position),
            columns: *self.groups.get(self.group_at(position))?,
        })
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = SegmentEntry> {
        (0..self.keys.len()).filter_map(|position| self.entry_at(position))
    }

    pub(super) fn has_key_offsets(&self) -> bool {
        !self.key_offsets.is_empty()
    }

    fn key_offset_at(&self, position: usize) -> u32 {
        let found = self.key_offsets.binary_search_by_key(&position, |known| usize::from(known.0));
        found.ok().and_then(|index| self.key_offsets.get(index)).map_or(0, |known| known.1)
    }

    /// Returns the positions of the keys in a half-open range.
    pub(super) fn positions(&self, keys: MicrosRange) -> Range<usize> {
        let from = self.keys.partition_point(|key| *key < keys.0);
        let until = self.keys.partition_point(|key| *key < keys.1);
        from..until.max(from)
    }
}

/// Applies changes to entries; both are sorted by key.
pub(super) fn apply(
    old: impl Iterator<Item = SegmentEntry>,
    changes: &[Change],
) -> Vec<SegmentEntry> {
    let mut old = old.peekable();
    let mut all = Vec::with_capacity(old.size_hint().0 + changes.len());
    for (key, change) in changes {
        while let Some(entry) = old.next_if(|entry| entry.key < *key) {
            all.push(entry);
        }
        old.next_if(|entry| entry.key == *key);
        all.extend(*change);
    }
    all.extend(old);
    all
}

/// Splits entries into chunks that fit into a segment of at most `longest` purges each. Chunks of a
/// list that is too long are filled to three quarters, so that purges in between find room.
pub(super) fn split(
    entries: &[SegmentEntry],
    longest: usize,
) -> impl Iterator<Item = &[SegmentEntry]> {
    let length = if entries.len() > longest {
        let chunks = entries.len().div_ceil((longest / 4 * 3).max(1));
        entries.len().div_ceil(chunks)
    } else {
        longest
    };
    entries.chunks(length)
}

fn columns(bytes: &[u8]) -> Columns {
    Columns {
        account: u32_at(bytes, 0),
        resource: u32_at(bytes, 4),
        cname: u32_at(bytes, 8),
        by: u32_at(bytes, 12),
        kind: bytes.get(16).copied().unwrap_or_default(),
        status: bytes.get(17).copied().unwrap_or_default(),
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk);
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..).and_then(<[u8]>::first_chunk);
    two.map_or(0, |two| u16::from_le_bytes(*two))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Vec<SegmentEntry>> {
        let entry = (any::<i64>(), 0..3_u32, 0..3_u32, 0..2_u8).prop_map(
            |(key, key_offset, cname, status)| SegmentEntry {
                key,
                key_offset,
                columns: Columns { account: 1, cname, status, ..Columns::default() },
            },
        );
        prop::collection::vec(entry, 0..50).prop_map(|mut entries| {
            entries.sort_by_key(|entry| entry.key);
            entries.dedup_by_key(|entry| entry.key);
            entries
        })
    }

    proptest! {
        #[test]
        fn a_segment_comes_back_as_it_was(entries in entries()) {
            let back = Segment::decode(&Segment::of(&entries).encode()).unwrap();
            prop_assert_eq!(back.entries().collect::<Vec<_>>(), entries);
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(segment) = Segment::decode(&body) {
                prop_assert_eq!(segment.entries().count(), segment.keys.len());
            }
        }

        #[test]
        fn changes_go_where_their_keys_belong(
            one in entries(),
            two in entries(),
            gone in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        ) {
            let mut changes: Vec<_> = two.iter().map(|entry| (entry.key, Some(*entry))).collect();
            if !one.is_empty() {
                changes.extend(gone.iter().map(|index| (index.get(&one).key, None)));
            }
            changes.sort_by_key(|change| change.0);
            changes.dedup_by_key(|change| change.0);
            let all = apply(one.iter().copied(), &changes);
            prop_assert!(all.is_sorted_by_key(|entry| entry.key));
            let mut expected: std::collections::BTreeMap<_, _> =
                one.iter().map(|entry| (entry.key, *entry)).collect();
            for (key, change) in changes {
                match change {
                    Some(entry) => expected.insert(key, entry),
                    None => expected.remove(&key),
                };
            }
            prop_assert_eq!(all, expected.into_values().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_segment_that_grew_too_long_is_cut_evenly() {
        for longest in [16, 4096] {
            let entries: Vec<_> = (0..3 * longest as i64)
                .map(|key| SegmentEntry { key, key_offset: 0, columns: Columns::default() })
                .collect();
            let lengths: Vec<_> = split(&entries, longest).map(<[_]>::len).collect();
            assert_eq!(lengths, [longest / 4 * 3; 4]);
            assert_eq!(split(&entries[..longest], longest).count(), 1);
        }
    }

    #[test]
    fn a_flipped_bit_is_damage() {
        let entry = |key| SegmentEntry { key, key_offset: 1, columns: Columns::default() };
        let body = Segment::of(&[entry(7), entry(9)]).encode();
        for bit in 0..body.len() * 8 {
            let mut flipped = body.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Segment::decode(&flipped), Err(StoreFailure::Corrupt), "{bit}");
        }
    }

    #[test]
    fn a_cut_blob_is_damage() {
        let body =
            Segment::of(&[SegmentEntry { key: 7, key_offset: 1, columns: Columns::default() }])
                .encode();
        for length in 0..body.len() {
            assert_eq!(Segment::decode(&body[..length]), Err(StoreFailure::Corrupt));
        }
    }
}
