#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::{Arc, Mutex};

use chrono::DateTime;
use serde_json::json;
use url::Url;

use super::*;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::{Applied, FieldError};
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::payload::{Payload, Targets};
use crate::domain::resource::ResourceState;
use crate::domain::status::Status;
use crate::providers::scripted::{Reply, Scripted};
use crate::providers::{Provider, connect, connect_with};

const TOKEN: &str = "tok-0123456789";

fn given(text: &str) -> SecretSource {
    SecretSource::Given(Secret::new(text.to_owned()))
}

fn bare() -> AccountConfig {
    AccountConfig::new(AccountName::new("med"), ProviderName::new(NAME))
}

fn account(url: &Url) -> AccountConfig {
    bare().at(url.clone()).with_option("organization", "org-1".to_owned())
}

fn by_login(url: &Url) -> AccountConfig {
    account(url)
        .with_secret("api_key", given("key-0123456789"))
        .with_secret("api_secret", given("secret-0123456789"))
}

fn adapter(account: &AccountConfig) -> Arc<dyn Provider> {
    adapter_at(account, || 1_000_000)
}

/// An adapter by a clock that stands at these seconds.
fn adapter_at(
    account: &AccountConfig,
    seconds: impl Fn() -> i64 + Send + Sync + 'static,
) -> Arc<dyn Provider> {
    let clock = WallClock::from_fn(move || DateTime::from_timestamp(seconds(), 0).unwrap());
    let policy = HttpPolicy { max_attempts: 1, ..HttpPolicy::default() };
    connect_with(account, clock, policy).unwrap()
}

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(&account(&server.url).with_secret("token", given(TOKEN)));
    (server, adapter)
}

fn request(payload: Payload) -> PurgeRequest {
    PurgeRequest::new("med", "u-1", "cdn.shop.example", payload)
}

fn of(offset: u64) -> HistoryRequest {
    HistoryRequest {
        resource: Some((ResourceId::new("u-1"), "cdn.shop.example".to_owned())),
        offset,
        ..HistoryRequest::default()
    }
}

const REQUESTS: &str = include_str!("../../../tests/golden/medianova/requests.json");
const RESOURCES: &str = include_str!("../../../tests/golden/medianova/resources.json");

#[tokio::test]
async fn rows_become_one_purge_an_operation() {
    let (server, adapter) = answering(vec![Reply::json(200, REQUESTS)]).await;
    let page = adapter.history(&of(0)).await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!(heard.target, "/api/v1/cdn/org-1/job/u-1/purge?page=1&limit=100");
    assert_eq!(heard.header("authorization"), Some("Bearer tok-0123456789"));
    assert_eq!((page.records, page.total, page.complete, page.unreadable), (6, Some(6), true, 1));
    let shape: Vec<_> = page
        .purges
        .iter()
        .map(|purge| {
            (purge.id.as_str(), purge.kind.unwrap(), purge.status, purge.raw_status.as_str())
        })
        .collect();
    assert_eq!(
        shape,
        [
            ("0b508058-9c8c", Kind::Pattern, Status::InProgress, "1 Success; 2 Waiting"),
            ("77", Kind::Url, Status::Successful, "0 There is no file in cache."),
            ("88", Kind::Url, Status::Unknown, "7"),
            ("99", Kind::Url, Status::Failed, "failed Origin is away"),
        ]
    );
    let first = &page.purges[0];
    assert_eq!((first.resource.as_str(), first.cname.as_str()), ("u-1", "cdn.shop.example"));
    assert_eq!(first.created.to_rfc3339(), "2026-05-04T10:10:53.250+00:00");
    assert_eq!(first.completed, None, "one of its rows is not done");
    assert_eq!(page.purges[1].created.to_rfc3339(), "2026-05-04T10:12:00+00:00");
    assert!(page.purges[1].completed.is_some());
    assert_eq!(page.purges[2].raw_created.as_deref(), Some("never"));
}

