//! One sliding window over sorted times.

use chrono::{DateTime, TimeDelta, Utc};

/// One sliding window: its length, and the number of requests in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlidingWindow {
    /// Number of requests.
    pub(super) most: usize,
    /// For how long, the margin included.
    pub(super) long: TimeDelta,
}

impl SlidingWindow {
    /// The first instant at `from` or later at which one more request keeps the window whole,
    /// whatever stands before and after it. `None` where no request is allowed at all. `times` are
    /// sorted.
    pub(super) fn first_free(
        self,
        times: &[DateTime<Utc>],
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if self.most == 0 {
            return None;
        }
        let mut at = from;
        while let Some(later) = self.blocked(times, at) {
            at = later;
        }
        Some(at)
    }

    /// When a request at `at` would overfill the window: the instant before which none can stand.
    /// It lies after `at`.
    fn blocked(self, times: &[DateTime<Utc>], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let place = times.partition_point(|&time| time < at);
        // With `at`, any `most` neighbours in a row are one too many if all of them lie within one
        // length.
        (place.saturating_sub(self.most)..=place).rev().find_map(|first| {
            let (from, to) = (times.get(first)?, times.get(first + self.most - 1)?);
            (*to.max(&at) - *from.min(&at) < self.long).then(|| *from + self.long)
        })
    }

    /// Counts the requests that may go out at `at`, all at once.
    pub(super) fn room(self, times: &[DateTime<Utc>], at: DateTime<Utc>) -> usize {
        let near_from = times.partition_point(|&time| time <= at - self.long);
        let near_until = times.partition_point(|&time| time < at + self.long);
        let near = times.get(near_from..near_until).unwrap_or_default();
        let fullest = near
            .iter()
            .enumerate()
            .map(|(first, from)| {
                let begin = *from.min(&at);
                near.partition_point(|&time| time - begin < self.long) - first
            })
            .max()
            .unwrap_or(0);
        self.most.saturating_sub(fullest)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::testing::{noon, secs};

    fn times(seconds: &[i64]) -> Vec<DateTime<Utc>> {
        seconds.iter().map(|&second| noon() + secs(second)).collect()
    }

    fn slide(most: usize) -> SlidingWindow {
        SlidingWindow { most, long: secs(60) }
    }

    /// The rule itself, slowly: no stretch of the window's length holds too many.
    fn whole(times: &[DateTime<Utc>], slide: SlidingWindow, at: DateTime<Utc>) -> bool {
        let mut all = times.to_vec();
        all.push(at);
        all.sort();
        all.iter().all(|&from| {
            let inside: Vec<_> =
                all.iter().filter(|&&time| time >= from && time - from < slide.long).collect();
            !inside.contains(&&at) || inside.len() <= slide.most
        })
    }

    #[test]
    fn a_request_waits_until_the_oldest_one_stops_counting() {
        for (most, spent, first) in [
            (1, vec![], 0),
            (1, vec![-60], 0),
            (1, vec![-59], 1),
            (2, vec![-59], 0),
            (2, vec![-59, -1], 1),
            (2, vec![-90, -59], 0),
            // Another request is planned for later: ours must not push it out of its window.
            (1, vec![30], 90),
            (1, vec![60], 0),
            (2, vec![30, 59], 90),
            (2, vec![30, 61], 0),
        ] {
            assert_eq!(
                slide(most).first_free(&times(&spent), noon()),
                Some(noon() + secs(first)),
                "{most} {spent:?}"
            );
        }
        assert_eq!(slide(0).first_free(&[], noon()), None);
    }

    proptest! {
        #[test]
        fn the_first_free_instant_keeps_the_window_and_none_before_it_does(
            mut spent in proptest::collection::vec(-200i64..200, 0..12), most in 1usize..4,
        ) {
            spent.sort_unstable();
            let (times, slide) = (times(&spent), slide(most));
            let first = slide.first_free(&times, noon()).unwrap();
            prop_assert!(whole(&times, slide, first));
            let mut before = noon();
            while before < first {
                prop_assert!(!whole(&times, slide, before));
                before += secs(1);
            }
        }

        #[test]
        fn room_is_what_can_go_out_at_once(
            mut spent in proptest::collection::vec(-100i64..100, 0..8), most in 1usize..5,
        ) {
            spent.sort_unstable();
            let (mut times, slide) = (times(&spent), slide(most));
            let room = slide.room(&times, noon());
            for _ in 0..room {
                prop_assert!(whole(&times, slide, noon()));
                times.push(noon());
                times.sort();
            }
            prop_assert!(!whole(&times, slide, noon()));
        }
    }
}
