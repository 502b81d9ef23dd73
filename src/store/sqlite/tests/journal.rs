//! The journal: steps are taken one at a time, by one at a time, and are never forgotten.

use super::*;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::operator::Operator;
use crate::domain::payload::{Payload, PurgeRequest, Targets};
use crate::store::sqlite::{journal_rows, times};
use crate::store::{MatchOutcome, StepDetails, StepOutcome};

fn request(target: &str) -> PurgeRequest {
    PurgeRequest {
        area: Some("global".to_owned()),
        ..PurgeRequest::new("gcore-prod", "12", "www.site.com", Payload::Url(Targets::one(target)))
    }
}

pub(super) fn queue(writer: &mut Writer, target: &str) -> JournalEntry {
    let entry = NewEntry {
        reason: Some("stale hero".to_owned()),
        ticket: Some("INC-2231".to_owned()),
        ..NewEntry::new(request(target), at(3))
    };
    writer.enqueue(&[entry], at(1)).unwrap().remove(0)
}

fn done(stepped: StepOutcome) -> JournalEntry {
    let entry = match stepped {
        StepOutcome::Done(entry) => Some(*entry),
        StepOutcome::Refused { .. } => None,
    };
    entry.unwrap()
}

pub(super) fn step(
    writer: &mut Writer,
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

struct LoggedStep {
    at: DateTime<Utc>,
    from: Option<JournalState>,
    to: JournalState,
    error: Option<String>,
}

/// Reads every step of an entry, in order.
fn steps(writer: &Writer, id: &JournalId) -> Vec<LoggedStep> {
    let state = |word: String| JournalState::from_word(&word).unwrap();
    let mut find = writer
        .connection()
        .prepare(
            "SELECT at, from_state, to_state, s.error FROM journal_step s
             JOIN journal j ON j.seq = s.entry WHERE j.id = ?1 ORDER BY s.seq",
        )
        .unwrap();
    let steps = find.query_map([id.as_str()], |row| {
        Ok(LoggedStep {
            at: times::instant(row.get(0)?),
            from: row.get::<_, Option<String>>(1)?.map(state),
            to: state(row.get(2)?),
            error: row.get(3)?,
        })
    });
    steps.unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_request_is_queued_sent_and_answered() {
    let home = Home::new();
    let mut writer = home.writer();
    let queued = queue(&mut writer, "/a");
    assert_eq!(queued.request, request("/a"));
    assert_eq!((queued.state, queued.queued_at), (JournalState::Queued, at(1)));
    assert_eq!((queued.planned_at, queued.sent_at), (at(3), None));
    let sending = step(&mut writer, &queued.id, JournalState::Queued, JournalState::Sending, 4);
    assert_eq!(sending.unwrap().sent_at, Some(at(4)));
    let details = StepDetails { purge: Some("77".into()), ..StepDetails::at(at(5)) };
    let accepted =
        writer.step(&queued.id, JournalState::Sending, JournalState::Accepted, &details).unwrap();
    let accepted = done(accepted);
    assert_eq!(accepted.answered_at, Some(at(5)));
    let last = step(&mut writer, &queued.id, JournalState::Accepted, JournalState::Successful, 60);
    let last = last.unwrap();
    assert_eq!((last.sent_at, last.answered_at), (Some(at(4)), Some(at(5))));
    assert_eq!(last.purge, Some("77".into()));
    assert_eq!(last.reason.as_deref(), Some("stale hero"));
    let reader = home.reader();
    assert_eq!(reader.journal_entry(&queued.id).unwrap(), Some(last));
    let steps: Vec<_> =
        steps(&writer, &queued.id).into_iter().map(|step| (step.at, step.from, step.to)).collect();
    assert_eq!(
        steps,
        [
            (at(1), None, JournalState::Queued),
            (at(4), Some(JournalState::Queued), JournalState::Sending),
            (at(5), Some(JournalState::Sending), JournalState::Accepted),
            (at(60), Some(JournalState::Accepted), JournalState::Successful),
        ]
    );
}

#[test]
fn of_two_who_want_to_send_one_does() {
    let home = Home::new();
    let (mut one, mut other) = (home.writer(), home.writer());
    let id = queue(&mut one, "/a").id;
    let (from, to) = (JournalState::Queued, JournalState::Sending);
    assert!(step(&mut one, &id, from, to, 4).is_some());
    let second = other.step(&id, from, to, &StepDetails::at(at(4))).unwrap();
    assert_eq!(second, StepOutcome::Refused { found: Some(JournalState::Sending) });
    assert_eq!(steps(&one, &id).len(), 2);
}

#[test]
fn only_steps_that_a_request_may_take_are_taken() {
    for from in JournalState::EVERY {
        for to in JournalState::EVERY {
            let home = Home::new();
            let mut writer = home.writer();
            let id = queue(&mut writer, "/a").id;
            writer.connection().execute("UPDATE journal SET state = ?1", [from.word()]).unwrap();
            let taken = step(&mut writer, &id, from, to, 4);
            assert_eq!(taken.map(|entry| entry.state), from.may_become(to).then_some(to));
        }
    }
    let home = Home::new();
    let nobody = home.writer().step(
        &"nobody".into(),
        JournalState::Queued,
        JournalState::Sending,
        &StepDetails::at(at(0)),
    );
    assert_eq!(nobody.unwrap(), StepOutcome::Refused { found: None });
}

#[test]
fn a_request_of_unknown_fate_that_is_queued_again_waits_as_if_new_and_its_past_is_kept() {
    let home = Home::new();
    let mut writer = home.writer();
    let id = queue(&mut writer, "/a").id;
    step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
    let lost = StepDetails { error: Some("no answer".to_owned()), ..StepDetails::at(at(34)) };
    let unknown = writer.step(&id, JournalState::Sending, JournalState::Unknown, &lost);
    let unknown = done(unknown.unwrap());
    assert_eq!(unknown.error.as_deref(), Some("no answer"));
    let again = StepDetails { planned_at: Some(at(90)), ..StepDetails::at(at(80)) };
    let queued = writer.step(&id, JournalState::Unknown, JournalState::Queued, &again);
    let queued = done(queued.unwrap());
    assert_eq!((queued.sent_at, queued.answered_at), (None, None));
    assert_eq!((queued.planned_at, queued.error), (at(90), None));
    let steps = steps(&writer, &id);
    assert_eq!(steps[2].error.as_deref(), Some("no answer"));
}

#[test]
fn open_requests_come_in_the_order_of_the_queue() {
    let home = Home::new();
    let mut writer = home.writer();
    let entries: Vec<_> =
        ["/a", "/b", "/c"].map(|target| NewEntry::new(request(target), at(3))).into();
    let queued = writer.enqueue(&entries, at(1)).unwrap();
    assert!(queued.is_sorted_by(|one, next| one.id < next.id));
    step(&mut writer, &queued[1].id, JournalState::Queued, JournalState::Cancelled, 4);
    let reader = home.reader();
    let open: Vec<_> = reader.journal_open().unwrap().into_iter().map(|entry| entry.id).collect();
    assert_eq!(open, [queued[0].id.clone(), queued[2].id.clone()]);
    let newest: Vec<_> =
        reader.journal_newest(2).unwrap().into_iter().map(|entry| entry.id).collect();
    assert_eq!(newest, [queued[2].id.clone(), queued[1].id.clone()]);
}

#[test]
fn a_match_ties_a_purge_to_what_we_noted_and_to_nothing_else() {
    let home = Home::with(&[purge("77", 5), purge("78", 6)]);
    let mut writer = home.writer();
    let (one, two) = (queue(&mut writer, "/a").id, queue(&mut writer, "/a").id);
    step(&mut writer, &one, JournalState::Queued, JournalState::Sending, 4);
    let linked = writer.match_purge(&one, &"77".into()).unwrap();
    assert!(matches!(linked, MatchOutcome::Linked(entry) if entry.purge == Some("77".into())));
    assert_eq!(writer.match_purge(&two, &"77".into()).unwrap(), MatchOutcome::Taken(one.clone()));
    let missing = writer.match_purge(&"nobody".into(), &"78".into()).unwrap();
    assert_eq!(missing, MatchOutcome::Missing);
    let details = home.details();
    let sent = details[0].sent.clone().unwrap();
    assert_eq!((sent.sent_at, sent.ticket.as_deref()), (at(4), Some("INC-2231")));
    assert_eq!((sent.reason.as_deref(), sent.verified), (Some("stale hero"), None));
    assert_eq!(details[1].sent, None);
}

#[test]
fn a_recent_purge_counts_once_whether_history_shows_it_yet_or_not() {
    let home = Home::with(&[purge("70", 2)]);
    let mut writer = home.writer();
    let asked = [("gcore-prod".into(), "12".into()), ("nobody".into(), "13".into())];
    let recent = |since| {
        let recent = home.reader().recent(&asked, at(since)).unwrap();
        let told = recent.into_iter().map(|recent| (recent.spent.at, recent.spent.sent_here));
        told.collect::<Vec<_>>()
    };
    let id = queue(&mut writer, "/a").id;
    assert_eq!(recent(0), [(at(2), false)]);
    step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
    assert_eq!(recent(0), [(at(4), true), (at(2), false)]);
    assert_eq!(recent(3), [(at(4), true)]);
    // The vendor's id is known before its history shows the purge.
    let _ = writer.match_purge(&id, &"77".into()).unwrap();
    assert_eq!(recent(3), [(at(4), true)]);
    writer.record(&[purge("77", 5)], at(6)).unwrap();
    assert_eq!(recent(3), [(at(5), true)]);
    let elsewhere = [("gcore-prod".into(), "99".into())];
    assert!(home.reader().recent(&elsewhere, at(0)).unwrap().is_empty());
}

#[test]
fn a_refused_request_uses_nothing_up() {
    let home = Home::new();
    let mut writer = home.writer();
    let id = queue(&mut writer, "/a").id;
    step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
    step(&mut writer, &id, JournalState::Sending, JournalState::Rejected, 5);
    let asked = [("gcore-prod".into(), "12".into())];
    assert!(home.reader().recent(&asked, at(0)).unwrap().is_empty());
}

#[test]
fn what_went_wrong_before_a_request_was_taken_back_stays_with_it() {
    let home = Home::new();
    let mut writer = home.writer();
    let id = queue(&mut writer, "/a").id;
    step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4).unwrap();
    let details = StepDetails {
        error: Some("429".to_owned()),
        planned_at: Some(at(60)),
        ..StepDetails::at(at(5))
    };
    let back = writer.step(&id, JournalState::Sending, JournalState::Queued, &details);
    done(back.unwrap());
    let over = step(&mut writer, &id, JournalState::Queued, JournalState::Cancelled, 6).unwrap();
    assert_eq!(over.error.as_deref(), Some("429"));
    assert_eq!(over.planned_at, at(60));
}

#[test]
fn what_waited_while_the_queue_was_paused_gets_new_times_and_keeps_its_spaces() {
    let home = Home::new();
    let mut writer = home.writer();
    let mut queue_at = |resource: &str, second: i64| {
        let request = PurgeRequest { resource: resource.into(), ..request("/a") };
        let entry = NewEntry::new(request, at(second));
        writer.enqueue(&[entry], at(1)).unwrap().remove(0).id
    };
    let ids = [("12", 10), ("12", 70), ("13", 500)].map(|(id, second)| queue_at(id, second));
    writer.pause(true, at(2)).unwrap();
    let put_off = writer.pause(false, at(100)).unwrap();
    assert_eq!(put_off.len(), 2);
    let reader = home.reader();
    let times = ids.map(|id| reader.journal_entry(&id).unwrap().unwrap().planned_at);
    assert_eq!(times, [100, 160, 500].map(at));
    // What goes on already is left as it is.
    assert_eq!(writer.pause(false, at(9_000)).unwrap(), []);
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
