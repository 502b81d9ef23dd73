//! Schedules status polls of purges that are not finished.
//!
//! The first poll comes when a purge of its kind is usually done, the next ones further and further
//! apart. Purges of the same minutes are polled with one request. A purge whose vendor will never
//! report its outcome is not polled; one whose status we cannot read is polled for an hour only.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::clock::delta;
use crate::domain::ids::{PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::{HistoryRule, Limits, Reading};
use crate::domain::purge::Purge;
use crate::domain::status::Status;
use crate::providers::HistoryRequest;

/// Pause after the first poll; doubled with each further one.
const FIRST: Duration = Duration::from_secs(5);
/// Longest pause while the purge is young.
const LONGEST: Duration = Duration::from_mins(1);
/// Age up to which a purge is young.
const YOUNG: TimeDelta = TimeDelta::minutes(30);
/// Pause between two polls of a purge that is not young any more.
const OLD: Duration = Duration::from_mins(10);
/// Age up to which a purge with a status that we cannot read is polled.
const UNREADABLE: TimeDelta = TimeDelta::hours(1);
/// Age up to which purges are polled where the vendor does not say how far its history goes back.
const REACH: Duration = Duration::from_hours(30 * 24);
/// Longest distance between purges that are polled with one request.
const TOGETHER: TimeDelta = TimeDelta::minutes(1);
/// Largest number of requests in one round, so that news are not delayed.
const MAX_POLLS: usize = 6;

/// A purge that is not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfinished {
    pub(super) id: PurgeId,
    pub(super) resource: ResourceId,
    pub(super) cname: String,
    pub(super) kind: Option<Kind>,
    pub(super) status: Status,
    pub(super) created: DateTime<Utc>,
}

impl From<Purge> for Unfinished {
    fn from(purge: Purge) -> Self {
        Self {
            id: purge.id,
            resource: purge.resource,
            cname: purge.cname,
            kind: purge.kind,
            status: purge.status,
            created: purge.created,
        }
    }
}

/// The times that an account's vendor usually needs for a purge, and the reach of its history.
#[derive(Clone, Debug)]
pub(super) struct PollPolicy {
    usual: [Duration; Kind::EVERY.len()],
    reach: Duration,
    per_resource: bool,
    /// A question reads the newest purges of a resource, whenever they were created.
    newest_first: bool,
}

impl PollPolicy {
    /// Derives the policy from an account's limits.
    pub(super) fn of(limits: &Limits) -> Self {
        let usual = |kind| limits.rule(kind).map_or(FIRST, |rule| rule.usual);
        Self {
            usual: Kind::EVERY.map(usual),
            reach: limits.history.reach.unwrap_or(REACH),
            per_resource: limits.history.per_resource,
            newest_first: limits.history.reading == Reading::NewestFirst,
        }
    }

    /// Returns the age up to which unfinished purges are polled.
    pub(super) fn reach(&self) -> TimeDelta {
        delta(self.reach)
    }

    fn usual(&self, kind: Option<Kind>) -> Duration {
        kind.and_then(|kind| Kind::EVERY.iter().position(|every| *every == kind))
            .and_then(|place| self.usual.get(place).copied())
            .unwrap_or(FIRST)
    }

    fn follows(&self, purge: &Unfinished, now: DateTime<Utc>) -> bool {
        let age = now - purge.created;
        match purge.status {
            Status::InProgress => age <= self.reach(),
            Status::Unknown => age <= UNREADABLE,
            Status::Successful | Status::Failed | Status::ReportDisabled => false,
        }
    }
}

/// The unfinished purges of one account, and the time of the next poll of each.
#[derive(Debug, Default)]
pub(super) struct PollSet {
    purges: BTreeMap<PurgeId, (Unfinished, Next)>,
}

#[derive(Clone, Copy, Debug)]
struct Next {
    at: DateTime<Utc>,
    polls: u32,
}

/// One request about purges that were created close together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Poll {
    /// The purges to poll.
    pub(super) ids: Vec<PurgeId>,
    /// The first and the last time of their creation.
    pub(super) range: (DateTime<Utc>, DateTime<Utc>),
    /// Their resource, where it is the same for all.
    pub(super) resource: Option<(ResourceId, String)>,
}

impl Poll {
    /// Returns the range to request; it holds the purges whether or not the vendor includes its
    /// ends.
    pub(super) fn range_to_ask(&self, rule: &HistoryRule) -> (DateTime<Utc>, DateTime<Utc>) {
        let finest = delta(rule.finest);
        (self.range.0 - finest, self.range.1 + finest)
    }

