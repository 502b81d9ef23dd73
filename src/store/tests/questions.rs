//! The smaller questions: accounts, resources, coverage, unfinished purges, drafts.

use super::*;
use crate::domain::activity::Names;
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::ids::AccountName;
use crate::domain::query::SummaryQuery;
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::status::Status;
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
    each(|home| {
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
    });
}

#[test]
fn accounts_are_remembered_with_when_they_were_last_read() {
    each_with(&[purge("1", 0)], |home| {
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
    });
}

#[test]
fn coverage_grows_together() {
    each(|home| {
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
    });
}

#[test]
fn unfinished_purges_are_those_whose_vendor_may_still_change_its_mind() {
    let with = |id, second, status| Purge { status, ..purge(id, second) };
    let purges = [
        with("1", 1, Status::InProgress),
        with("2", 2, Status::Successful),
        with("3", 3, Status::Unknown),
        with("4", 4, Status::ReportDisabled),
        with("5", 5, Status::InProgress),
        Purge { account: "other".into(), ..with("6", 6, Status::InProgress) },
    ];
    each_with(&purges, |home| {
        let unfinished = home.reader().unfinished(&"gcore-prod".into(), at(2)).unwrap();
        let ids: Vec<_> = unfinished.iter().map(|purge| purge.id.as_str()).collect();
        assert_eq!(ids, ["5", "3"]);
    });
}

#[test]
fn drafts_are_kept_side_by_side_until_each_is_removed() {
    each(|home| {
        let mut writer = home.writer();
        let kept = |id: &str, minute, text: &str| KeptDraft {
            id: id.into(),
            changed: at(minute),
            draft: Draft { text: text.to_owned(), ..Draft::default() },
        };
        let (one, two) = (kept("a", 1, "https://www.site.com/a\n"), kept("b", 2, "/b"));
        writer.save_draft(&one).unwrap();
        writer.save_draft(&two).unwrap();
        assert_eq!(home.reader().drafts().unwrap(), [two.clone(), one.clone()]);
        let changed = kept("a", 3, "/c");
        writer.save_draft(&changed).unwrap();
        assert_eq!(home.reader().drafts().unwrap(), [changed, two.clone()]);
        assert!(writer.remove_draft(&"a".into()).unwrap());
        assert!(!writer.remove_draft(&"a".into()).unwrap());
        assert_eq!(home.reader().drafts().unwrap(), [two]);
    });
}

#[test]
fn purges_are_gathered_in_the_order_asked_for_and_those_that_are_gone_are_left_out() {
    each_with(&[purge("1", 1), purge("2", 2)], |home| {
        let keys: Vec<_> = home.details().into_iter().map(|detail| detail.key).collect();
        let gone = crate::domain::ids::PurgeKey(7);
        let gathered = home.reader().purges(&[keys[1], gone, keys[0]]).unwrap();
        assert_eq!(gathered, [purge("2", 2), purge("1", 1)]);
        assert_eq!(home.reader().detail(gone).unwrap(), None);
    });
}

#[test]
fn what_nobody_has_to_read_again_is_no_change() {
    let account = AccountName::from("gcore-prod");
    each_with(&[purge("1", 0)], |home| {
        let (mut writer, reader) = (home.writer(), home.reader());
        writer.add_coverage(&account, at(0), at(9)).unwrap();
        let before = reader.data_version().unwrap();
        writer.record(&[purge("1", 0)], at(9)).unwrap();
        writer.mark_synced(&account, at(10)).unwrap();
        writer.add_coverage(&account, at(0), at(9)).unwrap();
        writer.add_coverage(&account, at(5), at(12)).unwrap();
        writer.save_whole_lists(&account, &[].into()).unwrap();
        writer.save_board("a").unwrap();
        writer.remove_unkept(9).unwrap();
        writer.reorder(&["nobody".into()]).unwrap();
        writer.confirm(&["nobody".into()]).unwrap();
        writer.notice_bad_ends(&["nobody".into()]).unwrap();
        let names = Names::default();
        writer.attribute_attempts(&account, (at(0), at(9)), at(9), &names).unwrap();
        assert_eq!(reader.data_version().unwrap(), before);
        writer.add_coverage(&account, at(20), at(21)).unwrap();
        assert_ne!(reader.data_version().unwrap(), before);
    });
}
