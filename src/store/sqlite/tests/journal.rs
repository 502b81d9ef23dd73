//! The journal of a file: its operator alone confirms what is sent.

use super::*;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::operator::Operator;
use crate::domain::payload::{Payload, PurgeRequest, Targets};
use crate::store::sqlite::journal_rows;
use crate::store::{StepDetails, StepOutcome};

fn request(target: &str) -> PurgeRequest {
    PurgeRequest {
        area: Some("global".to_owned()),
        ..PurgeRequest::new("gcore-prod", "12", "www.site.com", Payload::Url(Targets::one(target)))
    }
}

pub(super) fn queue(writer: &mut SqliteWriter, target: &str) -> JournalEntry {
    let entry = NewEntry {
        reason: Some("stale hero".to_owned()),
        ticket: Some("INC-2231".to_owned()),
        ..NewEntry::new(request(target), at(3))
    };
    writer.enqueue(&[entry], at(1)).unwrap().remove(0)
}

pub(super) fn step(
    writer: &mut SqliteWriter,
    id: &JournalId,
    from: JournalState,
    to: JournalState,
    second: i64,
) -> Option<JournalEntry> {
    match writer.step(id, from, to, &StepDetails::at(at(second))).unwrap() {
        StepOutcome::Done(entry) => Some(*entry),
        StepOutcome::Refused { .. } => None,
    }
}

#[test]
fn what_others_queued_is_not_sent_before_this_operator_confirms_it() {
    use JournalState::{Accepted, Queued, Sending, Unknown};

    let home = Home::new();
    let theirs = home.store.clone().operated_by(Operator::new("eve@gate".to_owned(), [9; 32]));
    let planted = queue(&mut theirs.writer().unwrap(), "/planted");
    assert!(planted.is_sendable(), "where it was queued");
    let mut writer = home.writer();
    let own = queue(&mut writer, "/own");
    assert_eq!((own.author(), own.confirmed), ("mia@deploy1", true));
    let seen = home.reader().journal_entry(&planted.id).unwrap().unwrap();
    assert_eq!((seen.author(), seen.word()), ("eve@gate", "unconfirmed"));
    assert_eq!(step(&mut writer, &planted.id, Queued, Sending, 5), None);
    let confirmed = writer.confirm(&[planted.id.clone(), own.id.clone()]).unwrap();
    let ids: Vec<&JournalId> = confirmed.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids, [&planted.id], "the other was confirmed");
    assert!(confirmed[0].is_sendable());
    let sent = step(&mut writer, &planted.id, Queued, Sending, 5).unwrap();
    assert_eq!(sent.author(), "eve@gate");
    // It comes back, its outcome is lost, and the operator sends it again: all theirs.
    assert!(step(&mut writer, &planted.id, Sending, Queued, 6).unwrap().is_sendable());
    assert!(step(&mut writer, &planted.id, Queued, Sending, 7).is_some());
    assert!(step(&mut writer, &planted.id, Sending, Unknown, 8).is_some());
    assert!(step(&mut writer, &planted.id, Unknown, Queued, 9).unwrap().is_sendable());
    assert!(step(&mut writer, &planted.id, Queued, Sending, 10).is_some());
    assert!(step(&mut writer, &planted.id, Sending, Accepted, 11).is_some());
}

#[test]
fn a_row_that_was_changed_or_made_in_the_file_is_nobodys_word() {
    use JournalState::{Accepted, Queued, Sending};

    let home = Home::new();
    let mut writer = home.writer();
    let sent = queue(&mut writer, "/sent");
    step(&mut writer, &sent.id, Queued, Sending, 2).unwrap();
    step(&mut writer, &sent.id, Sending, Accepted, 3).unwrap();
    let own = queue(&mut writer, "/own");
    let forged = [
        // With its checksum it would be damage, and not sent either.
        "UPDATE journal SET request = replace(request, '/own', '/*'), checksum = NULL
         WHERE state = 'queued'",
        "INSERT INTO journal (id, account, resource, request, state, queued_at, planned_at,
                              queued_by, confirmation)
         SELECT 'made', account, resource, request, state, queued_at, planned_at, queued_by,
                confirmation FROM journal WHERE state = 'queued'",
        "UPDATE journal SET state = 'queued' WHERE state = 'accepted'",
        "UPDATE journal SET confirmation = NULL",
        "UPDATE journal SET confirmation = ''",
        "UPDATE journal SET confirmation = zeroblob(32)",
    ];
    for forgery in forged {
        let transaction = writer.connection().unchecked_transaction().unwrap();
        let strange = transaction.execute(forgery, []).is_ok();
        let open = journal_rows::select(&transaction, "WHERE state = 'queued'", []).unwrap();
        let sendable = open.iter().filter(|entry| entry.is_sendable());
        let targets = |entry: &JournalEntry| entry.request.payload.targets().to_vec();
        let sendable: Vec<_> = sendable.map(targets).collect();
        assert!(sendable.is_empty() || sendable == [["/own"]], "{forgery}: {sendable:?}");
        assert!(!strange || open.iter().any(JournalEntry::is_unconfirmed), "{forgery}");
        transaction.rollback().unwrap();
    }
    assert!(home.reader().journal_entry(&own.id).unwrap().unwrap().is_sendable());
}

#[test]
fn what_an_older_purgedeck_queued_waits_for_a_word_too() {
    let home = Home::new();
    let mut writer = home.writer();
    let old = queue(&mut writer, "/old");
    writer
        .connection()
        .execute("UPDATE journal SET queued_by = NULL, confirmation = NULL", [])
        .unwrap();
    let seen = home.reader().journal_entry(&old.id).unwrap().unwrap();
    assert_eq!((seen.author(), seen.is_unconfirmed()), ("an older purgedeck", true));
}
