#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::{Applied, Cause};
use crate::domain::ids::{AccountName, ProviderName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::{Hardness, LimitsSource};
use crate::domain::payload::{Payload, Targets};
use crate::domain::resource::ResourceState;
use crate::domain::status::Status;
use crate::providers::scripted::{Heard, Reply, Scripted};
use crate::providers::{self, Provider, connect_with};

const SECRET: &str = "EXAMPLESECRETEXAMPLESECRET";
const TASKS: &str = include_str!("../../../tests/golden/alibaba/tasks.json");
const TASK_BY_ID: &str = include_str!("../../../tests/golden/alibaba/task_by_id.json");
const DOMAINS: &str = include_str!("../../../tests/golden/alibaba/domains.json");
const QUOTA: &str = include_str!("../../../tests/golden/alibaba/quota.json");

fn now() -> DateTime<Utc> {
    "2026-05-04T12:00:00.25Z".parse().unwrap()
}

fn keyed() -> AccountConfig {
    let secret = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
    AccountConfig::new(AccountName::new("ali"), ProviderName::new(NAME))
        .with_secret("access_key_id", secret("LTAIEXAMPLE"))
        .with_secret("access_key_secret", secret(SECRET))
}

fn adapter(account: &AccountConfig) -> Arc<dyn Provider> {
    let policy = HttpPolicy { max_attempts: 1, ..HttpPolicy::default() };
    connect_with(account, WallClock::from_fn(now), policy).unwrap()
}

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(&keyed().at(server.url.clone()));
    (server, adapter)
}

fn error(status: u16, code: &str) -> Reply {
    let body = json!({
        "RequestId": "req-9", "HostId": "cdn.aliyuncs.com", "Code": code,
        "Message": "it is refused", "Recommend": "https://api.alibabacloud.com/troubleshoot",
    });
    Reply::json(status, body.to_string())
}

fn taken(ids: &str) -> Reply {
    Reply::json(200, json!({ "RefreshTaskId": ids, "RequestId": "req-1" }).to_string())
}

fn request(payload: Payload, mode: Option<&str>) -> PurgeRequest {
    PurgeRequest {
        mode: mode.map(str::to_owned),
        ..PurgeRequest::new("ali", "www.shop.example", "www.shop.example", payload)
    }
}

fn targets(texts: &[&str]) -> Targets {
    Targets::new(texts.iter().map(|&text| text.to_owned()).collect()).unwrap()
}

/// The decoded fields of a form.
fn form(heard: &Heard) -> Vec<(String, String)> {
    form_urlencoded::parse(heard.body.as_bytes()).into_owned().collect()
}

fn fields<'a>(given: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    given.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_question_is_a_signed_post_with_its_parameters_in_the_query() {
    let (server, adapter) = answering(vec![Reply::json(200, TASKS)]).await;
    let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    let ask = HistoryRequest {
        from: at("2026-05-03T00:00:00.5Z"),
        until: at("2026-05-04T00:00:00.5Z"),
        resource: Some((ResourceId::new("www.shop.example"), "www.shop.example".to_owned())),
        offset: 200,
        ..HistoryRequest::default()
    };
    adapter.history(&ask).await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!((heard.method.as_str(), heard.body.as_str()), ("POST", ""));
    for (name, value) in [
        ("x-acs-action", Some("DescribeRefreshTasks")),
        ("x-acs-version", Some("2018-05-10")),
        ("x-acs-date", Some("2026-05-04T12:00:00Z")),
        ("content-type", None),
        ("x-acs-security-token", None),
        ("x-acs-accesskey-id", None),
    ] {
        assert_eq!(heard.header(name), value, "{name}");
    }
    for (name, value) in [
        ("StartTime", Some("2026-05-03T00:00:00Z")),
        ("EndTime", Some("2026-05-04T00:00:01Z")),
        ("PageNumber", Some("3")),
        ("PageSize", Some("100")),
        // It would need an object type beside it.
        ("DomainName", None),
    ] {
        assert_eq!(heard.query(name).as_deref(), value, "{name}");
    }
    let authorization = heard.header("authorization").unwrap();
    assert!(
        authorization.starts_with("ACS3-HMAC-SHA256 Credential=LTAIEXAMPLE,SignedHeaders=host;"),
        "{authorization}"
    );
}

