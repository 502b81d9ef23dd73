//! The smaller questions: accounts, resources, coverage, unfinished purges, the draft.

use super::*;
use crate::domain::draft::Draft;
use crate::domain::query::SummaryQuery;
use crate::domain::resource::{Resource, ResourceState};
use crate::store::StoredAccount;

fn resource(id: &str, cname: &str) -> Resource {
    Resource {
        names: vec![format!("alt.{cname}")],
        state: ResourceState::Other("moving".to_owned()),
        url_purge: Some(true),
        ..Resource::new("gcore-prod", "gcore", id, cname)
    }
}

#[test]
fn resources_are_those_of_the_last_time_in_their_order() {
    let home = Home::new();
    let mut writer = home.writer();
    let account = "gcore-prod".into();
    let (reader, none) = (home.reader(), home.reader().resources(&account).unwrap());
    assert_eq!((none.resources.len(), none.at), (0, None));
    writer
        .save_resources(&account, &[resource("2", "b.com"), resource("1", "a.com")], at(1))
        .unwrap();
    let last = [resource("3", "c.com"), resource("1", "a.com")];
    writer.save_resources(&account, &last, at(2)).unwrap();
    let known = reader.resources(&account).unwrap();
    assert_eq!((known.resources.as_slice(), known.at), (last.as_slice(), Some(at(2))));
}

#[test]
fn accounts_are_remembered_with_when_they_were_last_read() {
    let home = Home::with(&[purge("1", 0)]);
    let mut writer = home.writer();
    writer.mark_synced(&"gcore-prod".into(), at(9)).unwrap();
    writer.mark_synced(&"gcore-prod".into(), at(7)).unwrap();
    writer.mark_synced(&"a-new-one".into(), at(3)).unwrap();
    let seen = |account: &str, provider: Option<&str>, second| StoredAccount {
        account: account.into(),
        provider: provider.map(Into::into),
        synced_at: Some(at(second)),
        resources_at: None,
    };
    assert_eq!(
        home.reader().accounts().unwrap(),
        [seen("a-new-one", None, 3), seen("gcore-prod", Some("gcore"), 9)]
    );
}

#[test]
fn coverage_grows_together() {
    let home = Home::new();
    let mut writer = home.writer();
    let account = "gcore-prod".into();
    for (from, until) in [(0, 10), (20, 30), (10, 20), (40, 50), (45, 45)] {
        writer.add_coverage(&account, at(from), at(until)).unwrap();
    }
    let coverage = home.reader().coverage(&account).unwrap();
    assert_eq!(coverage.ranges(), [(at(0), at(30)), (at(40), at(50))]);
    let summary = home.reader().summary(&SummaryQuery {
        predicate: std::sync::Arc::default(),
        bars: 9,
        now: at(0),
    });
    assert_eq!(summary.unwrap().coverage, [(account, coverage)]);
    assert!(home.reader().coverage(&"other".into()).unwrap().ranges().is_empty());
}

#[test]
fn unfinished_purges_are_those_whose_vendor_may_still_change_its_mind() {
    let with = |id, second, status| Purge { status, ..purge(id, second) };
    let home = Home::with(&[
        with("1", 1, Status::InProgress),
        with("2", 2, Status::Successful),
        with("3", 3, Status::Unknown),
        with("4", 4, Status::ReportDisabled),
        with("5", 5, Status::InProgress),
        Purge { account: "other".into(), ..with("6", 6, Status::InProgress) },
    ]);
    let unfinished = home.reader().unfinished(&"gcore-prod".into(), at(2)).unwrap();
    let ids: Vec<_> = unfinished.iter().map(|purge| purge.id.as_str()).collect();
    assert_eq!(ids, ["5", "3"]);
}

#[test]
fn a_draft_is_kept_until_there_is_none() {
    let home = Home::new();
    let mut writer = home.writer();
    let draft = Draft { text: "https://www.site.com/a\n".to_owned(), ..Draft::default() };
    writer.save_draft(Some(&draft)).unwrap();
    assert_eq!(home.reader().draft().unwrap(), Some(draft));
    writer.save_draft(None).unwrap();
    assert_eq!(home.reader().draft().unwrap(), None);
}

#[test]
fn purges_are_gathered_in_the_order_asked_for_and_those_that_are_gone_are_left_out() {
    let home = Home::with(&[purge("1", 1), purge("2", 2)]);
    let keys: Vec<_> = home.details().into_iter().map(|detail| detail.key).collect();
    let gone = crate::domain::ids::PurgeKey(7);
    let gathered = home.reader().purges(&[keys[1], gone, keys[0]]).unwrap();
    assert_eq!(gathered, [purge("2", 2), purge("1", 1)]);
    assert_eq!(home.reader().detail(gone).unwrap(), None);
}
