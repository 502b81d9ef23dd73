//! Compares two selections by what they say, without looking at purges.

use std::collections::HashSet;

use super::{Clause, Predicate};

impl Predicate {
    /// Returns whether it surely selects all that another one selects. Where false, it may still do
    /// so for a reason that the two do not spell out.
    pub fn covers(&self, other: &Self) -> bool {
        let begins = self.from.is_none_or(|from| other.from.is_some_and(|other| from <= other));
        let ends = self.until.is_none_or(|until| other.until.is_some_and(|other| other <= until));
        let given: HashSet<&Clause> = other.clauses.iter().collect();
        let follows = |clause: &Clause| {
            given.contains(clause) || other.clauses.iter().any(|given| implies(given, clause))
        };
        begins && ends && self.clauses.iter().all(follows)
    }
}

/// True if a purge that meets the first clause surely meets the second.
fn implies(given: &Clause, clause: &Clause) -> bool {
    if given.negated != clause.negated {
        return false;
    }
    let (narrow, wide) =
        if given.negated { (&clause.test, &given.test) } else { (&given.test, &clause.test) };
    narrow.implies(wide)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::domain::filter::Filter;
    use crate::domain::zone::Zone;

    fn covers(wide: &str, narrow: &str) -> bool {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let predicate = |text| Filter::parse(text).unwrap().resolve(now, Zone::default());
        predicate(wide).covers(&predicate(narrow))
    }

    #[test]
    fn what_is_taken_away_from_a_filter_makes_it_wider() {
        for (wide, narrow) in [
            ("", "status:failed"),
            ("status:failed", "status:failed since:24h"),
            ("since:2d", "since:24h"),
            ("status:failed,unknown", "status:failed"),
            ("-status:failed", "-status:failed,unknown"),
            ("cname:a,b", "cname:b /img"),
            ("since:24h", "on:2026-11-20T10:00..11:00"),
            ("status:failed", "status:failed"),
        ] {
            assert!(covers(wide, narrow), "{wide:?} covers {narrow:?}");
            assert!(wide == narrow || !covers(narrow, wide), "{narrow:?} covers {wide:?}");
        }
        for (one, other) in [("cname:a", "cname:b"), ("status:failed", "-status:failed")] {
            assert!(!covers(one, other) && !covers(other, one), "{one:?} {other:?}");
        }
    }
}
