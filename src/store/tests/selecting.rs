//! What the store selects is what [`Predicate::matches`] says, whichever way it takes to find it.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::column::Column;
use crate::domain::filter::{Clause, Pattern, Test, TimeRange};
use crate::domain::ids::PurgeKey;
use crate::domain::kind::Kind;
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Anchor, KeysQuery, SummaryQuery, WindowQuery};
use crate::domain::sort::RowPlace;
use crate::domain::status::Status;
use crate::domain::timeline::Bar;
use crate::store::MatchOutcome;

pub(super) fn any_purge() -> impl Strategy<Value = Purge> {
    (
        (0..60_u32, 0..3_usize, 0..4_usize),
        // Many share a few instants; the others are spread over some blocks of the trigram index.
        prop_oneof![0..4_i64, 0..300_000_000_i64],
        (
            prop::sample::select(Status::EVERY.to_vec()),
            prop::option::of(prop::sample::select(Kind::EVERY.to_vec())),
            prop::option::of("[mM]ira|jo"),
        ),
        prop::collection::vec("(https?://h)?/[abA*]{1,5}|[abé]{0,4}|https://h", 0..4),
    )
        .prop_map(|((id, account, cname), micros, (status, kind, by), targets)| Purge {
            account: ["one", "two", "Two"][account].into(),
            provider: ["p", "q", "q"][account].into(),
            cname: ["www.a.com", "img.A.com", "b.org", ""][cname].to_owned(),
            status,
            kind,
            by,
            targets: targets.into_iter().map(Target::new).collect(),
            created: at(0) + TimeDelta::microseconds(micros),
            ..purge(&id.to_string(), 0)
        })
}

fn pattern(text: &'static str) -> impl Strategy<Value = Pattern> {
    prop_oneof![
        text.prop_map(Pattern::Is),
        text.prop_map(Pattern::Contains),
        (text, text).prop_map(|(head, tail)| Pattern::Glob(format!("{head}*{tail}"))),
    ]
}

fn stretch() -> impl Strategy<Value = TimeRange> {
    let edge = || {
        prop::option::of(
            prop_oneof![0..5_i64, 0..300_000_000_i64]
                .prop_map(|micros| at(0) + TimeDelta::microseconds(micros)),
        )
    };
    (edge(), edge())
}

fn test() -> impl Strategy<Value = Test> {
    let patterns = |text| prop::collection::vec(pattern(text), 0..3);
    prop_oneof![
        patterns("www|a.com|b.org|").prop_map(Test::Cname),
        patterns("one|two|t|").prop_map(Test::Account),
        patterns("p|q|").prop_map(Test::Provider),
        patterns("mira|j|").prop_map(Test::By),
        prop::collection::vec(prop::sample::select(Status::EVERY.to_vec()), 0..3)
            .prop_map(Test::Status),
        prop::collection::vec(prop::option::of(prop::sample::select(Kind::EVERY.to_vec())), 0..3)
            .prop_map(Test::Kind),
        prop::collection::vec("[1-5]?[0-9]", 0..4).prop_map(Test::Id),
        prop::collection::vec(pattern("[ab/]{0,4}|https://h|/|é"), 0..3).prop_map(Test::Target),
        prop::collection::vec(pattern("[ab./]{0,3}|www|/|é"), 0..3).prop_map(Test::Text),
        Just(Test::SentHere),
        prop::collection::vec(stretch(), 0..3).prop_map(Test::Created),
    ]
}

pub(super) fn predicate() -> impl Strategy<Value = Predicate> {
    let clause = (any::<bool>(), test()).prop_map(|(negated, test)| Clause { negated, test });
    (stretch(), prop::collection::vec(clause, 0..4))
        .prop_map(|((from, until), clauses)| Predicate { from, until, clauses })
}

