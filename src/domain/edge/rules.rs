//! Rules for reading an edge's headers, as data: each vendor's folder says what its own edge
//! writes, the configuration may say more, and what many caches write stands here.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::cache_state::CacheState;
use super::probe::{Headers, Observation};
use crate::domain::text::escape_control;

/// The longest piece of a header that is kept.
const LONGEST: usize = 120;

/// Seconds by which one clock may seem to run backwards, because its times are cut to seconds.
const ROUNDED: i64 = 1;

/// Words that caches use of their answers; the first that stands in a value counts. What follows a
/// `fwd=` is why a cache of RFC 9211 did not answer itself.
const USUAL: &[(&str, CacheState)] = &[
    ("fwd=bypass", CacheState::Bypass),
    ("fwd=method", CacheState::Bypass),
    ("fwd=stale", CacheState::Expired),
    ("fwd=", CacheState::Miss),
    ("bypass", CacheState::Bypass),
    ("dynamic", CacheState::Bypass),
    ("pass", CacheState::Bypass),
    ("revalidated", CacheState::Revalidated),
    ("expired", CacheState::Expired),
    ("updating", CacheState::Stale),
    ("stale", CacheState::Stale),
    ("miss", CacheState::Miss),
    ("hit", CacheState::Hit),
];

/// The grace of an edge whose vendor's is not known.
const USUAL_GRACE: Duration = Duration::from_mins(2);

/// A header that tells the state of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRule {
    /// Its name, in lower case.
    pub header: String,
    /// Words, in lower case, and what each means; the first that stands in a value counts. Empty:
    /// the usual words.
    pub words: Vec<(String, CacheState)>,
}

/// A fault of a rule in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// The header's name is none.
    #[error("\"{0}\" is no header's name")]
    Name(String),
    /// A word without a meaning.
    #[error("\"{0}\" must be a word and what it means, like LOCAL=hit")]
    Word(String),
    /// A meaning that there is not.
    #[error("\"{0}\" is none of bypass, miss, expired, revalidated, hit and stale")]
    Meaning(String),
}

impl CacheRule {
    /// A header with the usual words.
    pub fn usual(header: &str) -> Self {
        Self::new(header, &[])
    }

    /// A header with words of its own.
    pub fn new(header: &str, words: &[(&str, CacheState)]) -> Self {
        Self {
            header: header.to_ascii_lowercase(),
            words: words.iter().map(|(word, state)| (word.to_ascii_lowercase(), *state)).collect(),
        }
    }

    /// Reads one out of a configuration: `X-Cache`, or `X-Tier: LOCAL=hit, ORIGIN=miss`.
    pub fn parse(text: &str) -> Result<Self, RuleFault> {
        let (name, words) = text.split_once(':').unwrap_or((text, ""));
        let mut rule = Self::usual(&header_name(name)?);
        for pair in words.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (word, meaning) = pair
                .rsplit_once('=')
                .filter(|(word, _)| !word.trim().is_empty())
                .ok_or_else(|| RuleFault::Word(escape_control(pair, 60)))?;
            let meaning = meaning.trim().to_ascii_lowercase();
            let state = CacheState::from_word(&meaning)
                .ok_or_else(|| RuleFault::Meaning(escape_control(&meaning, 60)))?;
            rule.words.push((word.trim().to_ascii_lowercase(), state));
        }
        Ok(rule)
    }

    /// Reads one value of the header. Several tiers may stand in it, with commas
    /// between.
    fn reads(&self, value: &str) -> Option<CacheState> {
        let value = value.to_ascii_lowercase();
        value.split(',').filter_map(|part| self.reads_part(part)).max()
    }

    fn reads_part(&self, part: &str) -> Option<CacheState> {
        if self.words.is_empty() {
            return USUAL.iter().find_map(|(word, state)| says(part, word).then_some(*state));
        }
        self.words.iter().find_map(|(word, state)| says(part, word).then_some(*state))
    }
}

/// As a configuration writes it.
impl std::fmt::Display for CacheRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.header)?;
        for (at, (word, state)) in self.words.iter().enumerate() {
            let before = if at == 0 { ": " } else { ", " };
            write!(f, "{before}{word}={}", state.word())?;
        }
        Ok(())
    }
}