#[tokio::test]
async fn every_attempt_is_signed_with_a_nonce_of_its_own() {
    let (server, adapter) = answering(vec![Reply::json(200, QUOTA)]).await;
    adapter.live_limits().await.unwrap();
    adapter.live_limits().await.unwrap();
    let heard = server.heard();
    let nonce = |at: usize| heard[at].header("x-acs-signature-nonce").unwrap().to_owned();
    assert_ne!(nonce(0), nonce(1));
}

#[tokio::test]
async fn a_temporary_key_sends_its_token_and_shows_none() {
    let server = Scripted::start(vec![error(400, "InvalidSecurityToken.Expired")]).await;
    let token = SecretSource::Given(Secret::new("tok-12345678".to_owned()));
    let adapter = adapter(&keyed().at(server.url.clone()).with_secret("security_token", token));
    let failure = adapter.live_limits().await.unwrap_err();
    assert_eq!(failure.cause, Cause::Unauthenticated);
    let heard = &server.heard()[0];
    assert_eq!(heard.header("x-acs-security-token"), Some("tok-12345678"));
    assert_eq!(heard.header("x-acs-accesskey-id"), Some("LTAIEXAMPLE"));
    let signed = heard.header("authorization").unwrap();
    assert!(signed.contains(";x-acs-security-token;"), "{signed}");
    let preview = adapter.preview(&request(Payload::All, None));
    let shown = format!("{failure:?} {adapter:?} {preview:?}");
    assert!(!shown.contains("tok-1234") && !shown.contains(SECRET), "{shown}");
    let token = ("x-acs-security-token".to_owned(), "$ALIBABA_CLOUD_SECURITY_TOKEN".to_owned());
    assert!(preview.headers.contains(&token), "{preview:?}");
}

#[test]
fn a_region_tells_the_endpoint() {
    for (region, url) in [
        (None, "https://cdn.aliyuncs.com/"),
        (Some("cn-hangzhou"), "https://cdn.aliyuncs.com/"),
        (Some("ap-southeast-1"), "https://cdn.ap-southeast-1.aliyuncs.com/"),
        (Some("eu-central-1"), "https://cdn.ap-southeast-1.aliyuncs.com/"),
    ] {
        let account = keyed();
        let account = match region {
            Some(region) => account.with_option("region", region.to_owned()),
            None => account,
        };
        let preview = adapter(&account).preview(&request(Payload::All, None));
        assert_eq!(preview.url, url, "{region:?}");
        assert_eq!(preview.curl.contains("--endpoint"), url.contains("southeast"));
    }
}

#[test]
fn an_account_without_keys_is_told_what_it_lacks() {
    let bare = AccountConfig::new(AccountName::new("ali"), ProviderName::new(NAME));
    assert_eq!(
        providers::connect(&bare).unwrap_err(),
        ConnectError::Missing { key: "access_key_id" }
    );
}

#[tokio::test]
async fn rows_become_one_purge_a_task_wherever_they_stand() {
    let (_server, adapter) = answering(vec![Reply::json(200, TASKS)]).await;
    let page = adapter.history(&HistoryRequest::default()).await.unwrap();
    // What was fetched ahead is counted, and no purge.
    assert_eq!((page.records, page.total, page.complete, page.unreadable), (9, Some(9), true, 1));
    let ids: Vec<&str> = page.purges.iter().map(|purge| purge.id.as_str()).collect();
    assert_eq!(ids, ["704222904", "704222905", "704222907", "704222908", "704222909", "704222910"]);
    let [urls, directory, regex, tag, bare, odd] = page.purges.as_slice() else { panic!() };
    assert_eq!((urls.kind, urls.status), (Some(Kind::Url), Status::InProgress));
    assert_eq!(urls.raw_status, "Complete, Refreshing");
    assert_eq!(urls.created.to_rfc3339(), "2026-05-04T10:10:53+00:00");
    assert_eq!(
        (urls.resource.as_str(), urls.cname.as_str()),
        ("www.shop.example", "www.shop.example")
    );
    let statuses: Vec<_> = urls.targets.iter().map(|target| target.status.unwrap()).collect();
    assert_eq!(statuses, [Status::Successful, Status::InProgress]);
    assert_eq!((directory.kind, directory.status), (Some(Kind::Pattern), Status::Failed));
    assert_eq!(directory.raw_status, "Failed (Origin Return StatusCode 5XX)");
    assert_eq!((regex.kind, regex.status), (Some(Kind::Regex), Status::Successful));
    assert_eq!(regex.cname, "img.shop.example");
    assert_eq!((tag.kind, tag.targets[0].text.as_str()), (Some(Kind::Tag), "sale"));
    assert_eq!(tag.cname, "www.shop.example");
    assert_eq!(bare.kind, Some(Kind::IgnoreQuery));
    assert_eq!((odd.kind, odd.status), (None, Status::Unknown));
    assert_eq!((odd.raw_kind.as_str(), odd.raw_status.as_str()), ("teleport", "Resting"));
    assert_eq!(odd.raw_created.as_deref(), Some("soon"));
}

