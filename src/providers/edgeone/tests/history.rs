//! `DescribePurgeTasks`.

use super::*;
use crate::domain::ids::PurgeId;
use crate::domain::purge::Purge;

fn of_shop() -> HistoryRequest {
    let zone = (ResourceId::new("zone-2noz78a8ev6k"), "shop.example".to_owned());
    HistoryRequest { resource: Some(zone), ..HistoryRequest::default() }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn rows_become_one_purge_a_job() {
    let (_server, adapter) = answering(vec![Reply::json(200, TASKS)]).await;
    let page = adapter.history(&of_shop()).await.unwrap();
    assert_eq!((page.records, page.total, page.complete), (9, Some(9), true));
    assert_eq!(page.unreadable, 1);
    let [urls, directories, host, tag, all, odd] = page.purges.as_slice() else {
        panic!("{page:?}")
    };
    assert!(page.purges.iter().all(|purge| purge.resource.as_str() == "zone-2noz78a8ev6k"));

    assert_eq!((urls.id.as_str(), urls.kind), ("1379afjk91u32h", Some(Kind::Url)));
    assert_eq!(urls.status, Status::Failed);
    assert_eq!(urls.raw_status, "success; failed: originPullFailed, the origin answered 502");
    let statuses: Vec<_> = urls.targets.iter().map(|target| target.status.unwrap()).collect();
    assert_eq!(statuses, [Status::Successful, Status::Failed]);
    assert_eq!(urls.cname, "www.shop.example");
    assert_eq!(urls.created, at("2026-05-04T10:10:53Z"));
    assert_eq!(urls.completed, Some(at("2026-05-04T10:12:01Z")));

    assert_eq!((directories.id.as_str(), directories.kind), ("20260504", Some(Kind::Pattern)));
    assert_eq!(directories.status, Status::InProgress);
    assert_eq!(directories.raw_kind, "purge_prefix invalidate");
    // Its targets have no host in common, and it has no end while one of them has none.
    assert_eq!((directories.cname.as_str(), directories.completed), ("shop.example", None));
    assert_eq!(directories.created, at("2026-05-04T10:00:00Z"));

    assert_eq!((host.kind, host.status), (Some(Kind::Host), Status::Failed));
    assert_eq!((host.cname.as_str(), host.raw_status.as_str()), ("www.shop.example", "timeout"));
    assert_eq!((tag.kind, tag.status), (Some(Kind::Tag), Status::Failed));
    assert_eq!((tag.cname.as_str(), tag.raw_status.as_str()), ("shop.example", "canceled"));
    assert_eq!((all.kind, all.status), (Some(Kind::All), Status::Successful));
    assert!(all.targets.is_empty());
    assert_eq!(all.completed, Some(at("2026-05-04T07:00:30Z")));

    assert_eq!((odd.kind, odd.status), (None, Status::Unknown));
    assert_eq!((odd.raw_kind.as_str(), odd.raw_status.as_str()), ("purge_odd", "resting"));
    assert_eq!((odd.raw_created.as_deref(), odd.created), (Some("soon"), now()));
}

#[tokio::test]
async fn a_question_names_its_zone_and_a_range_in_whole_seconds_or_a_job() {
    let empty = response(&json!({ "Tasks": null, "TotalCount": 0 }));
    let (server, adapter) = answering(vec![empty]).await;
    let ask = HistoryRequest {
        from: Some(at("2026-05-01T00:00:00.5Z")),
        until: Some(at("2026-05-02T00:00:00.5Z")),
        ..of_shop()
    };
    assert!(adapter.history(&ask).await.unwrap().complete);
    let job = HistoryRequest { id: Some(PurgeId::new("1379afjk91u32h")), ..of_shop() };
    adapter.history(&job).await.unwrap();
    let heard = server.heard();
    assert_eq!(
        asked(&heard[0]),
        (
            "DescribePurgeTasks",
            json!({
                "ZoneId": "zone-2noz78a8ev6k", "StartTime": "2026-05-01T00:00:00Z",
                "EndTime": "2026-05-02T00:00:01Z", "Offset": 0, "Limit": 1_000,
            })
        )
    );
    assert_eq!(
        asked(&heard[1]).1,
        json!({
            "ZoneId": "zone-2noz78a8ev6k", "Offset": 0, "Limit": 1_000,
            "Filters": [{ "Name": "job-id", "Values": ["1379afjk91u32h"] }],
        })
    );
}

#[tokio::test]
async fn a_range_that_is_too_long_says_so() {
    let (_server, adapter) = answering(vec![Reply::json(200, ERROR)]).await;
    let failure = adapter.history(&of_shop()).await.unwrap_err();
    assert_eq!(failure.cause, Cause::RangeTooLong);
}

#[tokio::test]
async fn a_count_that_is_missing_is_made_up_for_by_a_short_page_only() {
    let row = |number: u64| json!({ "JobId": "j", "Target": format!("/{number}") });
    let rows = |count: u64| (0..count).map(row).collect::<Vec<Value>>();
    let (_server, adapter) = answering(vec![response(&json!({ "Tasks": rows(7) }))]).await;
    assert_eq!(adapter.history(&of_shop()).await.unwrap().total, Some(7));
    let (_server, adapter) = answering(vec![response(&json!({ "Tasks": rows(1_000) }))]).await;
    assert_eq!(adapter.history(&of_shop()).await.unwrap_err().cause, Cause::BadAnswer);
    let none = response(&json!({ "Tasks": [], "TotalCount": 5 }));
    let (_server, adapter) = answering(vec![none]).await;
    assert_eq!(adapter.history(&of_shop()).await.unwrap_err().cause, Cause::BadAnswer);
}

/// Zones with so many rows each, of which an answer has at most `most`. A zone of none at all has
/// no plan, and one more than the others fails in the way that is given.
async fn account(
    counts: &'static [u64],
    most: u64,
    fails: Option<&'static str>,
) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::answering(move |_, heard| {
        let (action, body) = asked(heard);
        let zones = counts.len() + usize::from(fails.is_some());
        if action == "DescribeZones" {
            let zones: Vec<Value> = (0..zones)
                .map(|zone| json!({ "ZoneId": format!("z{zone}"), "ZoneName": format!("z{zone}.example") }))
                .collect();
            return Some(response(&json!({ "Zones": zones, "TotalCount": zones.len() })));
        }
        let zone = body["ZoneId"].as_str().unwrap();
        let Some(count) = counts.get(zone[1..].parse::<usize>().unwrap()).copied() else {
            return fails.map(error);
        };
        if count == 0 {
            return Some(error("InvalidParameter.ZoneHasNotBeenBoundToPlan"));
        }
        let from = body["Offset"].as_u64().unwrap();
        let until = count.min(from + most.min(body["Limit"].as_u64().unwrap()));
        let rows: Vec<Value> = (from..until)
            .map(|row| {
                json!({
                    "JobId": format!("{zone}-{row}"), "Target": format!("https://{zone}.example/{row}"),
                    "Type": "purge_url", "Status": "success", "CreateTime": "2026-05-04T10:00:00Z",
                })
            })
            .collect();
        Some(response(&json!({ "Tasks": rows, "TotalCount": count })))
    })
    .await;
    let adapter = adapter(Some(&server.url), &[]);
    (server, adapter)
}