/// The name of a header, in lower case, if the text is one.
pub(super) fn header_name(text: &str) -> Result<String, RuleFault> {
    let name = text.trim();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(fits) {
        return Err(RuleFault::Name(escape_control(name, 60)));
    }
    Ok(name.to_ascii_lowercase())
}

/// Returns true if a word stands in a text, not as a part of a longer word.
fn says(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        let open_end = !letter(found.chars().next_back());
        !letter(before) && (open_end || !letter(after))
    })
}

/// Rules for reading one account's edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EdgeRules {
    /// Headers that tell the state of the cache; the first that says something counts.
    pub cache: Vec<CacheRule>,
    /// Headers, in lower case, that say since when the copy is there, as an instant.
    pub since: Vec<String>,
    /// Headers, in lower case, that name the server or the request; all that are there are kept.
    pub edge: Vec<String>,
    /// Modes of a purge that leave in place what has not changed at the origin: an old copy then
    /// proves nothing.
    pub sparing: Vec<String>,
    /// Longest time for which it may still serve old content after the vendor called a purge
    /// successful; `None`: the vendor does not say.
    pub grace: Option<Duration>,
}

impl EdgeRules {
    /// Returns the rules for headers that many caches write.
    pub fn usual() -> Self {
        Self {
            cache: ["cache-status", "x-cache", "cf-cache-status", "x-cache-status"]
                .map(CacheRule::usual)
                .to_vec(),
            since: Vec::new(),
            edge: ["x-served-by", "cf-ray", "via"].map(str::to_owned).to_vec(),
            sparing: Vec::new(),
            grace: Some(USUAL_GRACE),
        }
    }

    /// Longest time for which the edge may still serve old content.
    pub fn grace(&self) -> Duration {
        self.grace.unwrap_or(USUAL_GRACE)
    }

    /// These rules, and behind them those of the other.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.cache.extend(other.cache);
        self.since.extend(other.since);
        self.edge.extend(other.edge);
        self.sparing.extend(other.sparing);
        self.grace = self.grace.or(other.grace);
        self
    }

    /// Reads a header's name for [`EdgeRules::edge`] out of a configuration.
    pub fn edge_header(text: &str) -> Result<String, RuleFault> {
        header_name(text)
    }

    /// Returns true if a purge in this mode leaves in place what has not changed at the origin.
    pub fn spares(&self, mode: Option<&str>) -> bool {
        mode.is_some_and(|mode| self.sparing.iter().any(|sparing| sparing == mode))
    }

    /// Reads an answer.
    pub fn read(&self, status: u16, headers: &Headers) -> Observation {
        let cache = self.cache.iter().find_map(|rule| {
            let values: Vec<&str> = headers.all(&rule.header).collect();
            let state = values.iter().filter_map(|value| rule.reads(value)).max()?;
            Some((state, values.join(", ")))
        });
        let edge: Vec<String> = self
            .edge
            .iter()
            .flat_map(|name| headers.all(name))
            .map(|value| escape_control(value, LONGEST))
            .collect();
        let first = |name: &'static str| {
            headers.all(name).next().map(|value| escape_control(value, LONGEST))
        };
        Observation {
            status,
            cache: cache.as_ref().map(|(state, _)| *state),
            cache_words: cache.map(|(_, words)| escape_control(&words, LONGEST)),
            age: self.age(headers),
            etag: first("etag"),
            last_modified: first("last-modified"),
            edge: (!edge.is_empty()).then(|| edge.join(" ")),
            location: first("location"),
        }
    }

    /// Returns the age of the copy, in seconds: by `Age`, or by the vendor's own instant and the
    /// answer's `Date`, which are of the same clock. Where the copy is younger than its answer they
    /// are not, and tell nothing.
    fn age(&self, headers: &Headers) -> Option<u64> {
        let told = headers
            .all("age")
            .filter_map(|value| value.split(',').next()?.trim().parse::<u64>().ok())
            .max();
        told.or_else(|| {
            let since = self.since.iter().flat_map(|name| headers.all(name)).find_map(instant)?;
            let date = headers.all("date").find_map(instant)?;
            let age = (date - since).num_seconds();
            u64::try_from(age.max(0)).ok().filter(|_| age >= -ROUNDED)
        })
    }
}

