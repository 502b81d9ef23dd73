//! Resolves a filter at an instant, by a zone's clock: every relative time becomes an absolute one.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};

use super::fields::{Condition, Test};
use super::pattern::Pattern;
use super::syntax::{Filter, Term};
use super::time::{RelativeDay, Span, TimeExpr, TimeRange};
use super::value::Word;
use super::{Clause, Predicate};
use crate::domain::zone::Zone;

impl Filter {
    /// The predicate that the filter is now, with days and times of day read by the zone's clock.
    ///
    /// All that bounds the time stands in `from` and `until`; ranges of `on:` that do not fit there
    /// (several, or negated) are a clause besides. `until:14:00` is the first 14:00 after a
    /// `since:` that names a day; otherwise the latest 14:00 that is not still to come, or where
    /// that is not after `since:`, the first one after it. The end of a range follows `until:`, but
    /// after a beginning that has a time of day it is always the first one after:
    /// `2026-11-20T22:00..02:00` ends on the 21st.
    pub fn resolve(&self, now: DateTime<Utc>, zone: Zone) -> Predicate {
        let clock = Clock { now, zone, dated: self.terms.iter().any(Term::begins_on_a_day) };
        let mut predicate = Predicate::default();
        let (ends, others): (Vec<&Term>, Vec<&Term>) = self.terms.iter().partition(|term| {
            matches!(term.condition, Condition::Until(when) if when.recurs()) && !term.negated
        });
        // A time that comes again depends, as an end, on where the range begins.
        for term in others.into_iter().chain(ends) {
            add(&mut predicate, term, clock);
        }
        predicate
    }
}

#[derive(Clone, Copy)]
struct Clock {
    now: DateTime<Utc>,
    zone: Zone,
    /// True if a term names the day on which the selected range begins.
    dated: bool,
}

impl Term {
    fn begins_on_a_day(&self) -> bool {
        let begins = |span: &Span| match span {
            Span::At(when) => when.is_dated() || when.days_back().is_some(),
            Span::From(when) | Span::Between(when, _) => when.is_dated(),
            Span::Until(_) => false,
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other condition is a time")]
        let named = match &self.condition {
            Condition::Since(when) => when.is_dated(),
            Condition::On(spans) => spans.iter().all(begins),
            _ => false,
        };
        named && !self.negated
    }
}

fn add(predicate: &mut Predicate, term: &Term, clock: Clock) {
    let negated = term.negated;
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other condition is a test by itself")]
    let test = match &term.condition {
        Condition::Since(when) => {
            let (start, _) = clock.period(*when);
            let bound = if negated { (None, Some(start)) } else { (Some(start), None) };
            return narrow(predicate, bound);
        }
        Condition::Until(when) => {
            let bound = if negated {
                (Some(clock.period(*when).1), None)
            } else {
                (None, Some(clock.end(*when, predicate.from, clock.dated)))
            };
            return narrow(predicate, bound);
        }
        Condition::On(spans) => {
            let ranges: Vec<_> = spans.iter().map(|span| clock.range(*span)).collect();
            if !negated {
                narrow(predicate, around(&ranges));
                if ranges.len() == 1 {
                    return;
                }
            }
            Test::Created(ranges)
        }
        Condition::Text(words) => Test::Text(words.iter().map(inside).collect()),
        other => match other.test() {
            Some(test) => test,
            None => return,
        },
    };
    predicate.clauses.push(Clause { negated, test });
}

fn narrow(predicate: &mut Predicate, (from, until): TimeRange) {
    predicate.from = predicate.from.max(from);
    predicate.until = match (predicate.until, until) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}

/// The least range that has all of these in it.
fn around(ranges: &[TimeRange]) -> TimeRange {
    let from = ranges.iter().map(|range| range.0).min().flatten();
    let until: Option<Vec<_>> = ranges.iter().map(|range| range.1).collect();
    (from, until.and_then(|ends| ends.into_iter().max()))
}

/// Makes a pattern of a word. A URL is looked for without its scheme, which some vendors' records
/// write in their own way.
fn inside(word: &Word) -> Pattern {
    let mut text = word.text.to_ascii_lowercase();
    let scheme = ["http:", "https:"]
        .into_iter()
        .find(|scheme| text.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("//")));
    if let Some(scheme) = scheme {
        text.drain(..scheme.len());
    }
    if word.glob {
        let head = if text.starts_with('*') { "" } else { "*" };
        let tail = if text.ends_with('*') { "" } else { "*" };
        Pattern::Glob(format!("{head}{text}{tail}"))
    } else {
        Pattern::Contains(text)
    }
}

