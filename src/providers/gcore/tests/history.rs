//! Reading the history.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::domain::ids::ResourceId;
use crate::domain::status::Status;

const ENVELOPE: &str = include_str!("../../../../tests/golden/gcore/history_envelope.json");
const PLAIN: &str = include_str!("../../../../tests/golden/gcore/history_plain.json");
const ODD: &str = include_str!("../../../../tests/golden/gcore/history_odd.json");

#[tokio::test]
async fn every_documented_parameter_is_asked_with() {
    let (server, adapter) = answering(vec![Reply::json(200, ENVELOPE)]).await;
    let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    adapter
        .history(&HistoryRequest {
            from: at("2026-05-01T00:00:00.0005Z"),
            until: at("2026-05-02T00:00:00.0005Z"),
            resource: Some((ResourceId::new("11"), "cdn.shop.example".to_owned())),
            offset: 100,
            ..HistoryRequest::default()
        })
        .await
        .unwrap();
    let heard = &server.heard()[0];
    assert_eq!(heard.method, "GET");
    assert!(heard.target.starts_with("/cdn/purge_statuses?"));
    for (name, value) in [
        ("cname", "cdn.shop.example"),
        ("from_created", "2026-05-01T00:00:00.000Z"),
        ("to_created", "2026-05-02T00:00:00.001Z"),
        ("offset", "100"),
        ("limit", "100"),
    ] {
        assert_eq!(heard.query(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(heard.header("authorization"), Some("APIKey 29841$c767abcdef0123456789"));
}

#[tokio::test]
async fn what_is_not_asked_for_is_left_out_of_the_question() {
    let (server, adapter) = answering(vec![Reply::json(200, ENVELOPE)]).await;
    adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!(server.heard()[0].target, "/cdn/purge_statuses?offset=0&limit=100");
}

#[tokio::test]
async fn an_envelope_is_read_record_by_record() {
    let (_server, adapter) = answering(vec![Reply::json(200, ENVELOPE)]).await;
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!((page.records, page.total, page.complete), (4, Some(5), false));
    let shape: Vec<_> = page
        .purges
        .iter()
        .map(|purge| {
            let texts: Vec<&str> = purge.targets.iter().map(|t| t.text.as_str()).collect();
            (
                purge.id.as_str(),
                purge.kind.unwrap(),
                purge.status,
                purge.created.to_rfc3339(),
                texts,
            )
        })
        .collect();
    assert_eq!(
        shape,
        [
            (
                "501",
                Kind::Url,
                Status::Successful,
                "2026-05-04T10:20:30.123456+00:00".to_owned(),
                vec!["http://cdn.shop.example/a/one.jpg", "http://cdn.shop.example/a/two.jpg?v=2"]
            ),
            (
                "502",
                Kind::Pattern,
                Status::InProgress,
                "2026-05-04T10:21:30.500+00:00".to_owned(),
                vec!["/img/*"]
            ),
            ("503", Kind::All, Status::Failed, "2026-05-04T10:22:30+00:00".to_owned(), vec![]),
            (
                "504",
                Kind::Url,
                Status::ReportDisabled,
                "2026-05-04T10:23:30+00:00".to_owned(),
                vec!["/x.css", "/y.css"]
            ),
        ]
    );
    let first = &page.purges[0];
    assert_eq!(first.resource.as_str(), "11");
    assert_eq!(first.cname, "cdn.shop.example");
    assert_eq!(first.raw_status, "Successful");
    assert_eq!(first.raw_kind, "purge_by_url");
    assert_eq!(first.raw_created, None);
}

#[tokio::test]
async fn a_bare_list_is_read_the_same() {
    let (_server, adapter) = answering(vec![Reply::json(200, PLAIN)]).await;
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!((page.records, page.total, page.complete), (1, None, true));
    assert_eq!(page.purges[0].id.as_str(), "1");
}

#[tokio::test]
async fn a_bare_list_that_may_have_been_cut_is_not_called_complete() {
    let records: Vec<_> = (0..100).map(|id| json!({ "purge_id": id })).collect();
    let (_server, adapter) = answering(vec![Reply::json(200, json!(records).to_string())]).await;
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!((page.records, page.complete), (100, false));
}

#[tokio::test]
async fn a_record_is_kept_as_far_as_it_can_be_read() {
    let (_server, adapter) = answering(vec![Reply::json(200, ODD)]).await;
    let before = Utc::now();
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    let ids: Vec<_> = page.purges.iter().map(|purge| purge.id.as_str()).collect();
    assert_eq!(ids, ["601", "602", "603", "604"]);
    assert_eq!((page.records, page.unreadable, page.complete), (6, 2, true));
    for bare in &page.purges[..2] {
        assert_eq!((bare.kind, bare.status), (None, Status::Unknown));
        assert_eq!(bare.raw_created.as_deref(), Some(""));
        assert!(bare.created >= before && bare.targets.is_empty());
    }
    let odd = &page.purges[2];
    assert_eq!((odd.raw_kind.as_str(), odd.raw_status.as_str()), ("purge_by_tag", "Postponed"));
    assert_eq!(odd.raw_created.as_deref(), Some("the day before yesterday"));
    assert_eq!(odd.targets[0].text, "/single");
    let last = &page.purges[3];
    assert_eq!(last.raw_status, "7");
    assert_eq!(last.targets.len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_a_failure_and_never_an_empty_history() {
    for odd in ["", "{}", "null", "7", "{\"results\": 3}", "{ broken", "<html>"] {
        let (_server, adapter) = answering(vec![Reply::json(200, odd)]).await;
        let failure = adapter.history(&HistoryRequest::default()).await.unwrap_err();
        assert_eq!(failure.cause, Cause::BadAnswer, "{odd}");
        assert!(!failure.detail.is_empty(), "{odd}");
    }
}

#[tokio::test]
async fn a_vendor_that_counts_more_than_it_gives_is_not_believed_to_be_done() {
    let body = json!({ "count": 250, "next": null, "previous": null, "results": null });
    let (_server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
    let failure = adapter.history(&HistoryRequest::default()).await.unwrap_err();
    assert_eq!(failure.cause, Cause::BadAnswer);
    let done = HistoryRequest { offset: 250, ..HistoryRequest::default() };
    assert!(adapter.history(&done).await.unwrap().complete);
}
