#![expect(clippy::unwrap_used, reason = "tests")]

use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::secret::Secret;
use crate::providers::CallRecorder;
use crate::providers::scripted::{Reply, Scripted};

const TOKEN: &str = "APIKey 29841$c767abcdef";

fn hasty() -> HttpPolicy {
    HttpPolicy {
        first_retry_delay: Duration::from_millis(1),
        max_retry_delay: Duration::from_secs(1),
        ..HttpPolicy::default()
    }
}

fn http(url: &Url, policy: HttpPolicy) -> Http {
    Http::new(AccountName::new("prod"), url, policy, WallClock::default()).unwrap()
}

fn question() -> HttpRequest {
    HttpRequest::get(["a b", "c"]).query("q", "x&y=z").secret_header(
        "Authorization",
        "APIKey $TOKEN",
        Some(Secret::new(TOKEN.to_owned())),
    )
}

fn order() -> HttpRequest {
    HttpRequest::post(["purge"]).body("application/json", "{}").secret_header(
        "Authorization",
        "APIKey $TOKEN",
        Some(Secret::new(TOKEN.to_owned())),
    )
}

/// Takes any good answer's body, and says of any other what its status says.
fn parse(response: &HttpResponse) -> Result<String, Failure> {
    if response.is_success() {
        response.json().map(|body| body.to_string())
    } else {
        Err(response.with_status(Failure::new(response.cause()).with_message(response.words())))
    }
}

async fn read(http: &Http) -> Result<String, Failure> {
    http.read(question, parse).await
}

async fn send(http: &Http) -> Result<String, Failure> {
    http.send(&order(), parse).await
}

#[tokio::test]
async fn a_request_carries_its_token_its_query_and_our_name() {
    let server = Scripted::start(vec![Reply::json(200, "[1]")]).await;
    let mut base = server.url.clone();
    base.set_path("/api/v1/");
    assert_eq!(read(&http(&base, hasty())).await.unwrap(), "[1]");
    let heard = server.heard();
    assert_eq!(heard[0].target, "/api/v1/a%20b/c?q=x%26y%3Dz");
    assert_eq!(heard[0].query("q").unwrap(), "x&y=z");
    assert_eq!(heard[0].header("authorization"), Some(TOKEN));
    assert_eq!(
        heard[0].header("user-agent"),
        Some(concat!("purgedeck/", env!("CARGO_PKG_VERSION")))
    );
}

#[tokio::test]
async fn a_question_is_asked_again_where_the_fault_is_passing() {
    for passing in [
        Reply::json(500, "{}"),
        Reply::json(503, "{}").with("Retry-After", "0"),
        Reply::json(429, "{}"),
        Reply::Cut,
        Reply::CutInBody { status: 200, body: "[".to_owned() },
    ] {
        let server = Scripted::start(vec![passing.clone(), Reply::json(200, "[]")]).await;
        let response = read(&http(&server.url, hasty())).await;
        assert_eq!(response, Ok("[]".to_owned()), "{passing:?}");
        assert_eq!(server.heard().len(), 2, "{passing:?}");
    }
}

