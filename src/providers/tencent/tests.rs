#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod v2;
mod v3;

use chrono::{DateTime, Utc};

use super::*;
use crate::config::secret::source::SecretSource;
use crate::domain::ids::{AccountName, ProviderName, ResourceId};
use crate::domain::payload::{Payload, Targets};
use crate::domain::secret::Secret;
use crate::providers::scripted::{Reply, Scripted};
use crate::providers::{self, connect_with};

const KEY: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

fn now() -> DateTime<Utc> {
    "2026-05-04T12:00:00.25Z".parse().unwrap()
}

fn bare() -> AccountConfig {
    AccountConfig::new(AccountName::new("ten"), ProviderName::new(NAME))
}

fn keyed() -> AccountConfig {
    let secret = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
    bare()
        .with_secret("secret_id", secret("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"))
        .with_secret("secret_key", secret(KEY))
}

fn account(url: &Url) -> AccountConfig {
    keyed().at(url.clone())
}

fn policy() -> HttpPolicy {
    HttpPolicy { max_attempts: 1, ..HttpPolicy::default() }
}

fn adapter(account: &AccountConfig) -> Arc<dyn Provider> {
    connect_with(account, WallClock::from_fn(now), policy()).unwrap()
}

fn targets(texts: &[&str]) -> Targets {
    Targets::new(texts.iter().map(|&text| text.to_owned()).collect()).unwrap()
}

fn request(payload: Payload, mode: Option<&str>) -> PurgeRequest {
    PurgeRequest {
        mode: mode.map(str::to_owned),
        ..PurgeRequest::new("ten", "www.shop.example", "www.shop.example", payload)
    }
}

#[test]
fn an_account_names_its_api_and_what_it_lacks_is_told() {
    assert_eq!(
        providers::connect(&bare()).unwrap_err(),
        ConnectError::Missing { key: "secret_id" }
    );
    let source = || SecretSource::Env("X".to_owned());
    let full = bare().with_secret("secret_id", source()).with_secret("secret_key", source());
    let old = full.clone().with_option("api", "2.0".to_owned());
    let odd = full.clone().with_option("api", "4.0".to_owned());
    let late = full.clone().with_option("times", "noon".to_owned());
    assert!(format!("{:?}", providers::connect(&full).unwrap()).contains("Tencent3"));
    assert!(format!("{:?}", providers::connect(&old).unwrap()).contains("Tencent2"));
    for wrong in [odd, late] {
        assert!(matches!(providers::connect(&wrong), Err(ConnectError::Setting { .. })));
    }
}

#[test]
fn the_international_site_has_its_own_endpoint() {
    let adapter = adapter(&keyed().with_option("international", "true".to_owned()));
    let preview = adapter.preview(&request(Payload::All, None));
    assert_eq!(preview.url, "https://cdn.intl.tencentcloudapi.com/");
    assert!(preview.curl.ends_with(" --endpoint cdn.intl.tencentcloudapi.com"), "{}", preview.curl);
}

#[tokio::test]
async fn a_mode_that_is_none_is_refused_before_anything_is_sent() {
    let server = Scripted::start(vec![Reply::json(200, "{}")]).await;
    let adapter = adapter(&account(&server.url));
    let failure = adapter.submit(&request(Payload::All, Some("burn"))).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Refused);
    let other = PurgeRequest { account: AccountName::new("other"), ..request(Payload::All, None) };
    let failure = adapter.submit(&other).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Refused);
    assert!(server.heard().is_empty());
}

#[test]
fn everything_is_sent_as_the_root_directory() {
    assert_eq!(
        PurgeTargets::of(&request(Payload::All, Some(DELETE))),
        PurgeTargets::Directories {
            paths: vec!["https://www.shop.example/".to_owned()],
            delete: true
        }
    );
}
