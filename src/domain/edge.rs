//! Whether a purge took at the edge: what a probe saw, how a vendor's headers are read, which URLs are asked, and what
//! two looks together mean.
//!
//! A probe is a plain question for one URL; asking it is the providers' business, when to ask is the tasks'. Here is what
//! the answers mean: [`EdgeRules`] reads headers, [`judge`] compares, [`sample`] chooses. A purge is called verified only
//! when every URL that was asked was seen fresh: what is unclear proves nothing.

mod probe;
mod record;
mod rules;
mod sample;
mod verdict;

pub use probe::{Headers, Observation, Probe, ProbeError};
pub use record::{Check, Verification};
pub use rules::{CacheRule, CacheState, EdgeRules, RuleFault};
pub use sample::{MOST_URLS, Sample, Source, host_and_path, sample};
pub use verdict::{Evidence, Purged, Verdict, judge};
