//! The journal: steps are taken one at a time, by one at a time, and are never forgotten.

use super::*;
use crate::domain::ids::{JournalId, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::operator::Operator;
use crate::domain::payload::Targets;
use crate::store::{Duty, Lease, MatchOutcome, StepDetails, StepOutcome, times};

pub(super) fn request(target: &str) -> PurgeRequest {
    PurgeRequest {
        area: Some("global".to_owned()),
        ..PurgeRequest::new("gcore-prod", "12", "www.site.com", Payload::Url(Targets::one(target)))
    }
}

/// Returns a writer that may send for the account of these tests.
pub(super) fn sender(home: &Home) -> Writer {
    let mut writer = home.writer();
    assert_eq!(writer.lease(&Duty::Send("gcore-prod".into())), Ok(Lease::Held));
    writer
}

pub(super) fn queue(writer: &mut Writer, target: &str) -> JournalEntry {
    let entry = NewEntry {
        reason: Some("stale hero".to_owned()),
        ticket: Some("INC-2231".to_owned()),
        ..NewEntry::new(request(target), at(3))
    };
    writer.enqueue(&[entry], at(1)).unwrap().remove(0)
}

pub(super) fn done(stepped: StepOutcome) -> JournalEntry {
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
fn steps(home: &Home, id: &JournalId) -> Vec<LoggedStep> {
    let rows = home.sql(&format!(
        "SELECT s.at, coalesce(s.from_state, ''), s.to_state, coalesce(s.error, '')
         FROM journal_step s JOIN journal j ON j.seq = s.entry WHERE j.id = '{id}' ORDER BY s.seq"
    ));
    let step = |row: String| {
        let mut columns = row.split('|');
        let mut column = || columns.next().unwrap().to_owned();
        LoggedStep {
            at: times::instant(column().parse().unwrap()),
            from: JournalState::from_word(&column()),
            to: JournalState::from_word(&column()).unwrap(),
            error: Some(column()).filter(|error| !error.is_empty()),
        }
    };
    rows.into_iter().map(step).collect()
}

#[test]
fn a_request_is_queued_sent_and_answered() {
    each(|home| {
        let mut writer = sender(home);
        let queued = queue(&mut writer, "/a");
        assert_eq!(queued.request, request("/a"));
        assert_eq!((queued.state, queued.queued_at), (JournalState::Queued, at(1)));
        assert_eq!((queued.planned_at, queued.sent_at), (at(3), None));
        let sending = step(&mut writer, &queued.id, JournalState::Queued, JournalState::Sending, 4);
        assert_eq!(sending.unwrap().sent_at, Some(at(4)));
        let details = StepDetails { purge: Some("77".into()), ..StepDetails::at(at(5)) };
        let accepted = writer
            .step(&queued.id, JournalState::Sending, JournalState::Accepted, &details)
            .unwrap();
        let accepted = done(accepted);
        assert_eq!(accepted.answered_at, Some(at(5)));
        let last =
            step(&mut writer, &queued.id, JournalState::Accepted, JournalState::Successful, 60);
        let last = last.unwrap();
        assert_eq!((last.sent_at, last.answered_at), (Some(at(4)), Some(at(5))));
        assert_eq!(last.purge, Some("77".into()));
        assert_eq!(last.reason.as_deref(), Some("stale hero"));
        let reader = home.reader();
        assert_eq!(reader.journal_entry(&queued.id).unwrap(), Some(last));
        let steps: Vec<_> =
            steps(home, &queued.id).into_iter().map(|step| (step.at, step.from, step.to)).collect();
        assert_eq!(
            steps,
            [
                (at(1), None, JournalState::Queued),
                (at(4), Some(JournalState::Queued), JournalState::Sending),
                (at(5), Some(JournalState::Sending), JournalState::Accepted),
                (at(60), Some(JournalState::Accepted), JournalState::Successful),
            ]
        );
    });
}

#[test]
fn of_two_who_want_to_send_one_does() {
    each(|home| {
        let mut one = sender(home);
        let id = queue(&mut one, "/a").id;
        let (from, to) = (JournalState::Queued, JournalState::Sending);
        assert!(step(&mut one, &id, from, to, 4).is_some());
        one.release(&Duty::Send("gcore-prod".into())).unwrap();
        let second = sender(home).step(&id, from, to, &StepDetails::at(at(4))).unwrap();
        assert_eq!(second, StepOutcome::Refused { found: Some(JournalState::Sending) });
        assert_eq!(steps(home, &id).len(), 2);
    });
}

#[test]
fn only_steps_that_a_request_may_take_are_taken() {
    each(|home| {
        let mut writer = sender(home);
        for from in JournalState::EVERY {
            for to in JournalState::EVERY {
                let id = queue(&mut writer, "/a").id;
                home.sql(&format!("UPDATE journal SET state = '{from}' WHERE id = '{id}'"));
                let taken = step(&mut writer, &id, from, to, 4);
                assert_eq!(taken.map(|entry| entry.state), from.may_become(to).then_some(to));
            }
        }
        let nobody = writer.step(
            &"nobody".into(),
            JournalState::Queued,
            JournalState::Sending,
            &StepDetails::at(at(0)),
        );
        assert_eq!(nobody.unwrap(), StepOutcome::Refused { found: None });
    });
}

#[test]
fn the_answer_to_an_earlier_sending_does_not_move_a_later_one() {
    use JournalState::{Accepted, Queued, Sending};

    each(|home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        let answer_to = |sent_at| StepDetails { sent_at: Some(sent_at), ..StepDetails::at(at(9)) };
        let early = writer.step(&id, Queued, Sending, &answer_to(at(4))).unwrap();
        assert_eq!(early, StepOutcome::Refused { found: Some(Queued) }, "it was never sent");
        let sent_at = at(4) + TimeDelta::nanoseconds(1_999);
        let _ = done(writer.step(&id, Queued, Sending, &StepDetails::at(sent_at)).unwrap());
        assert!(step(&mut writer, &id, Sending, Queued, 5).is_some());
        assert!(step(&mut writer, &id, Queued, Sending, 6).is_some());
        let late = writer.step(&id, Sending, Accepted, &answer_to(sent_at)).unwrap();
        assert_eq!(late, StepOutcome::Refused { found: Some(Sending) });
        let whole = at(6) + TimeDelta::nanoseconds(999);
        assert_eq!(
            done(writer.step(&id, Sending, Accepted, &answer_to(whole)).unwrap()).state,
            Accepted
        );
    });
}

#[test]
fn a_request_of_unknown_fate_that_is_queued_again_waits_as_if_new_and_its_past_is_kept() {
    each(|home| {
        let mut writer = sender(home);
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
        let steps = steps(home, &id);
        assert_eq!(steps[2].error.as_deref(), Some("no answer"));
    });
}

#[test]
fn open_requests_come_in_the_order_of_the_queue() {
    each(|home| {
        let mut writer = sender(home);
        let entries: Vec<_> =
            ["/a", "/b", "/c"].map(|target| NewEntry::new(request(target), at(3))).into();
        let queued = writer.enqueue(&entries, at(1)).unwrap();
        assert!(queued.is_sorted_by(|one, next| one.id < next.id));
        step(&mut writer, &queued[1].id, JournalState::Queued, JournalState::Cancelled, 4);
        let reader = home.reader();
        let open: Vec<_> =
            reader.journal_open().unwrap().into_iter().map(|entry| entry.id).collect();
        assert_eq!(open, [queued[0].id.clone(), queued[2].id.clone()]);
        let newest: Vec<_> =
            reader.journal_newest(2).unwrap().into_iter().map(|entry| entry.id).collect();
        assert_eq!(newest, [queued[2].id.clone(), queued[1].id.clone()]);
    });
}

#[test]
fn a_match_ties_a_purge_to_what_we_noted_and_to_nothing_else() {
    each_with(&[purge("77", 5), purge("78", 6)], |home| {
        let mut writer = sender(home);
        let (one, two) = (queue(&mut writer, "/a").id, queue(&mut writer, "/a").id);
        step(&mut writer, &one, JournalState::Queued, JournalState::Sending, 4);
        let linked = writer.match_purge(&one, &"77".into()).unwrap();
        assert!(matches!(linked, MatchOutcome::Linked(entry) if entry.purge == Some("77".into())));
        assert_eq!(
            writer.match_purge(&two, &"77".into()).unwrap(),
            MatchOutcome::Taken(one.clone())
        );
        let missing = writer.match_purge(&"nobody".into(), &"78".into()).unwrap();
        assert_eq!(missing, MatchOutcome::Missing);
        let details = home.details();
        let sent = details[0].sent.clone().unwrap();
        assert_eq!((sent.sent_at, sent.ticket.as_deref()), (at(4), Some("INC-2231")));
        assert_eq!((sent.reason.as_deref(), sent.verified), (Some("stale hero"), None));
        assert_eq!(details[1].sent, None);
    });
}

#[test]
fn a_match_with_one_of_several_purges_leaves_the_others_known() {
    each_with(&[purge("77", 5), purge("78", 6)], |home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
        let taken = StepDetails { purge: Some("77,78".into()), ..StepDetails::at(at(5)) };
        let _ = writer.step(&id, JournalState::Sending, JournalState::Accepted, &taken).unwrap();
        for one in ["77", "78"] {
            let linked = writer.match_purge(&id, &one.into()).unwrap();
            let MatchOutcome::Linked(entry) = linked else { unreachable!("{linked:?}") };
            assert_eq!(entry.purge, Some("77,78".into()));
        }
        let entry = home.reader().journal_entry(&id).unwrap().unwrap();
        assert_eq!(entry.purge, Some("77,78".into()));
    });
}

