//! Limits the questions for older history: how many are on their way at once, and how many are
//! asked in a span of time. A vendor that says "too many requests" gets half as many; each further
//! time it says so, it takes twice as long until it gets more again.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::limits::ReadPace;
use crate::providers::SlowDowns;

/// The most times that the pace is halved.
const SLOWEST: u32 = 6;
/// Number of good answers in a row after which the pace is doubled again, at first and at most.
const GOOD: u32 = 16;
const GOOD_MOST: u32 = 1_024;
/// Shortest time between two halvings: requests that were on their way together are refused
/// together.
const HALVING: Duration = Duration::from_secs(1);
/// The window is longer than the vendor's by this part of it, since requests do not arrive as they
/// were sent.
const MARGIN: u32 = 20;

/// The pace of one account.
#[derive(Debug)]
pub(super) struct Pace {
    /// The times of the newest questions, oldest first.
    asked: VecDeque<Instant>,
    /// Number of halvings in force.
    slower: u32,
    halved_at: Option<Instant>,
    /// Number of good answers since the pace changed, and the number that it takes.
    good: u32,
    needed: u32,
    /// The refusals that were taken into account.
    refusals: u64,
    /// No question is asked before.
    not_before: Option<Instant>,
}

impl Pace {
    /// Makes a pace that was never slowed down.
    pub(super) fn new() -> Self {
        Self {
            asked: VecDeque::new(),
            slower: 0,
            halved_at: None,
            good: 0,
            needed: GOOD,
            refusals: 0,
            not_before: None,
        }
    }

    /// Returns the time at which one more question may be asked beside those on their way; `None`
    /// while one of them has to be answered first.
    pub(super) fn free_at(&self, limit: ReadPace, on_their_way: usize) -> Option<Instant> {
        let divisor = 1_u32 << self.slower;
        if on_their_way >= (limit.at_once / divisor).max(1) as usize {
            return None;
        }
        let requests = (limit.requests / divisor).max(1);
        let window = (limit.per + limit.per / MARGIN) * (divisor / limit.requests.max(1)).max(1);
        let before = self.asked.len().checked_sub(requests as usize);
        let full = before.and_then(|at| self.asked.get(at)).map(|at| *at + window);
        let now = Instant::now();
        Some(full.into_iter().chain(self.not_before).fold(now, Instant::max))
    }

    /// Notes that a question is asked now.
    pub(super) fn asked(&mut self, limit: ReadPace) {
        self.asked.push_back(Instant::now());
        let surplus = self.asked.len().saturating_sub(limit.requests.max(1) as usize);
        self.asked.drain(..surplus);
    }

    /// Notes a good answer.
    pub(super) fn answered(&mut self) {
        self.good += 1;
        if self.slower > 0 && self.good >= self.needed {
            (self.slower, self.good) = (self.slower - 1, 0);
        }
    }

    /// Takes into account that the vendor said "too many requests" since the last call.
    pub(super) fn heed(&mut self, said: SlowDowns) {
        if said.count > self.refusals {
            self.refusals = said.count;
            self.not_before = self.not_before.max(said.until);
            self.slow_down();
        }
    }

    /// Halves the pace after a pause, unless it was halved just now.
    pub(super) fn slow_down(&mut self) {
        let now = Instant::now();
        self.good = 0;
        if self.halved_at.is_none_or(|at| now >= at + HALVING) {
            self.halved_at = Some(now);
            self.slower = (self.slower + 1).min(SLOWEST);
            self.needed = (self.needed * 2).min(GOOD_MOST);
            self.not_before = self.not_before.max(Some(now + HALVING * (1 << self.slower)));
        }
    }

    /// True if fewer questions at once may help.
    pub(super) fn can_slow_down(&self, limit: ReadPace) -> bool {
        limit.at_once >> self.slower > 1
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const LIMIT: ReadPace = ReadPace { at_once: 8, requests: 20, per: Duration::from_secs(1) };

    /// Asks as much as is allowed for a span, each question answered at once; returns the times.
    async fn asked(pace: &mut Pace, limit: ReadPace, span: Duration) -> Vec<Instant> {
        let (end, mut times) = (Instant::now() + span, Vec::new());
        loop {
            let at = pace.free_at(limit, 0).unwrap();
            if at >= end {
                return times;
            }
            tokio::time::sleep_until(at).await;
            pace.asked(limit);
            times.push(at);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_questions_than_are_allowed() {
        let times = asked(&mut Pace::new(), LIMIT, Duration::from_secs(10)).await;
        assert!(times.len() >= 190, "{}", times.len());
        assert!(times.windows(21).all(|run| run[20] - run[0] > Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_requests_halve_the_pace_and_good_answers_bring_it_back() {
        let (mut pace, second) = (Pace::new(), Duration::from_secs(1));
        assert_eq!(pace.free_at(LIMIT, 7), Some(Instant::now()));
        // Eight that were refused together halve it once.
        (1..=8).for_each(|count| pace.heed(SlowDowns { count, until: None }));
        assert_eq!(pace.free_at(LIMIT, 4), None);
        assert_eq!(asked(&mut pace, LIMIT, second * 3).await.len(), 10);
        (0..GOOD * 2 - 1).for_each(|_| pace.answered());
        assert_eq!(pace.free_at(LIMIT, 4), None);
        pace.answered();
        assert!(pace.free_at(LIMIT, 4).is_some());
        // The next time it takes longer.
        tokio::time::sleep(HALVING).await;
        pace.slow_down();
        (0..GOOD * 4 - 1).for_each(|_| pace.answered());
        assert_eq!(pace.free_at(LIMIT, 4), None);
        pace.answered();
        assert!(pace.free_at(LIMIT, 4).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_vendor_that_refuses_again_and_again_is_asked_once_in_seconds() {
        let mut pace = Pace::new();
        for _ in 0..20 {
            pace.slow_down();
            tokio::time::sleep(HALVING).await;
        }
        pace.asked(LIMIT);
        assert_eq!(pace.free_at(LIMIT, 1), None);
        assert!(pace.free_at(LIMIT, 0).unwrap() >= Instant::now() + Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn the_vendors_pause_is_kept() {
        let mut pace = Pace::new();
        let until = Some(Instant::now() + Duration::from_secs(9));
        pace.heed(SlowDowns { count: 1, until });
        assert_eq!(pace.free_at(LIMIT, 0), until);
        // It was told once and is not new any more.
        tokio::time::sleep(Duration::from_secs(10)).await;
        pace.heed(SlowDowns { count: 1, until });
        assert_eq!(pace.free_at(LIMIT, 0), Some(Instant::now()));
    }
}
