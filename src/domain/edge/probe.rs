//! A probe's answer, or the reason why there is none.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::cache_state::CacheState;

/// The headers of an answer, names in lower case. A name may stand several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// All values under a name, which must be in lower case.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(headers: I) -> Self {
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        Self(headers.into_iter().map(lower).collect())
    }
}

/// An edge's answer, as its headers were read. Texts are as they may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The HTTP status.
    pub status: u16,
    /// The state of its cache; `None` where no header that we know says anything.
    pub cache: Option<CacheState>,
    /// Its own words for that.
    pub cache_words: Option<String>,
    /// Age of the copy, in seconds.
    pub age: Option<u64>,
    /// The version of the content.
    pub etag: Option<String>,
    /// When the content last changed, in the origin's words.
    pub last_modified: Option<String>,
    /// The server that answered, in its own words.
    pub edge: Option<String>,
    /// The target of a redirect.
    pub location: Option<String>,
}

impl Observation {
    /// Returns true if something in the answer is a cache's own word, and not the content's.
    pub fn is_of_a_cache(&self) -> bool {
        self.cache.is_some() || self.age.is_some() || self.edge.is_some()
    }
}

/// Why a probe saw nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "words")]
pub enum ProbeError {
    /// The URL is none that can be asked for.
    NoUrl(String),
    /// It is not the edge that would be asked.
    NotAsked(String),
    /// The host's name leads nowhere.
    NoAddress(String),
    /// No connection, or it broke.
    Unreachable(String),
    /// No answer in time.
    TooSlow,
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUrl(words) => write!(f, "it cannot be asked for: {words}"),
            Self::NotAsked(words) => write!(f, "it is not looked at: {words}"),
            Self::NoAddress(words) => write!(f, "the host has no address: {words}"),
            Self::Unreachable(words) => write!(f, "the edge was not reached: {words}"),
            Self::TooSlow => f.write_str("the edge did not answer in time"),
        }
    }
}

/// One look at one URL at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The URL as it was asked for.
    pub url: String,
    /// The edge's address, where the operator chose it; `None`: where the name leads.
    pub place: Option<String>,
    /// When the answer came, by our clock.
    pub at: DateTime<Utc>,
    /// The answer.
    #[serde(rename = "seen")]
    pub result: Result<Observation, ProbeError>,
}

impl Probe {
    /// When the copy that was served was made, by our clock and to the second: ages do not depend
    /// on the edge's clock.
    pub fn stored(&self) -> Option<DateTime<Utc>> {
        let age = i64::try_from(self.result.as_ref().ok()?.age?).ok()?;
        self.at.checked_sub_signed(TimeDelta::try_seconds(age)?)
    }

    /// Returns true if it is of the same URL at the same place.
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.url, &self.place) == (&other.url, &other.place)
    }
}
