//! Taking purges in: each once, in any order, and nothing lost.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::filter::{Clause, Test};
use crate::domain::kind::Kind;
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Anchor, SummaryQuery, WindowQuery};
use crate::domain::status::Status;
use crate::store::Recorded;

#[test]
fn a_purge_comes_back_as_it_was() {
    let full = Purge {
        kind: None,
        raw_kind: "purge_by_moon".to_owned(),
        status: Status::Unknown,
        raw_status: "Simmering".to_owned(),
        raw_created: Some("yesterday-ish".to_owned()),
        completed: Some(at(9)),
        targets: vec![
            Target { text: "/a\\n\nb".to_owned(), status: Some(Status::Failed) },
            Target::new("/*"),
        ],
        by: Some("mira".to_owned()),
        cname: String::new(),
        created: at(-5),
        ..purge("7", 0)
    };
    let all = Purge { kind: Some(Kind::All), targets: Vec::new(), ..purge("8", 1) };
    each_with(&[all.clone(), full.clone()], |home| {
        assert_eq!(home.purges(), [full.clone(), all.clone()]);
    });
}

#[test]
fn a_purge_seen_twice_is_stored_once_and_writes_nothing() {
    each(|home| {
        let mut writer = home.writer();
        let first = writer.record(&[purge("1", 5), purge("2", 9)], at(10));
        let told = Recorded { new: 2, changed: 0, from: Some(at(5)), until: Some(at(9)) };
        assert_eq!(first.unwrap(), told);
        let reader = home.reader();
        let before = reader.data_version().unwrap();
        let again = writer.record(&[purge("2", 9), purge("1", 5), purge("1", 5)], at(11));
        assert_eq!(again.unwrap(), Recorded::default());
        assert_eq!(reader.data_version().unwrap(), before);
        assert_eq!(home.purges(), [purge("1", 5), purge("2", 9)]);
    });
}

#[test]
fn a_known_purge_between_new_ones_is_met_and_leaves_no_word_behind() {
    each_with(&[purge("1", 1), purge("3", 3)], |home| {
        let earlier = Purge {
            status: Status::InProgress,
            raw_status: "Nearly there".to_owned(),
            ..purge("1", 1)
        };
        let page = [purge("0", 0), earlier, purge("2", 2), purge("3", 3), purge("4", 4)];
        let recorded = home.writer().record(&page, at(9)).unwrap();
        assert_eq!((recorded.new, recorded.changed), (3, 0));
        let all: Vec<_> = (0..5).map(|id| purge(&id.to_string(), id)).collect();
        assert_eq!(home.purges(), all);
        let words = "SELECT count(*) FROM word WHERE text = 'Nearly there'";
        assert_eq!(home.sql(words), ["0"]);
    });
}

