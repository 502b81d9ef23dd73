//! `CreatePurgeTask`.

use super::*;
use crate::domain::failure::Applied;
use crate::domain::limits::Hardness;

#[tokio::test]
async fn a_request_is_signed_for_its_service_and_names_its_version() {
    let (server, adapter) = answering(vec![response(&json!({ "JobId": "j" }))]).await;
    adapter.submit(&request(Payload::All, None)).await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!((heard.method.as_str(), heard.target.as_str()), ("POST", "/"));
    for (name, value) in [
        ("x-tc-action", "CreatePurgeTask"),
        ("x-tc-version", "2022-09-01"),
        ("x-tc-language", "en-US"),
    ] {
        assert_eq!(heard.header(name), Some(value), "{name}");
    }
    let authorization = heard.header("authorization").unwrap();
    assert!(authorization.contains("/2026-05-04/teo/tc3_request, "), "{authorization}");
}

#[test]
fn the_international_site_has_its_own_endpoint() {
    let adapter = adapter(None, &[("international", "true")]);
    let preview = adapter.preview(&request(Payload::All, None));
    assert_eq!(preview.url, "https://teo.intl.tencentcloudapi.com/");
    assert!(preview.curl.ends_with(" --endpoint teo.intl.tencentcloudapi.com"), "{}", preview.curl);
}

#[tokio::test]
async fn every_kind_is_sent_in_the_vendors_words_with_a_method_where_there_is_a_choice() {
    let zone = "zone-2noz78a8ev6k";
    let (url, directory) = ("https://www.shop.example/a.jpg", "https://www.shop.example/img/");
    for (payload, mode, wanted) in [
        (
            payload(Kind::Url, &[url]),
            None,
            json!({ "ZoneId": zone, "Type": "purge_url", "Targets": [url] }),
        ),
        (
            payload(Kind::Pattern, &[directory]),
            Some("delete"),
            json!({
                "ZoneId": zone, "Type": "purge_prefix", "Targets": [directory], "Method": "delete",
            }),
        ),
        (
            payload(Kind::Host, &["www.shop.example"]),
            Some("invalidate"),
            json!({
                "ZoneId": zone, "Type": "purge_host", "Targets": ["www.shop.example"],
                "Method": "invalidate",
            }),
        ),
        // The documents' example of a purge by tag names no hosts, so none are made up.
        (
            payload(Kind::Tag, &["tag1"]),
            Some("delete"),
            json!({ "ZoneId": zone, "Type": "purge_cache_tag", "Targets": ["tag1"] }),
        ),
        // The vendor's default is the softer method: it is named all the same.
        (
            Payload::All,
            None,
            json!({ "ZoneId": zone, "Type": "purge_all", "Method": "invalidate" }),
        ),
        (
            payload(Kind::Url, &["https://www.shop.example/你.html"]),
            None,
            json!({
                "ZoneId": zone, "Type": "purge_url", "EncodeUrl": true,
                "Targets": ["https://www.shop.example/你.html"],
            }),
        ),
    ] {
        let (server, adapter) = answering(vec![response(&json!({ "JobId": "j" }))]).await;
        adapter.submit(&request(payload, mode)).await.unwrap();
        assert_eq!(asked(&server.heard()[0]), ("CreatePurgeTask", wanted));
    }
}

#[tokio::test]
async fn what_can_only_be_deleted_is_not_sent_as_invalidated() {
    let (server, adapter) = answering(vec![response(&json!({}))]).await;
    for kind in [Kind::Url, Kind::Tag] {
        let soft = request(payload(kind, &["x"]), Some("invalidate"));
        assert_eq!(adapter.submit(&soft).await.unwrap_err().cause, Cause::Refused);
    }
    let odd = request(Payload::All, Some("burn"));
    assert_eq!(adapter.submit(&odd).await.unwrap_err().cause, Cause::Refused);
    assert!(server.heard().is_empty());
}

#[test]
fn directories_hosts_and_everything_are_soft_unless_it_is_said_otherwise() {
    let limits = adapter(None, &[]).documented_limits();
    let hardness = |kind| -> Vec<Hardness> {
        limits.rule(kind).unwrap().modes.iter().map(|mode| mode.hardness).collect()
    };
    for kind in [Kind::Pattern, Kind::Host, Kind::All] {
        assert_eq!(hardness(kind), [Hardness::Soft, Hardness::Hard], "{kind}");
    }
    for kind in [Kind::Url, Kind::Tag] {
        assert_eq!(hardness(kind), [Hardness::Hard], "{kind}");
    }
}

#[tokio::test]
async fn a_purge_that_was_taken_in_part_tells_what_was_not() {
    let (_server, adapter) = answering(vec![Reply::json(200, TAKEN_IN_PART)]).await;
    let targets = [
        "https://www.shop.example/a.jpg",
        "https://foreign.example/b.jpg",
        "https://foreign.example/c.jpg",
    ];
    let receipt = adapter.submit(&request(payload(Kind::Url, &targets), None)).await.unwrap();
    assert_eq!(receipt.id.unwrap().as_str(), "1379afjk91u32h");
    let refused: Vec<_> = receipt.refused.iter().map(|it| it.target.as_str()).collect();
    assert_eq!(refused, targets[1..]);
    assert!(receipt.refused.iter().all(|it| it.reason == "domain not found"));
}

