#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;

use super::*;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::Applied;
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::kind::Kind;
use crate::domain::payload::Payload;
use crate::domain::resource::ResourceState;
use crate::domain::status::Status;
use crate::providers::scripted::{Heard, Reply, Scripted};
use crate::providers::{Provider, connect_with};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const DISTRIBUTIONS: &str = include_str!("../../../tests/golden/cloudfront/distributions.xml");
const TENANTS: &str = include_str!("../../../tests/golden/cloudfront/tenants.xml");
const LIST: &str = include_str!("../../../tests/golden/cloudfront/invalidations.xml");
const ONE: &str = include_str!("../../../tests/golden/cloudfront/invalidation.xml");
const EVENTS: &str = include_str!("../../../tests/golden/cloudfront/events.json");
const NOW: i64 = 1_767_323_045;

fn given(text: &str) -> SecretSource {
    SecretSource::Given(Secret::new(text.to_owned()))
}

fn bare() -> AccountConfig {
    AccountConfig::new(AccountName::new("cf"), ProviderName::new(NAME))
}

fn keyed() -> AccountConfig {
    bare()
        .with_secret("access_key_id", given("AKIDEXAMPLE"))
        .with_secret("secret_access_key", given(SECRET))
}

fn adapter(account: &AccountConfig) -> Arc<dyn Provider> {
    adapter_at(account, Arc::new(AtomicI64::new(NOW)))
}

/// An adapter by a clock that shows these seconds.
fn adapter_at(account: &AccountConfig, seconds: Arc<AtomicI64>) -> Arc<dyn Provider> {
    let clock = WallClock::from_fn(move || {
        DateTime::from_timestamp(seconds.load(Ordering::Relaxed), 0).unwrap()
    });
    let policy = HttpPolicy { max_attempts: 1, ..HttpPolicy::default() };
    connect_with(account, clock, policy).unwrap()
}

fn xml(status: u16, body: &str) -> Reply {
    let headers = vec![("Content-Type", "text/xml".to_owned())];
    Reply::Whole { status, headers, body: body.to_owned() }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    xml(
        status,
        &format!(
            "<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
        ),
    )
}

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(&keyed().at(server.url.clone()));
    (server, adapter)
}

fn request(kind: Kind, targets: &[&str]) -> PurgeRequest {
    let payload = Payload::new(kind, targets.iter().copied()).unwrap();
    PurgeRequest::new("cf", "EDFDVBD632BHDS5", "www.shop.example", payload)
}

fn of(offset: u64) -> HistoryRequest {
    HistoryRequest {
        resource: Some((ResourceId::new("EDFDVBD632BHDS5"), "www.shop.example".to_owned())),
        offset,
        ..HistoryRequest::default()
    }
}

/// A page of the list with purges of these ids.
fn list(ids: &[&str], next: Option<&str>) -> Reply {
    let row = |id: &&str| {
        format!(
            "<InvalidationSummary><Id>{id}</Id><CreateTime>2026-01-02T03:00:00.001Z</CreateTime>\
             <Status>Completed</Status></InvalidationSummary>"
        )
    };
    let rows = ids.iter().map(row).collect::<Vec<_>>().concat();
    let next = next.map(|next| format!("<NextMarker>{next}</NextMarker>")).unwrap_or_default();
    let is_truncated = !next.is_empty();
    xml(
        200,
        &format!(
            "<InvalidationList><Marker/>{next}<MaxItems>100</MaxItems><IsTruncated>{is_truncated}\
             </IsTruncated><Quantity>{}</Quantity><Items>{rows}</Items></InvalidationList>",
            ids.len()
        ),
    )
}

fn ids(page: &HistoryPage) -> Vec<&str> {
    page.purges.iter().map(|purge| purge.id.as_str()).collect()
}