    /// Narrows a request for the range to the purges of this poll.
    pub(super) fn narrow(&self, ask: &mut HistoryRequest) {
        ask.resource.clone_from(&self.resource);
        if let [only] = self.ids.as_slice() {
            ask.id = Some(only.clone());
        }
    }
}

impl PollSet {
    /// Takes the unfinished purges of the store: a purge that is not among them any more is
    /// finished, a new one will be polled.
    pub(super) fn update(
        &mut self,
        unfinished: Vec<Unfinished>,
        policy: &PollPolicy,
        now: DateTime<Utc>,
    ) {
        let mut before = std::mem::take(&mut self.purges);
        for purge in unfinished {
            if !policy.follows(&purge, now) {
                continue;
            }
            let next = before.remove(&purge.id).map_or_else(
                || Next { at: purge.created + delta(policy.usual(purge.kind)), polls: 0 },
                |(_, next)| next,
            );
            self.purges.insert(purge.id.clone(), (purge, next));
        }
    }

    /// Returns the time of the next poll.
    pub(super) fn next_at(&self) -> Option<DateTime<Utc>> {
        self.purges.values().map(|(_, next)| next.at).min()
    }

    /// Returns the polls that are due.
    pub(super) fn due(&self, policy: &PollPolicy, now: DateTime<Utc>) -> Vec<Poll> {
        let mut due: Vec<&Unfinished> = self
            .purges
            .values()
            .filter(|(purge, next)| next.at <= now && policy.follows(purge, now))
            .map(|(purge, _)| purge)
            .collect();
        due.sort_by(|a, b| {
            let by_resource = || a.resource.cmp(&b.resource);
            let by_time = || b.created.cmp(&a.created);
            if policy.per_resource { by_resource().then_with(by_time) } else { by_time() }
        });
        let mut polls: Vec<Poll> = Vec::new();
        for purge in due {
            let resource = Some((purge.resource.clone(), purge.cname.clone()));
            let full = polls.len() >= MAX_POLLS;
            match polls.last_mut() {
                Some(poll)
                    if (policy.newest_first || poll.range.0 - purge.created <= TOGETHER)
                        && (!policy.per_resource || poll.resource == resource) =>
                {
                    poll.range.0 = poll.range.0.min(purge.created);
                    poll.ids.push(purge.id.clone());
                    if poll.resource != resource {
                        poll.resource = None;
                    }
                }
                Some(_) | None if !full => polls.push(Poll {
                    ids: vec![purge.id.clone()],
                    range: (purge.created, purge.created),
                    resource,
                }),
                Some(_) | None => break,
            }
        }
        polls
    }

    /// Notes that these were polled, found or not, and schedules their next polls.
    pub(super) fn polled(&mut self, ids: &[PurgeId], now: DateTime<Utc>) {
        for id in ids {
            if let Some((purge, next)) = self.purges.get_mut(id) {
                let wait = if now - purge.created > YOUNG {
                    OLD
                } else {
                    FIRST.saturating_mul(2_u32.saturating_pow(next.polls.min(10))).min(LONGEST)
                };
                next.polls = next.polls.saturating_add(1);
                next.at = now + delta(wait);
            }
        }
    }

    /// Drops purges that became too old, so that they set no timer.
    pub(super) fn give_up(&mut self, policy: &PollPolicy, now: DateTime<Utc>) {
        self.purges.retain(|_, (purge, _)| policy.follows(purge, now));
    }

