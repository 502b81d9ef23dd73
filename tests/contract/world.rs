//! One simulated vendor each, with an adapter that knows it and one whose credentials are wrong.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use purgedeck::config::secret::Secret;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::domain::ids::AccountName;
use purgedeck::providers::clock::WallClock;
use purgedeck::providers::gcore as gcore_adapter;
use purgedeck::providers::http::HttpPolicy;
use purgedeck::providers::medianova as medianova_adapter;
use purgedeck::providers::tencent::{self as tencent_adapter, v2, v3};
use purgedeck::providers::{ConnectError, Provider};
use purgedeck::simulator::{Clock, Hand, MedianovaAccount, Options, Scenario, Simulator, start};

/// A vendor at a time that stands still, without colleagues.
pub(crate) struct World {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) stranger: Arc<dyn Provider>,
    pub(crate) simulator: Simulator,
    pub(crate) hand: Hand,
    /// A resource of which everything may be purged, where the list does not tell.
    pub(crate) usable: Option<String>,
    /// The vendor's name in fault rules.
    pub(crate) vendor: &'static str,
    /// Parts of the secret that must never be seen.
    pub(crate) secrets: Vec<String>,
}

/// As in life but for the pauses and the size of an answer.
fn patience() -> HttpPolicy {
    HttpPolicy {
        first_pause: Duration::from_millis(1),
        most_bytes: 4 * 1024 * 1024,
        ..HttpPolicy::default()
    }
}

async fn simulator() -> (Simulator, Hand) {
    // Our clock is the real one, so the simulated one starts there, at a whole second, and then stands.
    let now = DateTime::<Utc>::from_timestamp(Utc::now().timestamp(), 0).unwrap();
    let (clock, hand) = Clock::manual(now);
    let options =
        Options { records: 700, scenario: Scenario::quiet(), clock, ..Options::default() };
    (start(options).await.unwrap(), hand)
}

pub(crate) async fn gcore() -> World {
    let (simulator, hand) = simulator().await;
    let account = simulator.gcore().accounts().remove(0);
    let adapter = |token: &str| -> Arc<dyn Provider> {
        let adapter = gcore_adapter::Gcore::new(gcore_adapter::Settings {
            account: AccountName::new(&account.name),
            base_url: Some(simulator.gcore().base_url().parse().unwrap()),
            token: SecretSource::Given(Secret::new(token.to_owned())),
            patience: patience(),
        });
        Arc::new(adapter.unwrap())
    };
    World {
        provider: adapter(&account.token),
        stranger: adapter(&account.expired_token),
        hand,
        usable: None,
        vendor: "gcore",
        secrets: vec![account.token.clone()],
        simulator,
    }
}

pub(crate) async fn tencent_3() -> World {
    tencent(|settings| Ok(Arc::new(v3::Tencent3::new(settings)?))).await
}

pub(crate) async fn tencent_2() -> World {
    tencent(|settings| Ok(Arc::new(v2::Tencent2::new(settings, v2::Method::Sha1)?))).await
}

async fn tencent(
    adapter: impl Fn(tencent_adapter::Settings) -> Result<Arc<dyn Provider>, ConnectError>,
) -> World {
    let (simulator, hand) = simulator().await;
    let account = simulator.tencent().account();
    let secret = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
    let settings = |key: &str| {
        // The vendor takes a signature for minutes only, so the adapter goes by the vendor's clock.
        let hand = hand.clone();
        tencent_adapter::Settings {
            account: AccountName::new(&account.name),
            base_url: Some(simulator.tencent().base_url().parse().unwrap()),
            secret_id: secret(&account.secret_id),
            secret_key: secret(key),
            session_token: None,
            international: false,
            area: None,
            times: None,
            patience: patience(),
            now: WallClock::from_fn(move || hand.now()),
        }
    };
    World {
        provider: adapter(settings(&account.secret_key)).unwrap(),
        stranger: adapter(settings("wrong")).unwrap(),
        hand: hand.clone(),
        usable: None,
        vendor: "tencent",
        secrets: vec![account.secret_key.clone()],
        simulator,
    }
}

pub(crate) async fn medianova() -> World {
    medianova_by(|account, good| {
        let token = if good { &account.token } else { "wrong" };
        medianova_adapter::Access::Token(SecretSource::Given(Secret::new(token.to_owned())))
    })
    .await
}

pub(crate) async fn medianova_login() -> World {
    medianova_by(|account, good| {
        let secret = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
        medianova_adapter::Access::Login {
            api_key: secret(&account.api_key),
            api_secret: secret(if good { &account.api_secret } else { "wrong" }),
        }
    })
    .await
}

async fn medianova_by(
    access: impl Fn(&MedianovaAccount, bool) -> medianova_adapter::Access,
) -> World {
    let (simulator, hand) = simulator().await;
    let account = simulator.medianova().account();
    let adapter = |good: bool| -> Arc<dyn Provider> {
        let hand = hand.clone();
        let adapter = medianova_adapter::Medianova::new(medianova_adapter::Settings {
            account: AccountName::new(&account.name),
            base_url: Some(simulator.medianova().base_url().parse().unwrap()),
            organization: account.organization.clone(),
            access: access(&account, good),
            patience: patience(),
            now: WallClock::from_fn(move || hand.now()),
        });
        Arc::new(adapter.unwrap())
    };
    let usable = simulator
        .medianova()
        .resources()
        .into_iter()
        .find(|resource| resource.full_purge)
        .map(|resource| resource.uuid);
    World {
        provider: adapter(true),
        stranger: adapter(false),
        hand: hand.clone(),
        usable,
        vendor: "medianova",
        secrets: vec![account.token.clone(), account.api_secret.clone()],
        simulator,
    }
}
