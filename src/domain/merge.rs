//! One purge seen twice: what is known of it then, whatever the order in which the two sightings
//! came.
//!
//! A purge is seen again and again: page after page, refresh after refresh, and out of an import.
//! Merging commutes and changes nothing when the same comes again, so pages may overlap, come twice
//! or come in any order.

use super::purge::{Purge, Target};
use super::status::Status;

impl Purge {
    /// Merges two records of one purge. Both must be the same purge: account,
    /// provider and id are taken from `self`.
    ///
    /// Something beats nothing, and a final status beats an unfinished one. Where the two have
    /// different targets, each showed a part of it: the union counts, sorted. Where every target
    /// has a status of its own, a part that is done does not finish the whole. Of two times that a
    /// vendor gave, the later one stands (it is the more precise one where one was cut to the
    /// second); of two that could not be read, the earlier.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let targets = union(self.targets, other.targets);
        let status = overall(self.status.merge(other.status), &targets);
        let raw_status = [(self.status, self.raw_status), (other.status, other.raw_status)]
            .into_iter()
            .filter(|said| said.0 == status)
            .map(|said| said.1)
            .max()
            .unwrap_or_default();
        let (kind, raw_kind) = (self.kind, self.raw_kind).max((other.kind, other.raw_kind));
        let (created, raw_created) = match (self.raw_created, other.raw_created) {
            (None, None) => (self.created.max(other.created), None),
            (None, Some(_)) => (self.created, None),
            (Some(_), None) => (other.created, None),
            (Some(one), Some(two)) => {
                let (created, raw) = (self.created, one).min((other.created, two));
                (created, Some(raw))
            }
        };
        Self {
            account: self.account,
            provider: self.provider,
            id: self.id,
            resource: self.resource.max(other.resource),
            cname: self.cname.max(other.cname),
            kind,
            raw_kind,
            status,
            raw_status,
            created,
            raw_created,
            completed: self.completed.max(other.completed),
            targets,
            by: self.by.max(other.by),
        }
    }

    /// A single sighting as merging it with itself would leave it: not done while one of its
    /// targets is not.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.status = overall(self.status, &self.targets);
        self
    }
}

/// The status of a purge of which the vendor says one thing as a whole and perhaps another of every
/// target.
fn overall(said: Status, targets: &[Target]) -> Status {
    match said {
        Status::Successful | Status::ReportDisabled => match of_targets(targets) {
            Some(Status::InProgress | Status::Unknown) => Status::InProgress,
            Some(Status::Failed) => Status::Failed,
            Some(Status::Successful | Status::ReportDisabled) | None => said,
        },
        Status::Failed | Status::InProgress | Status::Unknown => said,
    }
}

/// The targets of both, each as often as the list has it that has it more often.
fn union(one: Vec<Target>, other: Vec<Target>) -> Vec<Target> {
    let same_texts = one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| one.text == other.text);
    if same_texts {
        let pairs = one.into_iter().zip(other);
        return pairs.map(|(one, other)| pair(one, other.status)).collect();
    }
    let (mut one, mut other) = (one, other);
    let order = |a: &Target, b: &Target| a.text.cmp(&b.text);
    one.sort_by(order);
    other.sort_by(order);
    let mut all = Vec::with_capacity(one.len().max(other.len()));
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some(a), Some(b)) if a.text == b.text => {
                let status = other.next().and_then(|target| target.status);
                one.next().map(|target| pair(target, status))
            }
            (Some(a), Some(b)) if a.text > b.text => other.next(),
            (Some(_), _) => one.next(),
            (None, _) => other.next(),
        };
        match next {
            Some(target) => all.push(target),
            None => return all,
        }
    }
}

fn pair(target: Target, status: Option<Status>) -> Target {
    let status = match (target.status, status) {
        (Some(one), Some(other)) => Some(one.merge(other)),
        (one, other) => one.or(other),
    };
    Target { status, ..target }
}

/// Returns the status of a purge whose vendor tells one for each target: failed if one failed,
/// unfinished while one is. `None` where a target has none.
pub fn of_targets(targets: &[Target]) -> Option<Status> {
    let told: Option<Vec<Status>> = targets.iter().map(|target| target.status).collect();
    gravest(told?)
}