#[tokio::test]
async fn distributions_and_tenants_become_resources_and_what_only_has_tenants_does_not() {
    let (server, adapter) = answering(vec![xml(200, DISTRIBUTIONS), xml(200, TENANTS)]).await;
    let resources = adapter.resources().await.unwrap();
    let shown: Vec<_> = resources
        .iter()
        .map(|it| (it.id.as_str(), it.cname.as_str(), it.names.len(), it.state.word()))
        .collect();
    assert_eq!(
        shown,
        [
            ("EDFDVBD632BHDS5", "www.shop.example", 2, "active"),
            ("E1PLAIN", "d222222abcdef8.cloudfront.net", 0, "changing"),
            ("E2OFF", "off.shop.example", 1, "suspended"),
            ("tenant/dt_2wjDZi3hD1ivOXf6rpZJO1AB", "a.tenant.example", 1, "active"),
        ]
    );
    let [first, ..] = resources.as_slice() else { panic!() };
    assert_eq!(first.names, ["shop.example", "d111111abcdef8.cloudfront.net"]);
    assert_eq!(first.description.as_deref(), Some("Shop & more"));
    assert_eq!(first.state, ResourceState::Active);
    let heard = server.heard();
    let asked: Vec<_> = heard.iter().map(|it| (it.method.as_str(), it.target.as_str())).collect();
    assert_eq!(
        asked,
        [
            ("GET", "/2020-05-31/distribution?MaxItems=100"),
            ("POST", "/2020-05-31/distribution-tenants"),
        ]
    );
}

#[tokio::test]
async fn distributions_are_listed_for_who_may_not_list_tenants() {
    let denied = error(403, "AccessDenied", "Not authorized.");
    let (_, adapter) = answering(vec![xml(200, DISTRIBUTIONS), denied]).await;
    assert_eq!(adapter.resources().await.unwrap().len(), 3);
    let (_, adapter) = answering(vec![error(403, "AccessDenied", "Not authorized.")]).await;
    assert_eq!(adapter.resources().await.unwrap_err().cause, Cause::Forbidden);
}

#[tokio::test]
async fn a_name_with_a_star_is_not_what_a_distribution_is_called_by() {
    let stars = DISTRIBUTIONS.replace("www.shop.example", "*.shop.example");
    let (_, adapter) = answering(vec![xml(200, &stars), xml(200, "<None/>")]).await;
    let first = adapter.resources().await.unwrap().remove(0);
    assert_eq!(first.cname, "shop.example");
    assert_eq!(first.names, ["d111111abcdef8.cloudfront.net", "*.shop.example"]);
}

#[tokio::test]
async fn an_account_without_tenants_is_not_asked_for_any() {
    let one = "<DistributionList><IsTruncated>true</IsTruncated><NextMarker>E1</NextMarker>\
               <Quantity>1</Quantity><Items><DistributionSummary><Id>E1</Id><DomainName>d1.x\
               </DomainName></DistributionSummary></Items></DistributionList>";
    let last = "<DistributionList><IsTruncated>false</IsTruncated><Quantity>0</Quantity>\
                </DistributionList>";
    let (server, adapter) = answering(vec![xml(200, one), xml(200, last)]).await;
    assert_eq!(adapter.resources().await.unwrap().len(), 1);
    let heard = server.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[1].query("Marker").as_deref(), Some("E1"));
}