/// Reads a history page by page; returns its purges and the number of pages.
async fn read(adapter: &Arc<dyn Provider>, ask: &HistoryRequest) -> (Vec<Purge>, usize) {
    let (mut ask, mut purges) = (ask.clone(), Vec::new());
    for pages in 1..50 {
        let page = adapter.history(&ask).await.unwrap();
        ask.offset += page.records;
        purges.extend(page.purges);
        if page.complete {
            assert_eq!(page.total, Some(ask.offset));
            return (purges, pages);
        }
        // Pages of the same length, as the counting of the engine needs them.
        assert_eq!(page.records, 1_000);
    }
    panic!("it does not end")
}

#[tokio::test]
async fn the_histories_of_all_zones_are_one_list() {
    let (server, adapter) = account(&[300, 0, 1_700, 500], 1_000, None).await;
    let (purges, pages) = read(&adapter, &HistoryRequest::default()).await;
    let mut ids: Vec<&str> = purges.iter().map(|purge| purge.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((purges.len(), ids.len(), pages), (2_500, 2_500, 3));
    for purge in &purges {
        let (zone, _) = purge.id.as_str().split_once('-').unwrap();
        assert_eq!((purge.resource.as_str(), &purge.cname), (zone, &format!("{zone}.example")));
    }
    let asked: Vec<Value> = server
        .heard()
        .iter()
        .map(asked)
        .filter(|(action, _)| *action == "DescribePurgeTasks")
        .map(|(_, body)| body)
        .collect();
    assert!(asked.iter().all(|body| body["ZoneId"].is_string()));
    // Each zone once, then only the zones whose turn it is.
    assert_eq!(asked.len(), 4 + 1 + 1);
}

#[tokio::test]
async fn a_vendor_that_gives_less_at_once_is_asked_until_a_page_is_full() {
    let (_server, adapter) = account(&[250, 900], 100, None).await;
    let (purges, pages) = read(&adapter, &HistoryRequest::default()).await;
    assert_eq!((purges.len(), pages), (1_150, 2));
}

#[tokio::test]
async fn a_later_page_can_be_asked_for_without_the_first() {
    let (_server, adapter) = account(&[300, 1_700], 1_000, None).await;
    let ask = HistoryRequest { offset: 1_000, ..HistoryRequest::default() };
    let page = adapter.history(&ask).await.unwrap();
    assert_eq!((page.records, page.total, page.complete), (1_000, Some(2_000), true));
    assert_eq!(page.purges[0].id.as_str(), "z1-700");
}

#[tokio::test]
async fn a_zone_that_fails_fails_the_question() {
    let (_server, adapter) = account(&[3, 4], 1_000, Some("UnauthorizedOperation")).await;
    let failure = adapter.history(&HistoryRequest::default()).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Forbidden);
    let (_server, adapter) =
        account(&[3, 4], 1_000, Some("InvalidParameterValue.ZoneNotFound")).await;
    assert_eq!(read(&adapter, &HistoryRequest::default()).await.0.len(), 7);
}

#[tokio::test]
async fn new_zones_are_asked_once_they_are_listed() {
    let server = Scripted::answering(|turn, heard| {
        let (action, body) = asked(heard);
        let count = if turn == 0 { 1 } else { 2 };
        let zones: Vec<Value> =
            (0..count).map(|zone| json!({ "ZoneId": format!("z{zone}") })).collect();
        Some(response(&match action {
            "DescribeZones" => json!({ "Zones": zones, "TotalCount": count }),
            "DescribePurgeTasks" => {
                json!({ "Tasks": [{ "JobId": body["ZoneId"], "Target": "a" }], "TotalCount": 1 })
            }
            _ => json!({ "AccelerationDomains": [], "TotalCount": 0 }),
        }))
    })
    .await;
    let adapter = adapter(Some(&server.url), &[]);
    let ask = HistoryRequest::default();
    assert_eq!(adapter.history(&ask).await.unwrap().records, 1);
    assert_eq!(adapter.history(&ask).await.unwrap().records, 1);
    adapter.resources().await.unwrap();
    assert_eq!(adapter.history(&ask).await.unwrap().records, 2);
}
