//! A server's journal is that of a file, whatever is done to it.

use std::collections::HashMap;

use proptest::prelude::*;

use super::journal::{request, sender};
use super::*;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::store::{MatchOutcome, StepDetails, StepOutcome};

/// Something that is done to a journal. Entries are named by the order in which they were queued.
#[derive(Clone, Debug)]
enum Deed {
    Enqueue(Vec<(u8, i64)>),
    /// Which entry, whether from the state that it has, to which one.
    Step(usize, Option<JournalState>, JournalState, Box<StepDetails>),
    Reorder(Vec<usize>),
    Pause(bool, i64),
    Match(usize, u8),
    Notice(Vec<usize>),
    Record(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let entry = || 0..8_usize;
    let state = || prop::sample::select(JournalState::EVERY.to_vec());
    let details = (
        0..90_i64,
        prop::option::of("[ab]"),
        prop::option::of("[12]"),
        prop::option::of(0..90_i64),
        prop::option::of(-5..5_i64),
        prop::option::weighted(0.2, 0..90_i64),
    );
    let details = details.prop_map(|(second, error, purge, planned, ahead, sent)| StepDetails {
        error,
        purge: purge.map(Into::into),
        planned_at: planned.map(at),
        ahead: ahead.map(TimeDelta::seconds),
        sent_at: sent.map(at),
        ..StepDetails::at(at(second))
    });
    prop_oneof![
        2 => prop::collection::vec((0..3_u8, 0..90_i64), 0..3).prop_map(Deed::Enqueue),
        8 => (entry(), prop::option::weighted(0.2, state()), state(), details)
            .prop_map(|(entry, from, to, details)| Deed::Step(entry, from, to, Box::new(details))),
        1 => prop::collection::vec(entry(), 0..5).prop_map(Deed::Reorder),
        1 => (any::<bool>(), 0..200_i64).prop_map(|(paused, now)| Deed::Pause(paused, now)),
        2 => (entry(), 0..4_u8).prop_map(|(entry, purge)| Deed::Match(entry, purge)),
        1 => prop::collection::vec(entry(), 0..4).prop_map(Deed::Notice),
        1 => (0..4_u8).prop_map(Deed::Record),
    ]
}

/// A journal to which things are done, and its entries' ids in the order in which they were queued.
struct Journal<'h> {
    home: &'h Home,
    writer: Writer,
    ids: Vec<JournalId>,
}

impl<'h> Journal<'h> {
    fn of(home: &'h Home) -> Self {
        Self { home, writer: sender(home), ids: Vec::new() }
    }

    fn id(&self, entry: usize) -> JournalId {
        self.ids.get(entry).cloned().unwrap_or_else(|| "nobody".into())
    }

    fn ids(&self, entries: &[usize]) -> Vec<JournalId> {
        entries.iter().map(|entry| self.id(*entry)).collect()
    }

    /// Does something; returns what the store says, with entries by their numbers.
    fn act(&mut self, deed: &Deed) -> String {
        match deed {
            Deed::Enqueue(targets) => {
                let entry = |(resource, second): &(u8, i64)| {
                    let request =
                        PurgeRequest { resource: resource.to_string().into(), ..request("/\0é") };
                    NewEntry {
                        reason: Some("a\0".to_owned()),
                        ..NewEntry::new(request, at(*second))
                    }
                };
                let entries: Vec<_> = targets.iter().map(entry).collect();
                let queued = self.writer.enqueue(&entries, at(1)).unwrap();
                self.ids.extend(queued.iter().map(|entry| entry.id.clone()));
                self.told(queued)
            }
            Deed::Step(entry, from, to, details) => {
                let id = self.id(*entry);
                let found = self.home.reader().journal_entry(&id).unwrap();
                let from = from.or(found.map(|entry| entry.state)).unwrap_or(JournalState::Queued);
                match self.writer.step(&id, from, *to, details).unwrap() {
                    StepOutcome::Done(entry) => self.told(vec![*entry]),
                    StepOutcome::Refused { found } => format!("{found:?}"),
                }
            }
            Deed::Reorder(entries) => {
                let moved = self.writer.reorder(&self.ids(entries)).unwrap();
                self.told(moved)
            }
            Deed::Pause(paused, now) => {
                let delayed = self.writer.pause(*paused, at(*now)).unwrap();
                self.told(delayed)
            }
            Deed::Match(entry, purge) => {
                let id = self.id(*entry);
                match self.writer.match_purge(&id, &purge.to_string().into()).unwrap() {
                    MatchOutcome::Linked(entry) => self.told(vec![*entry]),
                    MatchOutcome::Taken(other) => {
                        format!("{:?}", self.ids.iter().position(|id| *id == other))
                    }
                    MatchOutcome::Missing => "missing".to_owned(),
                }
            }
            Deed::Notice(entries) => {
                let noticed = self.writer.notice_bad_ends(&self.ids(entries)).unwrap();
                self.told(noticed)
            }
            Deed::Record(id) => {
                let seen = purge(&id.to_string(), i64::from(*id));
                format!("{:?}", self.writer.record(&[seen], at(9)).unwrap())
            }
        }
    }

    fn told(&self, entries: Vec<JournalEntry>) -> String {
        let numbers: HashMap<_, _> = self.ids.iter().zip(0..).collect();
        let number = |entry: JournalEntry| {
            let id = JournalId::from(numbers[&entry.id].to_string());
            JournalEntry { id, ..entry }
        };
        format!("{:#?}", entries.into_iter().map(number).collect::<Vec<_>>())
    }

    /// Returns all that is stored of the journal and the history.
    fn all(&self) -> (String, Vec<String>, Vec<PurgeDetail>) {
        let steps = "SELECT entry, at, from_state, to_state, error FROM journal_step ORDER BY seq";
        let entries = self.home.reader().journal_newest(99).unwrap();
        (self.told(entries), self.home.sql(steps), self.home.details())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_done_to_a_journal_comes_out_alike(deeds in prop::collection::vec(deed(), 1..60)) {
        if Cluster::shared().is_some() {
            let (file, server) = (Home::on(Ground::SmallFile), Home::on(Ground::Server));
            let (mut one, mut other) = (Journal::of(&file), Journal::of(&server));
            for deed in &deeds {
                prop_assert_eq!(one.act(deed), other.act(deed), "{:?}", deed);
            }
            prop_assert_eq!(one.all(), other.all());
            prop_assert_eq!(server.reader().check(), Ok(Vec::new()));
        }
    }
}