#[tokio::test]
async fn a_list_is_bare_and_a_word_for_a_status_is_read_in_any_case() {
    let shouted = LIST.replace("Completed", "COMPLETED");
    let (server, adapter) = answering(vec![xml(200, &shouted)]).await;
    let page = adapter.history(&of(0)).await.unwrap();
    assert_eq!((page.records, page.total, page.complete, page.unreadable), (2, None, false, 0));
    let [running, done] = page.purges.as_slice() else { panic!("{page:?}") };
    assert_eq!((running.status, done.status), (Status::InProgress, Status::Successful));
    assert_eq!(running.created, "2026-01-02T03:04:05.678Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!((running.kind, running.raw_kind.as_str(), running.targets.len()), (None, "", 0));
    assert_eq!(
        (done.resource.as_str(), done.cname.as_str()),
        ("EDFDVBD632BHDS5", "www.shop.example")
    );
    let heard = &server.heard()[0];
    assert_eq!(heard.target, "/2020-05-31/distribution/EDFDVBD632BHDS5/invalidation?MaxItems=100");
    assert_eq!(heard.header("x-amz-date"), Some("20260102T030405Z"));
    let signed = heard.header("authorization").unwrap();
    assert!(
        signed.contains("AKIDEXAMPLE/20260102/us-east-1/cloudfront/aws4_request, "),
        "{signed}"
    );
    assert!(signed.contains("SignedHeaders=host;x-amz-date, "), "{signed}");
}

#[tokio::test]
async fn a_page_is_asked_for_by_the_last_purge_before_it_and_found_again_from_the_start() {
    let pages = || {
        vec![list(&["I5", "I4"], Some("I4")), list(&["I3", "I2"], Some("I2")), list(&["I1"], None)]
    };
    let (server, asked) = answering(pages()).await;
    assert_eq!(ids(&asked.history(&of(0)).await.unwrap()), ["I5", "I4"]);
    assert_eq!(ids(&asked.history(&of(2)).await.unwrap()), ["I3", "I2"]);
    let last = asked.history(&of(4)).await.unwrap();
    assert_eq!((ids(&last), last.complete), (vec!["I1"], true));
    let marks: Vec<_> = server.heard().iter().map(|heard| heard.query("Marker")).collect();
    assert_eq!(marks, [None, Some("I4".to_owned()), Some("I2".to_owned())]);

    let (server, fresh) = answering(pages()).await;
    let page = fresh.history(&of(3)).await.unwrap();
    assert_eq!((ids(&page), page.complete, page.records), (vec!["I2"], false, 1));
    assert_eq!(server.heard().len(), 2, "it walks there");
}

#[tokio::test]
async fn a_list_ends_that_knows_no_marks_or_leads_back_to_itself() {
    let ids_of = |ids: &[&str]| list(ids, None);
    let (server, adapter) = answering(vec![ids_of(&["I2", "I1"])]).await;
    let page = adapter.history(&of(0)).await.unwrap();
    assert!(page.complete);
    let behind = adapter.history(&of(2)).await.unwrap();
    assert_eq!((behind.records, behind.complete), (0, true));
    assert_eq!(server.heard().len(), 2);

    let round = || list(&["I2", "I1"], Some("I1"));
    let (_, adapter) = answering(vec![round(), round()]).await;
    assert!(!adapter.history(&of(0)).await.unwrap().complete);
    assert!(adapter.history(&of(2)).await.unwrap().complete);
    let (_, adapter) = answering(vec![list(&[], Some("I1"))]).await;
    assert!(adapter.history(&of(0)).await.unwrap().complete);
}

#[tokio::test]
async fn a_purge_is_told_with_its_paths_and_their_kind() {
    let (server, adapter) = answering(vec![xml(200, ONE)]).await;
    let (resource, id) = (ResourceId::new("EDFDVBD632BHDS5"), PurgeId::new("I2J0I21PCUYOIK"));
    let purge = adapter.detail(&resource, &id).await.unwrap();
    assert_eq!((purge.kind, purge.status), (Some(Kind::Url), Status::Successful));
    let targets: Vec<_> = purge.targets.iter().map(|target| target.text.as_str()).collect();
    assert_eq!(targets, ["/a&b.jpg", "/index.html"]);
    assert!(server.heard()[0].target.ends_with("/EDFDVBD632BHDS5/invalidation/I2J0I21PCUYOIK"));
    let read = |paths: &[&str]| {
        purge::Asked::of(paths.iter().map(|&path| path.to_owned()).collect()).unwrap()
    };
    for (paths, kind, targets, is_mixed) in [
        (&["/*"][..], Kind::All, &[][..], false),
        (&["/img/*", "/js/a*"], Kind::Pattern, &["/img/*", "/js/a*"], false),
        (&["#product-1", "##odd"], Kind::Tag, &["product-1", "#odd"], false),
        (&["/a", "/img/*"], Kind::Pattern, &["/a", "/img/*"], true),
        (&["/*", "/a"], Kind::Pattern, &["/*", "/a"], true),
        (&["/a", "#t"], Kind::Url, &["/a", "#t"], true),
    ] {
        let asked = read(paths);
        assert_eq!((asked.kind, asked.is_mixed), (kind, is_mixed), "{paths:?}");
        assert_eq!(asked.targets, targets, "{paths:?}");
    }
}

#[tokio::test]
async fn a_purge_is_sent_as_the_vendors_sdk_sends_it() {
    for (kind, targets, items) in [
        (
            Kind::Url,
            &["/a&b.jpg", "/ü <1>.html"][..],
            "<Path>/a&amp;b.jpg</Path><Path>/ü &lt;1&gt;.html</Path>",
        ),
        (Kind::Pattern, &["/images/*", "/x*"], "<Path>/images/*</Path><Path>/x*</Path>"),
        (Kind::Tag, &["product-1", "b"], "<Path>#product-1</Path><Path>#b</Path>"),
    ] {
        let (server, adapter) = answering(vec![xml(201, ONE)]).await;
        let name = JournalId::new("018f");
        let receipt = adapter.submit_as(&name, &request(kind, targets)).await.unwrap();
        assert_eq!(receipt.id, Some(PurgeId::new("I2J0I21PCUYOIK")));
        let heard = &server.heard()[0];
        assert_eq!(
            heard.body,
            format!(
                "<InvalidationBatch \
                 xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths>\
                 <Quantity>2</Quantity><Items>{items}</Items></Paths><CallerReference>\
                 purgedeck-018f</CallerReference></InvalidationBatch>"
            )
        );
        assert_eq!(heard.header("content-type"), None);
    }
}

#[tokio::test]
async fn the_same_entry_keeps_its_reference_and_another_has_another() {
    let (server, adapter) = answering(vec![Reply::Cut, xml(201, ONE)]).await;
    let all = PurgeRequest { payload: Payload::All, ..request(Kind::Url, &["/"]) };
    let name = JournalId::new("one");
    let lost = adapter.submit_as(&name, &all).await.unwrap_err();
    assert_eq!(lost.applied, Applied::Maybe);
    adapter.submit_as(&name, &all).await.unwrap();
    adapter.submit_as(&JournalId::new("two"), &all).await.unwrap();
    adapter.submit(&all).await.unwrap();
    let bodies: Vec<String> = server.heard().into_iter().map(|heard| heard.body).collect();
    assert!(bodies[0].contains("<Quantity>1</Quantity><Items><Path>/*</Path></Items>"));
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[1], bodies[2]);
    assert_ne!(bodies[2], bodies[3]);
}