#[test]
fn a_purge_without_kind_and_targets_is_found_by_that_and_gets_them_when_it_is_seen_again() {
    let bare = |id: &str, at| Purge {
        kind: None,
        raw_kind: String::new(),
        targets: Vec::new(),
        ..purge(id, at)
    };
    each_with(&[bare("1", 1), purge("2", 2), bare("3", 3)], |home| {
        let unknown = || {
            let clauses = vec![Clause { negated: false, test: Test::Kind(vec![None]) }];
            let query = WindowQuery {
                predicate: Arc::new(Predicate { clauses, ..Predicate::default() }),
                sort: Sort::NEWEST,
                anchor: Anchor::Start,
                limit: 10,
            };
            let rows = home.reader().window(&query).unwrap().rows;
            assert!(rows.iter().all(PurgeRow::is_bare));
            rows.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(unknown(), ["3", "1"]);
        let told = Recorded { new: 0, changed: 1, from: Some(at(3)), until: Some(at(3)) };
        assert_eq!(home.writer().record(&[purge("3", 3)], at(9)).unwrap(), told);
        // The list goes on telling nothing of it.
        let again = home.writer().record(&[bare("3", 3)], at(10)).unwrap();
        assert_eq!((unknown(), again), (vec!["1".to_owned()], Recorded::default()));
        assert_eq!(home.purges(), [bare("1", 1), purge("2", 2), purge("3", 3)]);
    });
}

#[test]
fn the_same_id_in_another_account_is_another_purge() {
    let other = Purge { account: "gcore-test".into(), ..purge("1", 5) };
    each_with(&[purge("1", 5), other], |home| {
        assert_eq!(home.purges().len(), 2);
    });
}

#[test]
fn purges_of_the_same_instant_keep_their_time_and_have_keys_of_their_own() {
    let purges: Vec<_> = (0..40).map(|id| purge(&id.to_string(), 5)).collect();
    each_with(&purges, |home| {
        home.writer().record(&[purge("late", 5)], at(6)).unwrap();
        let details = home.details();
        assert_eq!(details.len(), 41);
        assert!(details.iter().all(|detail| detail.purge.created == at(5)));
        assert!(details.is_sorted_by(|one, next| one.key < next.key));
    });
}

#[test]
fn a_purge_that_ends_changes_its_row_and_tells_when_it_was_made() {
    let open =
        Purge { status: Status::InProgress, raw_status: "In progress".to_owned(), ..purge("1", 5) };
    each_with(&[open, purge("2", 6)], |home| {
        let recorded = home.writer().record(&[purge("1", 5)], at(20)).unwrap();
        assert_eq!((recorded.new, recorded.changed), (0, 1));
        assert_eq!((recorded.from, recorded.until), (Some(at(5)), Some(at(5))));
        assert_eq!(home.purges(), [purge("1", 5), purge("2", 6)]);
    });
}

#[test]
fn a_corrected_time_moves_the_row_and_leaves_none_behind() {
    each_with(&[purge("1", 5), purge("2", 6)], |home| {
        let recorded = home.writer().record(&[purge("1", 90)], at(100)).unwrap();
        assert_eq!((recorded.from, recorded.until), (Some(at(5)), Some(at(90))));
        assert_eq!(home.purges(), [purge("2", 6), purge("1", 90)]);
        let all = SummaryQuery { predicate: std::sync::Arc::default(), bars: 0, now: at(0) };
        assert_eq!(home.reader().summary(&all).unwrap().selected, 2);
    });
}

#[test]
fn a_time_that_could_not_be_read_is_that_of_the_first_sighting() {
    let unread = |second| Purge { raw_created: Some("soon".to_owned()), ..purge("1", second) };
    each(|home| {
        let mut writer = home.writer();
        writer.record(&[unread(50)], at(50)).unwrap();
        let again = writer.record(&[unread(60)], at(60)).unwrap();
        assert_eq!(again, Recorded::default());
        assert_eq!(home.purges(), [unread(50)]);
    });
}

#[test]
fn parts_of_a_purge_are_put_together() {
    let part = |text: &str| Purge { targets: vec![Target::new(text)], ..purge("1", 5) };
    each_with(&[part("/c"), part("/a")], |home| {
        home.writer().record(&[part("/b")], at(6)).unwrap();
        let texts: Vec<_> = home.purges().remove(0).targets;
        assert_eq!(texts, ["/a", "/b", "/c"].map(Target::new));
    });
}

#[test]
fn an_account_name_given_to_another_provider_starts_again_and_keeps_the_old_rows() {
    each_with(&[purge("1", 5)], |home| {
        let mut writer = home.writer();
        let name = "gcore-prod".into();
        writer.add_coverage(&name, at(0), at(10)).unwrap();
        writer.mark_synced(&name, at(10)).unwrap();
        let other = Purge { provider: "tencent".into(), ..purge("1", 6) };
        writer.record(&[other], at(11)).unwrap();
        assert_eq!(home.purges().len(), 2);
        assert!(home.reader().coverage(&name).unwrap().ranges().is_empty());
        let accounts = home.reader().accounts().unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].synced_at, None);
        assert_eq!(accounts[0].provider, Some("tencent".into()));
    });
}

#[test]
fn a_first_chunk_whose_purges_all_moved_leaves_its_place_to_the_next() {
    each(|home| {
        let unread = |id: i64| Purge {
            raw_created: Some("yesterday".to_owned()),
            ..purge(&id.to_string(), id)
        };
        let first: Vec<Purge> = (0..4).map(unread).collect();
        let others: Vec<Purge> = (100..112).map(|id| purge(&id.to_string(), id)).collect();
        home.writer().record(&[first.clone(), others].concat(), at(99_999)).unwrap();
        let moved: Vec<Purge> = (0..4).map(|id| purge(&id.to_string(), 105 + id)).collect();
        assert_eq!(home.writer().record(&moved, at(99_999)).unwrap().changed, 4);
        assert_eq!(home.reader().check(), Ok(Vec::new()));
        // What is older than all belongs to the first again.
        home.writer().record(&[purge("old", -9)], at(99_999)).unwrap();
        assert_eq!(home.purges().len(), 17);
        assert_eq!(home.reader().check(), Ok(Vec::new()));
    });
}

#[test]
fn importing_twice_is_the_same_as_once() {
    let purges: Vec<_> = (0..100).map(|id| purge(&id.to_string(), id % 7)).collect();
    each(|home| {
        let mut writer = home.writer();
        for new in [100, 0] {
            let mut import = writer.import().unwrap();
            for batch in purges.chunks(30) {
                import.record(batch, at(9)).unwrap();
            }
            let recorded = import.finish().unwrap();
            assert_eq!((recorded.new, recorded.changed), (new, 0));
        }
        assert_eq!(home.purges().len(), 100);
    });
}

fn sighting() -> impl Strategy<Value = Purge> {
    let status = prop::sample::select(vec![Status::InProgress, Status::Successful]);
    (0..6_u8, 0..3_i64, status, "[ab]{0,2}", prop::option::of("[mn]")).prop_map(
        |(id, second, status, targets, by)| Purge {
            status,
            raw_status: status.word().to_owned(),
            targets: targets.chars().map(|text| Target::new(text.to_string())).collect(),
            by,
            ..purge(&id.to_string(), second)
        },
    )
}