#[tokio::test]
async fn an_offset_within_a_page_gives_what_is_new_of_it() {
    let rows: Vec<Value> = (0..100).map(|id| json!({ "opID": id, "url": "/a" })).collect();
    let body = json!({ "status": true, "data": { "total": 230, "requests": rows } });
    let (server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
    let page = adapter.history(&of(130)).await.unwrap();
    assert_eq!(server.heard()[0].query("page").as_deref(), Some("2"));
    assert_eq!((page.records, page.complete), (70, false));
    assert_eq!(page.purges[0].id.as_str(), "30");
}

#[tokio::test]
async fn a_full_last_page_neither_ends_the_history_too_early_nor_goes_on_for_ever() {
    let rows: Vec<Value> = (0..100).map(|id| json!({ "opID": id, "url": "/a" })).collect();
    let full = |total: Value| {
        let data = json!({ "total": total, "requests": rows });
        Reply::json(200, json!({ "status": true, "data": data }).to_string())
    };
    let empty = |requests: Value| {
        let body = json!({ "status": true, "data": { "requests": requests } });
        Reply::json(200, body.to_string())
    };
    let page = async |reply: Reply, offset| {
        let (_server, adapter) = answering(vec![reply]).await;
        adapter.history(&of(offset)).await.map(|page| (page.records, page.complete))
    };
    assert_eq!(page(full(json!(200)), 100).await, Ok((100, true)), "as many as are counted");
    assert_eq!(page(full(json!(201)), 100).await, Ok((100, false)));
    // Where nothing is counted, the page after it tells; some servers have none.
    assert_eq!(page(full(Value::Null), 100).await, Ok((100, false)));
    assert_eq!(page(empty(json!([])), 200).await, Ok((0, true)));
    assert_eq!(page(empty(Value::Null), 200).await, Ok((0, true)));
    let none = || Reply::json(404, r#"{"status":false,"message":"Not found"}"#);
    assert_eq!(page(none(), 200).await, Ok((0, true)));
    assert_eq!(page(none(), 0).await.unwrap_err().cause, Cause::NotFound, "no such resource");
}

#[tokio::test]
async fn an_operation_is_asked_for_by_its_id_and_never_without_a_resource() {
    let (server, adapter) = answering(vec![Reply::json(200, REQUESTS)]).await;
    let one = HistoryRequest { id: Some(PurgeId::new("77")), ..of(0) };
    adapter.history(&one).await.unwrap();
    assert_eq!(server.heard()[0].query("opID").as_deref(), Some("77"));
    let failure = adapter.history(&HistoryRequest::default()).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Unsupported);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn resources_are_read_whatever_the_types_of_their_fields() {
    let second = json!({ "status": true, "data": { "last_page": 2, "total": 4, "data": [
        { "resource_uuid": "u-4", "cdn_url": "new.shop.example", "status": "hatching",
          "status_full_purge_permission": 1 }
    ] } });
    let (server, adapter) =
        answering(vec![Reply::json(200, RESOURCES), Reply::json(200, second.to_string())]).await;
    let resources = adapter.resources().await.unwrap();
    let [shop, off, gone, new] = resources.as_slice() else { panic!("{resources:?}") };
    assert_eq!(shop.cname, "cdn.shop.example");
    assert_eq!(shop.names, ["img.shop.example", "media.shop.example"]);
    assert_eq!(shop.description.as_deref(), Some("Shop"));
    assert_eq!(shop.state, ResourceState::Active);
    assert_eq!(
        (&off.state, off.names.as_slice()),
        (&ResourceState::Suspended, &["s.shop.example".to_owned()][..])
    );
    assert_eq!(gone.state, ResourceState::Deleted);
    assert_eq!(
        (&new.state, new.all_purge),
        (&ResourceState::Other("hatching".to_owned()), Some(true))
    );
    let targets: Vec<_> = server.heard().into_iter().map(|heard| heard.target).collect();
    assert_eq!(targets, ["/api/v1/cdn/org-1/resource?page=1", "/api/v1/cdn/org-1/resource?page=2"]);
}

#[tokio::test]
async fn a_purge_of_any_kind_is_one_list_of_paths() {
    let list =
        |texts: &[&str]| Targets::new(texts.iter().map(|&text| text.to_owned()).collect()).unwrap();
    for (payload, paths) in [
        (Payload::Url(list(&["/a.jpg", "/b c"])), json!(["/a.jpg", "/b c"])),
        (Payload::Pattern(list(&["/img/*.jpg"])), json!(["/img/*.jpg"])),
        (Payload::All, json!(["/*"])),
    ] {
        let yes = json!({ "status": true, "opID": "op-1", "message": "ok" });
        let (server, adapter) = answering(vec![Reply::json(200, yes.to_string())]).await;
        let request = request(payload);
        let receipt = adapter.submit(&request).await.unwrap();
        assert_eq!(receipt.id.unwrap().as_str(), "op-1");
        let heard = &server.heard()[0];
        assert_eq!(
            (heard.method.as_str(), heard.target.as_str()),
            ("POST", "/api/v1/cdn/org-1/job/u-1/purge")
        );
        let body: Value = serde_json::from_str(&heard.body).unwrap();
        assert_eq!(body, json!({ "resource_uuid": "u-1", "file_path": paths }));
        assert_eq!(adapter.preview(&request).body, heard.body);
    }
}

#[tokio::test]
async fn errors_are_told_by_status_flag_message_and_field() {
    for (status, body, cause, applied, says) in [
        (
            400,
            json!({
                "status": false, "message": "Invalid request payload",
                "errors": { "file_path.2": ["must begin with /"] }
            }),
            Cause::Rejected {
                errors: vec![FieldError {
                    field: "file_path".to_owned(),
                    index: Some(2),
                    message: "must begin with /".to_owned(),
                }],
            },
            Applied::No,
            "file_path[2]: must begin with /",
        ),
        (
            200,
            json!({ "status": false, "message": "Not now" }),
            Cause::Rejected { errors: Vec::new() },
            Applied::No,
            "Not now",
        ),
        (
            401,
            json!({ "message": "Missing or invalid access token" }),
            Cause::Unauthenticated,
            Applied::No,
            "access token",
        ),
        (403, json!({ "error": "No permission" }), Cause::Forbidden, Applied::No, "No permission"),
        (
            404,
            json!({ "message": "Resource not found" }),
            Cause::NotFound,
            Applied::No,
            "not found",
        ),
        (429, json!({}), Cause::RateLimited { retry_after: None }, Applied::No, ""),
        (
            500,
            json!({ "message": "Server Error" }),
            Cause::VendorError,
            Applied::Maybe,
            "Server Error",
        ),
        (200, json!({ "hello": 1 }), Cause::BadAnswer, Applied::Maybe, "neither yes nor no"),
    ] {
        let (_server, adapter) = answering(vec![Reply::json(status, body.to_string())]).await;
        let failure = adapter.submit(&request(Payload::All)).await.unwrap_err();
        assert_eq!(failure.cause, cause, "{body}");
        assert_eq!((failure.applied, failure.http_status), (applied, Some(status)), "{body}");
        assert!(failure.detail.contains(says), "{body}: {failure}");
    }
}

#[tokio::test]
async fn there_is_one_login_until_shortly_before_its_token_ends() {
    let clock = Arc::new(Mutex::new(1_000_000));
    let token = |name: &str, expire: i64| {
        Reply::json(
            200,
            json!({ "status": true, "token": name, "session": "s", "expire": expire }).to_string(),
        )
    };
    let empty = || {
        Reply::json(
            200,
            json!({ "status": true, "data": { "total": 0, "requests": [] } }).to_string(),
        )
    };
    let server = Scripted::start(vec![
        token("first-0123456789", 1_004_000),
        empty(),
        empty(),
        token("second-0123456789", 1_008_000),
        empty(),
    ])
    .await;
    let told = Arc::clone(&clock);
    let adapter = adapter_at(&by_login(&server.url), move || *told.lock().unwrap());
    adapter.history(&of(0)).await.unwrap();
    adapter.history(&of(0)).await.unwrap();
    *clock.lock().unwrap() = 1_003_800;
    adapter.history(&of(0)).await.unwrap();
    let heard = server.heard();
    let seen: Vec<_> =
        heard.iter().map(|heard| (heard.method.as_str(), heard.header("authorization"))).collect();
    assert_eq!(
        seen,
        [
            ("POST", None),
            ("GET", Some("Bearer first-0123456789")),
            ("GET", Some("Bearer first-0123456789")),
            ("POST", None),
            ("GET", Some("Bearer second-0123456789")),
        ]
    );
    assert_eq!(heard[0].target, "/api/v1/auth/login/token");
    let body: Value = serde_json::from_str(&heard[0].body).unwrap();
    assert_eq!(body, json!({ "api_key": "key-0123456789", "api_secret": "secret-0123456789" }));
}

#[tokio::test]
async fn a_token_that_ends_before_its_time_is_renewed_for_a_question_and_never_for_a_purge() {
    let token =
        |name: &str| Reply::json(200, json!({ "token": name, "expire": 2_000_000 }).to_string());
    let refused = || Reply::json(401, "{}");
    let empty = || Reply::json(200, json!({ "data": { "requests": [] } }).to_string());
    let server = Scripted::start(vec![
        token("first-0123456789"),
        refused(),
        token("second-0123456789"),
        empty(),
        refused(),
    ])
    .await;
    let adapter = adapter(&by_login(&server.url));
    adapter.history(&of(0)).await.unwrap();
    assert_eq!(server.heard().len(), 4);
    let failure = adapter.submit(&request(Payload::All)).await.unwrap_err();
    assert_eq!((failure.cause, failure.applied), (Cause::Unauthenticated, Applied::No));
    assert_eq!(server.heard().len(), 5);
}

#[tokio::test]
async fn a_login_that_is_refused_is_told_and_not_repeated() {
    for status in [400, 401] {
        let server =
            Scripted::start(vec![Reply::json(status, r#"{"message":"no key-0123456789"}"#)]).await;
        let adapter = adapter(&by_login(&server.url));
        let failure = adapter.resources().await.unwrap_err();
        assert_eq!(failure.cause, Cause::Unauthenticated);
        assert!(!format!("{failure:?} {adapter:?}").contains("0123456789"), "{failure:?}");
        assert_eq!(server.heard().len(), 1);
    }
}

#[test]
fn an_account_needs_an_organization_and_a_token_or_a_key() {
    let missing = |account: &AccountConfig| connect(account).unwrap_err();
    assert_eq!(missing(&bare()), ConnectError::Missing { key: "organization" });
    let named = bare().with_option("organization", "org-1".to_owned());
    assert_eq!(missing(&named), ConnectError::Missing { key: "api_key" });
    let half = named.clone().with_secret("api_key", given("k"));
    assert_eq!(missing(&half), ConnectError::Missing { key: "api_secret" });
    assert!(connect(&named.with_secret("token", given("t"))).is_ok());
}