#[tokio::test]
async fn what_would_be_taken_and_purge_nothing_is_not_sent() {
    let (server, adapter) = answering(vec![xml(201, ONE)]).await;
    for (kind, target) in [
        (Kind::Url, "/a%2Ab.jpg"),
        (Kind::Url, "/a%3fx=1"),
        (Kind::Url, "/%7Emira/"),
        (Kind::Url, "/~mira/"),
        (Kind::Url, "/img/*"),
        (Kind::Url, "#product"),
        (Kind::Pattern, "/img/%2a"),
        (Kind::Pattern, "/img/%2a*"),
        (Kind::Pattern, "/~mira/*"),
        (Kind::Pattern, "/img/"),
        (Kind::Pattern, "/img/*/b*"),
        (Kind::Pattern, "/img/*.jpg"),
        (Kind::Pattern, "#product*"),
        (Kind::Tag, "#product"),
        (Kind::Tag, "a,b"),
        (Kind::Tag, "a b"),
        (Kind::Tag, "ü"),
    ] {
        let failure = adapter.submit(&request(kind, &[target])).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Refused, "{target}");
        assert!(failure.detail.contains(target), "{failure}");
    }
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn every_code_has_its_cause_and_only_a_used_reference_leaves_doubt() {
    let limited = Cause::RateLimited { retry_after: None };
    let rejected = Cause::Rejected { errors: Vec::new() };
    for (status, code, cause) in [
        (403, "AccessDenied", Cause::Forbidden),
        (404, "NoSuchDistribution", Cause::NotFound),
        (404, "EntityNotFound", Cause::NotFound),
        (400, "TooManyInvalidationsInProgress", limited.clone()),
        (400, "Throttling", limited.clone()),
        (503, "Throttling", limited.clone()),
        (413, "BatchTooLarge", rejected.clone()),
        (400, "InvalidArgument", rejected.clone()),
        (400, "InvalidationBatchAlreadyExists", rejected),
        (403, "SignatureDoesNotMatch", Cause::Unauthenticated),
        (403, "InvalidClientTokenId", Cause::Unauthenticated),
        (403, "ExpiredToken", Cause::Unauthenticated),
        (503, "ServiceUnavailable", Cause::VendorError),
    ] {
        let (server, adapter) = answering(vec![error(status, code, "Said so.")]).await;
        let failure = adapter.submit(&request(Kind::Url, &["/a"])).await.unwrap_err();
        assert_eq!(failure.cause, cause, "{code}");
        assert_eq!(failure.code.as_deref(), Some(code));
        assert_eq!(failure.request.as_deref(), Some("r-1"));
        assert!(failure.detail.starts_with("Said so."), "{failure}");
        let is_doubtful = matches!(code, "InvalidationBatchAlreadyExists" | "ServiceUnavailable");
        let wanted = if is_doubtful { Applied::Maybe } else { Applied::No };
        assert_eq!(failure.applied, wanted, "{code}");
        assert_eq!(server.heard().len(), 1);
    }
    let late = error(403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2");
    let (_, adapter) = answering(vec![late]).await;
    let failure = adapter.resources().await.unwrap_err();
    assert!(matches!(failure.cause, Cause::ClockSkew { .. }), "{failure:?}");
}

#[tokio::test]
async fn an_answer_with_a_document_type_or_of_another_kind_is_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><DistributionList>&b;</DistributionList>";
    for body in [bomb, "<html><body>Sign in</body></html>", "plain", "<DistributionList>", "{}"] {
        let (_, adapter) = answering(vec![xml(200, body)]).await;
        let failure = adapter.resources().await.unwrap_err();
        assert_eq!(failure.cause, Cause::BadAnswer, "{body}");
        let failure = adapter.submit(&request(Kind::Url, &["/a"])).await.unwrap_err();
        assert_eq!(failure.applied, Applied::Maybe, "{body}");
    }
}

