//! API 3.0.

use serde_json::{Value, json};

use super::*;
use crate::domain::failure::{Applied, FieldError};
use crate::domain::resource::ResourceState;
use crate::domain::status::Status;
use crate::providers::HistoryRequest;

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(&account(&server.url));
    (server, adapter)
}

fn response(body: &Value) -> Reply {
    Reply::json(200, json!({ "Response": body }).to_string())
}

fn error(code: &str, message: &str) -> Reply {
    response(&json!({ "Error": { "Code": code, "Message": message }, "RequestId": "req-9" }))
}

fn body(server: &Scripted) -> Value {
    serde_json::from_str(&server.heard().last().unwrap().body).unwrap()
}

const TASKS: &str = include_str!("../../../../tests/golden/tencent/tasks_v3.json");

#[tokio::test]
async fn a_request_is_signed_dated_and_asks_for_english() {
    let (server, adapter) = answering(vec![response(&json!({}))]).await;
    adapter.live_limits().await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!((heard.method.as_str(), heard.target.as_str()), ("POST", "/"));
    for (name, value) in [
        ("x-tc-action", "DescribePurgeQuota"),
        ("x-tc-version", "2018-06-06"),
        ("x-tc-language", "en-US"),
        ("x-tc-timestamp", "1777896000"),
        ("content-type", "application/json; charset=utf-8"),
    ] {
        assert_eq!(heard.header(name), Some(value), "{name}");
    }
    let authorization = heard.header("authorization").unwrap();
    assert!(
        authorization.starts_with(
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2026-05-04/cdn/\
             tc3_request, SignedHeaders=content-type;host, Signature="
        ),
        "{authorization}"
    );
    assert_eq!(heard.header("x-tc-token"), None);
}

#[tokio::test]
async fn a_temporary_key_sends_its_token_and_shows_none() {
    let server = Scripted::start(vec![error("AuthFailure.TokenFailure", "bad tok-12345678")]).await;
    let token = SecretSource::Given(Secret::new("tok-12345678".to_owned()));
    let adapter = adapter(&account(&server.url).with_secret("session_token", token));
    let failure = adapter.live_limits().await.unwrap_err();
    assert_eq!(failure.cause, Cause::Unauthenticated);
    assert_eq!(server.heard()[0].header("x-tc-token"), Some("tok-12345678"));
    let preview = adapter.preview(&request(Payload::All, None));
    let shown = format!("{failure:?} {adapter:?} {preview:?}");
    assert!(!shown.contains("tok-1234") && !shown.contains(KEY), "{shown}");
    let token = ("X-TC-Token".to_owned(), "$TC3_TOKEN".to_owned());
    assert!(preview.headers.contains(&token));
}

#[tokio::test]
async fn rows_become_one_purge_a_task() {
    let (_server, adapter) = answering(vec![Reply::json(200, TASKS)]).await;
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!((page.records, page.total, page.complete), (5, Some(6), false));
    assert_eq!(page.unreadable, 1);
    let [urls, directory, odd] = page.purges.as_slice() else { panic!("{page:?}") };
    assert_eq!(urls.id.as_str(), "1533045796-i60rfmzm");
    assert_eq!((urls.kind, urls.status), (Some(Kind::Url), Status::InProgress));
    assert_eq!(urls.raw_status, "done, process");
    assert_eq!(urls.created.to_rfc3339(), "2026-05-04T10:10:53+00:00");
    assert_eq!(
        (urls.cname.as_str(), urls.resource.as_str()),
        ("www.shop.example", "www.shop.example")
    );
    let statuses: Vec<_> = urls.targets.iter().map(|target| target.status.unwrap()).collect();
    assert_eq!(statuses, [Status::Successful, Status::InProgress]);
    assert_eq!(directory.id.as_str(), "153303185323131331");
    assert_eq!((directory.kind, directory.status), (Some(Kind::Pattern), Status::Failed));
    assert_eq!((odd.id.as_str(), odd.kind, odd.status), ("17", None, Status::Unknown));
    assert_eq!((odd.raw_kind.as_str(), odd.raw_status.as_str()), ("tag", "resting"));
    assert_eq!(odd.raw_created.as_deref(), Some("soon"));
    assert_eq!(odd.created, now());
}

