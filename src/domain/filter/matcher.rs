//! Whether a purge is one of those that a predicate selects: the rule that every other reader of a predicate follows.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{Clause, Pattern, Predicate, Stretch, Test};
use crate::domain::purge::Purge;

impl Predicate {
    /// Whether the purge is selected. `sent_here` says whether our own journal sent it.
    pub fn matches(&self, purge: &Purge, sent_here: bool) -> bool {
        within((self.from, self.until), purge.created)
            && self
                .clauses
                .iter()
                .all(|clause| clause.matches(purge, sent_here))
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
            Self::Target(patterns) => purge.targets.iter().any(|target| {
                patterns
                    .iter()
                    .any(|pattern| pattern.matches_target(&target.text))
            }),
            Self::By(patterns) => purge.by.as_deref().is_some_and(|by| any(patterns, by)),
            Self::SentHere => sent_here,
            Self::Created(stretches) => stretches
                .iter()
                .any(|stretch| within(*stretch, purge.created)),
        }
    }
}

impl Pattern {
    /// Whether the text fits. Takes time in proportion to the text and the pattern, whatever stands in them.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(whole) => whole.eq_ignore_ascii_case(text),
            Self::Contains(part) => lower(text).contains(part.as_str()),
            Self::Glob(glob) => fits(glob, &lower(text)),
        }
    }

    /// Whether a purge's target fits. For [`Pattern::Is`] and [`Pattern::Glob`] a full URL also fits by its path alone:
    /// `https://host/img/a.jpg` fits `/img/*`.
    pub fn matches_target(&self, target: &str) -> bool {
        self.matches(target)
            || match self {
                Self::Contains(_) => false,
                Self::Is(_) | Self::Glob(_) => {
                    path_of(target).is_some_and(|path| self.matches(path))
                }
            }
    }
}

/// The path of a full `http` or `https` URL with all that follows it, from its first slash on; a URL that ends with its
/// host has the path `/`. `None` for everything that is not a full URL.
pub fn path_of(target: &str) -> Option<&str> {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| {
        let head = target.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme)
            .then(|| target.get(scheme.len()..))?
    })?;
    Some(
        rest.find(['/', '?', '#'])
            .and_then(|start| rest.get(start..))
            .unwrap_or("/"),
    )
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(text))
}

fn within((from, until): Stretch, instant: DateTime<Utc>) -> bool {
    from.is_none_or(|from| instant >= from) && until.is_none_or(|until| instant < until)
}

/// Most texts are in lower case already and are not copied.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// What stands before the first star begins the text, what stands after the last one ends it, and the pieces between are
/// taken where they first occur: the earliest place leaves the most room for the rest, so there is nothing to go back to.
fn fits(glob: &str, text: &str) -> bool {
    let Some((head, rest)) = glob.split_once('*') else {
        return glob == text;
    };
    let (pieces, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut middle) = text
        .strip_prefix(head)
        .and_then(|text| text.strip_suffix(tail))
    else {
        return false;
    };
    pieces.split('*').all(|piece| {
        middle
            .split_once(piece)
            .map(|(_, after)| middle = after)
            .is_some()
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

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
            let clauses = vec![Clause {
                negated,
                test: test.clone(),
            }];
            Predicate {
                clauses,
                ..Predicate::default()
            }
            .matches(&purge(), true)
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
            assert_eq!(
                select(&Test::Target(patterns.clone())),
                expected,
                "{patterns:?}"
            );
        }
    }

    #[test]
    fn a_purge_without_targets_or_author_fits_only_the_opposite() {
        let mut all = purge();
        all.targets.clear();
        all.by = None;
        for test in [Test::Target(glob("*")), Test::By(glob("*"))] {
            let clause = |negated| Clause {
                negated,
                test: test.clone(),
            };
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
            let predicate = Predicate {
                from,
                until,
                clauses: Vec::new(),
            };
            assert_eq!(predicate.matches(&purge(), false), expected);
            assert_eq!(select(&Test::Created(vec![(from, until)])), expected);
        }
    }

    #[test]
    fn the_path_of_a_url_begins_after_its_host() {
        for (target, path) in [
            ("https://h/img/a.jpg", Some("/img/a.jpg")),
            ("HTTP://h:8080/a?b#c", Some("/a?b#c")),
            ("https://h", Some("/")),
            ("https://h?x", Some("?x")),
            ("/img/a.jpg", None),
            ("ftp://h/a", None),
            ("", None),
            ("ä", None),
            ("https:/ä/b", None),
        ] {
            assert_eq!(path_of(target), path, "{target}");
        }
    }

    #[test]
    fn a_star_stands_for_any_number_of_characters_and_nothing_else_is_special() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "A", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*.site.com", "site.com", false),
            ("*.site.com", "img.site.com", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*bc", "abc", false),
            ("?", "x", false),
            ("[a]", "a", false),
            ("**", "x", true),
            ("ä*ü", "ä-Ö-ü", true),
        ] {
            assert_eq!(
                Pattern::Glob(glob.to_owned()).matches(text),
                expected,
                "{glob} {text}"
            );
        }
    }

    /// The definition, without a thought for speed.
    fn slowly(glob: &[char], text: &[char]) -> bool {
        match glob.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| slowly(rest, &text[skip..])),
            Some((one, rest)) => text
                .split_first()
                .is_some_and(|(first, text)| first == one && slowly(rest, text)),
        }
    }

    proptest! {
        #[test]
        fn the_quick_glob_says_what_the_definition_says(glob in "[ab*]{0,8}", text in "[ab]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(fits(&glob, &text), slowly(&chars(&glob), &chars(&text)));
        }

        #[test]
        fn case_never_matters(text in "[a-zA-Z/.]{0,12}") {
            let small = text.to_ascii_lowercase();
            for pattern in [Pattern::Is(small.clone()), Pattern::Contains(small.clone()), Pattern::Glob(small.clone())] {
                prop_assert!(pattern.matches(&text) && pattern.matches(&text.to_ascii_uppercase()));
            }
        }
    }
}