#[tokio::test]
async fn a_question_is_asked_three_times_and_no_more() {
    let server = Scripted::start(vec![Reply::json(500, "{}")]).await;
    let failure = read(&http(&server.url, hasty())).await.unwrap_err();
    assert_eq!(failure.cause, Cause::VendorError);
    assert_eq!(failure.http_status, Some(500));
    assert_eq!(failure.applied, Applied::No);
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn a_question_is_not_asked_again_where_that_is_no_use() {
    for lasting in [
        Reply::json(400, "{}"),
        Reply::json(401, "{}"),
        Reply::json(404, "{}"),
        Reply::json(200, "{ broken"),
        Reply::json(429, "{}").with("Retry-After", "3600"),
    ] {
        let server = Scripted::start(vec![lasting.clone()]).await;
        read(&http(&server.url, hasty())).await.unwrap_err();
        assert_eq!(server.heard().len(), 1, "{lasting:?}");
    }
}

#[tokio::test]
async fn a_vendor_that_says_when_to_come_back_is_believed() {
    let server = Scripted::start(vec![Reply::json(429, "{}").with("Retry-After", "3600")]).await;
    let failure = read(&http(&server.url, hasty())).await.unwrap_err();
    assert_eq!(failure.cause, Cause::RateLimited { retry_after: Some(Duration::from_hours(1)) });
}

#[tokio::test]
async fn what_is_sent_is_sent_once_whatever_comes_back() {
    for (reply, cause, applied) in [
        (Reply::json(500, "{}"), Cause::VendorError, Applied::Maybe),
        (Reply::json(503, "{}").with("Retry-After", "0"), Cause::VendorError, Applied::Maybe),
        (Reply::Cut, Cause::Lost, Applied::Maybe),
        (Reply::CutInBody { status: 200, body: "{".to_owned() }, Cause::Lost, Applied::Maybe),
        (Reply::json(200, "<html>"), Cause::BadAnswer, Applied::Maybe),
        (Reply::Raw(b"SSH-2.0-x\r\n".to_vec()), Cause::Lost, Applied::Maybe),
        (Reply::json(408, "{}"), Cause::Lost, Applied::Maybe),
        (Reply::json(400, "{}"), Cause::Rejected { errors: Vec::new() }, Applied::No),
        (Reply::json(401, "{}"), Cause::Unauthenticated, Applied::No),
        (Reply::json(403, "{}"), Cause::Forbidden, Applied::No),
        (Reply::json(404, "{}"), Cause::NotFound, Applied::No),
        (Reply::json(429, "{}"), Cause::RateLimited { retry_after: None }, Applied::No),
        (
            Reply::CutInBody { status: 400, body: "{".to_owned() },
            Cause::Rejected { errors: Vec::new() },
            Applied::No,
        ),
    ] {
        let server = Scripted::start(vec![reply.clone()]).await;
        let failure = send(&http(&server.url, hasty())).await.unwrap_err();
        assert_eq!(failure.cause, cause, "{reply:?}: {failure}");
        assert_eq!(failure.applied, applied, "{reply:?}: {failure}");
        assert_eq!(server.heard().len(), 1, "{reply:?}");
    }
}

#[tokio::test]
async fn without_an_answer_in_time_nobody_knows_what_became_of_it() {
    let server = Scripted::start(vec![Reply::Silence]).await;
    let policy = HttpPolicy { timeout: Duration::from_millis(200), max_attempts: 1, ..hasty() };
    let failure = send(&http(&server.url, policy)).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Lost);
    assert_eq!(failure.applied, Applied::Maybe);
    assert_eq!(&*failure.detail, "no answer within 0.2 s");
    let failure = read(&http(&server.url, policy)).await.unwrap_err();
    assert_eq!((failure.cause, failure.applied), (Cause::Lost, Applied::No));
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let failure = send(&http(&url, hasty())).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Unreachable);
    assert_eq!(failure.applied, Applied::No);
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_never_sees_the_token() {
    let server = Scripted::start(vec![Reply::json(200, "[]")]).await;
    let mut url = server.url.clone();
    url.set_scheme("https").unwrap();
    let failure = send(&http(&url, hasty())).await.unwrap_err();
    // Unreachable; on a machine that trusts nobody at all, already refused.
    assert!(matches!(failure.cause, Cause::Unreachable | Cause::Refused), "{failure:?}");
    assert_eq!(failure.applied, Applied::No);
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_body_without_an_end_is_left_at_the_bound() {
    let server = Scripted::start(vec![Reply::Endless]).await;
    let policy = HttpPolicy { max_body_bytes: 10_000, ..hasty() };
    let failure = read(&http(&server.url, policy)).await.unwrap_err();
    assert_eq!(failure.cause, Cause::BadAnswer);
    assert!(failure.detail.contains("10000"), "{failure}");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_stays() {
    let other = Scripted::start(vec![Reply::json(200, "[]")]).await;
    for (status, applied) in [
        (301, Applied::No),
        (302, Applied::No),
        (303, Applied::Maybe),
        (307, Applied::No),
        (308, Applied::No),
    ] {
        let to = other.url.join("/there?from=here").unwrap();
        let server =
            Scripted::start(vec![Reply::json(status, "").with("Location", to.as_str())]).await;
        let http = http(&server.url, hasty());
        let failure = read(&http).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Refused);
        assert_eq!(failure.http_status, Some(status));
        assert!(failure.detail.contains(to.as_str()), "{failure}");
        let failure = send(&http).await.unwrap_err();
        assert_eq!((failure.cause, failure.applied), (Cause::Refused, applied));
        assert_eq!(server.heard().len(), 2, "neither was tried again");
    }
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn the_vendors_clock_is_read_off_its_answers() {
    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_mins(10));
    let server = Scripted::start(vec![Reply::json(200, "[]").with("Date", date)]).await;
    let http = http(&server.url, hasty());
    assert_eq!(http.clock_ahead(), None);
    read(&http).await.unwrap();
    let ahead = http.clock_ahead().unwrap().num_seconds();
    assert!((300..=601).contains(&ahead), "{ahead}");
}

#[tokio::test]
async fn a_secret_that_no_header_can_carry_is_never_sent_and_never_shown() {
    let server = Scripted::start(vec![Reply::json(200, "[]")]).await;
    let request = HttpRequest::get(["a"]).secret_header(
        "Authorization",
        "APIKey $TOKEN",
        Some(Secret::new("one\ntwo".to_owned())),
    );
    let failure = http(&server.url, hasty()).send(&request, parse).await.unwrap_err();
    assert_eq!((&failure.cause, failure.applied), (&Cause::Refused, Applied::No));
    assert!(!failure.to_string().contains("two"), "{failure}");
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_vendor_that_repeats_the_token_does_not_get_it_onto_the_screen() {
    let body = format!("<html><title>who is {TOKEN}?</title></html>");
    let server = Scripted::start(vec![Reply::json(403, body)]).await;
    let failure = read(&http(&server.url, hasty())).await.unwrap_err();
    assert!(failure.detail.contains("who is …?"), "{failure}");
    assert!(!format!("{failure:?}").contains("c767"), "{failure:?}");
}

/// The text that a subscriber at debug writes in this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_exchange_is_logged_and_no_secret_is() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let server = Scripted::start(vec![Reply::json(201, "{}"), Reply::json(500, "no")]).await;
    let http = http(&server.url, hasty());
    {
        let _guard = tracing::subscriber::set_default(subscriber);
        send(&http).await.unwrap();
        send(&http).await.unwrap_err();
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("purgedeck::http")).collect();
    assert_eq!(ours.len(), 2, "{text}");
    for part in
        ["account=prod", "method=POST", "host=\"127.0.0.1\"", "path=\"/purge\"", "status=201"]
    {
        assert!(ours[0].contains(part), "{part}: {}", ours[0]);
    }
    assert!(ours[1].contains("status=500"), "{}", ours[1]);
    assert!(!text.contains("c767"), "{text}");
    assert!(!text.contains("29841"), "{text}");
}

#[test]
fn nothing_of_a_request_or_a_client_shows_its_secret() {
    let http = http(&Url::parse("https://api.vendor.com").unwrap(), hasty());
    let request = order();
    let preview = http.preview(&request);
    for text in [format!("{request:?}"), format!("{http:?}"), format!("{preview:?}")] {
        assert!(!text.contains("29841"), "{text}");
        assert!(!text.contains("c767"), "{text}");
    }
}

#[tokio::test]
async fn no_credential_is_in_the_path_of_a_recorded_call() {
    let server = Scripted::start(vec![Reply::json(500, "{}"), Reply::json(200, "[]")]).await;
    let (http, recorder) = (http(&server.url, hasty()), CallRecorder::default());
    http.record_calls(&recorder);
    let ask = || {
        HttpRequest::get(["keys", "29841$c767", "purges"])
            .query("SecretId", "AKIDexample")
            .query("nextPageToken", "p2")
            .query("api_key", "k-1")
            .query("note", "29841$c767 and more")
            .query("limit", "10")
            .secret_query("Signature", "$SIGNATURE", Some(Secret::new("s/1=".to_owned())))
            .hiding(Secret::new("29841$c767".to_owned()))
    };
    http.read(ask, parse).await.unwrap();
    let calls = recorder.now(0);
    assert_eq!(calls.len(), 2, "the one that failed, too");
    for call in calls {
        assert_eq!(
            call.path,
            "/keys/…/purges?SecretId=…&nextPageToken=…&api_key=…&note=… and more&limit=10\
             &Signature=$SIGNATURE"
        );
    }
    let heard = server.heard();
    assert_eq!(heard[0].query("SecretId").as_deref(), Some("AKIDexample"), "it is sent whole");
}

#[test]
fn a_preview_is_a_line_that_a_shell_reads_as_meant() {
    let http = http(&Url::parse("https://api.vendor.com/v1").unwrap(), hasty());
    let body = r#"{"urls":["/it's a \"q\" $HOME `x`"]}"#;
    let preview = http.preview(
        &HttpRequest::post(["purge"])
            .query("a", "b c")
            .body("application/json", body)
            .secret_header("Authorization", "APIKey $TOKEN", None),
    );
    assert_eq!(preview.method, "POST");
    assert_eq!(preview.url, "https://api.vendor.com/v1/purge?a=b%20c");
    assert_eq!(preview.body, body);
    assert!(preview.headers.contains(&("Authorization".to_owned(), "APIKey $TOKEN".to_owned())));
    let words = shlex::split(&preview.curl).unwrap();
    assert_eq!(
        words,
        [
            "curl",
            "-X",
            "POST",
            "https://api.vendor.com/v1/purge?a=b%20c",
            "-H",
            "Content-Type: application/json",
            "-H",
            "Authorization: APIKey $TOKEN",
            "--data-raw",
            body
        ]
    );
    assert!(preview.curl.contains("\"Authorization: APIKey $TOKEN\""));
}
