//! The course of a simulated day, as data: what is unusual about the vendors, and what goes wrong.
//! It can be read from TOML. Each vendor's section stands in the vendor's folder.

use serde::{Deserialize, Serialize};

use super::alibaba::AlibabaScenario;
use super::cloudfront::CloudFrontScenario;
use super::edgeone::EdgeOneScenario;
use super::fault::{ErrorBody, FaultKind, FaultRule};
use super::gcore::GcoreScenario;
use super::medianova::MedianovaScenario;
use super::tencent::TencentScenario;
use super::world::PurgeRates;

/// Requests that fail at the beginning of a demonstration; between two attempts are growing pauses.
const DEMO_FAILURES: u64 = 15;

/// A day at the vendors. The default keeps to what their documents say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Mean time between two purges of colleagues on one account in a busy hour; 0: nobody but the
    /// operator purges.
    pub colleagues_every_seconds: u32,
    /// Percentage of purges that end as failed.
    pub failed_percent: f64,
    /// Percentage of purges that are never reported on. Gcore names that status for its filter but
    /// not for its answers, so the default has none of them; a demo has some.
    pub report_disabled_percent: f64,
    /// Shortest and longest duration of a purge in seconds.
    pub purge_seconds: [u32; 2],
    /// Error of the Date header of every answer in seconds.
    pub date_skew_seconds: i64,
    /// Oddities of Gcore.
    pub gcore: GcoreScenario,
    /// Oddities of Tencent.
    pub tencent: TencentScenario,
    /// Oddities of Medianova.
    pub medianova: MedianovaScenario,
    /// Oddities of EdgeOne.
    pub edgeone: EdgeOneScenario,
    /// Oddities of CloudFront.
    pub cloudfront: CloudFrontScenario,
    /// Oddities of Alibaba Cloud CDN.
    pub alibaba: AlibabaScenario,
    /// Oddities of the edge.
    pub edge: EdgeScenario,
    /// Everything that goes wrong.
    pub fault: Vec<FaultRule>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            colleagues_every_seconds: 40,
            failed_percent: 1.2,
            report_disabled_percent: 0.0,
            purge_seconds: [2, 60],
            date_skew_seconds: 0,
            gcore: GcoreScenario::default(),
            tencent: TencentScenario::default(),
            medianova: MedianovaScenario::default(),
            edgeone: EdgeOneScenario::default(),
            cloudfront: CloudFrontScenario::default(),
            alibaba: AlibabaScenario::default(),
            edge: EdgeScenario::default(),
            fault: Vec::new(),
        }
    }
}

impl Scenario {
    /// A scenario file with every key, its default, and its meaning.
    pub const HELP: &str = include_str!("scenario/help.toml");

    /// The faults of a demonstration, for its operator.
    pub const DEMO_FAULTS: &str = "Demo: Medianova fails for the first minute. A purge \
                                   with /refused/ in a target is refused.";

    /// Returns the day that a demonstration shows: livelier, with every status, with a vendor that
    /// fails for a while and a purge that is refused.
    pub fn demo() -> Self {
        let status =
            |status| Some(FaultKind::Status { status, body: ErrorBody::Json, retry_after: None });
        let fails = FaultRule {
            vendor: Some("medianova".to_owned()),
            times: Some(DEMO_FAILURES),
            kind: status(503),
            ..FaultRule::default()
        };
        let refuses = FaultRule {
            method: Some("POST".to_owned()),
            contains: Some("/refused/".to_owned()),
            kind: status(403),
            ..FaultRule::default()
        };
        Self {
            colleagues_every_seconds: 15,
            failed_percent: 1.6,
            report_disabled_percent: 0.7,
            fault: vec![fails, refuses],
            ..Self::default()
        }
    }

    /// Returns a day without colleagues and failures.
    pub fn quiet() -> Self {
        Self { colleagues_every_seconds: 0, failed_percent: 0.0, ..Self::default() }
    }

    /// Reads a scenario file.
    ///
    /// # Errors
    /// TOML that is malformed or has unknown keys, with the place.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    pub(crate) fn rates(&self) -> PurgeRates {
        PurgeRates {
            colleagues_every_seconds: self.colleagues_every_seconds,
            failed_percent: self.failed_percent,
            report_disabled_percent: self.report_disabled_percent,
            purge_seconds: self.purge_seconds,
            scopes: (100.0, 0.0),
        }
    }
}

/// Oddities of the edge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeScenario {
    /// Objects that stay stale although their vendor reports success: host and path together, `*`
    /// matches any text.
    pub stale: Vec<String>,
}
