//! API 2.0.

use serde_json::json;

use super::*;
use crate::domain::failure::Applied;
use crate::domain::limits::Reading;
use crate::domain::status::Status;
use crate::providers::HistoryRequest;
use crate::providers::adapter::Adapter as _;
use crate::providers::tencent::v2::Tencent2;

fn old(account: AccountConfig) -> AccountConfig {
    account.with_option("api", "2.0".to_owned())
}

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(&old(account(&server.url)));
    (server, adapter)
}

fn form(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn value(form: &[(String, String)], name: &str) -> Option<String> {
    form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

const LOG: &str = include_str!("../../../../tests/golden/tencent/log_v2.json");

#[tokio::test]
async fn a_question_is_a_signed_query() {
    let (server, adapter) = answering(vec![Reply::json(200, LOG)]).await;
    let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    let ask = HistoryRequest {
        from: at("2026-05-01T00:00:00.5Z"),
        until: at("2026-05-02T00:00:00.5Z"),
        resource: Some((ResourceId::new("a.example"), "a.example".to_owned())),
        ..HistoryRequest::default()
    };
    adapter.history(&ask).await.unwrap();
    let heard = &server.heard()[0];
    assert!(heard.target.starts_with("/v2/index.php?Action=GetCdnRefreshLog&"));
    for (name, value) in [
        ("SignatureMethod", "HmacSHA256"),
        ("Timestamp", "1777896000"),
        ("SecretId", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"),
        ("startDate", "2026-05-01 08:00:00"),
        ("endDate", "2026-05-02 08:00:01"),
        ("host", "a.example"),
    ] {
        assert_eq!(heard.query(name).as_deref(), Some(value), "{name}");
    }
    assert!(heard.query("Nonce").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(heard.query("Signature").unwrap().len(), 44);
}

#[tokio::test]
async fn a_task_is_asked_for_alone() {
    let (server, adapter) = answering(vec![Reply::json(200, LOG)]).await;
    let ask = HistoryRequest {
        from: Some(now()),
        until: Some(now()),
        id: Some("6182538".to_owned().into()),
        ..HistoryRequest::default()
    };
    adapter.history(&ask).await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!(heard.query("taskId").as_deref(), Some("6182538"));
    assert_eq!(heard.query("startDate"), None);
}

#[tokio::test]
async fn rows_are_read_whether_their_codes_are_numbers_or_texts() {
    let (_server, adapter) = answering(vec![Reply::json(200, LOG)]).await;
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!((page.records, page.total, page.complete), (4, Some(4), true));
    let shape: Vec<_> = page
        .purges
        .iter()
        .map(|purge| (purge.id.as_str(), purge.cname.as_str(), purge.kind, purge.status))
        .collect();
    assert_eq!(
        shape,
        [
            ("6182538", "www.shop.example", Some(Kind::Url), Status::Successful),
            ("6182539", "dl.shop.example", Some(Kind::Pattern), Status::InProgress),
            ("6182540", "dl.shop.example", Some(Kind::Url), Status::Failed),
            ("6182541", "", None, Status::Unknown),
        ]
    );
    let first = &page.purges[0];
    assert_eq!(first.created.to_rfc3339(), "2026-05-04T10:10:53+00:00");
    assert_eq!(first.completed.unwrap().to_rfc3339(), "2026-05-04T10:12:53+00:00");
    assert_eq!(first.targets.len(), 2);
    assert_eq!(page.purges[2].raw_status, "-3");
    assert_eq!(page.purges[3].raw_created.as_deref(), Some(""));
}

#[tokio::test]
async fn a_range_of_which_less_came_than_there_is_must_be_split() {
    let body = json!({ "code": 0, "data": { "total": 3000, "logs": [{ "id": 1 }] } });
    let (_server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
    assert!(!adapter.history(&HistoryRequest::default()).await.unwrap().complete);
    assert_eq!(adapter.documented_limits().history.reading, Reading::Ranges);
}

#[tokio::test]
async fn a_purge_is_a_signed_form_and_its_preview_shows_placeholders() {
    let (server, adapter) = answering(vec![Reply::json(
        200,
        json!({ "code": 0, "data": { "count": 2, "task_id": "77" } }).to_string(),
    )])
    .await;
    let urls = Payload::Url(targets(&[
        "https://www.shop.example/a b?x=1&y=$2",
        "https://www.shop.example/c",
    ]));
    let request = request(urls, None);
    assert_eq!(adapter.submit(&request).await.unwrap().id, None);
    let heard = &server.heard()[0];
    let sent = form(&heard.body);
    assert_eq!(heard.target, "/v2/index.php");
    assert_eq!(value(&sent, "Action").as_deref(), Some("RefreshCdnUrl"));
    assert_eq!(value(&sent, "urls.0").as_deref(), Some("https://www.shop.example/a b?x=1&y=$2"));
    assert_eq!(value(&sent, "urls.1").as_deref(), Some("https://www.shop.example/c"));
    assert!(value(&sent, "Signature").is_some());
    let preview = adapter.preview(&request);
    let shown = form(&preview.body);
    for name in ["Action", "SignatureMethod", "urls.0", "urls.1"] {
        assert_eq!(value(&shown, name), value(&sent, name), "{name}");
    }
    assert_eq!(value(&shown, "Signature").as_deref(), Some("$SIGNATURE"));
    // The signature is good for one request: the vendor's tool makes its own.
    let words = shlex::split(&preview.curl).unwrap();
    assert_eq!(words[..4], ["tccli", "cdn", "PurgeUrlsCache", "--Urls"]);
    let urls: Vec<String> = serde_json::from_str(&words[4]).unwrap();
    assert_eq!(urls, ["https://www.shop.example/a b?x=1&y=$2", "https://www.shop.example/c"]);
    assert_eq!(words.len(), 5, "the tool does not know the address of this API");
}

#[tokio::test]
async fn directories_go_out_with_their_type() {
    for (mode, kind) in [(None, "1"), (Some("flush"), "1"), (Some("delete"), "2")] {
        let (server, adapter) = answering(vec![Reply::json(200, r#"{"code":0}"#)]).await;
        adapter.submit(&request(Payload::All, mode)).await.unwrap();
        let sent = form(&server.heard()[0].body);
        assert_eq!(value(&sent, "dirs.0").as_deref(), Some("https://www.shop.example/"));
        assert_eq!(value(&sent, "type").as_deref(), Some(kind));
    }
}

#[tokio::test]
async fn a_failure_at_status_200_is_a_failure() {
    for (body, cause, code, applied) in [
        (
            json!({ "code": 4000, "message": "(9110) cdn no such host", "codeDesc": 9110 }),
            Cause::NotFound,
            "4000/9110",
            Applied::No,
        ),
        (
            json!({ "code": "4100", "message": "no", "codeDesc": "AuthFailure" }),
            Cause::Unauthenticated,
            "4100/AuthFailure",
            Applied::No,
        ),
        (
            json!({ "code": 6000, "message": "internal", "codeDesc": "InternalError" }),
            Cause::VendorError,
            "6000/InternalError",
            Applied::Maybe,
        ),
    ] {
        let (_server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
        let failure = adapter.submit(&request(Payload::All, None)).await.unwrap_err();
        assert_eq!(failure.cause, cause);
        assert_eq!(failure.code.as_deref(), Some(code));
        assert_eq!(failure.applied, applied);
    }
}

#[test]
fn a_gateway_named_by_its_host_has_the_api_where_the_vendor_had_it() {
    let url = |base: &str| {
        let adapter = adapter(&old(account(&Url::parse(base).unwrap())));
        adapter.preview(&request(Payload::All, None)).url
    };
    assert_eq!(url("https://gate.example"), "https://gate.example/v2/index.php");
    assert_eq!(url("https://gate.example/cdn/api"), "https://gate.example/cdn/api");
}

#[test]
fn the_vendors_own_host_that_does_not_answer_as_an_api_is_called_retired() {
    use crate::domain::failure::Failure;

    let own = Tencent2::new(&keyed(), WallClock::default(), policy()).unwrap();
    let lost =
        Failure { applied: Applied::Maybe, ..Failure::new(Cause::Lost).with_message("no answer") };
    let failure = own.explain(lost.clone());
    assert_eq!((&failure.cause, failure.applied), (&Cause::Retired, Applied::Maybe));
    assert!(failure.detail.contains("3.0") && failure.detail.contains("no answer"), "{failure}");
    let answered =
        Failure { code: Some("4100".to_owned()), ..Failure::new(Cause::Unauthenticated) };
    assert_eq!(own.explain(answered.clone()), answered);
}