/// Says that the purges of account "one" with these ids were sent from here.
fn send(home: &Home, ids: &[&str]) {
    let entry = everything("");
    let mut writer = home.writer();
    let entries = writer.enqueue(&vec![entry; ids.len()], at(0)).unwrap();
    for (entry, id) in entries.iter().zip(ids) {
        let linked = writer.match_purge(&entry.id, &(*id).into()).unwrap();
        assert!(matches!(linked, MatchOutcome::Linked(_)), "{linked:?}");
    }
}

const SENT: [&str; 6] = ["1", "2", "3", "10", "20", "30"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn windows_and_counts_are_those_of_the_plain_rule(case in any_case()) {
        for ground in [Ground::SmallFile, Ground::File] {
            follow_the_plain_rule(ground, &case)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn windows_and_counts_of_a_server_are_those_of_the_plain_rule(case in any_case()) {
        if Cluster::shared().is_some() {
            follow_the_plain_rule(Ground::Server, &case)?;
        }
    }
}

/// The place of a purge, by the plain rule.
fn place_of(sort: Sort, detail: &PurgeDetail) -> RowPlace<'static> {
    let purge = detail.purge.clone();
    sort.place(&PurgeRow {
        key: detail.key,
        account: purge.account,
        provider: purge.provider,
        id: purge.id,
        cname: purge.cname,
        kind: purge.kind,
        status: purge.status,
        raw_status: purge.raw_status,
        created: purge.created,
        target_count: purge.targets.len() as u32,
        first_target: String::new(),
        by: purge.by,
        sent_here: false,
        verified: None,
    })
}

/// A case of the property: a history, and what is asked of it.
#[derive(Clone, Debug)]
struct Case {
    purges: Vec<Purge>,
    predicates: Vec<Predicate>,
    limit: u32,
    place: prop::sample::Index,
    before: u32,
    bars: u16,
}

fn any_case() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(any_purge(), 0..70),
        prop::collection::vec(predicate(), 12),
        (0..12_u32, any::<prop::sample::Index>(), 0..8_u32, 0..20_u16),
    )
        .prop_map(|(purges, predicates, (limit, place, before, bars))| Case {
            purges,
            predicates,
            limit,
            place,
            before,
            bars,
        })
}

/// Returns the columns of which the order is asked for with a predicate: of a server, where each
/// question takes a while, not all with each.
fn columns(ground: Ground, number: usize) -> Vec<Column> {
    let all = Column::EVERY;
    match ground {
        Ground::SmallFile | Ground::File => all.to_vec(),
        Ground::Server => {
            vec![Column::Time, all[number % all.len()], all[(number + 4) % all.len()]]
        }
    }
}

