//! Taking purges in: each once, in any order, and nothing lost.

use proptest::prelude::*;

use super::*;
use crate::domain::query::SummaryQuery;
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
    let home = Home::with(&[all.clone(), full.clone()]);
    assert_eq!(home.purges(), [full, all]);
}

#[test]
fn a_purge_seen_twice_is_stored_once_and_writes_nothing() {
    let home = Home::new();
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
}

#[test]
fn a_known_purge_between_new_ones_is_met_and_leaves_no_word_behind() {
    let home = Home::with(&[purge("1", 1), purge("3", 3)]);
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
    let found: i64 = home.writer().connection().query_row(words, [], |row| row.get(0)).unwrap();
    assert_eq!(found, 0);
}

#[test]
fn the_same_id_in_another_account_is_another_purge() {
    let other = Purge { account: "gcore-test".into(), ..purge("1", 5) };
    let home = Home::with(&[purge("1", 5), other]);
    assert_eq!(home.purges().len(), 2);
}

#[test]
fn purges_of_the_same_instant_keep_their_time_and_have_keys_of_their_own() {
    let purges: Vec<_> = (0..40).map(|id| purge(&id.to_string(), 5)).collect();
    let home = Home::with(&purges);
    home.writer().record(&[purge("late", 5)], at(6)).unwrap();
    let details = home.details();
    assert_eq!(details.len(), 41);
    assert!(details.iter().all(|detail| detail.purge.created == at(5)));
    assert!(details.is_sorted_by(|one, next| one.key < next.key));
}

#[test]
fn a_purge_that_ends_changes_its_row_and_tells_when_it_was_made() {
    let open =
        Purge { status: Status::InProgress, raw_status: "In progress".to_owned(), ..purge("1", 5) };
    let home = Home::with(&[open, purge("2", 6)]);
    let recorded = home.writer().record(&[purge("1", 5)], at(20)).unwrap();
    assert_eq!((recorded.new, recorded.changed), (0, 1));
    assert_eq!((recorded.from, recorded.until), (Some(at(5)), Some(at(5))));
    assert_eq!(home.purges(), [purge("1", 5), purge("2", 6)]);
}

#[test]
fn a_corrected_time_moves_the_row_and_leaves_none_behind() {
    let home = Home::with(&[purge("1", 5), purge("2", 6)]);
    let recorded = home.writer().record(&[purge("1", 90)], at(100)).unwrap();
    assert_eq!((recorded.from, recorded.until), (Some(at(5)), Some(at(90))));
    assert_eq!(home.purges(), [purge("2", 6), purge("1", 90)]);
    let all = SummaryQuery { predicate: std::sync::Arc::default(), bars: 0, now: at(0) };
    assert_eq!(home.reader().summary(&all).unwrap().selected, 2);
}

#[test]
fn a_time_that_could_not_be_read_is_that_of_the_first_sighting() {
    let unread = |second| Purge { raw_created: Some("soon".to_owned()), ..purge("1", second) };
    let home = Home::new();
    let mut writer = home.writer();
    writer.record(&[unread(50)], at(50)).unwrap();
    let again = writer.record(&[unread(60)], at(60)).unwrap();
    assert_eq!(again, Recorded::default());
    assert_eq!(home.purges(), [unread(50)]);
}

#[test]
fn parts_of_a_purge_are_put_together() {
    let part = |text: &str| Purge { targets: vec![Target::new(text)], ..purge("1", 5) };
    let home = Home::with(&[part("/c"), part("/a")]);
    home.writer().record(&[part("/b")], at(6)).unwrap();
    let texts: Vec<_> = home.purges().remove(0).targets;
    assert_eq!(texts, ["/a", "/b", "/c"].map(Target::new));
}

#[test]
fn an_account_name_given_to_another_provider_starts_again_and_keeps_the_old_rows() {
    let home = Home::with(&[purge("1", 5)]);
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
}

#[test]
fn importing_twice_is_the_same_as_once() {
    let purges: Vec<_> = (0..100).map(|id| purge(&id.to_string(), id % 7)).collect();
    for tuning in tunings() {
        let home = Home::tuned(tuning, &[]);
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
    }
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_sightings_and_the_batches_they_come_in_do_not_matter(
        sightings in prop::collection::vec(sighting(), 1..30),
        order in any::<prop::sample::Index>(),
        batch in 1..8_usize,
    ) {
        for tuning in tunings() {
            let at_once = Home::tuned(tuning, &sightings);
            let piecemeal = Home::tuned(tuning, &[]);
            let mut writer = piecemeal.writer();
            let mut other = sightings.clone();
            let middle = order.index(other.len());
            other.rotate_left(middle);
            other.reverse();
            for batch in other.chunks(batch) {
                writer.record(batch, at(0)).unwrap();
            }
            prop_assert_eq!(by_id(at_once.purges()), by_id(piecemeal.purges()));
            prop_assert_eq!(writer.record(&sightings, at(0)).unwrap(), Recorded::default());
        }
    }
}

#[test]
fn a_first_chunk_whose_purges_all_moved_leaves_its_place_to_the_next() {
    let home = Home::new();
    let unread =
        |id: i64| Purge { raw_created: Some("yesterday".to_owned()), ..purge(&id.to_string(), id) };
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
}
