//! Keeps the history within its age and size: removes the oldest purges in the background, in small
//! transactions between which other work goes on, and gives their space back.
//!
//! Of several purgedecks on a store one does it: the holder of [`Duty::Upkeep`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::clock::{Clock, delta};
use super::events::EventHub;
use super::store_writer::StoreWriter;
use crate::domain::event::{Event, StoreError};
use crate::store::{Duty, Lease, Reader, Removed, StoreFacts, StoreFailure};

/// Time after the start before the first look: the first screen and the news come first.
const FIRST: Duration = Duration::from_secs(30);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_hours(1);
/// Purges to remove in one transaction.
const AT_ONCE: usize = 1_000;
/// Share of the largest size, in percent, down to which purges are removed, so that not every new
/// purge takes an old one out.
const DOWN_TO: u64 = 95;
/// Age up to which purges are kept whatever the size of the store.
const ALWAYS_KEPT: Duration = Duration::from_hours(7 * 24);

/// The history that is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// The age up to which purges are kept; `None`: whatever their age.
    pub age: Option<Duration>,
    /// The size of the store, in bytes, above which its oldest purges go; `None`: there is none.
    pub bytes: Option<u64>,
}

impl Retention {
    /// True if something may have to be removed.
    pub fn is_limited(self) -> bool {
        self.age.is_some() || self.bytes.is_some()
    }

    /// Returns the instant before which nothing is kept, by the age and by what was removed for the
    /// sake of the size.
    pub(super) fn kept_from(
        self,
        now: DateTime<Utc>,
        stored: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let by_age = self.age.map(|age| now - delta(age));
        by_age.max(stored.filter(|_| self.bytes.is_some()))
    }

    /// Returns the number of purges by which a store is too large; `None` if it is not.
    fn surplus(self, facts: &StoreFacts) -> Option<u64> {
        let used = facts.bytes.saturating_sub(facts.free_bytes);
        let most = self.bytes.filter(|most| used > *most)?;
        let surplus = used - most / 100 * DOWN_TO;
        Some((facts.purges as f64 * (surplus as f64 / used as f64)).ceil() as u64)
    }
}

/// The instant before which no history is read from the vendors, since it is not kept. Clones are
/// the same.
#[derive(Clone, Debug)]
pub(super) struct HistoryFloor {
    retention: Retention,
    clock: Clock,
    /// In microseconds since 1970.
    stored: Arc<AtomicI64>,
}

/// Stands for no stored instant.
const NONE: i64 = i64::MIN;

impl HistoryFloor {
    /// Reads the floor of a store.
    pub(super) fn read(
        retention: Retention,
        reader: &Reader,
        clock: &Clock,
    ) -> Result<Self, StoreFailure> {
        let floor = Self { retention, clock: clock.clone(), stored: Arc::new(NONE.into()) };
        floor.set(reader.kept_from()?);
        Ok(floor)
    }

    /// Returns the instant; `None` if all is kept.
    pub(super) fn get(&self) -> Option<DateTime<Utc>> {
        self.retention.kept_from(self.clock.now(), self.stored())
    }

    /// True if something may have to be removed, or a store that kept less has to be told that it
    /// keeps more.
    pub(super) fn has_work(&self) -> bool {
        self.retention.is_limited() || self.stored().is_some()
    }

    fn stored(&self) -> Option<DateTime<Utc>> {
        let stored = self.stored.load(Ordering::Relaxed);
        (stored != NONE).then(|| DateTime::from_timestamp_micros(stored)).flatten()
    }

    fn set(&self, from: Option<DateTime<Utc>>) {
        self.stored.store(from.map_or(NONE, |from| from.timestamp_micros()), Ordering::Relaxed);
    }
}

/// Removes what is not kept.
#[derive(Debug)]
pub(super) struct Remover {
    retention: Retention,
    floor: HistoryFloor,
    writer: StoreWriter,
    events: EventHub,
    clock: Clock,
}