/// An instant as headers write it: RFC 9110's way, or RFC 3339.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text)
        .or_else(|_| DateTime::parse_from_rfc3339(text))
        .ok()
        .map(|instant| instant.with_timezone(&Utc))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(rules: &EdgeRules, headers: &[(&str, &str)]) -> Observation {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        rules.read(206, &headers.collect())
    }

    #[test]
    fn the_words_that_many_caches_use_are_read() {
        for (name, value, state) in [
            ("X-Cache", "HIT", CacheState::Hit),
            ("x-cache", "TCP_MEM_HIT from a.example", CacheState::Hit),
            ("x-cache", "Miss from somewhere", CacheState::Miss),
            ("x-cache", "MISS, HIT", CacheState::Hit),
            ("cache-status", "a; fwd=miss; stored, b; hit", CacheState::Hit),
            ("cache-status", "edge; fwd=uri-miss; stored", CacheState::Miss),
            ("cache-status", "edge; fwd=stale; fwd-status=304", CacheState::Expired),
            ("cache-status", "edge; fwd=bypass", CacheState::Bypass),
            ("cf-cache-status", "REVALIDATED", CacheState::Revalidated),
            ("cf-cache-status", "DYNAMIC", CacheState::Bypass),
            ("cf-cache-status", "UPDATING", CacheState::Stale),
            ("x-cache-status", "EXPIRED", CacheState::Expired),
        ] {
            let seen = read(&EdgeRules::usual(), &[(name, value)]);
            assert_eq!(seen.cache, Some(state), "{name}: {value}");
        }
    }

    #[test]
    fn a_word_within_a_word_says_nothing() {
        for value in ["whitelist", "permission", "commissioned", "yes"] {
            let seen = read(&EdgeRules::usual(), &[("x-cache", value)]);
            assert_eq!(seen.cache, None, "{value}");
        }
    }

    #[test]
    fn a_header_that_says_nothing_leaves_it_to_the_next_one() {
        let seen = read(&EdgeRules::usual(), &[("cache-status", "edge"), ("x-cache", "MISS")]);
        assert_eq!(seen.cache, Some(CacheState::Miss));
        assert_eq!(seen.cache_words.as_deref(), Some("MISS"));
    }

    #[test]
    fn a_rule_of_the_configuration_comes_before_the_usual_ones() {
        let mine = EdgeRules {
            cache: vec![CacheRule::parse("X-Tier: LOCAL=hit, FROM ORIGIN = miss").unwrap()],
            edge: vec![EdgeRules::edge_header("X-Pop").unwrap()],
            ..EdgeRules::default()
        };
        let rules = mine.then(EdgeRules::usual());
        let seen = read(
            &rules,
            &[("x-tier", "from origin"), ("x-cache", "HIT"), ("x-pop", "fra\u{1b}[1m")],
        );
        assert_eq!(seen.cache, Some(CacheState::Miss));
        assert!(!seen.edge.unwrap().contains('\u{1b}'));
    }

    #[test]
    fn a_rule_that_cannot_be_is_refused_with_its_fault() {
        for (text, words) in [
            ("", "\"\" is no header's name"),
            ("x cache", "\"x cache\" is no header's name"),
            ("x-cache: LOCAL", "\"LOCAL\" must be a word and what it means, like LOCAL=hit"),
            ("x-cache: =hit", "\"=hit\" must be a word and what it means, like LOCAL=hit"),
            (
                "x-cache: A=hot",
                "\"hot\" is none of bypass, miss, expired, revalidated, hit and stale",
            ),
        ] {
            assert_eq!(CacheRule::parse(text).unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn the_age_is_told_or_follows_from_two_instants_of_one_clock() {
        let rules = EdgeRules { since: vec!["x-cached-since".to_owned()], ..EdgeRules::usual() };
        let date = ("date", "Sat, 21 Nov 2026 12:01:30 GMT");
        for (headers, age) in [
            (vec![("age", "7"), date], Some(7)),
            (vec![("age", "7, 3")], Some(7)),
            (vec![("x-cached-since", "2026-11-21T12:00:00+00:00"), date], Some(90)),
            (vec![("x-cached-since", "2026-11-21T12:01:31+00:00"), date], Some(0)),
            (vec![("x-cached-since", "2026-11-21T13:00:00+00:00"), date], None),
            (vec![("x-cached-since", "2026-11-21T12:00:00+00:00")], None),
            (vec![("age", "old"), date], None),
        ] {
            assert_eq!(read(&rules, &headers).age, age, "{headers:?}");
        }
    }
}
