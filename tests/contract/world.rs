//! One simulated vendor each, with an adapter that knows it and one whose credentials are wrong.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use purgedeck::config::accounts::AccountConfig;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::domain::ids::{AccountName, ProviderName};
use purgedeck::domain::secret::Secret;
use purgedeck::providers::clock::WallClock;
use purgedeck::providers::http::HttpPolicy;
use purgedeck::providers::{Provider, connect_with};
use purgedeck::simulator::{
    ListingOrder, ManualClock, MedianovaCredentials, Scenario, Simulator, SimulatorClock,
    SimulatorOptions, start,
};

/// A vendor at a time that stands still, without colleagues.
pub(crate) struct World {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) stranger: Arc<dyn Provider>,
    pub(crate) simulator: Simulator,
    pub(crate) hand: ManualClock,
    /// A resource of which everything may be purged, where the list does not tell.
    pub(crate) usable: Option<String>,
    /// The vendor's name in fault rules.
    pub(crate) vendor: &'static str,
    /// Parts of the secret that must never be seen.
    pub(crate) secrets: Vec<String>,
}

/// As in life but for the pauses and the size of an answer.
fn policy() -> HttpPolicy {
    HttpPolicy {
        first_retry_delay: Duration::from_millis(1),
        max_body_bytes: 4 * 1024 * 1024,
        ..HttpPolicy::default()
    }
}

/// The purges that a vendor has from the start.
pub(crate) const RECORDS: usize = 700;

async fn simulator() -> (Simulator, ManualClock) {
    simulator_with(|_| {}).await
}

async fn simulator_with(change: impl FnOnce(&mut SimulatorOptions)) -> (Simulator, ManualClock) {
    // Our clock is the real one, so the simulated one starts there, at a whole second, and then
    // stands.
    let now = DateTime::<Utc>::from_timestamp(Utc::now().timestamp(), 0).unwrap();
    let (clock, hand) = SimulatorClock::manual(now);
    let mut options = SimulatorOptions {
        records: RECORDS,
        scenario: Scenario::quiet(),
        clock,
        ..SimulatorOptions::default()
    };
    change(&mut options);
    (start(options).await.unwrap(), hand)
}

/// An adapter by the vendor's clock: some vendors take a signature for minutes only.
fn adapter(account: &AccountConfig, hand: &ManualClock) -> Arc<dyn Provider> {
    let hand = hand.clone();
    connect_with(account, WallClock::from_fn(move || hand.now()), policy()).unwrap()
}

fn account(name: &str, vendor: &'static str, base_url: &str) -> AccountConfig {
    AccountConfig::new(AccountName::new(name), ProviderName::new(vendor))
        .at(base_url.parse().unwrap())
}

fn given(text: &str) -> SecretSource {
    SecretSource::Given(Secret::new(text.to_owned()))
}

pub(crate) async fn gcore() -> World {
    let (simulator, hand) = simulator().await;
    let simulated = simulator.gcore().accounts().remove(0);
    let by = |token: &str| {
        let account = account(&simulated.name, "gcore", &simulator.gcore().base_url());
        adapter(&account.with_secret("token", given(token)), &hand)
    };
    World {
        provider: by(&simulated.token),
        stranger: by(&simulated.expired_token),
        hand,
        usable: None,
        vendor: "gcore",
        secrets: vec![simulated.token.clone()],
        simulator,
    }
}

pub(crate) async fn tencent_3() -> World {
    tencent("3.0").await
}

pub(crate) async fn tencent_2() -> World {
    tencent("2.0").await
}

async fn tencent(api: &str) -> World {
    let (simulator, hand) = simulator().await;
    let simulated = simulator.tencent().account();
    let by = |key: &str| {
        let account = account(&simulated.name, "tencent", &simulator.tencent().base_url())
            .with_secret("secret_id", given(&simulated.secret_id))
            .with_secret("secret_key", given(key))
            .with_option("api", api.to_owned())
            .with_option("signature", "sha1".to_owned());
        adapter(&account, &hand)
    };
    World {
        provider: by(&simulated.secret_key),
        stranger: by("wrong"),
        hand,
        usable: None,
        vendor: "tencent",
        secrets: vec![simulated.secret_key.clone()],
        simulator,
    }
}

pub(crate) async fn medianova() -> World {
    medianova_by(|account, simulated, is_good| {
        account.with_secret("token", given(if is_good { &simulated.token } else { "wrong" }))
    })
    .await
}