impl Remover {
    /// Makes a remover for the store of this writer.
    pub(super) fn new(
        floor: HistoryFloor,
        writer: &StoreWriter,
        events: &EventHub,
        clock: &Clock,
    ) -> Self {
        Self {
            retention: floor.retention,
            floor,
            writer: writer.clone(),
            events: events.clone(),
            clock: clock.clone(),
        }
    }

    /// Works until `stop`.
    pub(super) async fn work(self, stop: CancellationToken) {
        let mut pause = FIRST;
        while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
            pause = PAUSE;
            let leased = self.writer.call(|store| store.lease(Duty::Upkeep)).await;
            // Where it is held elsewhere, another process does it.
            if !matches!(leased, Ok(Lease::Held)) {
                continue;
            }
            match stop.run_until_cancelled(self.look()).await {
                Some(Ok(())) => {}
                Some(Err(error)) => tracing::warn!(%error, "old purges could not be removed"),
                None => return,
            }
            let released = self.writer.call(|store| store.release(&Duty::Upkeep)).await;
            if let Err(error) = released {
                // It ends with the connection.
                tracing::warn!(%error, "the duty of removing old purges could not be given back");
            }
            if !self.retention.is_limited() {
                return;
            }
        }
    }

    /// Removes all that is not kept now.
    async fn look(&self) -> Result<(), StoreError> {
        self.keep_more().await?;
        let now = self.clock.now();
        let mut removed = 0;
        // A size is reached by steps, since it is not known before what a purge takes.
        while let Some(from) = self.next_floor(now).await? {
            let before = self.floor.stored();
            let from = self.keep_from(Some(from)).await?;
            let step = self.remove().await?;
            removed += step;
            // All that is left there stays: it is unfinished, or an open request needs it.
            if step == 0 && from <= before {
                break;
            }
        }
        if let Some(before) = self.floor.stored().filter(|_| removed > 0) {
            tracing::info!(removed, %before, "old purges were removed");
        }
        while self.writer.call(|store| store.writer()?.give_back()).await? {}
        // The file shrinks when its log is moved into it, and nothing else may be written for long.
        if removed > 0 {
            self.writer.call(|store| store.writer()?.checkpoint()).await?;
        }
        Ok(())
    }

    /// Tells the store that it keeps more than before, where the settings say so.
    async fn keep_more(&self) -> Result<(), StoreError> {
        let stored = self.floor.stored();
        let from = self.floor.get();
        if stored.is_some() && from < stored {
            self.keep_from(from).await?;
        }
        Ok(())
    }

    async fn keep_from(
        &self,
        from: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let from = self.writer.call(move |store| store.writer()?.keep_from(from)).await?;
        self.floor.set(from);
        // As it is stored, in whole microseconds: one that is finer would always be the later one.
        Ok(self.floor.stored())
    }

    /// Returns the instant before which there is history to be removed; `None` if all may stay.
    async fn next_floor(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let retention = self.retention;
        self.writer
            .call(move |store| {
                let facts = store.reader.facts()?;
                let mut from = retention.kept_from(now, facts.kept_from);
                if let Some(purges) = retention.surplus(&facts) {
                    let by_size = store.reader.created_before(facts.older + purges)?;
                    from = from.max(Some(by_size.min(now - delta(ALWAYS_KEPT))));
                }
                Ok(from.filter(|from| facts.oldest.is_some_and(|oldest| oldest < *from)))
            })
            .await
    }

    /// Removes all that is older than the stored instant; returns the number of purges.
    async fn remove(&self) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let removed: Removed =
                self.writer.call(|store| store.writer()?.remove_unkept(AT_ONCE)).await?;
            total += removed.purges;
            if let (Some(from), Some(until)) = (removed.from, removed.until) {
                for account in removed.accounts {
                    self.events.publish(Event::HistoryChanged { account, from, until, new: 0 });
                }
            }
            if !removed.has_more {
                return Ok(total);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::filter::Predicate;
    use crate::domain::purge::Purge;
    use crate::domain::query::Sort;
    use crate::domain::status::Status;
    use crate::engine::store_writer::{DamageAlarm, StoreConnections};
    use crate::store::{Access, Store};
    use crate::testing::{self, noon};

    const DAY: Duration = Duration::from_hours(24);

    fn days(age: u32) -> DateTime<Utc> {
        noon() - delta(DAY * age)
    }

    #[test]
    fn history_is_kept_from_the_later_of_both_instants() {
        let by_age = Retention { age: Some(DAY * 90), bytes: None };
        let by_both = Retention { bytes: Some(1), ..by_age };
        for (retention, stored, from) in [
            (Retention::default(), None, None),
            (Retention::default(), Some(30), None),
            (by_age, None, Some(90)),
            // An age that was made longer is what holds.
            (by_age, Some(30), Some(90)),
            (by_both, Some(30), Some(30)),
            (by_both, Some(200), Some(90)),
        ] {
            assert_eq!(retention.kept_from(noon(), stored.map(days)), from.map(days));
        }
    }

    #[test]
    fn a_store_that_is_too_large_has_a_surplus_of_purges() {
        let facts = StoreFacts { bytes: 300, free_bytes: 100, purges: 1_000, ..Default::default() };
        let surplus = |bytes| Retention { age: None, bytes }.surplus(&facts);
        assert_eq!([surplus(None), surplus(Some(200))], [None, None]);
        assert_eq!(surplus(Some(100)), Some(525));
    }

    /// Has a remover look at a store of purges of these ages, in days; returns the ages that stay.
    async fn left_of(ages: &[u32], retention: Retention) -> Vec<u32> {
        left_with(ages, Status::Successful, retention).await
    }

    /// The same for purges of a status.
    async fn left_with(ages: &[u32], status: Status, retention: Retention) -> Vec<u32> {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("s.db"), Access::ReadWrite).unwrap();
        let purge =
            |age: &u32| Purge { status, ..testing::purge("a", age.to_string(), days(*age)) };
        let purges: Vec<_> = ages.iter().map(purge).collect();
        store.writer().unwrap().record(&purges, noon()).unwrap();
        // Clocks are finer than the store.
        let now = noon() + TimeDelta::nanoseconds(1);
        let (clock, events) = (Clock::following_tokio(now), EventHub::default());
        let connections = StoreConnections::open(&store).unwrap();
        let floor = HistoryFloor::read(retention, &connections.reader, &clock).unwrap();
        let alarm = DamageAlarm::new(events.clone());
        let (writer, thread) = StoreWriter::start(connections, alarm, clock.clone()).unwrap();
        let remover = Remover::new(floor.clone(), &writer, &events, &clock);
        remover.look().await.unwrap();
        assert_eq!(store.reader().unwrap().kept_from(), Ok(floor.stored()));
        writer.close();
        thread.join().unwrap();
        let mut left = Vec::new();
        let reader = store.reader().unwrap();
        let every = Predicate::default();
        let read = reader.export(&every, Sort::NEWEST, None, &mut |detail| {
            left.push(detail.purge.id.as_str().parse().unwrap());
            std::ops::ControlFlow::Continue(())
        });
        read.unwrap();
        left
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_older_than_it_is_kept_goes() {
        let retention = Retention { age: Some(DAY * 90), bytes: None };
        assert_eq!(left_of(&[1, 89, 90, 91, 400], retention).await, [1, 89, 90]);
        assert_eq!(left_of(&[400], retention).await, [0_u32; 0]);
        assert_eq!(left_of(&[1, 400], Retention::default()).await, [1, 400]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_days_stay_however_large_the_store_is() {
        let retention = Retention { age: None, bytes: Some(1) };
        let ages: Vec<u32> = (1..40).collect();
        assert_eq!(left_of(&ages, retention).await, [1, 2, 3, 4, 5, 6, 7]);
    }

    #[tokio::test(start_paused = true)]
    async fn unfinished_purges_stay_whatever_their_age_and_the_size() {
        let ages: Vec<u32> = (1..40).collect();
        for retention in [
            Retention { age: Some(DAY * 9), bytes: None },
            Retention { age: None, bytes: Some(1) },
            Retention { age: Some(DAY * 9), bytes: Some(1) },
        ] {
            assert_eq!(left_with(&ages, Status::InProgress, retention).await, ages);
        }
    }
}
