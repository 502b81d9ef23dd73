#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod v2;
mod v3;

use chrono::{DateTime, Utc};

use super::*;
use crate::config::secret::Secret;
use crate::domain::ids::ResourceId;
use crate::domain::payload::Targets;
use crate::providers::scripted::{Reply, Scripted};

const KEY: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

fn now() -> DateTime<Utc> {
    "2026-05-04T12:00:00.25Z".parse().unwrap()
}

fn settings(url: &Url) -> Settings {
    let secret = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
    Settings {
        account: AccountName::new("ten"),
        base_url: Some(url.clone()),
        secret_id: secret("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"),
        secret_key: secret(KEY),
        session_token: None,
        international: false,
        area: None,
        times: None,
        patience: HttpPolicy { tries: 1, ..HttpPolicy::default() },
        now: WallClock::from_fn(now),
    }
}

fn targets(texts: &[&str]) -> Targets {
    Targets::new(texts.iter().map(|&text| text.to_owned()).collect()).unwrap()
}

fn request(payload: Payload, mode: Option<&str>) -> PurgeRequest {
    PurgeRequest {
        account: AccountName::new("ten"),
        resource: ResourceId::new("www.shop.example"),
        cname: "www.shop.example".to_owned(),
        payload,
        mode: mode.map(str::to_owned),
        area: None,
    }
}

#[test]
fn an_account_names_its_api_and_what_it_lacks_is_told() {
    use crate::domain::ids::ProviderName;

    let bare = AccountConfig::new(AccountName::new("ten"), ProviderName::new(NAME));
    let missing = of(&bare, WallClock::default(), HttpPolicy::default()).unwrap_err();
    assert_eq!(missing, ConnectError::Missing { key: "secret_id" });
    let source = || SecretSource::Env("X".to_owned());
    let full = bare.with_secret("secret_id", source()).with_secret("secret_key", source());
    let old = full.clone().with_option("api", "2.0".to_owned());
    let odd = full.clone().with_option("api", "4.0".to_owned());
    let late = full.clone().with_option("times", "noon".to_owned());
    assert!(
        format!("{:?}", of(&full, WallClock::default(), HttpPolicy::default()).unwrap())
            .contains("Tencent3")
    );
    assert!(
        format!("{:?}", of(&old, WallClock::default(), HttpPolicy::default()).unwrap())
            .contains("Tencent2")
    );
    for wrong in [odd, late] {
        assert!(matches!(
            of(&wrong, WallClock::default(), HttpPolicy::default()),
            Err(ConnectError::Setting { .. })
        ));
    }
}

#[test]
fn the_international_site_has_its_own_endpoint() {
    let mut settings = settings(&Url::parse("https://x.example").unwrap());
    settings.base_url = None;
    settings.international = true;
    let adapter = super::v3::Tencent3::new(settings).unwrap();
    let preview = adapter.preview(&request(Payload::All, None));
    assert_eq!(preview.url, "https://cdn.intl.tencentcloudapi.com/");
}

#[test]
fn a_mode_that_is_none_is_refused_before_anything_is_sent() {
    let account = AccountName::new("ten");
    let failure = Wanted::of(&account, &request(Payload::All, Some("burn"))).unwrap_err();
    assert_eq!(failure.cause, Cause::Refused);
    let failure = Wanted::of(&AccountName::new("other"), &request(Payload::All, None)).unwrap_err();
    assert_eq!(failure.cause, Cause::Refused);
}

#[test]
fn everything_is_sent_as_the_root_directory() {
    let account = AccountName::new("ten");
    assert_eq!(
        Wanted::of(&account, &request(Payload::All, Some(DELETE))).unwrap(),
        Wanted::Directories { paths: vec!["https://www.shop.example/".to_owned()], delete: true }
    );
}