#[tokio::test]
async fn a_purge_of_which_nothing_was_taken_is_refused_whether_it_has_an_id_or_not() {
    let target = "https://foreign.example/b.jpg";
    let list = json!([{ "Reason": "domain not found", "Targets": [target] }]);
    for id in [json!(""), json!("job-7"), Value::Null] {
        let reply = response(&json!({ "JobId": id, "FailedList": list }));
        let (_server, adapter) = answering(vec![reply]).await;
        let failure =
            adapter.submit(&request(payload(Kind::Url, &[target]), None)).await.unwrap_err();
        let Cause::Rejected { errors } = &failure.cause else { panic!("{failure:?}") };
        assert_eq!((errors[0].field.as_str(), errors.len()), (target, 1));
        assert!(failure.detail.contains("domain not found"), "{failure}");
        assert_eq!(failure.applied, Applied::No);
    }
}

#[tokio::test]
async fn without_a_job_a_reason_is_a_refusal_whatever_was_sent_and_however_it_is_written() {
    let targets = ["https://www.shop.example/a.jpg", "https://www.shop.example/b.jpg"];
    for list in [
        json!([{ "Reason": "zone paused", "Targets": ["zone-2noz78a8ev6k"] }]),
        json!([{ "Reason": "zone paused", "Targets": null }]),
        json!([{ "Reason": "zone paused" }]),
    ] {
        for payload in [Payload::All, payload(Kind::Url, &targets)] {
            let reply = response(&json!({ "JobId": "", "FailedList": list }));
            let (_server, adapter) = answering(vec![reply]).await;
            let failure = adapter.submit(&request(payload, None)).await.unwrap_err();
            assert!(matches!(failure.cause, Cause::Rejected { .. }), "{failure:?}");
            assert_eq!(failure.applied, Applied::No);
            assert!(failure.detail.contains("zone paused"), "{failure}");
        }
    }
}

#[tokio::test]
async fn a_target_that_is_refused_twice_does_not_refuse_the_other() {
    let targets = ["https://www.shop.example/a.jpg", "https://www.shop.example/b.jpg"];
    let twice = json!([
        { "Reason": "one", "Targets": [targets[0]] },
        { "Reason": "two", "Targets": [targets[0]] },
    ]);
    let reply = response(&json!({ "JobId": "job-7", "FailedList": twice }));
    let (_server, adapter) = answering(vec![reply]).await;
    let receipt = adapter.submit(&request(payload(Kind::Url, &targets), None)).await.unwrap();
    assert_eq!((receipt.id.unwrap().as_str(), receipt.refused.len()), ("job-7", 2));
}

#[tokio::test]
async fn an_id_is_a_text_and_no_list_of_failures_is_none() {
    for list in [Value::Null, json!([])] {
        let reply = response(&json!({ "JobId": 20_260_504_u64, "FailedList": list }));
        let (_server, adapter) = answering(vec![reply]).await;
        let receipt = adapter.submit(&request(Payload::All, None)).await.unwrap();
        assert_eq!(receipt.id.unwrap().as_str(), "20260504");
        assert!(receipt.refused.is_empty());
    }
}

#[tokio::test]
async fn refusals_have_their_meanings() {
    for (code, cause) in [
        ("LimitExceeded.DailyQuota", Cause::QuotaUsedUp),
        ("LimitExceeded.RateLimitExceeded", Cause::RateLimited { retry_after: None }),
        ("LimitExceeded.BatchQuota", Cause::Rejected { errors: Vec::new() }),
        ("InvalidParameterValue.ZonePaused", Cause::Rejected { errors: Vec::new() }),
        ("FailedOperation.InvalidZoneStatus", Cause::Rejected { errors: Vec::new() }),
        ("InvalidParameter.ZoneNotFound", Cause::NotFound),
        ("UnauthorizedOperation.CamUnauthorized", Cause::Forbidden),
        ("AuthFailure.SecretIdNotFound", Cause::Unauthenticated),
    ] {
        let (_server, adapter) = answering(vec![error(code)]).await;
        let failure = adapter.submit(&request(Payload::All, None)).await.unwrap_err();
        assert_eq!((failure.cause, failure.applied), (cause, Applied::No), "{code}");
        assert_eq!(failure.code.as_deref(), Some(code));
        assert_eq!(failure.request.as_deref(), Some("req-9"));
    }
    // The quota system failed, and nobody knows when.
    let (_server, adapter) = answering(vec![error("InternalError.QuotaSystem")]).await;
    let failure = adapter.submit(&request(Payload::All, None)).await.unwrap_err();
    assert_eq!((failure.cause, failure.applied), (Cause::VendorError, Applied::Maybe));
}

#[test]
fn the_same_as_a_command_of_the_vendors_tool() {
    let adapter = adapter(None, &[]);
    let directories = payload(Kind::Pattern, &["https://www.shop.example/img/"]);
    let preview = adapter.preview(&request(directories, Some("delete")));
    assert_eq!(
        preview.curl,
        "tccli teo CreatePurgeTask --Method delete --Targets \
         '[\"https://www.shop.example/img/\"]' --Type purge_prefix --ZoneId zone-2noz78a8ev6k"
    );
}
