//! Changes to a filter that are asked for by other means than typing: a zoom into the timeline, narrowing to the row under
//! the cursor, a status switched on and off.

use chrono::{DateTime, TimeDelta, Utc};

use super::syntax::{Condition, Filter, Term};
use super::when::{Span, When};
use crate::domain::status::Status;

impl Filter {
    /// The same filter over this half-open range of time, written as one `on:` in UTC, to the microsecond. It takes the
    /// place of every `since:`, `until:` and `on:` but a negated `on:`, which still cuts out what it did. A range given
    /// backwards is turned round; an empty one becomes one microsecond long.
    #[must_use]
    pub fn with_range(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let least = TimeDelta::microseconds(1);
        let (first, last) = When::writable();
        let begin = from.min(until).clamp(first, last - least);
        let end = from.max(until).clamp(begin + least, last);
        let range = Span::Between(When::instant(begin), When::instant(end));
        let kept = |term: &&Term| match term.condition.asks_for_time() {
            Some(true) => term.negated,
            Some(false) => false,
            None => true,
        };
        let mut terms: Vec<_> = self.terms.iter().filter(kept).cloned().collect();
        terms.push(Term::new(Condition::On(vec![range])));
        Self { terms }
    }

    /// The same filter without a word about time.
    #[must_use]
    pub fn without_times(&self) -> Self {
        let kept = |term: &&Term| term.condition.asks_for_time().is_none();
        Self { terms: self.terms.iter().filter(kept).cloned().collect() }
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

    /// The same filter with this term in the place of all that must hold of the same field: narrowing to one cname after
    /// another shows one after the other and not nothing. Negated terms stay, but for this term's opposite.
    #[must_use]
    pub fn narrow(&self, term: Term) -> Self {
        if term.negated {
            return self.add(term);
        }
        let field = term.condition.field();
        let kept = |other: &&Term| other.negated || other.condition.field() != field;
        Self { terms: self.terms.iter().filter(kept).cloned().collect() }.add(term)
    }

    /// Switches a term on or off.
    #[must_use]
    pub fn toggle(&self, term: Term) -> Self {
        if self.terms.contains(&term) { self.remove(&term) } else { self.add(term) }
    }

    /// Switches a status on or off among those that are shown: it joins the first `status:` that must hold, or leaves it.
    #[must_use]
    pub fn toggle_status(&self, status: Status) -> Self {
        let mut terms = self.terms.clone();
        let is_shown =
            |term: &Term| !term.negated && matches!(term.condition, Condition::Status(_));
        let index = terms.iter().position(is_shown).unwrap_or(terms.len());
        let Some(Term { condition: Condition::Status(statuses), .. }) = terms.get_mut(index) else {
            return self.add(Term::status(status));
        };
        if let Some(place) = statuses.iter().position(|other| *other == status) {
            statuses.remove(place);
        } else {
            statuses.push(status);
        }
        if statuses.is_empty() {
            terms.remove(index);
        }
        Self { terms }
    }
}

impl Condition {
    /// Whether it is about time: `Some(true)` for `on:`, `Some(false)` for `since:` and `until:`.
    fn asks_for_time(&self) -> Option<bool> {
        match self {
            Self::On(_) => Some(true),
            Self::Since(_) | Self::Until(_) => Some(false),
            Self::Cname(_)
            | Self::Account(_)
            | Self::Provider(_)
            | Self::Status(_)
            | Self::Kind(_)
            | Self::Id(_)
            | Self::Target(_)
            | Self::By(_)
            | Self::SentHere
            | Self::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

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
    fn narrowing_goes_from_one_row_to_the_next() {
        let first = filter("cname:*.com -cname:x status:failed").narrow(Term::cname("a"));
        assert_eq!(first.to_string(), "-cname:x status:failed cname:a");
        assert_eq!(first.narrow(Term::cname("x")).to_string(), "status:failed cname:x");
        assert_eq!(
            first.narrow(Term::account("p").opposite()).to_string(),
            "-cname:x status:failed cname:a -account:p"
        );
    }

    #[test]
    fn a_status_joins_and_leaves_those_that_are_shown() {
        let none = filter("/img -status:unknown");
        let failed = none.toggle_status(Status::Failed);
        assert_eq!(failed.to_string(), "/img -status:unknown status:failed");
        let both = failed.toggle_status(Status::InProgress);
        assert_eq!(both.to_string(), "/img -status:unknown status:failed,in_progress");
        assert_eq!(both.toggle_status(Status::InProgress).toggle_status(Status::Failed), none);
    }

    #[test]
    fn a_toggled_term_comes_and_goes() {
        let here = Term::new(Condition::SentHere);
        let shown = filter("/img").toggle(here.clone());
        assert_eq!(shown.to_string(), "/img sent:here");
        assert_eq!(shown.toggle(here), filter("/img"));
    }
}