#[tokio::test]
async fn a_question_is_put_in_the_vendors_words_and_zone() {
    let empty = || response(&json!({ "PurgeLogs": null, "TotalCount": 0 }));
    let (server, adapter) = answering(vec![empty()]).await;
    let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    let ask = HistoryRequest {
        from: at("2026-05-01T00:00:00.5Z"),
        until: at("2026-05-02T00:00:00.5Z"),
        resource: Some((ResourceId::new("a.example"), "a.example".to_owned())),
        offset: 7,
        ..HistoryRequest::default()
    };
    assert!(adapter.history(&HistoryRequest { offset: 0, ..ask.clone() }).await.unwrap().complete);
    adapter.history(&ask).await.unwrap();
    assert_eq!(
        body(&server),
        json!({
            "StartTime": "2026-05-01 08:00:00", "EndTime": "2026-05-02 08:00:01",
            "Keyword": "a.example",
            "Offset": 7, "Limit": 1000
        })
    );
    let one = HistoryRequest {
        id: Some("1533045796-i60rfmzm".to_owned().into()),
        ..HistoryRequest::default()
    };
    adapter.history(&one).await.unwrap();
    assert_eq!(
        body(&server),
        json!({ "TaskId": "1533045796-i60rfmzm", "Offset": 0, "Limit": 1000 })
    );
    adapter.history(&HistoryRequest::default()).await.unwrap();
    assert_eq!(body(&server)["StartTime"], "2026-04-04 20:00:00");
    assert_eq!(body(&server)["EndTime"], "2026-05-04 20:00:01");
}

#[tokio::test]
async fn where_a_thousand_rows_are_too_many_a_hundred_are_asked_for_from_then_on() {
    let (server, adapter) = answering(vec![
        error("InvalidParameter.CdnParamError", "Limit is out of range"),
        response(&json!({ "PurgeLogs": [], "TotalCount": 0 })),
    ])
    .await;
    adapter.history(&HistoryRequest::default()).await.unwrap();
    adapter.history(&HistoryRequest::default()).await.unwrap();
    let limits: Vec<Value> = server
        .heard()
        .iter()
        .map(|heard| serde_json::from_str::<Value>(&heard.body).unwrap()["Limit"].clone())
        .collect();
    assert_eq!(limits, [json!(1000), json!(100), json!(100)]);
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_with_how_far() {
    let theirs = super::now() + chrono::TimeDelta::hours(2);
    let date = httpdate::fmt_http_date(theirs.into());
    let reply = error("AuthFailure.SignatureExpire", "expired").with("Date", date);
    let (_server, adapter) = answering(vec![reply]).await;
    let failure = adapter.submit(&request(Payload::All, None)).await.unwrap_err();
    let Cause::ClockSkew { seconds: Some(seconds) } = failure.cause else { panic!("{failure:?}") };
    assert!((-7_201..-6_000).contains(&seconds), "{seconds}");
    assert_eq!(failure.applied, Applied::No);
    assert!(failure.to_string().contains("behind"), "{failure}");
}

#[tokio::test]
async fn purges_go_out_by_kind_and_mode() {
    let url = || Payload::Url(targets(&["https://www.shop.example/ä.jpg"]));
    let directory = || Payload::Pattern(targets(&["https://www.shop.example/v2/"]));
    for (payload, mode, action, body_wanted) in [
        (
            url(),
            None,
            "PurgeUrlsCache",
            json!({
                "Urls": ["https://www.shop.example/ä.jpg"], "UrlEncode": true, "Area": "overseas"
            }),
        ),
        (
            directory(),
            None,
            "PurgePathCache",
            json!({
                "Paths": ["https://www.shop.example/v2/"], "FlushType": "flush", "Area": "overseas"
            }),
        ),
        (
            directory(),
            Some("delete"),
            "PurgePathCache",
            json!({
                "Paths": ["https://www.shop.example/v2/"], "FlushType": "delete", "Area": "overseas"
            }),
        ),
        (
            Payload::All,
            Some("delete"),
            "PurgePathCache",
            json!({
                "Paths": ["https://www.shop.example/"], "FlushType": "delete", "Area": "overseas"
            }),
        ),
    ] {
        // The vendor's ids begin with the second of the request, which the request tells as well.
        let task = format!("{}00000041", now().timestamp());
        let server =
            Scripted::start(vec![response(&json!({ "TaskId": task, "RequestId": "r" }))]).await;
        let adapter = adapter(&account(&server.url).with_option("area", "overseas".to_owned()));
        let request = request(payload, mode);
        let receipt = adapter.submit(&request).await.unwrap();
        assert_eq!(receipt.id.unwrap().as_str(), task);
        assert_eq!(server.heard()[0].header("x-tc-action"), Some(action));
        assert_eq!(body(&server), body_wanted);
        let preview = adapter.preview(&request);
        assert_eq!(serde_json::from_str::<Value>(&preview.body).unwrap(), body_wanted);
        // The vendor's tool takes the same fields, lists as JSON and truth as Python writes it.
        let words = shlex::split(&preview.curl).unwrap();
        assert_eq!(words[..3], ["tccli", "cdn", action]);
        let mut told: serde_json::Map<String, Value> = words[3..]
            .chunks(2)
            .map(|pair| {
                let value = match pair[1].as_str() {
                    "True" => Value::Bool(true),
                    text => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
                };
                (pair[0].trim_start_matches('-').to_owned(), value)
            })
            .collect();
        let endpoint = told.remove("endpoint");
        let address = format!("127.0.0.1:{}", server.url.port().unwrap());
        assert_eq!(endpoint, Some(json!(address)));
        assert_eq!(Value::Object(told), body_wanted);
        assert!(!preview.curl.contains('$'), "{}", preview.curl);
    }
}

#[test]
fn a_copied_command_names_the_address_where_it_is_not_the_vendors_own() {
    let endpoint = |account: &AccountConfig| {
        let preview = adapter(account).preview(&request(Payload::All, None));
        let words = shlex::split(&preview.curl).unwrap();
        let at = words.iter().position(|word| word == "--endpoint");
        at.map(|at| words[at + 1].clone())
    };
    let own = account(&Url::parse("https://cdn.tencentcloudapi.com/").unwrap());
    assert_eq!(endpoint(&own), None);
    let near = account(&Url::parse("https://cdn.ap-hongkong.tencentcloudapi.com/").unwrap());
    assert_eq!(endpoint(&near).as_deref(), Some("cdn.ap-hongkong.tencentcloudapi.com"));
    let abroad = keyed().with_option("international", "true".to_owned());
    assert_eq!(endpoint(&abroad).as_deref(), Some("cdn.intl.tencentcloudapi.com"));
    assert_eq!(endpoint(&keyed()), None);
}

#[tokio::test]
async fn a_refusal_names_the_targets_and_the_code() {
    let (_server, adapter) = answering(vec![error(
        "InvalidParameter.CdnParamError",
        "invalid url [https://a.example/x]",
    )])
    .await;
    let failure = adapter.submit(&request(Payload::All, None)).await.unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("InvalidParameter.CdnParamError"));
    assert!(failure.to_string().ends_with("(request req-9)"), "{failure}");
    let advised = failure.with_advice();
    assert!(advised.ends_with("and send again. (request req-9)"), "the id is last: {advised}");
    let Cause::Rejected { errors: faults } = failure.cause else { panic!("{failure:?}") };
    let [FieldError { field, .. }] = faults.as_slice() else { panic!("{faults:?}") };
    assert_eq!(field, "https://a.example/x");
    assert_eq!(failure.applied, Applied::No);
}

