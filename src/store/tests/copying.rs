//! Copies of what a store has beside its purges.

use super::*;
use crate::domain::activity::{Attempt, Author};
use crate::domain::coverage::Coverage;
use crate::domain::edge::Verification;
use crate::domain::ids::JournalId;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::store::{CopiedAttempt, CopiedEntry, StepDetails, StepOutcome};

/// A text of which a backend must not make anything else.
const ODD: &str = "it's \"stale\"\\; DROP TABLE journal; -- $1\0\né";

/// Leaves a request for each way that one can go, in a file.
fn requests() -> Vec<CopiedEntry> {
    use JournalState::{
        Accepted, Cancelled, Failed, Queued, Rejected, Sending, Successful, Unknown,
    };

    let home = Home::on(Ground::SmallFile);
    let mut writer = home.writer();
    let ways: [&[JournalState]; 8] = [
        &[Sending, Accepted, Successful],
        &[Cancelled, Queued, Cancelled],
        &[Sending, Rejected],
        &[],
        &[Sending, Unknown],
        &[Sending],
        &[Sending, Accepted, Failed],
        &[Sending, Queued, Sending, Accepted],
    ];
    for (number, way) in ways.into_iter().enumerate() {
        let mut entry = everything("www.site.com");
        (entry.reason, entry.ticket) = (Some(ODD.to_owned()), Some("INC-1".to_owned()));
        let id = writer.enqueue(&[entry], at(0)).unwrap().remove(0).id;
        let mut from = Queued;
        for (second, &to) in (1..).zip(way) {
            let details = StepDetails {
                error: (to == Rejected).then(|| ODD.to_owned()),
                purge: (to == Accepted).then(|| format!("p{number}").into()),
                ahead: (to == Accepted).then(|| TimeDelta::milliseconds(-1_500)),
                ..StepDetails::at(at(second))
            };
            let done = writer.step(&id, from, to, &details).unwrap();
            assert!(matches!(done, StepOutcome::Done(_)), "{done:?}");
            from = to;
        }
        if from == Successful {
            let settled = Verification { settled: true, rounds: 2, ..Verification::default() };
            writer.save_verification(&id, &settled, at(9)).unwrap();
        }
    }
    let open = home.reader().copied_entries(0, 100).unwrap();
    let ids: Vec<JournalId> = open.into_iter().map(|copied| copied.entry.id).collect();
    writer.notice_bad_ends(&ids).unwrap();
    home.reader().copied_entries(0, 100).unwrap()
}

/// Returns entries without the places that they have in one store.
fn unplaced(entries: &[CopiedEntry]) -> Vec<CopiedEntry> {
    let mut entries = entries.to_vec();
    for copied in &mut entries {
        (copied.number, copied.entry.place) = (0, 0);
    }
    entries
}

#[test]
fn requests_are_copied_once_with_every_step_and_those_that_wait_are_not() {
    let all = requests();
    assert_eq!(all.len(), 8);
    let mut sent = all.clone();
    sent.retain(|copied| !copied.entry.may_be_sent());
    each(|home| {
        let mut writer = home.writer();
        assert_eq!(writer.restore_entries(&all).unwrap(), 6);
        assert_eq!(writer.restore_entries(&all).unwrap(), 0, "those that are here stay");
        let reader = home.reader();
        let mut read = Vec::new();
        while let page @ [_, ..] = &*reader
            .copied_entries(read.last().map_or(0, |last: &CopiedEntry| last.number), 4)
            .unwrap()
        {
            read.extend_from_slice(page);
        }
        assert_eq!(unplaced(&read), unplaced(&sent));
        let steps: usize = read.iter().map(|copied| copied.steps.len()).sum();
        assert_eq!(steps, 4 + 4 + 3 + 3 + 4 + 5);
        let open: Vec<JournalState> =
            reader.journal_open().unwrap().into_iter().map(|entry| entry.state).collect();
        assert_eq!(open, [JournalState::Unknown, JournalState::Accepted]);
    });
}

#[test]
fn activity_logs_are_copied_once_with_what_was_found_out_and_read() {
    let attempt = |id: &str, second| CopiedAttempt {
        attempt: Attempt {
            id: id.to_owned(),
            at: at(second),
            resource: "12".into(),
            kind: Some(Kind::Url),
            targets: vec![ODD.to_owned()],
            author: Author { user: Some("42".to_owned()), token: None },
            address: Some("203.0.113.7".to_owned()),
            status: 403,
        },
        by: Some("mira".to_owned()),
        purge: Some("7".into()),
    };
    let all: Vec<CopiedAttempt> =
        (1..4).map(|second| attempt(&format!("log'{second}"), second)).collect();
    let read: Coverage = [(at(0), at(9))].into_iter().collect();
    each(|home| {
        let (mut writer, reader) = (home.writer(), home.reader());
        let account = "gcore-prod".into();
        assert_eq!(writer.restore_attempts(&account, &all[..2], &Coverage::default()).unwrap(), 2);
        assert_eq!(writer.restore_attempts(&account, &all, &read).unwrap(), 1);
        let first = reader.copied_attempts(&account, "", 2).unwrap();
        assert_eq!(first, all[..2]);
        assert_eq!(reader.copied_attempts(&account, "log'2", 2).unwrap(), all[2..]);
        assert_eq!(reader.copied_attempts(&"other".into(), "", 2).unwrap(), []);
    });
}

#[test]
fn a_server_tells_of_itself_and_a_file_has_none() {
    each(|home| {
        let facts = home.reader().server().unwrap();
        let Some(server) = facts.filter(|_| home.ground == Ground::Server) else {
            assert_ne!(home.ground, Ground::Server);
            return;
        };
        assert!(server.may_write && server.is_local && !server.is_encrypted, "{server:?}");
        assert_eq!((server.role.as_str(), server.schema), ("owner", 2));
        let mut writer = home.writer();
        let duty = crate::store::Duty::Send("gcore-prod".into());
        assert_eq!(writer.lease(&duty).unwrap(), crate::store::Lease::Held);
        let held = home.reader().server().unwrap().unwrap().duties;
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].name, "send gcore-prod");
        writer.release(&duty).unwrap();
        assert_eq!(home.reader().server().unwrap().unwrap().duties, []);
    });
}
