//! Sending purges, and what the vendor says to them.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::domain::failure::{Applied, FieldError};
use crate::providers::gcore::purge;

#[tokio::test]
async fn a_purge_goes_out_as_documented_and_201_is_a_yes() {
    for (payload, body) in [
        (Payload::Url(targets(&["/a.jpg?x=1", "/b"])), r#"{"urls":["/a.jpg?x=1","/b"]}"#),
        (Payload::Pattern(targets(&["/img/*"])), r#"{"paths":["/img/*"]}"#),
        (Payload::All, r#"{"paths":[]}"#),
    ] {
        let reply = Reply::json(201, "").with("Date", "Mon, 04 May 2026 10:20:30 GMT");
        let (server, adapter) = answering(vec![reply]).await;
        let request = request(payload);
        let receipt = adapter.submit(&request).await.unwrap();
        assert_eq!(receipt.id, None);
        assert_eq!(receipt.at.unwrap().to_rfc3339(), "2026-05-04T10:20:30+00:00");
        let heard = &server.heard()[0];
        assert_eq!(
            (heard.method.as_str(), heard.target.as_str()),
            ("POST", "/cdn/resources/11/purge")
        );
        assert_eq!(heard.body, body);
        assert_eq!(heard.header("content-type"), Some("application/json"));
        let preview = adapter.preview(&request);
        assert_eq!(preview.body, body);
        assert_eq!(preview.url, format!("{}cdn/resources/11/purge", server.url));
    }
}

#[tokio::test]
async fn only_everything_is_ever_sent_as_an_empty_list() {
    assert_eq!(Targets::new(Vec::new()), None);
    assert!(
        serde_json::from_value::<Payload>(json!({ "kind": "pattern", "targets": [] })).is_err()
    );
    assert!(serde_json::from_value::<Payload>(json!({ "kind": "url", "targets": [] })).is_err());
    let one = purge::call(&request(Payload::Pattern(targets(&["/"]))));
    assert!(format!("{one:?}").contains(r#"{\"paths\":[\"/\"]}"#), "{one:?}");
}

#[tokio::test]
async fn an_answer_that_is_neither_yes_nor_no_leaves_the_purge_unknown() {
    for (reply, cause) in [
        (Reply::json(200, "<html><title>Welcome</title>"), Cause::BadAnswer),
        (Reply::json(200, r#"{"ok":true}"#), Cause::BadAnswer),
        (Reply::json(500, "{}"), Cause::VendorError),
        (Reply::json(504, ""), Cause::VendorError),
        (Reply::Cut, Cause::Lost),
    ] {
        let (server, adapter) = answering(vec![reply.clone()]).await;
        let failure = adapter.submit(&request(Payload::All)).await.unwrap_err();
        assert_eq!(failure.cause, cause, "{reply:?}");
        assert_eq!(failure.applied, Applied::Maybe, "{reply:?}");
        assert_eq!(server.heard().len(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_yes_whose_body_is_lost_is_still_a_yes() {
    for reply in [
        Reply::CutInBody { status: 201, body: "{\"urls".to_owned() },
        Reply::json(200, r#"{"urls":["/a"]}"#),
        Reply::json(204, ""),
    ] {
        let (_server, adapter) = answering(vec![reply.clone()]).await;
        adapter
            .submit(&request(Payload::Url(targets(&["/a"]))))
            .await
            .unwrap_or_else(|failure| panic!("{reply:?}: {failure}"));
    }
}

#[tokio::test]
async fn a_request_of_another_account_is_not_sent() {
    let (server, adapter) = answering(vec![Reply::json(201, "")]).await;
    let mut request = request(Payload::All);
    request.account = AccountName::new("other");
    let failure = adapter.submit(&request).await.unwrap_err();
    assert_eq!((failure.cause, failure.applied), (Cause::Refused, Applied::No));
    assert!(server.heard().is_empty());
}

fn cause_word(cause: &Cause) -> &'static str {
    match cause {
        Cause::Unauthenticated => "unauthenticated",
        Cause::Forbidden => "forbidden",
        Cause::NotFound => "not found",
        Cause::RateLimited { .. } => "rate limited",
        Cause::QuotaUsedUp => "quota used up",
        Cause::Rejected { .. } => "rejected",
        Cause::VendorError => "vendor error",
        Cause::RangeTooLong
        | Cause::ClockSkew { .. }
        | Cause::Unreachable
        | Cause::Lost
        | Cause::BadAnswer
        | Cause::Retired
        | Cause::Unsupported
        | Cause::Refused => "something else",
    }
}

#[tokio::test]
async fn every_error_is_told_in_words_that_can_be_acted_on() {
    let golden = include_str!("../../../../tests/golden/gcore/errors.json");
    let cases: Vec<Value> = serde_json::from_str(golden).unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let status = case["status"].as_u64().unwrap() as u16;
        let body = match (case["html"].as_str(), &case["body"]) {
            (Some(html), _) => html.to_owned(),
            (None, Value::Null) => String::new(),
            (None, body) => body.to_string(),
        };
        let (_server, adapter) = answering(vec![Reply::json(status, body)]).await;
        let request = request(Payload::Pattern(targets(&["/a"])));
        let failure = adapter.submit(&request).await.unwrap_err();
        assert_eq!(case["cause"], cause_word(&failure.cause), "{name}: {failure}");
        assert_eq!(failure.http_status, Some(status), "{name}");
        let applied = if status >= 500 { Applied::Maybe } else { Applied::No };
        assert_eq!(failure.applied, applied, "{name}");
        if let Some(says) = case["says"].as_str() {
            assert!(failure.to_string().contains(says), "{name}: {failure}");
        }
        if let Some(code) = case["code"].as_str() {
            assert_eq!(failure.code.as_deref(), Some(code), "{name}");
        }
        if let (Some(wanted), Cause::Rejected { errors: faults }) =
            (case["faults"].as_array(), &failure.cause)
        {
            let wanted: Vec<FieldError> = wanted
                .iter()
                .map(|fault| FieldError {
                    field: fault[0].as_str().unwrap().to_owned(),
                    index: fault[1].as_u64().map(|index| index as usize),
                    message: fault[2].as_str().unwrap().to_owned(),
                })
                .collect();
            assert_eq!(faults, &wanted, "{name}");
        }
        if let (Some(seconds), Cause::RateLimited { retry_after }) =
            (case.get("retry_after"), &failure.cause)
        {
            assert_eq!(*retry_after, seconds.as_u64().map(Duration::from_secs), "{name}");
        }
    }
}