fn follow_the_plain_rule(ground: Ground, case: &Case) -> Result<(), TestCaseError> {
    let Case { limit, place, before, bars, .. } = *case;
    let home = Home::with(ground, &case.purges);
    send(&home, &SENT);
    let reader = home.reader();
    let all = home.details();
    let times = all.iter().map(|detail| detail.key);
    prop_assert!(times.clone().is_sorted());
    for (number, predicate) in case.predicates.iter().cloned().map(Arc::new).enumerate() {
        let selected: Vec<&PurgeDetail> = all
            .iter()
            .filter(|detail| {
                let sent = detail.purge.account.as_str() == "one"
                    && SENT.contains(&detail.purge.id.as_str());
                assert_eq!(detail.sent.is_some(), sent);
                predicate.matches(&detail.purge, sent)
            })
            .collect();
        let both = |column: &Column| [Sort::by(*column), Sort::by(*column).turned()];
        for sort in columns(ground, number).iter().flat_map(both) {
            let mut places: Vec<_> = selected.iter().map(|it| place_of(sort, it)).collect();
            places.sort_by(|one, other| sort.compare(one, other));
            let keys: Vec<PurgeKey> = places.iter().map(|place| place.key).collect();
            // An anchor may be any purge, selected or not, or none.
            let anchor = match all.len() {
                0 => RowPlace::in_time(PurgeKey(0)),
                some => place_of(sort, &all[place.index(some)]),
            };
            let is_before = |place: &RowPlace<'_>| sort.compare(place, &anchor).is_lt();
            let first_not_before = places.partition_point(is_before);
            let after = places.partition_point(|place| sort.compare(place, &anchor).is_le());
            let size = limit as usize;
            let lead = first_not_before.saturating_sub(before.min(limit) as usize);
            for (asked, from, until) in [
                (Anchor::Start, 0, size.min(keys.len())),
                (Anchor::End, keys.len().saturating_sub(size), keys.len()),
                (Anchor::After(anchor.clone()), after, (after + size).min(keys.len())),
                (
                    Anchor::Before(anchor.clone()),
                    first_not_before.saturating_sub(size),
                    first_not_before,
                ),
                (
                    Anchor::Around { row: anchor.clone(), before },
                    lead,
                    (lead + size).min(keys.len()),
                ),
            ] {
                let window = reader
                    .window(&WindowQuery {
                        predicate: Arc::clone(&predicate),
                        sort,
                        anchor: asked.clone(),
                        limit,
                    })
                    .unwrap();
                let rows: Vec<_> = window.rows.iter().map(|row| row.key).collect();
                prop_assert_eq!(&rows, &keys[from..until], "{:?} {:?}", asked, predicate);
                prop_assert_eq!(window.more_before, from > 0, "before {:?}", asked);
                prop_assert_eq!(window.more_after, until < keys.len(), "after {:?}", asked);
            }
            let mut exported = Vec::new();
            let exports = reader.export(&predicate, sort, None, &mut |detail| {
                exported.push(detail.key);
                ControlFlow::Continue(())
            });
            prop_assert_eq!(exports.unwrap(), keys.len() as u64);
            prop_assert_eq!(exported, keys, "{}", sort);
        }
        let newest: Vec<PurgeKey> = selected.iter().rev().map(|detail| detail.key).collect();
        let some: Vec<PurgeKey> = all.iter().step_by(2).map(|detail| detail.key).collect();
        let among = newest.iter().copied().filter(|key| some.contains(key)).collect();
        for (among, expected) in [(None, newest), (Some(some), among)] {
            let keys = reader.keys(&KeysQuery { predicate: Arc::clone(&predicate), among, limit });
            let expected: Vec<_> = expected.into_iter().take(limit as usize).collect();
            prop_assert_eq!(keys.unwrap(), expected);
        }
        counts_follow_the_plain_rule(&reader, &predicate, &selected, all.len(), bars)?;
    }
    Ok(())
}

fn counts_follow_the_plain_rule(
    reader: &Reader,
    predicate: &Arc<Predicate>,
    selected: &[&PurgeDetail],
    stored: usize,
    bars: u16,
) -> Result<(), TestCaseError> {
    let summary = reader
        .summary(&SummaryQuery { predicate: Arc::clone(predicate), bars, now: at(200) })
        .unwrap();
    prop_assert_eq!(summary.stored, stored as u64);
    prop_assert_eq!(summary.selected, selected.len() as u64);
    let count = |is: &dyn Fn(&Purge) -> bool| {
        selected.iter().filter(|detail| is(&detail.purge)).count() as u64
    };
    for (status, told) in &summary.by_status {
        prop_assert_eq!(*told, count(&|purge| purge.status == *status));
    }
    for (kind, told) in &summary.by_kind {
        prop_assert_eq!(*told, count(&|purge| purge.kind == *kind));
    }
    for (account, told) in &summary.by_account {
        prop_assert_eq!(*told, count(&|purge| purge.account == *account));
    }
    for (cname, told) in &summary.by_cname {
        prop_assert_eq!(*told, count(&|purge| purge.cname == *cname));
    }
    for (author, told) in &summary.by_author {
        prop_assert_eq!(*told, count(&|purge| purge.by.as_ref() == Some(author)));
    }
    let authors: u64 = summary.by_author.iter().map(|told| told.1).sum();
    prop_assert_eq!(authors, count(&|purge| purge.by.is_some()));
    for sums in [
        summary.by_status.iter().map(|told| told.1).sum::<u64>(),
        summary.by_kind.iter().map(|told| told.1).sum(),
        summary.by_account.iter().map(|told| told.1).sum(),
        summary.by_cname.iter().map(|told| told.1).sum(),
    ] {
        prop_assert_eq!(sums, summary.selected);
    }
    let timeline = &summary.timeline;
    for (place, bar) in timeline.bars.iter().enumerate() {
        let (from, until) = timeline.span(place..=place).unwrap();
        let here = |purge: &Purge| from <= purge.created && purge.created < until;
        let of = |status| count(&|purge| here(purge) && purge.status == status) as u32;
        let expected = Bar {
            failed: of(Status::Failed),
            in_progress: of(Status::InProgress),
            other: of(Status::ReportDisabled) + of(Status::Unknown),
            successful: of(Status::Successful),
        };
        prop_assert_eq!(*bar, expected);
        prop_assert_eq!(u64::from(bar.all()), count(&here));
    }
    if bars > 0 && !selected.is_empty() {
        prop_assert_eq!(u64::from(timeline.sum().all()), summary.selected);
    }
    Ok(())
}

