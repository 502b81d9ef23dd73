//! What a filter comes to at an instant, by a zone's clock: every relative time becomes an absolute one.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};

use super::syntax::{Condition, Filter, Term, Word};
use super::when::{Span, When};
use super::{Clause, Pattern, Predicate, Test, TimeRange};
use crate::domain::zone::Zone;

impl Filter {
    /// The predicate that the filter is now, with days and times of day read by the zone's clock.
    ///
    /// All that bounds the time stands in `from` and `until`; ranges of `on:` that do not fit there (several, or negated)
    /// are a clause besides. `until:14:00` is the latest 14:00 that is not still to come; where that is not after `since:`,
    /// the first 14:00 after it. The end of a range follows `until:`, but after a beginning that has a time of day it is
    /// always the first one after: `2026-11-20T22:00..02:00` ends on the 21st.
    pub fn resolve(&self, now: DateTime<Utc>, zone: Zone) -> Predicate {
        let clock = Clock { now, zone };
        let mut predicate = Predicate::default();
        let (ends, others): (Vec<&Term>, Vec<&Term>) = self.terms.iter().partition(|term| {
            matches!(term.condition, Condition::Until(When::Clock(_))) && !term.negated
        });
        // A time of day as an end depends on where the range begins.
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
}

fn add(predicate: &mut Predicate, term: &Term, clock: Clock) {
    let negated = term.negated;
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
                (None, Some(clock.end(*when, predicate.from, false)))
            };
            return narrow(predicate, bound);
        }
        Condition::On(spans) => {
            let stretches: Vec<_> = spans.iter().map(|span| clock.stretch(*span)).collect();
            if !negated {
                narrow(predicate, around(&stretches));
                if stretches.len() == 1 {
                    return;
                }
            }
            Test::Created(stretches)
        }
        Condition::Cname(words) => Test::Cname(whole(words)),
        Condition::Account(words) => Test::Account(whole(words)),
        Condition::Provider(words) => Test::Provider(whole(words)),
        Condition::Target(words) => Test::Target(whole(words)),
        Condition::By(words) => Test::By(whole(words)),
        Condition::Text(words) => Test::Target(words.iter().map(inside).collect()),
        Condition::Id(words) => Test::Id(words.iter().map(|word| word.text.clone()).collect()),
        Condition::Status(statuses) => Test::Status(statuses.clone()),
        Condition::Kind(kinds) => Test::Kind(kinds.clone()),
        Condition::SentHere => Test::SentHere,
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

/// The least stretch that has all of these in it.
fn around(stretches: &[TimeRange]) -> TimeRange {
    let from = stretches.iter().map(|stretch| stretch.0).min().flatten();
    let until: Option<Vec<_>> = stretches.iter().map(|stretch| stretch.1).collect();
    (from, until.and_then(|ends| ends.into_iter().max()))
}

fn whole(words: &[Word]) -> Vec<Pattern> {
    let pattern = |word: &Word| {
        let text = word.text.to_ascii_lowercase();
        if word.glob { Pattern::Glob(text) } else { Pattern::Is(text) }
    };
    words.iter().map(pattern).collect()
}

fn inside(word: &Word) -> Pattern {
    let text = word.text.to_ascii_lowercase();
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
    fn period(self, when: When) -> (DateTime<Utc>, DateTime<Utc>) {
        let instant = |at| (at, at);
        match when {
            When::Ago(..) | When::Now => {
                let back = when.back().unwrap_or_default();
                instant(self.now.checked_sub_signed(back).unwrap_or(DateTime::<Utc>::MIN_UTC))
            }
            When::Today => self.day(self.today()),
            When::Yesterday => self.day(before(self.today())),
            When::Day(day) => self.day(day),
            When::Clock(time) => instant(self.latest(time)),
            When::Moment(clock, None) => instant(self.read(clock.date(), clock.time())),
            When::Moment(clock, Some(offset)) => {
                instant(Zone::Fixed(offset).read(clock).unwrap_or(clock.and_utc()))
            }
        }
    }

    /// Where something ends that is bounded by this time. `next`: a time of day is the first one after the beginning.
    fn end(self, when: When, from: Option<DateTime<Utc>>, next: bool) -> DateTime<Utc> {
        let (_, end) = self.period(when);
        match (when, from) {
            (When::Clock(time), Some(from)) if next || end <= from => self.first_after(from, time),
            _ => end,
        }
    }

    fn stretch(self, span: Span) -> TimeRange {
        match span {
            Span::At(when) => {
                let (start, end) = self.period(when);
                (Some(start), Some(end + grain(when)))
            }
            Span::From(when) => (Some(self.period(when).0), None),
            Span::Until(when) => (None, Some(self.period(when).1)),
            Span::Between(from, until) => {
                let next = matches!(from, When::Clock(_) | When::Moment(..));
                let (from, _) = self.period(from);
                (Some(from), Some(self.end(until, Some(from), next)))
            }
        }
    }

    fn today(self) -> NaiveDate {
        self.zone.show(self.now).date_naive()
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

    /// A time that the zone's clock never shows is read as UTC: it is wrong by hours, not by centuries.
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

/// How much is meant by `on:` a time: a day has its length already, a time of day means its minute or its second.
fn grain(when: When) -> TimeDelta {
    let time = match when {
        When::Clock(time) => time,
        When::Moment(clock, _) => clock.time(),
        When::Ago(..) | When::Now | When::Today | When::Yesterday | When::Day(_) => {
            return TimeDelta::zero();
        }
    };
    if time.second() == 0 && time.nanosecond() == 0 {
        TimeDelta::minutes(1)
    } else {
        TimeDelta::seconds(1)
    }
}