#[test]
fn each_of_several_purges_of_one_request_was_sent_here_and_belongs_to_nobody_else() {
    each_with(&[purge("77", 5), purge("78", 6), purge("7", 7)], |home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
        let taken = StepDetails { purge: Some("77,78".into()), ..StepDetails::at(at(5)) };
        let _ = writer.step(&id, JournalState::Sending, JournalState::Accepted, &taken).unwrap();
        let other = queue(&mut writer, "/b").id;
        let account = "gcore-prod".into();
        for one in ["77", "78"] {
            let matched = writer.match_purge(&other, &one.into()).unwrap();
            assert_eq!(matched, MatchOutcome::Taken(id.clone()), "{one}");
            let entry = home.reader().journal_of(&account, &one.into()).unwrap();
            assert_eq!(entry.map(|entry| entry.id), Some(id.clone()), "{one}");
        }
        let sent = |filter: &str| {
            let details = home.details_of(filter);
            let sent = details.iter().filter(|it| it.sent.is_some());
            let ids: Vec<_> = details.iter().map(|it| it.purge.id.to_string()).collect();
            (ids.join(" "), sent.count())
        };
        assert_eq!(sent(""), ("77 78 7".to_owned(), 2));
        assert_eq!(sent("sent:here"), ("77 78".to_owned(), 2));
        assert_eq!(sent("-sent:here"), ("7".to_owned(), 0));
        let asked = [(account.clone(), "12".into())];
        let recent = home.reader().recent(&asked, at(0)).unwrap();
        assert_eq!(recent.iter().filter(|it| it.spent.sent_here).count(), 2);
        assert_eq!(recent.len(), 3);
        let month = home.reader().month_use(&account, at(0)).unwrap();
        let targets = home.details().iter().map(|it| it.purge.targets.len()).sum::<usize>();
        assert_eq!(month.targets, targets as u64);
    });
}

