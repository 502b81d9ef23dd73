//! Strips: the filterable columns of some thousand purges side by side in one blob.
//!
//! A strip holds the purges from its start up to the next strip's start. Purges that agree in everything but time share
//! one entry of its palette, so a filter is decided once per entry and not once per purge, and counts are made by adding
//! up how often each entry occurs. The rows of `purge` are the truth; a strip says nothing that they do not say.
//!
//! Layout, all numbers little-endian: how many palette entries, purges and nudged purges (u32 each); the palette (account,
//! resource, cname, by: u32 each; kind, status: u8 each); the keys (i64, ascending); for each purge its palette entry (u16);
//! for each purge whose key is not its time, its place (u16) and by how much its key is later (u32).

use std::collections::HashMap;

use super::StoreFailure;
use super::times::Range;

/// The most purges in a strip: its places are u16, and a change to one of its purges rewrites all of it. (Tests cut strips
/// with few.)
pub(super) const MOST: usize = if cfg!(test) { 16 } else { 4096 };

/// How many purges a strip is left with when it was too long and is cut: room for those that come between.
const COMFORTABLE: usize = MOST / 4 * 3;

const HEADER: usize = 12;
const ENTRY: usize = 18;

/// What a filter by column looks at, all as codes and dictionary numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Traits {
    /// The account's row.
    pub(super) account: u32,
    /// The resource's word.
    pub(super) resource: u32,
    /// The cname's word.
    pub(super) cname: u32,
    /// The word for who asked for it; 0 for nobody known.
    pub(super) by: u32,
    /// The kind's code.
    pub(super) kind: u8,
    /// The status's code.
    pub(super) status: u8,
}

/// One purge in a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    /// Its key.
    pub(super) key: i64,
    /// By how many microseconds its key is later than its creation.
    pub(super) nudge: u32,
    /// What filters look at.
    pub(super) traits: Traits,
}

impl Stroke {
    /// When it was created, in microseconds since 1970.
    pub(super) fn created(&self) -> i64 {
        self.key.saturating_sub(i64::from(self.nudge))
    }
}

/// A strip, unpacked as far as counting needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Strip {
    /// What its purges have in common.
    pub(super) palette: Vec<Traits>,
    /// Its purges' keys, ascending.
    pub(super) keys: Vec<i64>,
    /// For each key its entry of the palette; always one that exists.
    shades: Vec<u16>,
    /// The nudged ones: place and nudge, by place.
    nudges: Vec<(u16, u32)>,
}

impl Strip {
    /// Reads a blob.
    pub(super) fn read(body: &[u8]) -> Result<Self, StoreFailure> {
        Self::unpack(body).ok_or(StoreFailure::Corrupt)
    }

    fn unpack(body: &[u8]) -> Option<Self> {
        let (header, rest) = body.split_at_checked(HEADER)?;
        let mut sizes = header.chunks_exact(4).map(|four| u32_at(four, 0) as usize);
        let (entries, purges, nudged) = (sizes.next()?, sizes.next()?, sizes.next()?);
        let (palette, rest) = rest.split_at_checked(entries.checked_mul(ENTRY)?)?;
        let (keys, rest) = rest.split_at_checked(purges.checked_mul(8)?)?;
        let (shades, rest) = rest.split_at_checked(purges.checked_mul(2)?)?;
        let (nudges, rest) = rest.split_at_checked(nudged.checked_mul(6)?)?;
        let strip = Self {
            palette: palette.chunks_exact(ENTRY).map(entry).collect(),
            keys: keys.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight)).collect(),
            shades: shades.as_chunks().0.iter().map(|two| u16::from_le_bytes(*two)).collect(),
            nudges: nudges.chunks_exact(6).map(|six| (u16_at(six, 0), u32_at(six, 2))).collect(),
        };
        let sound = rest.is_empty()
            && strip.shades.iter().all(|shade| usize::from(*shade) < entries)
            && strip.keys.is_sorted();
        sound.then_some(strip)
    }

    /// A strip of purges that are sorted by key.
    pub(super) fn of(strokes: &[Stroke]) -> Self {
        let mut strip = Self::default();
        let mut entries = HashMap::new();
        for (place, stroke) in strokes.iter().enumerate() {
            let shade = *entries.entry(stroke.traits).or_insert_with(|| {
                strip.palette.push(stroke.traits);
                (strip.palette.len() - 1) as u16
            });
            strip.keys.push(stroke.key);
            strip.shades.push(shade);
            if stroke.nudge > 0 {
                strip.nudges.push((place as u16, stroke.nudge));
            }
        }
        strip
    }

    /// The blob.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(
            HEADER + self.palette.len() * ENTRY + self.keys.len() * 10 + self.nudges.len() * 6,
        );
        for size in [self.palette.len(), self.keys.len(), self.nudges.len()] {
            body.extend((size as u32).to_le_bytes());
        }
        for traits in &self.palette {
            for number in [traits.account, traits.resource, traits.cname, traits.by] {
                body.extend(number.to_le_bytes());
            }
            body.extend([traits.kind, traits.status]);
        }
        body.extend(self.keys.iter().flat_map(|key| key.to_le_bytes()));
        body.extend(self.shades.iter().flat_map(|shade| shade.to_le_bytes()));
        for (place, nudge) in &self.nudges {
            body.extend(place.to_le_bytes());
            body.extend(nudge.to_le_bytes());
        }
        body
    }

    /// The palette entry of a place; 0 beyond the last.
    pub(super) fn shade(&self, place: usize) -> usize {
        self.shades.get(place).map_or(0, |shade| usize::from(*shade))
    }

    /// The purge at a place, counted from 0.
    pub(super) fn stroke(&self, place: usize) -> Option<Stroke> {
        Some(Stroke {
            key: *self.keys.get(place)?,
            nudge: self.nudge(place),
            traits: *self.palette.get(self.shade(place))?,
        })
    }

    /// All purges.
    pub(super) fn strokes(&self) -> impl Iterator<Item = Stroke> {
        (0..self.keys.len()).filter_map(|place| self.stroke(place))
    }

    /// Whether some purges' keys are not their times.
    pub(super) fn is_nudged(&self) -> bool {
        !self.nudges.is_empty()
    }

    fn nudge(&self, place: usize) -> u32 {
        self.nudges
            .binary_search_by_key(&place, |nudged| usize::from(nudged.0))
            .ok()
            .and_then(|found| self.nudges.get(found))
            .map_or(0, |nudged| nudged.1)
    }

    /// The places whose keys lie in a half-open range.
    pub(super) fn places(&self, range: Range) -> std::ops::Range<usize> {
        let from = self.keys.partition_point(|key| *key < range.0);
        let until = self.keys.partition_point(|key| *key < range.1);
        from..until.max(from)
    }
}

