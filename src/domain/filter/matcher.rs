//! Whether a purge is one of those that a predicate selects: the rule that every other reader of a predicate follows.

use chrono::{DateTime, Utc};

use super::{Clause, Pattern, Predicate, Test, TimeRange};
use crate::domain::purge::Purge;

impl Predicate {
    /// Whether the purge is selected. `sent_here` says whether our own journal sent it.
    pub fn matches(&self, purge: &Purge, sent_here: bool) -> bool {
        within((self.from, self.until), purge.created)
            && self.clauses.iter().all(|clause| clause.matches(purge, sent_here))
    }
}

impl Clause {
    /// Whether the condition holds for the purge. `sent_here` says whether our own journal sent it.
    pub fn matches(&self, purge: &Purge, sent_here: bool) -> bool {
        self.test.matches(purge, sent_here) != self.negated
    }
}

impl Test {
    fn matches(&self, purge: &Purge, sent_here: bool) -> bool {
        match self {
            Self::Cname(patterns) => any(patterns, &purge.cname),
            Self::Account(patterns) => any(patterns, purge.account.as_str()),
            Self::Provider(patterns) => any(patterns, purge.provider.as_str()),
            Self::Status(statuses) => statuses.contains(&purge.status),
            Self::Kind(kinds) => kinds.contains(&purge.kind),
            Self::Id(ids) => ids.iter().any(|id| id == purge.id.as_str()),
            Self::Target(patterns) => purge
                .targets
                .iter()
                .any(|target| patterns.iter().any(|pattern| pattern.matches_target(&target.text))),
            Self::By(patterns) => purge.by.as_deref().is_some_and(|by| any(patterns, by)),
            Self::SentHere => sent_here,
            Self::Created(stretches) => {
                stretches.iter().any(|stretch| within(*stretch, purge.created))
            }
        }
    }
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(text))
}

fn within((from, until): TimeRange, instant: DateTime<Utc>) -> bool {
    from.is_none_or(|from| instant >= from) && until.is_none_or(|until| instant < until)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::kind::Kind;
    use crate::domain::purge::Target;
    use crate::domain::status::Status;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn purge() -> Purge {
        Purge {
            account: "gcore-prod".into(),
            provider: "gcore".into(),
            id: "77".into(),
            resource: "12".into(),
            cname: "www.Site.com".to_owned(),
            kind: Some(Kind::Url),
            raw_kind: "purge_by_url".to_owned(),
            status: Status::Failed,
            raw_status: "Failed".to_owned(),
            created: at("2026-11-20T10:00:00Z"),
            raw_created: None,
            completed: None,
            targets: vec![
                Target::new("/css/site.css"),
                Target::new("https://www.site.com/Img/a.jpg?v=2"),
            ],
            by: Some("Mira".to_owned()),
        }
    }

    fn select(test: &Test) -> bool {
        let holds = |negated| {
            let clauses = vec![Clause { negated, test: test.clone() }];
            Predicate { clauses, ..Predicate::default() }.matches(&purge(), true)
        };
        assert_ne!(holds(true), holds(false), "{test:?} and its opposite");
        holds(false)
    }

    fn is(text: &str) -> Vec<Pattern> {
        vec![Pattern::Is(text.to_owned())]
    }

    fn glob(text: &str) -> Vec<Pattern> {
        vec![Pattern::Glob(text.to_owned())]
    }

    fn contains(text: &str) -> Vec<Pattern> {
        vec![Pattern::Contains(text.to_owned())]
    }

    #[test]
    fn no_clause_selects_everything() {
        assert!(Predicate::default().matches(&purge(), false));
    }

    #[test]
    fn every_test_looks_at_its_own_field() {
        for (test, expected) in [
            (Test::Cname(is("www.site.com")), true),
            (Test::Cname(is("site.com")), false),
            (Test::Cname(glob("*.site.com")), true),
            (Test::Account(is("gcore-prod")), true),
            (Test::Account(is("gcore")), false),
            (Test::Provider(is("gcore")), true),
            (Test::Provider(is("other")), false),
            (Test::Status(vec![Status::Unknown, Status::Failed]), true),
            (Test::Status(vec![Status::Successful]), false),
            (Test::Kind(vec![Some(Kind::Url)]), true),
            (Test::Kind(vec![None]), false),
            (Test::Id(vec!["77".to_owned()]), true),
            (Test::Id(vec!["7".to_owned()]), false),
            (Test::By(is("mira")), true),
            (Test::By(glob("m*")), true),
            (Test::By(is("tom")), false),
            (Test::SentHere, true),
            (Test::Created(vec![(None, None)]), true),
            (Test::Created(vec![]), false),
        ] {
            assert_eq!(select(&test), expected, "{test:?}");
        }
    }

    #[test]
    fn one_target_that_fits_is_enough_and_a_full_url_fits_by_its_path_too() {
        for (patterns, expected) in [
            (is("/css/site.css"), true),
            (is("/css/"), false),
            (glob("/img/*"), true),
            (is("/img/a.jpg?v=2"), true),
            (is("/img/a.jpg"), false),
            (glob("https://*/img/*"), true),
            (glob("/other/*"), false),
            (contains("a.jpg"), true),
            (contains("site.com/img"), true),
            (contains("b.jpg"), false),
        ] {
            assert_eq!(select(&Test::Target(patterns.clone())), expected, "{patterns:?}");
        }
    }

    #[test]
    fn a_purge_without_targets_or_author_fits_only_the_opposite() {
        let mut all = purge();
        all.targets.clear();
        all.by = None;
        for test in [Test::Target(glob("*")), Test::By(glob("*"))] {
            let clause = |negated| Clause { negated, test: test.clone() };
            assert!(!clause(false).matches(&all, false));
            assert!(clause(true).matches(&all, false));
        }
    }

    #[test]
    fn a_range_has_its_first_instant_and_not_its_last() {
        let created = purge().created;
        let later = created + chrono::TimeDelta::microseconds(1);
        for (from, until, expected) in [
            (Some(created), Some(later), true),
            (Some(created), None, true),
            (Some(later), None, false),
            (None, Some(created), false),
            (None, Some(later), true),
        ] {
            let predicate = Predicate { from, until, clauses: Vec::new() };
            assert_eq!(predicate.matches(&purge(), false), expected);
            assert_eq!(select(&Test::Created(vec![(from, until)])), expected);
        }
    }
}
