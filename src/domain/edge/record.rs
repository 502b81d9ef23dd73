//! The journal's record of the probes of the edge.

use serde::{Deserialize, Serialize};

use super::probe::Probe;
use super::sample::Sample;
use super::verdict::{Evidence, Purged, Verdict, judge};

/// A probe after the purge and what it proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The probe.
    #[serde(rename = "look")]
    pub probe: Probe,
    /// The evidence for the verdict.
    #[serde(rename = "why")]
    pub evidence: Evidence,
}

impl Check {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.evidence.verdict()
    }
}

/// The looks at the edge for one purge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The URLs that are probed; `None` before they were chosen.
    pub sample: Option<Sample>,
    /// Looks from before the purge.
    pub before: Vec<Probe>,
    /// For each URL and place the newest look after it.
    pub checks: Vec<Check>,
    /// Number of rounds of probes after the purge.
    pub rounds: u32,
    /// True if no more probes follow.
    pub settled: bool,
    /// For how many seconds after the vendor's success it is probed again while it is stale; `None`
    /// for a single look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<u64>,
}

impl Verification {
    /// Returns the verdict of all looks. `Some(true)`: all were fresh, and there was at least
    /// one. `Some(false)`: one was stale. `None`: it cannot be told, or not yet.
    pub fn verified(&self) -> Option<bool> {
        match self.checks.iter().map(Check::verdict).max()? {
            Verdict::Fresh => Some(true),
            Verdict::Stale => Some(false),
            Verdict::Unclear => None,
        }
    }

    /// Takes looks in, each in the place of an older one of the same URL and place.
    pub fn take(&mut self, probes: Vec<Probe>, purged: &Purged) {
        for probe in probes {
            let before = self.before.iter().find(|before| before.is_of(&probe));
            let evidence = judge(before, &probe, purged);
            let check = Check { probe, evidence };
            match self.checks.iter_mut().find(|old| old.probe.is_of(&check.probe)) {
                Some(old) => *old = check,
                None => self.checks.push(check),
            }
        }
        self.rounds = self.rounds.saturating_add(1);
    }

    /// True if another probe of this URL and place can say more than the last one.
    pub fn wants(&self, url: &str, place: Option<&str>) -> bool {
        self.checks
            .iter()
            .find(|check| check.probe.url == url && check.probe.place.as_deref() == place)
            .is_none_or(|check| check.evidence.is_transient())
    }

    /// True if another probe of anything can.
    pub fn wants_more(&self) -> bool {
        self.checks.iter().any(|check| check.evidence.is_transient())
    }

