#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod activity;
mod history;
mod purge;
mod resources;

use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::*;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::Cause;
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::kind::Kind;
use crate::domain::payload::{Payload, Targets};
use crate::providers::scripted::{Reply, Scripted};
use crate::providers::{Provider, connect, connect_with};

const TOKEN: &str = "29841$c767abcdef0123456789";

fn adapter(url: &Url) -> Arc<dyn Provider> {
    adapter_with(url, TOKEN)
}

fn adapter_with(url: &Url, token: &str) -> Arc<dyn Provider> {
    let account = account()
        .at(url.clone())
        .with_secret("token", SecretSource::Given(Secret::new(token.to_owned())));
    let policy = HttpPolicy { max_attempts: 1, ..HttpPolicy::default() };
    connect_with(&account, WallClock::default(), policy).unwrap()
}

fn account() -> AccountConfig {
    AccountConfig::new(AccountName::new("prod"), ProviderName::new(NAME))
}

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(&server.url);
    (server, adapter)
}

fn request(payload: Payload) -> PurgeRequest {
    PurgeRequest::new("prod", "11", "cdn.shop.example", payload)
}

fn targets(texts: &[&str]) -> Targets {
    Targets::new(texts.iter().map(|&text| text.to_owned()).collect()).unwrap()
}

#[tokio::test]
async fn a_token_that_a_shell_cut_short_is_recognised() {
    let server = Scripted::start(vec![Reply::json(401, r#"{"message":"Bad token: 29841"}"#)]).await;
    let failure = adapter_with(&server.url, "29841").live_limits().await.unwrap_err();
    assert_eq!(failure.cause, Cause::Unauthenticated);
    assert!(failure.detail.contains("single quotes"), "{failure}");
    let failure = adapter(&server.url).live_limits().await.unwrap_err();
    assert!(!failure.detail.contains("single quotes"), "{failure}");
}

#[tokio::test]
async fn no_part_of_the_token_is_ever_shown() {
    let body = json!({ "message": format!("{TOKEN} and c767abcdef0123456789 are bad") });
    let (_server, adapter) = answering(vec![Reply::json(401, body.to_string())]).await;
    let failure = adapter.submit(&request(Payload::All)).await.unwrap_err();
    let preview = adapter.preview(&request(Payload::All));
    for text in [
        failure.to_string(),
        format!("{failure:?}"),
        format!("{adapter:?}"),
        format!("{preview:?}"),
    ] {
        assert!(!text.contains("c767"), "{text}");
    }
    assert!(
        preview.headers.contains(&("Authorization".to_owned(), "APIKey $GCORE_API_KEY".to_owned()))
    );
    assert!(preview.curl.contains("\"Authorization: APIKey $GCORE_API_KEY\""));
}

#[tokio::test]
async fn the_accounts_own_limits_are_asked_for() {
    let body = json!({ "purge_max_urls_limit": 30 });
    let (server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
    let limits = adapter.live_limits().await.unwrap();
    assert_eq!(limits.rule(Kind::Url).unwrap().per_request, 30);
    assert_eq!(server.heard()[0].target, "/cdn/clients/me/limits");
}

#[test]
fn an_account_that_lacks_something_cannot_be_tried() {
    let missing = connect(&account()).unwrap_err();
    assert_eq!(missing, ConnectError::Missing { key: "token" });
    let account = account()
        .at(Url::parse("http://api.gcore.com").unwrap())
        .with_secret("token", SecretSource::Env("X".to_owned()));
    assert!(matches!(connect(&account), Err(ConnectError::BaseUrl(_))));
}
