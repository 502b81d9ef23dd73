//! The timeline of a pane: the selection over time, a cursor on its bars, and the counts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::event::StoreError;
use crate::domain::ids::Ticket;
use crate::domain::query::Summary;
use crate::domain::timeline::Bar;

/// The summary of the selection, and the chosen bars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelineState {
    summary: Option<Summary>,
    waiting: Option<(Ticket, DateTime<Utc>)>,
    stale: bool,
    rest_until: Option<DateTime<Utc>>,
    here: Option<usize>,
    from: Option<usize>,
    bars: u16,
}

impl TimelineState {
    /// Returns the last summary, perhaps of the selection before.
    pub fn summary(&self) -> Option<&Summary> {
        self.summary.as_ref()
    }

    /// True while the summary is of an earlier selection.
    pub fn is_loading(&self) -> bool {
        self.waiting.is_some()
    }

    /// Sets the number of bars that there is room for; returns whether that is another one.
    pub fn set_bars(&mut self, bars: u16) -> bool {
        std::mem::replace(&mut self.bars, bars) != bars
    }

    /// Returns the number of bars that there is room for.
    pub fn bars(&self) -> u16 {
        self.bars
    }

    /// Waits for the answer with this ticket.
    pub fn asked(&mut self, ticket: Ticket, now: DateTime<Utc>) {
        self.waiting = Some((ticket, now));
        self.stale = false;
    }

    /// Notes a change of the history; returns whether to ask at once. Else it is remembered: until
    /// the awaited answer is there, and for a while after one that took long.
    pub fn changed(&mut self, now: DateTime<Utc>) -> bool {
        self.stale = self.is_loading() || self.rest_until.is_some_and(|until| now < until);
        !self.stale
    }

    /// Returns the instant to ask again, where the history changed since the last query.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        (self.stale && !self.is_loading()).then_some(self.rest_until).flatten()
    }

    /// Takes an answer; returns whether it was awaited. Counting a large selection over and over
    /// while history streams in would take the machine from everything else, so the longer an
    /// answer took, the longer it is left alone afterwards.
    pub fn answer(
        &mut self,
        ticket: Ticket,
        result: &Result<Summary, StoreError>,
        now: DateTime<Utc>,
    ) -> bool {
        let Some((_, asked)) = self.waiting.take_if(|(waiting, _)| *waiting == ticket) else {
            return false;
        };
        self.rest_until = Some(now + (now - asked).max(TimeDelta::zero()) * 3);
        if let Ok(summary) = result {
            if self.summary.as_ref().map(|old| old.timeline.from) != Some(summary.timeline.from) {
                self.from = None;
            }
            let bars = summary.timeline.bars.len();
            self.here = self.here.filter(|here| *here < bars);
            self.summary = Some(summary.clone());
        }
        true
    }

    /// The bar under the cursor.
    pub fn here(&self) -> Option<usize> {
        self.here
    }

    /// The chosen bars, first and last.
    pub fn chosen(&self) -> Option<(usize, usize)> {
        let here = self.here?;
        let from = self.from.unwrap_or(here);
        Some((from.min(here), from.max(here)))
    }

    /// Moves the cursor to the next bar or the one before; at first it comes from the newest end.
    pub fn go(&mut self, by: isize) -> bool {
        let Some(last) = self.count().checked_sub(1) else {
            return false;
        };
        self.from = None;
        self.here = Some(match self.here {
            Some(here) => here.saturating_add_signed(by).min(last),
            None => last,
        });
        true
    }

    /// Moves the cursor and keeps the bar where the choice begins.
    pub fn extend(&mut self, by: isize) -> bool {
        let Some(here) = self.here else {
            return self.go(by);
        };
        let from = self.from.unwrap_or(here);
        let moved = self.go(by);
        self.from = Some(from);
        moved
    }

    /// Goes to the next bar with failures in this direction; at first to the newest of all. Returns
    /// whether there is one.
    pub fn go_to_failure(&mut self, back: bool) -> bool {
        let bars = self.summary.as_ref().map_or(&[][..], |it| &it.timeline.bars);
        let mut failed = bars.iter().enumerate().filter(|(_, bar)| bar.failed > 0).map(|it| it.0);
        let found = match self.here {
            None => failed.next_back(),
            Some(here) if back => failed.rfind(|at| *at < here),
            Some(here) => failed.find(|at| *at > here),
        };
        if found.is_some() {
            (self.here, self.from) = (found, None);
        }
        found.is_some()
    }

    /// Puts the cursor on a bar, or draws the choice from the bar where it was put to this one.
    pub fn point(&mut self, bar: usize, drag: bool) {
        let Some(last) = self.count().checked_sub(1) else {
            return;
        };
        let bar = bar.min(last);
        self.from = if drag { self.from.or(self.here) } else { None };
        self.here = Some(bar);
    }

    /// Takes the cursor off the bars; whether it was on one.
    pub fn leave(&mut self) -> bool {
        self.from = None;
        self.here.take().is_some()
    }

    /// The time of the chosen bars, and how many purges are in them.
    pub fn choice(&self) -> Option<(DateTime<Utc>, DateTime<Utc>, Bar)> {
        let timeline = &self.summary.as_ref()?.timeline;
        let (first, last) = self.chosen()?;
        let (from, until) = timeline.span(first..=last)?;
        let mut sum = Bar::default();
        for bar in timeline.bars.get(first..=last).unwrap_or_default() {
            sum += *bar;
        }
        Some((from, until, sum))
    }

    fn count(&self) -> usize {
        self.summary.as_ref().map_or(0, |summary| summary.timeline.bars.len())
    }
}