#[tokio::test]
async fn a_tenant_is_purged_and_listed_under_its_own_path() {
    let (server, adapter) = answering(vec![xml(201, ONE), list(&[], None)]).await;
    let tenant = ResourceId::new("tenant/dt_1");
    let purge = PurgeRequest { resource: tenant.clone(), ..request(Kind::Url, &["/a"]) };
    adapter.submit(&purge).await.unwrap();
    let ask = HistoryRequest { resource: Some((tenant, String::new())), ..of(0) };
    adapter.history(&ask).await.unwrap();
    let heard = server.heard();
    assert_eq!(heard[0].target, "/2020-05-31/distribution-tenant/dt_1/invalidation");
    assert_eq!(heard[1].target, "/2020-05-31/distribution-tenant/dt_1/invalidation?MaxItems=100");
    let line = adapter.preview(&purge).curl;
    assert!(
        line.starts_with("aws cloudfront create-invalidation-for-distribution-tenant --id dt_1 ")
    );
}

#[tokio::test]
async fn a_preview_is_a_line_for_the_vendors_tool() {
    let at_vendor = adapter(&keyed());
    let preview = at_vendor.preview(&request(Kind::Tag, &["it's", "b"]));
    assert_eq!(
        preview.curl,
        "aws cloudfront create-invalidation --distribution-id EDFDVBD632BHDS5 --paths \
         \"#it's\" '#b'"
    );
    assert_eq!(
        preview.url,
        "https://cloudfront.amazonaws.com/2020-05-31/distribution/EDFDVBD632BHDS5/invalidation"
    );
    let china = adapter(&keyed().with_option("china", "true".to_owned()));
    let preview = china.preview(&request(Kind::Url, &["/a"]));
    assert!(preview.url.starts_with("https://cloudfront.cn-northwest-1.amazonaws.com.cn/2020"));
    let (_, local) = answering(vec![]).await;
    let line = local.preview(&request(Kind::Url, &["/a"])).curl;
    assert!(line.contains(" --endpoint-url http://127.0.0.1:"), "{line}");
}