pub(crate) async fn medianova_login() -> World {
    medianova_by(|account, simulated, is_good| {
        account
            .with_secret("api_key", given(&simulated.api_key))
            .with_secret("api_secret", given(if is_good { &simulated.api_secret } else { "wrong" }))
    })
    .await
}

async fn medianova_by(
    with_credentials: impl Fn(AccountConfig, &MedianovaCredentials, bool) -> AccountConfig,
) -> World {
    let (simulator, hand) = simulator().await;
    let simulated = simulator.medianova().account();
    let by = |is_good: bool| {
        let account = account(&simulated.name, "medianova", &simulator.medianova().base_url())
            .with_option("organization", simulated.organization.clone());
        adapter(&with_credentials(account, &simulated, is_good), &hand)
    };
    let usable = simulator
        .medianova()
        .resources()
        .into_iter()
        .find(|resource| resource.full_purge)
        .map(|resource| resource.uuid);
    World {
        provider: by(true),
        stranger: by(false),
        hand: hand.clone(),
        usable,
        vendor: "medianova",
        secrets: vec![simulated.token.clone(), simulated.api_secret.clone()],
        simulator,
    }
}

pub(crate) async fn edgeone() -> World {
    let (simulator, hand) = simulator().await;
    let simulated = simulator.edgeone().account();
    let by = |key: &str| {
        let account = account(&simulated.name, "edgeone", &simulator.edgeone().base_url())
            .with_secret("secret_id", given(&simulated.secret_id))
            .with_secret("secret_key", given(key));
        adapter(&account, &hand)
    };
    World {
        provider: by(&simulated.secret_key),
        stranger: by("wrong"),
        hand,
        usable: None,
        vendor: "edgeone",
        secrets: vec![simulated.secret_key.clone()],
        simulator,
    }
}

pub(crate) async fn cloudfront() -> World {
    let (simulator, hand) = simulator().await;
    let simulated = simulator.cloudfront().account();
    let by = |key: &str| {
        let account = account(&simulated.name, "cloudfront", &simulator.cloudfront().base_url())
            .with_secret("access_key_id", given(&simulated.access_key_id))
            .with_secret("secret_access_key", given(key))
            .with_option("cloudtrail", "true".to_owned());
        adapter(&account, &hand)
    };
    World {
        provider: by(&simulated.secret_access_key),
        stranger: by("wrong"),
        hand,
        usable: None,
        vendor: "cloudfront",
        secrets: vec![simulated.secret_access_key.clone()],
        simulator,
    }
}

pub(crate) async fn alibaba() -> World {
    // Of a month's purges this vendor tells the last three days; and as many questions as these
    // promises ask in one instant, nobody asks in life.
    let (simulator, hand) = simulator_with(|options| {
        options.records *= 10;
        options.scenario.alibaba.limits.lists_a_second = 10_000;
        options.scenario.alibaba.order = ListingOrder::Shuffled;
    })
    .await;
    let simulated = simulator.alibaba().account();
    let by = |secret: &str| {
        let account = account(&simulated.name, "alibaba", &simulator.alibaba().base_url())
            .with_secret("access_key_id", given(&simulated.access_key_id))
            .with_secret("access_key_secret", given(secret));
        adapter(&account, &hand)
    };
    World {
        provider: by(&simulated.access_key_secret),
        stranger: by("wrong"),
        hand,
        usable: None,
        vendor: "alibaba",
        secrets: vec![simulated.access_key_secret.clone()],
        simulator,
    }
}

pub(crate) async fn cloudfront_process() -> World {
    let (simulator, hand) = simulator().await;
    let simulated = simulator.cloudfront().account();
    let by = |key: &str| {
        let document = format!(
            "{{\n\"Version\": 1, \"AccessKeyId\": \"{}\",\n\"SecretAccessKey\": \"{key}\", \
             \"SessionToken\": \"{}\"}}\n",
            simulated.temporary_id, simulated.session_token
        );
        let account = account(&simulated.name, "cloudfront", &simulator.cloudfront().base_url())
            .with_secret("credentials", given(&document));
        adapter(&account, &hand)
    };
    World {
        provider: by(&simulated.temporary_key),
        stranger: by("wrong"),
        hand,
        usable: None,
        vendor: "cloudfront",
        secrets: vec![simulated.temporary_key.clone(), simulated.session_token.clone()],
        simulator,
    }
}
