//! Verification of purges at the edge: probes, the reading of vendors' headers, the choice of URLs,
//! and the verdict of probes before and after a purge.
//!
//! A probe is a plain question for one URL; asking it is the providers' business, when to ask is
//! the tasks'. Here is what the answers mean: [`EdgeRules`] reads headers, [`judge`] compares,
//! [`sample()`] chooses. A purge is called verified only when every URL that was asked was seen
//! fresh: what is unclear proves nothing.

mod cache_state;
mod own_hosts;
mod probe;
mod record;
mod rules;
mod sample;
mod verdict;

pub use cache_state::CacheState;
pub use own_hosts::OwnHosts;
pub use probe::{Headers, Observation, Probe, ProbeError};
pub use record::{Check, Verification};
pub use rules::{CacheRule, EdgeRules, RuleFault};
pub use sample::{MOST_URLS, Sample, SampleSource, host_and_path, sample};
pub use verdict::{Evidence, Purged, Verdict, judge};