#[tokio::test]
async fn an_error_of_the_vendors_side_leaves_a_purge_unknown() {
    for reply in [
        error("InternalError.CdnSystemError", "oops"),
        Reply::json(200, "{}"),
        Reply::json(200, "<html>"),
        Reply::json(502, "<html><title>Bad Gateway</title></html>"),
    ] {
        let (_server, adapter) = answering(vec![reply.clone()]).await;
        let failure = adapter.submit(&request(Payload::All, None)).await.unwrap_err();
        assert_eq!(failure.applied, Applied::Maybe, "{reply:?}: {failure}");
    }
}

#[tokio::test]
async fn the_quota_call_gives_batches_and_what_is_left() {
    let quota = |area: &str, batch: u32, left: u32| {
        json!({
            "Area": area, "Batch": batch, "Total": 10000, "Available": left
        })
    };
    let response = response(&json!({
        "UrlPurge": [quota("mainland", 1000, 9000), quota("overseas", 500, 10000)],
        "PathPurge": [quota("mainland", 39, 90)]
    }));
    let (_server, adapter) = answering(vec![response]).await;
    let limits = adapter.live_limits().await.unwrap();
    assert_eq!(limits.rule(Kind::Url).unwrap().per_request, 500);
    assert_eq!(limits.rule(Kind::Pattern).unwrap().per_request, 39);
    assert_eq!(limits.quotas.len(), 3);
    assert_eq!((limits.quotas[0].left, limits.quotas[0].total), (9_000, 10_000));
    assert!(limits.history.times_note.unwrap().contains("inferred"));
}

#[tokio::test]
async fn domains_are_paged_by_their_own_count() {
    let domain = |name: &str, status: &str, disable: &str| {
        json!({
            "Domain": name, "Status": status, "Disable": disable, "Area": "global"
        })
    };
    let page = |domains: Value| response(&json!({ "Domains": domains, "TotalNumber": 4 }));
    let (server, adapter) = answering(vec![
        page(json!([
            domain("a.example", "online", "normal"),
            domain("b.example", "processing", "normal")
        ])),
        page(json!([
            domain("c.example", "online", "overdue"),
            domain("d.example", "offline", "normal")
        ])),
    ])
    .await;
    let resources = adapter.resources().await.unwrap();
    let states: Vec<_> = resources.iter().map(|resource| resource.state.clone()).collect();
    assert_eq!(
        states,
        [
            ResourceState::Active,
            ResourceState::Changing,
            ResourceState::Suspended,
            ResourceState::Suspended
        ]
    );
    assert_eq!(resources[0].area.as_deref(), Some("global"));
    assert_eq!(body(&server), json!({ "Offset": 2, "Limit": 1000 }));
}
