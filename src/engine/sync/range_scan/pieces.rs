//! Splits the parts of a scan into pieces that can be read in one go.

use chrono::{DateTime, TimeDelta, Utc};

use super::part::ScanPart;
use super::{AIM, RangeScan, ceil, floor};

/// Largest number of pages of one part that is read by offset. What is complete is known part by
/// part, and a part whose pages disagree is read again.
const MAX_PAGES: u64 = 64;

impl RangeScan {
    /// Returns the most records of a part that can be read in one go: those of one answer, or of
    /// many where its pages can be asked for at once.
    pub(super) fn most(&self, index: usize) -> u64 {
        let has_settled = |part: &ScanPart| {
            self.settled_until.is_some_and(|until| part.has_settled(self.finest, until))
        };
        let part = self.todo.get(index).filter(|part| self.paging && part.pages);
        let pages = if part.is_some_and(has_settled) { MAX_PAGES } else { 1 };
        self.page.saturating_mul(pages)
    }

    /// Splits a part where more is expected in it than can be read in one go. Returns the number
    /// of parts that it became more, which are newer.
    pub(super) fn carve(&mut self, index: usize) -> usize {
        let Some(part) = self.todo.get(index).filter(|part| part.is_to_ask()) else {
            return 0;
        };
        let most = self.most(index);
        let Some(expected) = part.expected.filter(|expected| *expected > most) else {
            return 0;
        };
        if !part.is_splittable(self.finest) {
            return 0;
        }
        let aim = (most * AIM.0 / AIM.1).max(1);
        let width = (part.until - part.from).num_microseconds().unwrap_or(i64::MAX);
        let piece =
            i128::from(width) * i128::from(aim.saturating_mul(self.stretch)) / i128::from(expected);
        // However empty its neighbours were: a part that was cut is at least halved.
        let piece = TimeDelta::microseconds(i64::try_from(piece).unwrap_or(width).min(width / 2));
        let middle = floor(part.until - piece, self.finest);
        self.split(index, middle, Some((expected.saturating_sub(aim), aim)))
    }

    /// Cuts off the newest piece of a part that spans more than may be asked for. Returns the
    /// number of parts that it became more, which are newer.
    pub(super) fn cut(&mut self, index: usize) -> usize {
        let part = self.todo.get(index).filter(|part| part.is_to_ask());
        let Some((part, longest)) = part.zip(self.longest) else { return 0 };
        let span = part.until - part.from;
        if span <= longest || !part.is_splittable(self.finest) {
            return 0;
        }
        let micros = |span: TimeDelta| i128::from(span.num_microseconds().unwrap_or(i64::MAX));
        let expected = part.expected.map(|all| {
            let of_piece = i128::from(all) * micros(longest) / micros(span).max(1);
            let of_piece = u64::try_from(of_piece).unwrap_or(all).min(all);
            (all - of_piece, of_piece)
        });
        self.split(index, ceil(part.until - longest, self.finest), expected)
    }

    /// Splits a part at an instant; the older and the newer piece are expected to hold so many
    /// records. Returns the number of parts that it became more.
    pub(super) fn split(
        &mut self,
        index: usize,
        middle: DateTime<Utc>,
        expected: Option<(u64, u64)>,
    ) -> usize {
        let (rest, piece) = (self.next_number(), self.next_number());
        let Some(part) = self.todo.get(index) else { return 0 };
        let middle = middle.clamp(part.from + self.finest, part.until - self.finest);
        let (of_rest, of_piece) = expected.unzip();
        let rest = ScanPart { until: middle, open: false, expected: of_rest, ..part.again(rest) };
        let piece = ScanPart { from: middle, expected: of_piece, ..part.again(piece) };
        self.todo.splice(index..=index, [rest, piece]);
        1
    }
}
