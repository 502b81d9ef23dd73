//! Decides whether a predicate selects a purge: the rule that every other reader of a predicate
//! follows.

use super::pattern::Pattern;
use super::time::within;
use super::{Clause, Predicate, Test};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::purge::Purge;

impl Predicate {
    /// Returns true if the purge is selected. `sent_here` says whether our own journal sent it.
    pub fn matches(&self, purge: &Purge, sent_here: bool) -> bool {
        within((self.from, self.until), purge.created)
            && self.clauses.iter().all(|clause| clause.matches(purge, sent_here))
    }

    /// Returns true if purges of this account may be selected, as far as its name and provider
    /// tell.
    pub fn may_select(&self, account: &AccountName, provider: &ProviderName) -> bool {
        self.clauses.iter().all(|clause| {
            let (patterns, name) = if let Test::Account(patterns) = &clause.test {
                (patterns, account.as_str())
            } else if let Test::Provider(patterns) = &clause.test {
                (patterns, provider.as_str())
            } else {
                return true;
            };
            patterns.iter().any(|pattern| pattern.matches(name)) != clause.negated
        })
    }

    /// Returns true if purges of this cname may be selected, as far as it tells.
    pub fn may_select_cname(&self, cname: &str) -> bool {
        self.clauses.iter().all(|clause| {
            let Test::Cname(patterns) = &clause.test else {
                return true;
            };
            patterns.iter().any(|pattern| pattern.matches(cname)) != clause.negated
        })
    }

    /// The patterns of which a selected purge's targets fit one or another.
    pub fn target_patterns(&self) -> impl Iterator<Item = &Pattern> {
        let wanted = self.clauses.iter().filter(|clause| !clause.negated);
        wanted.filter_map(|clause| clause.test.target_patterns()).flatten()
    }
}

impl Clause {
    /// Returns true if the condition holds for the purge. `sent_here` says whether our own journal
    /// sent it.
    pub fn matches(&self, purge: &Purge, sent_here: bool) -> bool {
        self.test.holds(purge, sent_here) != self.negated
    }
}

impl Test {
    fn target_patterns(&self) -> Option<&[Pattern]> {
        if let Self::Target(patterns) | Self::Text(patterns) = self { Some(patterns) } else { None }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::kind::Kind;
    use crate::domain::purge::Target;
    use crate::domain::status::Status;
    use crate::testing;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn purge() -> Purge {
        Purge {
            provider: "gcore".into(),
            resource: "12".into(),
            cname: "www.Site.com".to_owned(),
            raw_kind: "purge_by_url".to_owned(),
            status: Status::Failed,
            raw_status: "Failed".to_owned(),
            targets: vec![
                Target::new("/css/site.css"),
                Target::new("https://www.site.com/Img/a.jpg?v=2"),
            ],
            by: Some("Mira".to_owned()),
            ..testing::purge("gcore-prod", "77", at("2026-11-20T10:00:00Z"))
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
    fn a_word_without_a_field_is_looked_for_in_targets_and_in_the_cname() {
        for (patterns, expected) in [
            (contains("site.com"), true),
            (contains("www.site"), true),
            (glob("*www*"), true),
            (contains("site.css"), true),
            (contains("site.org"), false),
        ] {
            assert_eq!(select(&Test::Text(patterns.clone())), expected, "{patterns:?}");
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