#[tokio::test]
async fn one_purge_is_asked_for_by_its_id_and_its_list_is_flat() {
    let (server, adapter) = answering(vec![Reply::json(200, TASK_BY_ID)]).await;
    let ask = HistoryRequest { id: Some("95248880".into()), ..HistoryRequest::default() };
    let page = adapter.history(&ask).await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!(heard.header("x-acs-action"), Some("DescribeRefreshTaskById"));
    assert_eq!(heard.query("TaskId").as_deref(), Some("95248880"));
    assert_eq!(heard.query("PageNumber"), None);
    assert!(page.complete);
    let [purge] = page.purges.as_slice() else { panic!("{page:?}") };
    assert_eq!((purge.targets.len(), purge.status), (2, Status::InProgress));
    assert_eq!(purge.raw_status, "Pending, Complete");
}

#[tokio::test]
async fn an_offset_within_a_page_skips_what_is_known_of_it() {
    let (server, adapter) = answering(vec![Reply::json(200, TASKS)]).await;
    let ask = HistoryRequest { offset: 7, ..HistoryRequest::default() };
    let page = adapter.history(&ask).await.unwrap();
    assert_eq!(server.heard()[0].query("PageNumber").as_deref(), Some("1"));
    assert_eq!((page.records, page.complete), (2, true));
    assert_eq!(page.purges.len(), 1);
}