/// Purges with changes put in: a change for a key replaces the purge of that key, or takes it away. Both are sorted by key.
pub(super) fn changed(
    old: impl Iterator<Item = Stroke>,
    changes: &[(i64, Option<Stroke>)],
) -> Vec<Stroke> {
    let mut old = old.peekable();
    let mut all = Vec::with_capacity(old.size_hint().0 + changes.len());
    for (key, change) in changes {
        while let Some(stroke) = old.next_if(|stroke| stroke.key < *key) {
            all.push(stroke);
        }
        old.next_if(|stroke| stroke.key == *key);
        all.extend(*change);
    }
    all.extend(old);
    all
}

/// Purges cut into pieces that fit a strip each.
pub(super) fn pieces(strokes: &[Stroke]) -> impl Iterator<Item = &[Stroke]> {
    let length = if strokes.len() > MOST {
        let pieces = strokes.len().div_ceil(COMFORTABLE);
        strokes.len().div_ceil(pieces)
    } else {
        MOST
    };
    strokes.chunks(length)
}

fn entry(bytes: &[u8]) -> Traits {
    Traits {
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

    fn strokes() -> impl Strategy<Value = Vec<Stroke>> {
        let stroke =
            (any::<i64>(), 0..3_u32, 0..3_u32, 0..2_u8).prop_map(|(key, nudge, cname, status)| {
                Stroke {
                    key,
                    nudge,
                    traits: Traits { account: 1, cname, status, ..Traits::default() },
                }
            });
        prop::collection::vec(stroke, 0..50).prop_map(|mut strokes| {
            strokes.sort_by_key(|stroke| stroke.key);
            strokes.dedup_by_key(|stroke| stroke.key);
            strokes
        })
    }

    proptest! {
        #[test]
        fn a_strip_comes_back_as_it_was(strokes in strokes()) {
            let back = Strip::read(&Strip::of(&strokes).write()).unwrap();
            prop_assert_eq!(back.strokes().collect::<Vec<_>>(), strokes);
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(strip) = Strip::read(&body) {
                prop_assert_eq!(strip.strokes().count(), strip.keys.len());
            }
        }

        #[test]
        fn changes_go_where_their_keys_belong(one in strokes(), two in strokes(), gone in prop::collection::vec(any::<prop::sample::Index>(), 0..5)) {
            let mut changes: Vec<_> = two.iter().map(|stroke| (stroke.key, Some(*stroke))).collect();
            if !one.is_empty() {
                changes.extend(gone.iter().map(|index| (index.get(&one).key, None)));
            }
            changes.sort_by_key(|change| change.0);
            changes.dedup_by_key(|change| change.0);
            let all = changed(one.iter().copied(), &changes);
            prop_assert!(all.is_sorted_by_key(|stroke| stroke.key));
            let mut expected: std::collections::BTreeMap<_, _> =
                one.iter().map(|stroke| (stroke.key, *stroke)).collect();
            for (key, change) in changes {
                match change {
                    Some(stroke) => expected.insert(key, stroke),
                    None => expected.remove(&key),
                };
            }
            prop_assert_eq!(all, expected.into_values().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_strip_that_grew_too_long_is_cut_evenly() {
        let strokes: Vec<_> = (0..3 * MOST as i64)
            .map(|key| Stroke { key, nudge: 0, traits: Traits::default() })
            .collect();
        let lengths: Vec<_> = pieces(&strokes).map(<[_]>::len).collect();
        assert_eq!(lengths, [COMFORTABLE; 4]);
        assert_eq!(pieces(&strokes[..MOST]).count(), 1);
    }

    #[test]
    fn a_cut_blob_is_damage() {
        let body = Strip::of(&[Stroke { key: 7, nudge: 1, traits: Traits::default() }]).write();
        for length in 0..body.len() {
            assert_eq!(Strip::read(&body[..length]), Err(StoreFailure::Corrupt));
        }
    }
}