    /// Returns the number of purges that are polled.
    pub(super) fn len(&self) -> usize {
        self.purges.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + second)
    }

    fn unfinished(id: &str, resource: &str, second: i64) -> Unfinished {
        Unfinished {
            id: id.into(),
            resource: resource.into(),
            cname: resource.to_owned(),
            kind: Some(Kind::Url),
            status: Status::InProgress,
            created: at(second),
        }
    }

    fn policy() -> PollPolicy {
        PollPolicy {
            usual: std::array::from_fn(|place| Duration::from_secs(20 + 10 * place as u64)),
            reach: Duration::from_hours(30 * 24),
            per_resource: false,
            newest_first: false,
        }
    }

    fn poll_times(purge: Unfinished, until: i64) -> Vec<i64> {
        let (mut polls, mut times) = (PollSet::default(), Vec::new());
        let created = purge.created;
        polls.update(vec![purge], &policy(), created);
        while let Some(next) = polls.next_at().filter(|next| *next <= at(until)) {
            times.push((next - created).num_seconds());
            let ids: Vec<PurgeId> =
                polls.due(&policy(), next).into_iter().flat_map(|poll| poll.ids).collect();
            polls.polled(&ids, next);
            polls.give_up(&policy(), next);
        }
        times
    }

    #[test]
    fn the_first_look_comes_when_it_is_usually_done_and_the_others_further_and_further_apart() {
        let times = poll_times(unfinished("1", "r", 0), 300);
        assert_eq!(times, [20, 25, 35, 55, 95, 155, 215, 275]);
    }

    #[test]
    fn an_old_purge_is_looked_at_every_ten_minutes_until_the_vendors_reach() {
        let times = poll_times(unfinished("1", "r", 0), 40 * 86_400);
        assert!(times.len() > 4000);
        assert_eq!(times.last().map(|last| last / 86_400), Some(30));
        let steps = times.windows(2).skip(40).map(|pair| pair[1] - pair[0]);
        assert!(steps.min() == Some(600));
    }

    #[test]
    fn a_status_that_cannot_be_read_is_asked_for_again_for_an_hour_only() {
        let purge = Unfinished { status: Status::Unknown, ..unfinished("1", "r", 0) };
        let times = poll_times(purge, 40 * 86_400);
        assert!(times.last().is_some_and(|last| (3000..=4200).contains(last)));
    }

    #[test]
    fn a_purge_without_a_report_is_never_looked_at() {
        let purge = Unfinished { status: Status::ReportDisabled, ..unfinished("1", "r", 0) };
        assert_eq!(poll_times(purge, 86_400), [0_i64; 0]);
    }

    #[test]
    fn purges_of_the_same_minute_are_one_question_and_a_single_one_is_asked_for_by_its_id() {
        let mut polls = PollSet::default();
        polls.update(
            vec![unfinished("1", "r", 0), unfinished("2", "s", 30), unfinished("3", "r", 5000)],
            &policy(),
            at(6000),
        );
        let due = polls.due(&policy(), at(6000));
        assert_eq!(due.len(), 2);
        let mut asks = due.iter().map(|poll| {
            let mut ask = HistoryRequest::default();
            poll.narrow(&mut ask);
            ask
        });
        let alone = asks.next().unwrap_or_default();
        assert_eq!(alone.id, Some("3".into()));
        assert_eq!(alone.resource, Some(("r".into(), "r".to_owned())));
        let both = asks.next().unwrap_or_default();
        assert_eq!((both.id, both.resource), (None, None));
        assert_eq!(due.last().map(|poll| poll.range), Some((at(0), at(30))));
    }

    #[test]
    fn where_history_is_per_resource_so_is_a_look() {
        let mut polls = PollSet::default();
        let policy = PollPolicy { per_resource: true, ..policy() };
        polls.update(
            vec![unfinished("1", "r", 0), unfinished("2", "s", 1), unfinished("3", "r", 2)],
            &policy,
            at(6000),
        );
        let due = polls.due(&policy, at(6000));
        assert_eq!(due.len(), 2);
        assert!(due.iter().all(|poll| poll.resource.is_some()));
    }

    #[test]
    fn where_a_list_shows_the_newest_first_all_of_a_resource_are_one_look() {
        let mut polls = PollSet::default();
        let policy = PollPolicy { per_resource: true, newest_first: true, ..policy() };
        let of = |id: &str, resource| unfinished(id, resource, id.parse().unwrap_or(0));
        polls.update(
            vec![of("0", "r"), of("900", "s"), of("1800", "r"), of("5000", "r")],
            &policy,
            at(6000),
        );
        let due = polls.due(&policy, at(6000));
        assert_eq!(due.iter().map(|poll| poll.ids.len()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(due.first().map(|poll| poll.range), Some((at(0), at(5000))));
    }

    #[test]
    fn a_purge_that_the_store_calls_finished_is_followed_no_more() {
        let mut polls = PollSet::default();
        polls.update(vec![unfinished("1", "r", 0)], &policy(), at(1));
        assert_eq!(polls.len(), 1);
        polls.update(Vec::new(), &policy(), at(2));
        assert_eq!((polls.len(), polls.next_at()), (0, None));
    }
}
