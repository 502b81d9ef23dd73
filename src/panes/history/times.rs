//! Ranges of time by keys: one step back or on, and the usual ones from a list.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::domain::event::Level;
use crate::domain::filter::Filter;
use crate::domain::timeline::rounded;
use crate::domain::zone::Zone;
use crate::panes::{PaneCtx, Pick, PickFor, PickItem, PickValue, Update};

use super::HistoryPane;

/// The ranges of the list: their words, and the filter that they are.
const RANGES: [(&str, &str); 7] = [
    ("the last hour", "since:1h"),
    ("the last 24 hours", "since:24h"),
    ("the last 7 days", "since:7d"),
    ("the last 30 days", "since:30d"),
    ("today", "on:today"),
    ("yesterday", "on:yesterday"),
    ("all times", ""),
];

impl HistoryPane {
    /// Shows the range of time before the present one, or the one after it; both are as long. Days
    /// follow days; without a range the day before today comes first.
    pub(super) fn step_time(&mut self, back: bool, ctx: &PaneCtx<'_>) -> Update {
        let predicate = self.filter.resolve(ctx.now, ctx.zone);
        let day = TimeDelta::days(1);
        let filter = self.filter.filter().clone();
        let today = ctx.zone.show(ctx.now).date_naive();
        let (from, until) = match (predicate.from, predicate.until) {
            (None, None) => {
                return match neighbour(today, back).filter(|_| back) {
                    Some(day) => self.narrow(filter.on_day(day), ctx),
                    None => nothing_later(),
                };
            }
            (Some(from), Some(until)) => (from, until),
            (Some(from), None) => (from, ctx.now),
            (None, Some(until)) => (until.checked_sub_signed(day).unwrap_or(until), until),
        };
        let filter = if let Some(day) = whole_day(from, until, ctx.zone) {
            match neighbour(day, back).filter(|day| *day <= today) {
                Some(day) => filter.on_day(day),
                None => return nothing_later(),
            }
        } else {
            let by = if back { from - until } else { until - from };
            let (from, until) = rounded(from, until);
            let range = from.checked_add_signed(by).zip(until.checked_add_signed(by));
            match range.filter(|(from, _)| *from < ctx.now) {
                Some((from, until)) => filter.with_range(from, until),
                None => return nothing_later(),
            }
        };
        self.narrow(filter, ctx)
    }

    /// Offers the usual ranges.
    pub(super) fn pick_time(&self) -> Pick {
        let times = self.filter.filter().times().to_string();
        let item = |(words, filter): &(&str, &str)| PickItem {
            value: PickValue::Text((*filter).to_owned()),
            text: (*words).to_owned(),
            note: (*filter).to_owned(),
            chosen: !times.is_empty() && *filter == times,
            key: None,
        };
        Pick {
            purpose: PickFor::Time,
            title: "Range of time".to_owned(),
            items: RANGES.iter().map(item).collect(),
        }
    }

    /// Puts a range in the place of what the filter says about time.
    pub(super) fn show_time(&mut self, range: &str, ctx: &PaneCtx<'_>) -> Update {
        match Filter::parse(range) {
            Ok(range) => {
                let filter = self.filter.filter().without_times().and(&range);
                self.narrow(filter, ctx)
            }
            Err(_) => Update::taken(),
        }
    }
}

fn nothing_later() -> Update {
    Update::say(Level::Info, "There is nothing later than now.")
}

fn neighbour(day: NaiveDate, back: bool) -> Option<NaiveDate> {
    let one = Days::new(1);
    if back { day.checked_sub_days(one) } else { day.checked_add_days(one) }
}

/// The day that a range is, by the zone's clock, if it is one.
fn whole_day(from: DateTime<Utc>, until: DateTime<Utc>, zone: Zone) -> Option<NaiveDate> {
    let (begin, end) = (zone.show(from), zone.show(until));
    let midnights = begin.time() == NaiveTime::MIN && end.time() == NaiveTime::MIN;
    let day = begin.date_naive();
    (midnights && neighbour(day, false) == Some(end.date_naive())).then_some(day)
}