/// Returns the status of a whole by those of its parts: failed if one failed, unfinished while one
/// is. `None` without parts.
pub fn gravest(parts: impl IntoIterator<Item = Status>) -> Option<Status> {
    let order = [
        Status::Failed,
        Status::InProgress,
        Status::Unknown,
        Status::ReportDisabled,
        Status::Successful,
    ];
    let place = |status| order.iter().position(|other| *other == status);
    parts.into_iter().filter_map(place).min().and_then(|place| order.get(place).copied())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::kind::Kind;
    use crate::testing;

    fn seen(second: i64) -> Purge {
        Purge {
            provider: "p".into(),
            resource: "9".into(),
            cname: "www.example.com".to_owned(),
            raw_kind: "purge_by_url".to_owned(),
            status: Status::InProgress,
            raw_status: "In progress".to_owned(),
            targets: vec![Target::new("/b"), Target::new("/a")],
            ..testing::purge("a", "1", DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(second))
        }
    }

    #[test]
    fn a_purge_that_ended_stays_ended_with_its_own_words() {
        let open = seen(5);
        let done = Purge { status: Status::Successful, raw_status: "Done".to_owned(), ..seen(5) };
        assert_eq!(open.clone().merge(done.clone()), done);
        assert_eq!(done.clone().merge(open), done);
    }

    #[test]
    fn a_vendor_that_lists_targets_one_by_one_is_put_together() {
        let part = |text: &str, status| Purge {
            status,
            raw_status: status.word().to_owned(),
            targets: vec![Target { text: text.to_owned(), status: Some(status) }],
            ..seen(5)
        };
        let both = part("/a", Status::Successful).merge(part("/b", Status::InProgress));
        assert_eq!(
            (both.targets.len(), both.status, both.raw_status.as_str()),
            (2, Status::InProgress, "in_progress")
        );
        let all = both.merge(part("/b", Status::Successful));
        assert_eq!(
            (all.targets.len(), all.status, all.raw_status.as_str()),
            (2, Status::Successful, "successful")
        );
    }

    #[test]
    fn a_time_that_could_not_be_read_gives_way_and_never_moves_by_being_seen_again() {
        let unread =
            |second| Purge { raw_created: Some("yesterday-ish".to_owned()), ..seen(second) };
        assert_eq!(unread(9).merge(unread(5)), unread(5));
        assert_eq!(unread(5).merge(seen(7)), seen(7));
    }

    #[test]
    fn the_order_of_targets_is_the_vendors_while_sightings_agree() {
        let merged = seen(5).merge(seen(5));
        assert_eq!(merged.targets, seen(5).targets);
    }

    fn sighting() -> impl Strategy<Value = Purge> {
        let status = || prop::sample::select(Status::EVERY.to_vec());
        let target = ("[ab]{1,2}", prop::option::of(status()))
            .prop_map(|(text, status)| Target { text, status });
        (
            (0..4_i64, prop::option::of("[xy]"), prop::option::of(0..3_i64)),
            (status(), "[rs]?"),
            (prop::option::of(prop::sample::select(Kind::EVERY.to_vec())), "[kl]?"),
            prop::collection::vec(target, 0..4),
            (prop::option::of("[uv]"), "[cd]?", "[12]?"),
        )
            .prop_map(
                |(
                    (created, raw_created, completed),
                    (status, raw_status),
                    (kind, raw_kind),
                    targets,
                    (by, cname, resource),
                )| {
                    let purge = Purge {
                        status,
                        raw_created,
                        completed: completed.map(|second| seen(second).created),
                        kind,
                        raw_kind,
                        targets,
                        by,
                        cname,
                        resource: resource.into(),
                        ..seen(created)
                    };
                    let purge = purge.settled();
                    // A vendor's word means one status: the word tells which.
                    let raw_status = format!("{}{raw_status}", purge.status.word());
                    Purge { raw_status, ..purge }
                },
            )
    }

    proptest! {
        #[test]
        fn merging_commutes(one in sighting(), other in sighting()) {
            prop_assert_eq!(one.clone().merge(other.clone()), other.merge(one));
        }

        #[test]
        fn seeing_the_same_again_changes_nothing(one in sighting(), other in sighting()) {
            prop_assert_eq!(one.clone().merge(one.clone()), one.clone());
            let both = one.clone().merge(other.clone());
            prop_assert_eq!(both.clone().merge(other), both.clone());
            prop_assert_eq!(both.clone().merge(one), both.clone());
            prop_assert_eq!(both.clone().merge(both.clone()), both);
        }
    }
}
