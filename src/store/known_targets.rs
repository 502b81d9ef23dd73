//! The part of the history in which targets of a cname are known: the same for every backend.

use chrono::{DateTime, Utc};

use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;

/// Returns the filter that selects the URL purges of a cname of an account since an instant.
pub(super) fn url_purges(account: &AccountName, cname: &str, since: DateTime<Utc>) -> Predicate {
    let exactly = |text: &str| vec![Pattern::Is(text.to_ascii_lowercase())];
    let tests = [
        Test::Account(exactly(account.as_str())),
        Test::Cname(exactly(cname)),
        Test::Kind(vec![Some(Kind::Url)]),
    ];
    Predicate {
        from: Some(since),
        until: None,
        clauses: tests.map(|test| Clause { negated: false, test }).into(),
    }
}