#[test]
fn a_recent_purge_counts_once_whether_history_shows_it_yet_or_not() {
    each_with(&[purge("70", 2)], |home| {
        let mut writer = sender(home);
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
    });
}

#[test]
fn a_refused_request_uses_nothing_up() {
    each(|home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
        step(&mut writer, &id, JournalState::Sending, JournalState::Rejected, 5);
        let asked = [("gcore-prod".into(), "12".into())];
        assert!(home.reader().recent(&asked, at(0)).unwrap().is_empty());
    });
}

#[test]
fn what_went_wrong_before_a_request_was_taken_back_stays_with_it() {
    each(|home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4).unwrap();
        let details = StepDetails {
            error: Some("429".to_owned()),
            planned_at: Some(at(60)),
            ..StepDetails::at(at(5))
        };
        let back = writer.step(&id, JournalState::Sending, JournalState::Queued, &details);
        done(back.unwrap());
        let over =
            step(&mut writer, &id, JournalState::Queued, JournalState::Cancelled, 6).unwrap();
        assert_eq!(over.error.as_deref(), Some("429"));
        assert_eq!(over.planned_at, at(60));
    });
}

#[test]
fn what_waited_while_the_queue_was_paused_gets_new_times_and_keeps_its_spaces() {
    each(|home| {
        let mut writer = sender(home);
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
    });
}