fn by_id(mut purges: Vec<Purge>) -> Vec<Purge> {
    purges.sort_by(|one, other| one.id.cmp(&other.id));
    purges
}

/// Records sightings at once on one store and piecemeal in another order on a second one.
fn record_both_ways(
    ground: Ground,
    sightings: &[Purge],
    order: prop::sample::Index,
    batch: usize,
) -> Result<(), TestCaseError> {
    let at_once = Home::with(ground, sightings);
    let piecemeal = Home::on(ground);
    let mut writer = piecemeal.writer();
    let mut other = sightings.to_vec();
    let middle = order.index(other.len());
    other.rotate_left(middle);
    other.reverse();
    for batch in other.chunks(batch) {
        writer.record(batch, at(0)).unwrap();
    }
    prop_assert_eq!(by_id(at_once.purges()), by_id(piecemeal.purges()));
    prop_assert_eq!(writer.record(sightings, at(0)).unwrap(), Recorded::default());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_sightings_and_the_batches_they_come_in_do_not_matter(
        sightings in prop::collection::vec(sighting(), 1..30),
        order in any::<prop::sample::Index>(),
        batch in 1..8_usize,
    ) {
        for ground in [Ground::SmallFile, Ground::File] {
            record_both_ways(ground, &sightings, order, batch)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_sightings_does_not_matter_to_a_server(
        sightings in prop::collection::vec(sighting(), 1..30),
        order in any::<prop::sample::Index>(),
        batch in 1..8_usize,
    ) {
        if Cluster::shared().is_some() {
            record_both_ways(Ground::Server, &sightings, order, batch)?;
        }
    }

    /// What a write says that it did is the same on a file and on a server, whatever was stored.
    #[test]
    fn a_server_counts_what_changed_as_a_file_does(
        batches in prop::collection::vec(prop::collection::vec(sighting(), 0..12), 1..6),
    ) {
        if Cluster::shared().is_some() {
            let (file, server) = (Home::on(Ground::SmallFile), Home::on(Ground::Server));
            let (mut one, mut other) = (file.writer(), server.writer());
            for batch in &batches {
                prop_assert_eq!(one.record(batch, at(0)), other.record(batch, at(0)));
                prop_assert_eq!(by_id(file.purges()), by_id(server.purges()));
            }
        }
    }
}

#[test]
fn texts_that_a_server_cannot_hold_are_stored_once_too() {
    let odd = |text: &str| Purge {
        cname: format!("a{text}"),
        raw_status: format!("b{text}"),
        by: Some(format!("c{text}")),
        targets: vec![Target::new(format!("/d{text}")), Target::new("/\n")],
        ..purge(&format!("e{text}"), 5)
    };
    let both = [odd("\0"), odd("\u{fffe}\u{ffff}")];
    each_with(&both, |home| {
        assert_eq!(home.purges().len(), 2);
        assert_eq!(home.writer().record(&both, at(0)), Ok(Recorded::default()));
        assert!(home.purges().contains(&both[0]));
    });
}

#[test]
fn keys_are_found_in_the_midst_of_those_that_are_taken() {
    // Every other microsecond is taken, then a long run.
    let at_micros = |id: &str, micros| Purge {
        created: at(0) + TimeDelta::microseconds(micros),
        ..purge(id, 0)
    };
    let mut stored: Vec<_> = (0..50).map(|n| at_micros(&format!("s{n}"), 2 * n)).collect();
    stored.extend((0..300).map(|n| at_micros(&format!("r{n}"), 100)));
    let more: Vec<_> = (0..40).map(|n| at_micros(&format!("m{n}"), n % 3)).collect();
    each_with(&stored, |home| {
        assert_eq!(home.writer().record(&more, at(9)).unwrap().new, 40);
        let details = home.details();
        assert_eq!(details.len(), 390);
        assert!(details.is_sorted_by(|one, next| one.key < next.key));
        let late = details.iter().filter(|it| it.key.0 < it.purge.created.timestamp_micros());
        assert_eq!(late.count(), 0);
    });
}

#[test]
fn texts_of_any_length_are_stored() {
    let parts = (0..9_000_u64).map(|n| format!("{:x}", n.wrapping_mul(n * 7919)));
    let long = parts.collect::<Vec<_>>().concat();
    let full = Purge {
        cname: long.clone(),
        raw_status: format!("status {long}"),
        by: Some(format!("by {long}")),
        targets: vec![Target::new(format!("/{long}")); 3],
        ..purge("1", 5)
    };
    each_with(std::slice::from_ref(&full), |home| {
        assert_eq!(home.purges(), std::slice::from_ref(&full));
        assert_eq!(
            home.writer().record(std::slice::from_ref(&full), at(9)),
            Ok(Recorded::default())
        );
    });
}