    /// Counts the checks with a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|check| check.verdict() == verdict).count()
    }

    /// The worst check, to be named first.
    pub fn worst(&self) -> Option<&Check> {
        // The first of the worst ones.
        self.checks.iter().rev().max_by_key(|check| check.verdict())
    }

    /// Words the time for which the edge was given to become fresh: `15 min`; `None` where it was
    /// given none.
    pub fn patience(&self) -> Option<String> {
        self.grace.filter(|grace| *grace > 0).map(rough)
    }

    /// Describes the result in a few words.
    pub fn summary(&self) -> String {
        let parts: Vec<String> = [Verdict::Stale, Verdict::Unclear, Verdict::Fresh]
            .into_iter()
            .map(|verdict| (self.count(verdict), verdict.word()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let more = match self.grace {
            _ if self.settled => String::new(),
            Some(grace) => format!(", being checked for up to {}", rough(grace)),
            None => ", being checked".to_owned(),
        };
        match &self.sample {
            Some(Sample { source, .. }) if source.is_nothing() => {
                format!("{source}, so none was asked for")
            }
            Some(sample) if sample.urls.is_empty() => {
                "no URL is known under its patterns, so none was asked for".to_owned()
            }
            Some(sample) if !parts.is_empty() => {
                format!("{} ({}){more}", parts.join(", "), sample.source)
            }
            Some(_) | None => "nothing was seen yet".to_owned(),
        }
    }
}

/// Words a number of seconds: `40 s`, `15 min`.
fn rough(seconds: u64) -> String {
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min", seconds.div_ceil(60)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::{CacheState, Observation, SampleSource};
    use crate::testing::{noon, secs};

    fn look(url: &str, cache: CacheState, age: u64) -> Probe {
        Probe {
            url: url.to_owned(),
            place: None,
            at: noon() + secs(60),
            result: Ok(Observation {
                status: 200,
                cache: Some(cache),
                age: Some(age),
                ..Observation::default()
            }),
        }
    }

    fn purged() -> Purged {
        Purged { sent: noon(), sparing: false }
    }

    #[test]
    fn one_stale_url_is_not_verified_and_all_must_be_fresh() {
        let mut verification = Verification::default();
        assert_eq!(verification.verified(), None);
        verification.take(vec![look("a", CacheState::Miss, 0)], &purged());
        assert_eq!(verification.verified(), Some(true));
        verification.take(vec![look("b", CacheState::Hit, 60)], &purged());
        assert_eq!(verification.verified(), None);
        verification.take(vec![look("c", CacheState::Hit, 600)], &purged());
        assert_eq!(verification.verified(), Some(false));
        assert_eq!(verification.worst().map(|worst| worst.probe.url.as_str()), Some("c"));
        assert!(verification.wants("c", None) && verification.wants("d", None));
        assert!(!verification.wants("a", None));
    }

    #[test]
    fn the_time_that_an_edge_is_given_is_told_while_it_is_checked() {
        for (grace, told) in [
            (Some(900), "1 stale (every URL), being checked for up to 15 min"),
            (Some(40), "1 stale (every URL), being checked for up to 40 s"),
            (None, "1 stale (every URL), being checked"),
        ] {
            let mut verification = Verification { grace, ..Verification::default() };
            let urls = vec!["a".to_owned()];
            verification.sample = Some(Sample { urls, source: SampleSource::Whole });
            verification.take(vec![look("a", CacheState::Hit, 600)], &purged());
            assert_eq!(verification.summary(), told);
        }
    }

    #[test]
    fn a_purge_of_which_no_url_is_known_says_why() {
        for (source, told) in [
            (SampleSource::OfTag, "no URL is known for a tag, so none was asked for"),
            (
                SampleSource::OfRegex,
                "no URL is known for a regular expression, so none was asked for",
            ),
            (SampleSource::Known, "no URL is known under its patterns, so none was asked for"),
        ] {
            let sample = Some(Sample { urls: Vec::new(), source });
            assert_eq!(Verification { sample, ..Verification::default() }.summary(), told);
        }
    }

    #[test]
    fn a_later_look_takes_the_place_of_an_earlier_one() {
        let mut verification = Verification::default();
        verification.take(vec![look("a", CacheState::Hit, 600)], &purged());
        verification.take(vec![look("a", CacheState::Miss, 0)], &purged());
        assert_eq!((verification.checks.len(), verification.rounds), (1, 2));
        assert_eq!(verification.verified(), Some(true));
    }

    #[test]
    fn what_earlier_versions_stored_still_opens() -> Result<(), serde_json::Error> {
        let text = r#"{"sample":{"urls":["http://h/a"],"source":{"spread":9}},
            "before":[{"url":"a","place":null,"at":"2026-11-20T12:00:00Z","seen":{"Err":{"why":"too_slow"}}}],
            "checks":[
                {"look":{"url":"a","place":"10.0.0.1","at":"2026-11-20T12:01:00Z","seen":{"Ok":{
                    "status":200,"cache":"hit","cache_words":"HIT","age":600,"etag":null,
                    "last_modified":null,"edge":null,"location":null}}},
                 "why":{"because":"cached_before","of":540}},
                {"look":{"url":"b","place":null,"at":"2026-11-20T12:01:00Z",
                    "seen":{"Err":{"why":"unreachable","words":"reset"}}},
                 "why":{"because":"blind","of":{"why":"unreachable","words":"reset"}}}],
            "rounds":2,"settled":true}"#;
        let verification: Verification = serde_json::from_str(text)?;
        assert_eq!(verification.verified(), Some(false));
        assert_eq!(verification.count(Verdict::Unclear), 1);
        let again: serde_json::Value = serde_json::to_value(&verification)?;
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(text)?);
        Ok(())
    }

    #[test]
    fn what_is_kept_reads_back_the_same() -> Result<(), serde_json::Error> {
        let mut verification = Verification::default();
        verification.take(vec![look("a", CacheState::Hit, 600)], &purged());
        verification.before = vec![look("a", CacheState::Miss, 0)];
        let text = serde_json::to_string(&verification)?;
        assert_eq!(serde_json::from_str::<Verification>(&text)?, verification);
        Ok(())
    }
}