impl Clock {
    /// The first instant of a time, and the first one after it: the same for everything but a day.
    fn period(self, when: TimeExpr) -> (DateTime<Utc>, DateTime<Utc>) {
        let instant = |at| (at, at);
        match when {
            TimeExpr::Ago(..) | TimeExpr::Now => {
                let back = when.back().unwrap_or_default();
                instant(self.now.checked_sub_signed(back).unwrap_or(DateTime::<Utc>::MIN_UTC))
            }
            TimeExpr::Today => self.day(self.today()),
            TimeExpr::Yesterday => self.day(before(self.today())),
            TimeExpr::Day(day) => self.day(day),
            TimeExpr::Weekday(day) => self.day(self.relative(RelativeDay::Weekday(day))),
            TimeExpr::DayAt(day, time) => instant(self.read(self.relative(day), time)),
            TimeExpr::Clock(time) => instant(self.latest(time)),
            TimeExpr::Moment(clock, None) => instant(self.read(clock.date(), clock.time())),
            TimeExpr::Moment(clock, Some(offset)) => {
                instant(Zone::Fixed(offset).read(clock).unwrap_or(clock.and_utc()))
            }
        }
    }

    /// Returns the end of something that this time bounds. `next`: a time of day is the first one
    /// after the beginning. A weekday that is over before the beginning is the next one after it.
    fn end(self, when: TimeExpr, from: Option<DateTime<Utc>>, next: bool) -> DateTime<Utc> {
        let (_, end) = self.period(when);
        let Some(from) = from.filter(|from| next || end <= *from) else {
            return end;
        };
        let in_a_week = |day| {
            let day = self.relative(RelativeDay::Weekday(day));
            day.checked_add_days(Days::new(7)).unwrap_or(day)
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other time comes again")]
        match when {
            TimeExpr::Clock(time) => self.first_after(from, time),
            TimeExpr::Weekday(day) if end <= from => self.day(in_a_week(day)).1,
            TimeExpr::DayAt(RelativeDay::Weekday(day), time) if end <= from => {
                self.read(in_a_week(day), time)
            }
            _ => end,
        }
    }

    fn range(self, span: Span) -> TimeRange {
        match span {
            Span::At(when) => {
                let (start, end) = match when.days_back() {
                    Some(days) => self.day(self.relative(RelativeDay::Back(days))),
                    None => self.period(when),
                };
                (Some(start), Some(end + grain(when)))
            }
            Span::From(when) => (Some(self.period(when).0), None),
            Span::Until(when) => (None, Some(self.period(when).1)),
            Span::Between(from, until) => {
                let next = from.is_dated() || matches!(from, TimeExpr::Clock(_));
                let (from, _) = self.period(from);
                (Some(from), Some(self.end(until, Some(from), next)))
            }
        }
    }

    fn today(self) -> NaiveDate {
        self.zone.show(self.now).date_naive()
    }

    fn relative(self, day: RelativeDay) -> NaiveDate {
        let today = self.today();
        let days = match day {
            RelativeDay::Back(days) => days,
            RelativeDay::Weekday(day) => today.weekday().days_since(day),
        };
        today.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN)
    }

    fn day(self, day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let midnight = |day| self.read(day, NaiveTime::MIN);
        (midnight(day), midnight(after(day)))
    }

    fn latest(self, time: NaiveTime) -> DateTime<Utc> {
        let today = self.read(self.today(), time);
        if today <= self.now {
            return today;
        }
        self.read(before(self.today()), time)
    }

    fn first_after(self, from: DateTime<Utc>, time: NaiveTime) -> DateTime<Utc> {
        let day = self.zone.show(from).date_naive();
        let same_day = self.read(day, time);
        if same_day > from {
            return same_day;
        }
        self.read(after(day), time)
    }

    /// A time that the zone's clock never shows is read as UTC: it is wrong by hours, not by
    /// centuries.
    fn read(self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let clock = day.and_time(time);
        self.zone.read(clock).unwrap_or(clock.and_utc())
    }
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// Returns the length of an `on:`: a day has its length already, a time of day means its
/// minute or its second.
fn grain(when: TimeExpr) -> TimeDelta {
    let time = match when {
        TimeExpr::Clock(time) | TimeExpr::DayAt(_, time) => time,
        TimeExpr::Moment(clock, _) => clock.time(),
        TimeExpr::Ago(..)
        | TimeExpr::Now
        | TimeExpr::Today
        | TimeExpr::Yesterday
        | TimeExpr::Weekday(_)
        | TimeExpr::Day(_) => {
            return TimeDelta::zero();
        }
    };
    if time.second() == 0 && time.nanosecond() == 0 {
        TimeDelta::minutes(1)
    } else {
        TimeDelta::seconds(1)
    }
}
