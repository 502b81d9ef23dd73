//! Decides whether a predicate selects a request of the journal: by the same rule as a purge, read
//! from what the journal knows.

use super::{Predicate, Test};
use crate::domain::ids::{ProviderName, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;

impl Predicate {
    /// Returns true if the request is selected. Its time is that of sending, or of queuing where it
    /// was not sent; an id may be its own or the vendor's; nobody is known to have asked for it;
    /// one that was cancelled has no status.
    pub fn matches_request(&self, entry: &JournalEntry, provider: &ProviderName) -> bool {
        let status = status_of(entry.state);
        let own = as_purge(entry, provider, status.unwrap_or(Status::Unknown));
        let ids = entry.purge.iter();
        let ids = ids.flat_map(|id| std::iter::once(id.clone()).chain(id.each()));
        let vendors: Vec<Purge> = ids.map(|id| Purge { id, ..own.clone() }).collect();
        let everything = Self { clauses: Vec::new(), ..self.clone() };
        everything.matches(&own, true)
            && self.clauses.iter().all(|clause| {
                let asks_status = matches!(clause.test, Test::Status(_));
                let mut views = std::iter::once(&own).chain(&vendors);
                let holds = views.any(|purge| clause.test.holds(purge, true));
                (holds && !(asks_status && status.is_none())) != clause.negated
            })
    }
}

/// The status that a state comes to; `None` where no purge came of it.
fn status_of(state: JournalState) -> Option<Status> {
    match state {
        JournalState::Queued | JournalState::Sending | JournalState::Accepted => {
            Some(Status::InProgress)
        }
        JournalState::Rejected | JournalState::Failed => Some(Status::Failed),
        JournalState::Unknown => Some(Status::Unknown),
        JournalState::Successful => Some(Status::Successful),
        JournalState::Cancelled => None,
    }
}

fn as_purge(entry: &JournalEntry, provider: &ProviderName, status: Status) -> Purge {
    let request = &entry.request;
    Purge {
        account: request.account.clone(),
        provider: provider.clone(),
        id: PurgeId::new(entry.id.as_str()),
        resource: request.resource.clone(),
        cname: request.cname.clone(),
        kind: Some(request.kind()),
        raw_kind: request.kind().word().to_owned(),
        status,
        raw_status: entry.state.word().to_owned(),
        created: entry.sent_at.unwrap_or(entry.queued_at),
        raw_created: None,
        completed: None,
        targets: request.payload.targets().iter().map(Target::new).collect(),
        by: None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::domain::filter::Filter;
    use crate::domain::payload::{Payload, Targets};
    use crate::domain::zone::Zone;
    use crate::testing;

    fn now() -> DateTime<Utc> {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn request(state: JournalState) -> JournalEntry {
        let mut entry = JournalEntry { state, ..testing::queued("prod", "1", now()) };
        entry.id = "own-1".into();
        entry.request.payload = Payload::Url(Targets::one("/a.jpg"));
        entry
    }

    /// Returns true if the filter's text selects the request.
    fn selects(text: &str, entry: &JournalEntry) -> bool {
        let predicate = Filter::parse(text).unwrap().resolve(now(), Zone::Utc);
        predicate.matches_request(entry, &"gcore".into())
    }

    #[test]
    fn a_request_is_found_by_each_of_the_purges_that_it_became() {
        let entry = JournalEntry { purge: Some("77,78".into()), ..request(JournalState::Accepted) };
        for (text, expected) in [("id:77", true), ("id:78", true), ("id:7", false)] {
            assert_eq!(selects(text, &entry), expected, "{text}");
        }
        assert!(!selects("-id:78", &entry));
    }

    #[test]
    fn a_request_is_found_by_what_the_journal_knows_of_it() {
        let entry = JournalEntry {
            purge: Some("vendor-7".into()),
            sent_at: Some(now() - TimeDelta::hours(1)),
            ..request(JournalState::Rejected)
        };
        for (text, expected) in [
            ("", true),
            ("account:prod cname:www.site.com provider:gcore kind:url", true),
            ("provider:tencent", false),
            ("status:failed", true),
            ("status:unknown", false),
            ("since:2h", true),
            ("since:30m", false),
            ("id:own-1", true),
            ("id:vendor-7", true),
            ("-id:vendor-7", false),
            ("-id:own-1", false),
            ("-id:other", true),
            ("target:/a.jpg", true),
            ("sent:here", true),
            ("by:*", false),
        ] {
            assert_eq!(selects(text, &entry), expected, "{text}");
        }
    }

    #[test]
    fn one_that_was_never_sent_counts_by_the_time_of_queuing() {
        let entry = JournalEntry {
            queued_at: now() - TimeDelta::hours(3),
            sent_at: None,
            ..request(JournalState::Cancelled)
        };
        assert!(selects("since:4h", &entry));
        assert!(!selects("since:2h", &entry));
    }

    #[test]
    fn one_that_was_cancelled_has_no_status() {
        let entry = request(JournalState::Cancelled);
        for status in Status::EVERY {
            assert!(!selects(&format!("status:{}", status.word()), &entry));
            assert!(selects(&format!("-status:{}", status.word()), &entry));
        }
    }
}