#[test]
fn a_purge_that_nobody_is_known_for_is_that_of_who_queued_it() {
    let told = Purge { by: Some("jo".to_owned()), ..purge("78", 6) };
    each_with(&[purge("77", 5), told], |home| {
        let theirs = home.again().operated_by(Operator::new("eve@gate".to_owned(), [9; 32]));
        let mut writer = theirs.writer().unwrap();
        let by = || {
            let details = home.details().into_iter();
            details.map(|it| (it.purge.by, it.sent.is_some())).collect::<Vec<_>>()
        };
        let (one, two) = (queue(&mut writer, "/a").id, queue(&mut writer, "/a").id);
        let mut writer = home.writer();
        let before = home.reader().data_version().unwrap();
        let linked = |writer: &mut Writer, id: &JournalId, purge: &str| {
            matches!(writer.match_purge(id, &purge.into()), Ok(MatchOutcome::Linked(_)))
        };
        assert!(linked(&mut writer, &one, "77") && linked(&mut writer, &two, "78"));
        let eve = Some("eve@gate".to_owned());
        assert_eq!(by(), [(eve.clone(), true), (Some("jo".to_owned()), true)]);
        assert_eq!(home.reader().check(), Ok(Vec::new()));
        let after = home.reader().data_version().unwrap();
        assert_ne!(after, before);
        // The same again changes nothing; nor does the vendor that tells nobody.
        assert!(linked(&mut writer, &one, "77"));
        writer.record(&[purge("77", 5)], at(9)).unwrap();
        assert_eq!(home.reader().data_version().unwrap(), after);
        assert_eq!(by()[0].0, eve);
    });
}

#[test]
fn a_purge_that_the_history_tells_after_it_was_linked_gets_its_author_by_linking_it_again() {
    each(|home| {
        let mut writer = home.writer();
        let id = queue(&mut writer, "/a").id;
        let link = |writer: &mut Writer| {
            let linked = writer.match_purge(&id, &PurgeId::new("77"));
            assert!(matches!(linked, Ok(MatchOutcome::Linked(_))), "{linked:?}");
        };
        link(&mut writer);
        writer.record(&[purge("77", 5)], at(9)).unwrap();
        assert_eq!(home.purges()[0].by, None);
        link(&mut writer);
        assert_eq!(home.purges()[0].by.as_deref(), Some("mia@deploy1"));
        // A time that is corrected moves the row, with its author.
        writer.record(&[purge("77", 6)], at(9)).unwrap();
        assert_eq!(home.purges()[0].by.as_deref(), Some("mia@deploy1"));
    });
}