/// Returns so many purges, a second apart, whose ids are their places.
fn numbered(count: i64) -> Vec<Purge> {
    (0..count).map(|id| purge(&id.to_string(), id)).collect()
}

#[test]
fn a_row_shows_what_a_list_needs() {
    let long = Purge {
        account: "one".into(),
        by: Some("mira".to_owned()),
        targets: vec![Target::new("/x".repeat(500)), Target::new("/y")],
        ..purge("1", 5)
    };
    each_with(&[long], |home| {
        send(home, &["1"]);
        let query = WindowQuery {
            predicate: Arc::default(),
            sort: Sort::NEWEST,
            anchor: Anchor::Start,
            limit: 5,
        };
        let row = home.reader().window(&query).unwrap().rows.remove(0);
        assert_eq!(row.created, at(5));
        assert_eq!((row.target_count, row.by.as_deref()), (2, Some("mira")));
        assert_eq!((row.raw_status.as_str(), row.sent_here), ("Successful", true));
        assert_eq!(row.first_target, "/x".repeat(100));
    });
}

#[test]
fn an_export_stops_at_its_limit_and_when_it_is_told_to() {
    each_with(&numbered(9), |home| {
        // A word that every host has in it takes two access paths.
        let word = Pattern::Contains(home.details()[0].purge.cname[..3].to_owned());
        let word = Clause { negated: false, test: Test::Text(vec![word]) };
        for clauses in [vec![], vec![word]] {
            stops_at_its_limit(home, &Predicate { clauses, ..Predicate::default() });
        }
    });
}

fn stops_at_its_limit(home: &Home, predicate: &Predicate) {
    let shown = |limit, stop: u64| {
        let mut ids = Vec::new();
        let count = home.reader().export(predicate, Sort::NEWEST, limit, &mut |detail| {
            ids.push(detail.purge.id.to_string());
            if ids.len() as u64 == stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        (count.unwrap(), ids.join(" "))
    };
    assert_eq!(shown(None, 99), (9, "8 7 6 5 4 3 2 1 0".to_owned()));
    assert_eq!(shown(Some(2), 99), (2, "8 7".to_owned()));
    assert_eq!(shown(Some(0), 99), (0, String::new()));
    assert_eq!(shown(None, 3), (3, "8 7 6".to_owned()));
}

#[test]
fn a_question_can_be_cancelled() {
    each_with(&numbered(50), |home| {
        let reader = home.reader();
        let interrupt = reader.interrupt();
        let cancelled = reader.export(&Predicate::default(), Sort::NEWEST, None, &mut |_| {
            interrupt.interrupt();
            ControlFlow::Continue(())
        });
        assert_eq!(cancelled, Err(crate::store::StoreFailure::Interrupted));
        assert_eq!(home.purges().len(), 50);
        // The next question is not harmed.
        assert_eq!(reader.accounts().unwrap().len(), 1);
    });
}