#[tokio::test]
async fn a_list_may_be_null_and_must_not_be_missing() {
    let (_server, adapter) = answering(vec![
        Reply::json(200, r#"{"TotalCount":0,"Tasks":{"CDNTask":null}}"#),
        Reply::json(200, r#"{"TotalCount":0}"#),
        Reply::json(200, r#"{"RequestId":"x"}"#),
        Reply::json(200, r#"{"TotalCount":5,"Tasks":{"CDNTask":[]}}"#),
    ])
    .await;
    let ask = HistoryRequest::default();
    for _ in 0..2 {
        let page = adapter.history(&ask).await.unwrap();
        assert!(page.complete && page.purges.is_empty());
    }
    for _ in 0..2 {
        assert_eq!(adapter.history(&ask).await.unwrap_err().cause, Cause::BadAnswer);
    }
}

#[tokio::test]
async fn domains_are_resources_and_one_for_many_hosts_has_no_root() {
    let (server, adapter) = answering(vec![Reply::json(200, DOMAINS)]).await;
    let resources = adapter.resources().await.unwrap();
    assert_eq!(server.heard()[0].query("PageSize").as_deref(), Some("500"));
    let told: Vec<_> = resources.iter().map(|it| (it.id.as_str(), it.state.word())).collect();
    assert_eq!(
        told,
        [
            ("www.shop.example", "active"),
            ("img.shop.example", "changing"),
            ("old.shop.example", "suspended"),
            (".wild.example", "active"),
            ("new.shop.example", "haunted"),
        ]
    );
    assert_eq!(resources[0].description.as_deref(), Some("web"));
    assert_eq!(resources[1].description.as_deref(), Some("pictures"));
    assert_eq!((resources[0].all_purge, resources[3].all_purge), (None, Some(false)));
    assert_eq!(resources[4].state, ResourceState::Other("haunted".to_owned()));
}

#[tokio::test]
async fn quotas_are_read_by_the_names_of_their_fields() {
    let (_server, adapter) = answering(vec![Reply::json(200, QUOTA)]).await;
    let limits = adapter.live_limits().await.unwrap();
    assert_eq!(limits.source, LimitsSource::Live);
    let told: Vec<_> = limits.quotas.iter().map(|it| (it.kind, it.total, it.left)).collect();
    assert_eq!(
        told,
        [
            (Kind::Url, 10_000, 9_998),
            (Kind::IgnoreQuery, 30, 29),
            (Kind::Pattern, 100, 99),
            (Kind::Regex, 20, 17),
        ]
    );
}

#[test]
fn single_urls_are_hard_and_everything_else_takes_what_changed_unless_forced() {
    let limits = adapter(&keyed()).documented_limits();
    assert!(limits.rule(Kind::Url).unwrap().modes.is_empty());
    for kind in [Kind::IgnoreQuery, Kind::Pattern, Kind::Regex, Kind::Tag, Kind::All] {
        let modes = &limits.rule(kind).unwrap().modes;
        let told: Vec<_> = modes.iter().map(|mode| (mode.word, mode.hardness)).collect();
        assert_eq!(told, [("changed", Hardness::ChangedOnly), ("force", Hardness::Hard)], "{kind}");
    }
    assert!(limits.rule(Kind::Host).is_none());
    assert_eq!(limits.history.reach, Some(Duration::from_hours(72)));
}

#[tokio::test]
async fn a_purge_of_every_kind_is_asked_for_in_the_vendors_words() {
    let (server, adapter) = answering(vec![taken("1")]).await;
    let url = "https://www.shop.example/a b.jpg?x=1\nhttps://www.shop.example/你.html";
    let urls: Vec<&str> = url.lines().collect();
    let directory = "https://www.shop.example/img/";
    let regex = "https://www.shop.example/[0-9].*.jpg";
    for (payload, mode, expected) in [
        (Payload::Url(targets(&urls)), None, vec![("ObjectPath", url), ("ObjectType", "File")]),
        (
            Payload::IgnoreQuery(targets(&urls[..1])),
            None,
            vec![("ObjectPath", urls[0]), ("ObjectType", "ExQuery"), ("Force", "false")],
        ),
        (
            Payload::Pattern(targets(&[directory])),
            Some("force"),
            vec![("ObjectPath", directory), ("ObjectType", "Directory"), ("Force", "true")],
        ),
        (
            Payload::Regex(targets(&[regex])),
            Some("changed"),
            vec![("ObjectPath", regex), ("ObjectType", "Regex"), ("Force", "false")],
        ),
        (
            Payload::All,
            Some("force"),
            vec![
                ("ObjectPath", "https://www.shop.example/"),
                ("ObjectType", "Directory"),
                ("Force", "true"),
            ],
        ),
    ] {
        let receipt = adapter.submit(&request(payload, mode)).await.unwrap();
        assert_eq!(receipt.id, Some("1".into()));
        let heard = server.heard().pop().unwrap();
        assert_eq!(heard.header("x-acs-action"), Some("RefreshObjectCaches"));
        assert_eq!(heard.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!((heard.target.as_str(), form(&heard)), ("/", fields(&expected)));
    }
    // A blank is a `+` in a form.
    assert!(server.heard()[0].body.contains("%2Fa+b.jpg%3Fx%3D1%0Ahttps"), "{:?}", server.heard());
}

#[tokio::test]
async fn a_tag_is_purged_of_its_domain() {
    let (server, adapter) = answering(vec![taken("1")]).await;
    adapter.submit(&request(Payload::Tag(targets(&["sale"])), Some("force"))).await.unwrap();
    let heard = &server.heard()[0];
    assert_eq!(heard.header("x-acs-action"), Some("RefreshObjectCacheByCacheTag"));
    for (name, value) in
        [("DomainName", "www.shop.example"), ("CacheTag", "sale"), ("Force", "true")]
    {
        assert_eq!(heard.query(name).as_deref(), Some(value));
    }
}

#[tokio::test]
async fn a_query_is_sent_in_the_letters_that_are_signed() {
    let (server, adapter) = answering(vec![taken("1")]).await;
    let tag = Payload::Tag(targets(&["a b+c*d~e/f=g&hü你"]));
    adapter.submit(&request(tag, Some("force"))).await.unwrap();
    let target = &server.heard()[0].target;
    let query = target.strip_prefix("/?").unwrap();
    assert!(
        query.split('&').any(|it| it == "CacheTag=a%20b%2Bc%2Ad~e%2Ff%3Dg%26h%C3%BC%E4%BD%A0"),
        "{query}"
    );
}

#[tokio::test]
async fn what_would_be_read_as_more_than_was_meant_is_not_sent() {
    let (server, adapter) = answering(vec![taken("1")]).await;
    for request in [
        request(Payload::Tag(targets(&["sale,all"])), None),
        request(Payload::Url(targets(&["https://www.shop.example/a\nhttps://b.example/"])), None),
        request(Payload::All, Some("burn")),
        request(Payload::Host(targets(&["www.shop.example"])), None),
    ] {
        let failure = adapter.submit(&request).await.unwrap_err();
        assert!(matches!(failure.cause, Cause::Refused | Cause::Unsupported), "{failure:?}");
    }
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn ids_that_are_joined_by_commas_stay_together() {
    let (_server, adapter) =
        answering(vec![taken("704222904, 704222905"), taken("704222904")]).await;
    let send = request(Payload::Url(targets(&["https://www.shop.example/a"])), None);
    let mut got = Vec::new();
    for _ in 0..2 {
        got.push(adapter.submit(&send).await.unwrap().id);
    }
    assert_eq!(got, [Some("704222904,704222905".into()), Some("704222904".into())]);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let send = request(Payload::Url(targets(&["https://www.shop.example/a"])), None);
    for (reply, cause, applied) in [
        (
            error(400, "Throttling.User").with("x-acs-retry-after", "7"),
            Cause::RateLimited { retry_after: Some(Duration::from_secs(7)) },
            Applied::No,
        ),
        (error(400, "QuotaExceeded.Refresh"), Cause::QuotaUsedUp, Applied::No),
        (error(404, "InvalidAccessKeyId.NotFound"), Cause::Unauthenticated, Applied::No),
        (error(400, "SignatureDoesNotMatch"), Cause::Unauthenticated, Applied::No),
        (error(403, "Forbidden.RAM"), Cause::Forbidden, Applied::No),
        (error(404, "InvalidDomain.NotFound"), Cause::NotFound, Applied::No),
        (
            error(400, "InvalidObjectPath.Malformed"),
            Cause::Rejected { errors: Vec::new() },
            Applied::No,
        ),
        // The first copy of what was sent twice may have been taken.
        (error(400, "SignatureNonceUsed"), Cause::Lost, Applied::Maybe),
        (error(500, "InternalError"), Cause::VendorError, Applied::Maybe),
        (Reply::json(200, "[]"), Cause::BadAnswer, Applied::Maybe),
        // A good status alone is no "yes".
        (error(200, "QuotaExceeded.Refresh"), Cause::QuotaUsedUp, Applied::No),
        (error(200, "InvalidDomain.NotFound"), Cause::NotFound, Applied::No),
        (error(200, "SomethingNew"), Cause::BadAnswer, Applied::Maybe),
        (Reply::json(200, "{}"), Cause::BadAnswer, Applied::Maybe),
        (taken(""), Cause::BadAnswer, Applied::Maybe),
    ] {
        let (_server, adapter) = answering(vec![reply.clone()]).await;
        let failure = adapter.submit(&send).await.unwrap_err();
        assert_eq!((&failure.cause, failure.applied), (&cause, applied), "{reply:?}");
    }
    let (_server, adapter) = answering(vec![error(400, "QuotaExceeded.Refresh")]).await;
    let failure = adapter.submit(&send).await.unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("QuotaExceeded.Refresh"));
    assert_eq!(failure.request.as_deref(), Some("req-9"));
    assert!(failure.detail.contains("it is refused"), "{failure}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_with_its_difference() {
    let late = error(400, "InvalidTimeStamp.Expired").with("Date", "Mon, 04 May 2026 12:30:00 GMT");
    let (_server, adapter) = answering(vec![late]).await;
    let failure = adapter.live_limits().await.unwrap_err();
    let Cause::ClockSkew { seconds: Some(seconds) } = failure.cause else { panic!("{failure:?}") };
    assert!((-1_800..=-1_799).contains(&seconds), "{seconds}");
}

#[test]
fn the_vendors_own_tool_is_told_what_to_do() {
    let adapter = adapter(&keyed());
    let directory = Payload::Pattern(targets(&["https://www.shop.example/it's/"]));
    assert_eq!(
        adapter.preview(&request(directory, Some("force"))).curl,
        "aliyun cdn RefreshObjectCaches --ObjectPath \"https://www.shop.example/it's/\" \
         --ObjectType Directory --Force true"
    );
    let tag = Payload::Tag(targets(&["sale"]));
    assert_eq!(
        adapter.preview(&request(tag, None)).curl,
        "aliyun cdn RefreshObjectCacheByCacheTag --DomainName www.shop.example --CacheTag sale \
         --Force false"
    );
}