/// A file with the JSON of a credential process.
#[cfg(unix)]
fn write_process(path: &std::path::Path, id: &str, until: &str) {
    use std::os::unix::fs::PermissionsExt;

    let text = format!(
        "{{\n\"Version\": 1, \"AccessKeyId\": \"{id}\", \"SecretAccessKey\": \"{SECRET}\",\n\
         \"SessionToken\": \"token-{id}\", \"Expiration\": \"{until}\"}}\n"
    );
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_temporary_key_is_fetched_again_before_it_ends_and_when_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("process");
    let refused = error(403, "ExpiredToken", "The token has expired.");
    let good = || list(&["I1"], None);
    let server = Scripted::start(vec![good(), good(), good(), refused, good()]).await;
    let account =
        bare().at(server.url.clone()).with_secret("credentials", SecretSource::File(path.clone()));
    let seconds = Arc::new(AtomicI64::new(NOW));
    let adapter = adapter_at(&account, Arc::clone(&seconds));
    write_process(&path, "ASIA1", "2026-01-02T04:04:05Z");
    adapter.history(&of(0)).await.unwrap();
    write_process(&path, "ASIA2", "2026-01-02T05:04:05Z");
    adapter.history(&of(0)).await.unwrap();
    seconds.store(NOW + 56 * 60, Ordering::Relaxed);
    adapter.history(&of(0)).await.unwrap();
    write_process(&path, "ASIA3", "2026-01-02T06:04:05Z");
    adapter.history(&of(0)).await.unwrap();
    let heard = server.heard();
    let used = |heard: &Heard| {
        let header = heard.header("authorization").unwrap().to_owned();
        let id = header.split_once("Credential=").unwrap().1.split('/').next().unwrap().to_owned();
        assert_eq!(heard.header("x-amz-security-token"), Some(format!("token-{id}").as_str()));
        assert!(header.contains("SignedHeaders=host;x-amz-date;x-amz-security-token, "));
        id
    };
    let ids: Vec<String> = heard.iter().map(used).collect();
    assert_eq!(ids, ["ASIA1", "ASIA1", "ASIA2", "ASIA2", "ASIA3"]);
}

