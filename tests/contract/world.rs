//! One simulated vendor each, with an adapter that knows it and one whose credentials are wrong.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use purgedeck::config::secret::Secret;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::domain::ids::AccountName;
use purgedeck::providers::Provider;
use purgedeck::providers::gcore as gcore_adapter;
use purgedeck::providers::http::Patience;
use purgedeck::simulator::{Clock, Hand, Options, Scenario, Simulator, start};

/// A vendor at a time that stands still, without colleagues.
pub(crate) struct World {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) stranger: Arc<dyn Provider>,
    pub(crate) simulator: Simulator,
    pub(crate) hand: Hand,
    /// The vendor's name in fault rules.
    pub(crate) vendor: &'static str,
    /// Parts of the secret that must never be seen.
    pub(crate) secrets: Vec<String>,
}

/// As in life but for the pauses and the size of an answer.
fn patience() -> Patience {
    Patience {
        first_pause: Duration::from_millis(1),
        most_bytes: 4 * 1024 * 1024,
        ..Patience::default()
    }
}

async fn simulator() -> (Simulator, Hand) {
    // Our clock is the real one, so the simulated one starts there, at a whole second, and then stands.
    let now = DateTime::<Utc>::from_timestamp(Utc::now().timestamp(), 0).unwrap();
    let (clock, hand) = Clock::manual(now);
    let options = Options {
        records: 700,
        scenario: Scenario::quiet(),
        clock,
        ..Options::default()
    };
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
        vendor: "gcore",
        secrets: vec![account.token.clone()],
        simulator,
    }
}
