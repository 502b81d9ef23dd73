//! Changes to a filter by other means than typing: a zoom into the timeline, narrowing to the
//! row under the cursor.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::fields::Condition;
use super::syntax::{Filter, Term};
use super::time::{Span, TimeExpr};

impl Filter {
    /// The same filter over this half-open range of time, written as one `on:` in UTC, to the
    /// microsecond. It takes the place of every `since:`, `until:` and `on:` but a negated `on:`,
    /// which still cuts out what it did. A range given backwards is turned round; an empty one
    /// becomes one microsecond long.
    #[must_use]
    pub fn with_range(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let least = TimeDelta::microseconds(1);
        let (first, last) = TimeExpr::writable();
        let begin = from.min(until).clamp(first, last - least);
        let end = from.max(until).clamp(begin + least, last);
        self.with_span(Span::Between(TimeExpr::instant(begin), TimeExpr::instant(end)))
    }

    /// The same filter over a day, as [`Filter::with_range`].
    #[must_use]
    pub fn on_day(&self, day: NaiveDate) -> Self {
        self.with_span(Span::At(TimeExpr::Day(day)))
    }

    fn with_span(&self, range: Span) -> Self {
        let kept = |term: &&Term| {
            !term.condition.is_time()
                || (term.negated && matches!(term.condition, Condition::On(_)))
        };
        let mut terms: Vec<_> = self.terms.iter().filter(kept).cloned().collect();
        terms.push(Term::new(Condition::On(vec![range])));
        Self { terms }
    }

    /// The same filter without a word about time.
    #[must_use]
    pub fn without_times(&self) -> Self {
        let kept = |term: &&Term| !term.condition.is_time();
        Self { terms: self.terms.iter().filter(kept).cloned().collect() }
    }

    /// What the filter says about time, and nothing else.
    #[must_use]
    pub fn times(&self) -> Self {
        let kept = |term: &&Term| term.condition.is_time();
        Self { terms: self.terms.iter().filter(kept).cloned().collect() }
    }

    /// The same filter with another one's terms after its own.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        other.terms.iter().fold(self.clone(), |filter, term| filter.add(term.clone()))
    }

    /// The same filter and this term, once; its opposite is taken away.
    #[must_use]
    pub fn add(&self, term: Term) -> Self {
        if self.terms.contains(&term) {
            return self.clone();
        }
        let mut filter = self.remove(&term.clone().opposite());
        filter.terms.push(term);
        filter
    }

    /// The same filter without this term.
    #[must_use]
    pub fn remove(&self, term: &Term) -> Self {
        let kept = |other: &&Term| *other != term;
        Self { terms: self.terms.iter().filter(kept).cloned().collect() }
    }

    /// The same filter where at least one of these values holds of each field that they name, in
    /// the place of all that must hold of the same field. `negated`: where none of them holds.
    #[must_use]
    pub fn with_values(&self, values: &[Term], negated: bool) -> Self {
        let mut joined: Vec<Condition> = Vec::new();
        for value in values {
            let more = &value.condition;
            if !joined.iter_mut().any(|condition| condition.join(more)) {
                joined.push(more.clone());
            }
        }
        joined
            .into_iter()
            .fold(self.clone(), |filter, condition| filter.narrow(Term { negated, condition }))
    }

    /// The same filter with this term in the place of all that must hold of the same field:
    /// narrowing to one cname after another shows one after the other and not nothing. Negated
    /// terms stay, but for this term's opposite.
    #[must_use]
    pub fn narrow(&self, term: Term) -> Self {
        if term.negated {
            return self.add(term);
        }
        let field = term.condition.field();
        let kept = |other: &&Term| other.negated || other.condition.field() != field;
        Self { terms: self.terms.iter().filter(kept).cloned().collect() }.add(term)
    }
}

impl Condition {
    fn is_time(&self) -> bool {
        matches!(self, Self::Since(_) | Self::Until(_) | Self::On(_))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::status::Status;

    fn filter(text: &str) -> Filter {
        Filter::parse(text).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_zoom_takes_the_place_of_every_time_but_what_is_cut_out() {
        let zoomed = filter("since:1d cname:a -on:today until:1h on:yesterday..")
            .with_range(at("2026-11-20T14:00:00Z"), at("2026-11-20T15:30:00.5Z"));
        assert_eq!(
            zoomed.to_string(),
            "cname:a -on:today on:2026-11-20T14:00Z..2026-11-20T15:30:00.5Z"
        );
        assert_eq!(zoomed.without_times(), filter("cname:a"));
    }

    #[test]
    fn a_zoom_into_nothing_or_backwards_or_out_of_the_calendar_still_prints() {
        let all = Filter::default();
        let (early, late) = (at("2026-11-20T14:00:00Z"), at("2026-11-20T15:00:00Z"));
        assert_eq!(all.with_range(late, early), all.with_range(early, late));
        for zoomed in [
            all.with_range(early, early),
            all.with_range(DateTime::<Utc>::MIN_UTC, late),
            all.with_range(early, DateTime::<Utc>::MAX_UTC),
            all.with_range(DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MAX_UTC),
            all.with_range(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MIN_UTC),
        ] {
            assert_eq!(filter(&zoomed.to_string()), zoomed);
        }
    }

    #[test]
    fn adding_a_term_twice_adds_it_once_and_takes_its_opposite_away() {
        let once = filter("/img").add(Term::cname("a b"));
        assert_eq!(once.to_string(), "/img cname:\"a b\"");
        assert_eq!(once.add(Term::cname("a b")), once);
        assert_eq!(once.add(Term::cname("a b").opposite()).to_string(), "/img -cname:\"a b\"");
    }

    #[test]
    fn several_values_of_a_field_are_one_term() {
        let values =
            [Term::status(Status::Failed), Term::cname("a"), Term::status(Status::Unknown)];
        let within = filter("status:successful /img").with_values(&values, false);
        assert_eq!(within.to_string(), "/img status:failed,unknown cname:a");
        let without = filter("/img").with_values(&values, true);
        assert_eq!(without.to_string(), "/img -status:failed,unknown -cname:a");
    }

    #[test]
    fn narrowing_goes_from_one_row_to_the_next() {
        let first = filter("cname:*.com -cname:x status:failed").narrow(Term::cname("a"));
        assert_eq!(first.to_string(), "-cname:x status:failed cname:a");
        assert_eq!(first.narrow(Term::cname("x")).to_string(), "status:failed cname:x");
        assert_eq!(
            first.narrow(Term::account("p").opposite()).to_string(),
            "-cname:x status:failed cname:a -account:p"
        );
    }
}