#[tokio::test]
async fn keys_are_taken_before_a_process_and_that_before_a_profile_and_one_is_needed() {
    let error = crate::providers::connect(&bare()).unwrap_err();
    assert_eq!(error, ConnectError::Missing { key: "access_key_id" });
    let half = bare().with_secret("access_key_id", given("AKID"));
    assert!(crate::providers::connect(&half).is_err());
    let server = Scripted::start(vec![list(&[], None)]).await;
    let process =
        format!(r#"{{"Version":1,"AccessKeyId":"FROMPROCESS","SecretAccessKey":"{SECRET}"}}"#);
    let both = half
        .at(server.url.clone())
        .with_secret("credentials", given(&process))
        .with_option("profile", "no such profile".to_owned());
    adapter(&both).history(&of(0)).await.unwrap();
    let keys = both.with_secret("secret_access_key", given(SECRET));
    adapter(&keys).history(&of(0)).await.unwrap();
    let heard = server.heard();
    let used = |at: usize| heard[at].header("authorization").unwrap().to_owned();
    assert!(used(0).contains("FROMPROCESS") && used(1).contains("AKID"));
}

#[tokio::test]
async fn no_secret_is_in_an_error_a_preview_or_a_debug_form() {
    let echo = error(400, "InvalidArgument", &format!("You sent {SECRET}."));
    let (_, adapter) = answering(vec![echo]).await;
    let purge = request(Kind::Url, &["/a"]);
    let failure = adapter.submit(&purge).await.unwrap_err();
    let shown = format!("{failure:?} {:?} {adapter:?}", adapter.preview(&purge));
    assert!(!shown.contains(SECRET) && !shown.contains("Signature="), "{shown}");
}

fn log() -> ActivityRequest {
    let at = DateTime::from_timestamp(NOW, 0).unwrap();
    ActivityRequest { from: at - chrono::TimeDelta::hours(1), until: at, offset: 0 }
}

#[tokio::test]
async fn who_purged_is_read_from_the_trail_with_what_was_refused() {
    let last = r#"{"Events":[]}"#;
    let server = Scripted::start(vec![Reply::json(200, EVENTS), Reply::json(200, last)]).await;
    let account = keyed().at(server.url.clone()).with_option("cloudtrail", "true".to_owned());
    let adapter = adapter(&account);
    assert!(adapter.activity_log().is_some());
    let page = adapter.activity(&log()).await.unwrap();
    assert_eq!((page.records, page.complete), (3, false));
    let [taken, refused] = page.attempts.as_slice() else { panic!("{page:?}") };
    assert_eq!((taken.resource.as_str(), taken.kind), ("EDFDVBD632BHDS5", Some(Kind::Url)));
    assert_eq!(taken.targets, ["/a.jpg", "/b.jpg"]);
    assert_eq!(taken.at.timestamp(), NOW);
    assert_eq!(taken.author.user.as_deref(), Some("mira"));
    assert_eq!(taken.author.token.as_deref(), Some("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!(taken.address.as_deref(), Some("198.51.100.7"));
    assert!(taken.is_accepted());
    assert_eq!((refused.kind, refused.status), (Some(Kind::All), 429));
    assert!(refused.is_refused());
    let page = adapter.activity(&ActivityRequest { offset: 3, ..log() }).await.unwrap();
    assert_eq!((page.records, page.complete), (0, true));
    let heard = server.heard();
    assert_eq!(heard.len(), 3, "the tenants' events are asked for after the others");
    assert_eq!(asked_for(&heard[2]), (json!("CreateInvalidationForDistributionTenant"), None));
    assert_eq!((heard[0].method.as_str(), heard[0].target.as_str()), ("POST", "/"));
    assert_eq!(
        heard[0].header("x-amz-target"),
        Some("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")
    );
    let signed = heard[0].header("authorization").unwrap();
    assert!(signed.contains("/us-east-1/cloudtrail/aws4_request, "), "{signed}");
    assert!(signed.contains("SignedHeaders=host;x-amz-date;x-amz-target, "), "{signed}");
    assert_eq!(asked_for(&heard[1]), (json!("CreateInvalidation"), Some("t-2".to_owned())));
}

/// The event's name and the token that a question to the trail has.
fn asked_for(heard: &Heard) -> (Value, Option<String>) {
    let body: Value = serde_json::from_str(&heard.body).unwrap();
    assert_eq!(body["MaxResults"], 50);
    let event = body["LookupAttributes"][0]["AttributeValue"].clone();
    (event, body["NextToken"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn who_purged_a_tenant_is_told_before_any_list_was_read() {
    let events = EVENTS.replace("NextToken", "Ignored");
    let none = Reply::json(200, r#"{"Events":[]}"#);
    let server = Scripted::start(vec![none, Reply::json(200, &events)]).await;
    let account = keyed().at(server.url.clone()).with_option("cloudtrail", "true".to_owned());
    let page = adapter(&account).activity(&log()).await.unwrap();
    assert_eq!((page.records, page.complete), (3, true));
    let events: Vec<_> = server.heard().iter().map(|heard| asked_for(heard).0).collect();
    assert_eq!(events, ["CreateInvalidation", "CreateInvalidationForDistributionTenant"]);
}

#[tokio::test]
async fn an_empty_page_of_the_log_takes_the_place_of_no_other() {
    let empty = Reply::json(200, r#"{"Events":[],"NextToken":"t-1"}"#);
    let whole = Reply::json(200, EVENTS.replace("NextToken", "Ignored"));
    let server = Scripted::start(vec![empty.clone(), whole.clone(), empty, whole]).await;
    let account = keyed().at(server.url.clone()).with_option("cloudtrail", "true".to_owned());
    let adapter = adapter(&account);
    for _ in 0..2 {
        assert_eq!(adapter.activity(&log()).await.unwrap().records, 3);
    }
    let tokens: Vec<_> = server.heard().iter().map(|heard| asked_for(heard).1).collect();
    let token = || Some("t-1".to_owned());
    assert_eq!(tokens, [None, token(), None, token()], "each reading begins at the start");
}

#[test]
fn the_trail_is_asked_no_faster_than_it_answers() {
    let pace = trail::PACE;
    assert!(pace.requests <= 2 && pace.per >= std::time::Duration::from_secs(1), "{pace:?}");
}

#[tokio::test]
async fn without_the_setting_the_trail_is_not_asked() {
    let (server, adapter) = answering(vec![Reply::json(200, EVENTS)]).await;
    assert_eq!(adapter.activity_log(), None);
    assert_eq!(adapter.activity(&log()).await.unwrap_err().cause, Cause::Unsupported);
    assert!(server.heard().is_empty());
}
