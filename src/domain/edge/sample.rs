//! The choice of the URLs that are probed to see whether a purge took: a handful, the same for the
//! same purge.
//!
//! Of a purge of single URLs: all of them, or where they are many the first, the last and some
//! evenly between. Of patterns and of everything: URLs that they cover and that are known because
//! somebody purged them one by one (the history) or meant to (the journal), newest first and by
//! turns for each pattern; then the directory itself and the root, where they are covered. What
//! nobody has named is not guessed.

use serde::{Deserialize, Serialize};

use crate::domain::draft::address::Scheme;
use crate::domain::glob;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::domain::target::{path_of, without_scheme};

/// The most URLs that are asked for one purge.
pub const MOST_URLS: usize = 5;

/// The URLs to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// In full, with scheme and host.
    pub urls: Vec<String>,
    /// The way in which they were chosen.
    pub source: SampleSource,
}

/// The way in which a sample was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleSource {
    /// Every URL of the purge.
    Whole,
    /// So many URLs, of which some were taken evenly.
    Spread(usize),
    /// Known URLs under its patterns.
    Known,
    /// None: nothing tells which URLs a tag covers.
    OfTag,
    /// None: nothing tells which URLs the vendor takes a regular expression to match.
    OfRegex,
}

impl SampleSource {
    /// Returns true where nothing tells which URLs a purge covers.
    pub fn is_nothing(self) -> bool {
        matches!(self, Self::OfTag | Self::OfRegex)
    }
}

impl std::fmt::Display for SampleSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole => f.write_str("every URL"),
            Self::Spread(of) => write!(f, "a sample of {of} URLs"),
            Self::Known => f.write_str("a sample of known URLs"),
            Self::OfTag => f.write_str("no URL is known for a tag"),
            Self::OfRegex => f.write_str("no URL is known for a regular expression"),
        }
    }
}

/// The URLs to ask for. `known` are targets of purges by URL of the same resource, the newest
/// first.
pub fn sample(request: &PurgeRequest, known: &[String]) -> Sample {
    let address = |target: &str| full(target, &request.cname);
    match &request.payload {
        Payload::Url(targets) | Payload::IgnoreQuery(targets) => {
            let all = targets.as_slice();
            Sample {
                urls: spread(all).map(|target| address(target)).collect(),
                source: if all.len() <= MOST_URLS {
                    SampleSource::Whole
                } else {
                    SampleSource::Spread(all.len())
                },
            }
        }
        Payload::Pattern(targets) => {
            Sample { urls: under(targets.as_slice(), request, known), source: SampleSource::Known }
        }
        Payload::Tag(_) => Sample { urls: Vec::new(), source: SampleSource::OfTag },
        Payload::Regex(_) => Sample { urls: Vec::new(), source: SampleSource::OfRegex },
        Payload::Host(hosts) => {
            let roots: Vec<String> =
                hosts.as_slice().iter().map(|host| format!("https://{host}/*")).collect();
            Sample { urls: under(&roots, request, known), source: SampleSource::Known }
        }
        Payload::All => {
            Sample { urls: under(&["*".to_owned()], request, known), source: SampleSource::Known }
        }
    }
}

/// The host and the path with its query of a target; the host is the cname's where the target has
/// none.
pub fn host_and_path<'t>(target: &'t str, cname: &'t str) -> (&'t str, &'t str) {
    let rest = without_scheme(target);
    if rest.len() == target.len() {
        return (cname, target);
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (rest.get(..end).unwrap_or_default(), path_of(target))
}

/// The target as a full URL; encrypted where it does not say.
fn full(target: &str, cname: &str) -> String {
    if without_scheme(target).len() < target.len() {
        return target.to_owned();
    }
    let slash = if target.starts_with('/') { "" } else { "/" };
    format!("{}://{cname}{slash}{target}", Scheme::Https.word())
}

/// Up to [`MOST_URLS`] of a list: the first, the last, and evenly between.
fn spread(all: &[String]) -> impl Iterator<Item = &String> {
    let count = all.len().min(MOST_URLS);
    let steps = count.saturating_sub(1).max(1);
    (0..count).filter_map(move |at| all.get(at * (all.len() - 1) / steps))
}

/// Known URLs under patterns: for each pattern in turn its newest one, until there are enough.
fn under(patterns: &[String], request: &PurgeRequest, known: &[String]) -> Vec<String> {
    let cname = &request.cname;
    let mut ranked: Vec<(usize, String)> = Vec::new();
    for pattern in patterns {
        let mut rank = 0;
        let (host, path) = host_and_path(pattern, cname);
        let own = [full(path, host), full("/", host)];
        let own =
            own.iter().filter(|url| !url.contains('*') && without_scheme(url).len() < url.len());
        for target in known.iter().chain(own) {
            let (its_host, its_path) = host_and_path(target, cname);
            if !its_host.eq_ignore_ascii_case(host) || !covers(path, its_path) {
                continue;
            }
            let url = full(target, cname);
            if ranked.iter().all(|(_, other)| *other != url) {
                ranked.push((rank, url));
                rank += 1;
            }
            if rank == MOST_URLS {
                break;
            }
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(MOST_URLS).map(|(_, url)| url).collect()
}

/// Returns true if a pattern surely covers a path: by its stars; a directory, what is below it. A
/// query string may count or not, so a path is covered with and without.
fn covers(pattern: &str, path: &str) -> bool {
    let bare = path.split('?').next().unwrap_or(path);
    if pattern.contains('*') {
        glob::matches(pattern, path) || glob::matches(pattern, bare)
    } else if pattern.ends_with('/') {
        path.starts_with(pattern)
    } else {
        path == pattern
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::kind::Kind;
    use crate::domain::payload::Targets;

    fn request(payload: Payload) -> PurgeRequest {
        PurgeRequest::new("a", "r", "www.site.com", payload)
    }

    fn targets(texts: &[&str]) -> Targets {
        Targets::new(owned(texts)).unwrap()
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn pattern(patterns: &[&str], known: &[&str]) -> Vec<String> {
        sample(&request(Payload::Pattern(targets(patterns))), &owned(known)).urls
    }

    #[test]
    fn of_a_tag_and_of_an_expression_nothing_is_asked_for_and_a_host_has_its_own_urls() {
        let of = |kind, target: &str| {
            let request = request(Payload::new(kind, [target]).unwrap());
            let known = ["/a.jpg", "https://cdn.site.com/b.jpg"].map(str::to_owned);
            sample(&request, &known)
        };
        for (kind, source) in
            [(Kind::Tag, SampleSource::OfTag), (Kind::Regex, SampleSource::OfRegex)]
        {
            assert_eq!(of(kind, "a"), Sample { urls: Vec::new(), source });
        }
        let host = of(Kind::Host, "cdn.site.com");
        assert_eq!(host.urls, ["https://cdn.site.com/b.jpg", "https://cdn.site.com/"]);
        assert_eq!(of(Kind::IgnoreQuery, "/c.jpg").urls, ["https://www.site.com/c.jpg"]);
    }

    #[test]
    fn a_few_urls_are_all_asked_for_by_their_own_host_and_scheme() {
        let sample =
            sample(&request(Payload::Url(targets(&["/a?x=1", "http://dl.site.com/b"]))), &[]);
        assert_eq!(sample.urls, ["https://www.site.com/a?x=1", "http://dl.site.com/b"]);
        assert_eq!(sample.source, SampleSource::Whole);
    }

    #[test]
    fn of_many_urls_the_first_the_last_and_some_between_are_asked_for() {
        let all: Vec<String> = (0..100).map(|number| format!("/{number}")).collect();
        let sample = sample(&request(Payload::Url(Targets::new(all).unwrap())), &[]);
        let asked = ["/0", "/24", "/49", "/74", "/99"];
        assert_eq!(sample.urls, asked.map(|path| format!("https://www.site.com{path}")));
        assert_eq!(sample.source.to_string(), "a sample of 100 URLs");
    }

    #[test]
    fn a_pattern_is_seen_by_known_urls_under_it_by_turns() {
        let known =
            ["/js/1.js", "/img/1.jpg", "/js/2.js", "/js/1.js", "/js/3.js", "/js/4.js", "/js/5.js"];
        assert_eq!(
            pattern(&["/js/*", "/img/*.jpg", "/none/*"], &known),
            ["/js/1.js", "/img/1.jpg", "/js/2.js", "/js/3.js", "/js/4.js"]
                .map(|path| format!("https://www.site.com{path}"))
        );
    }

    #[test]
    fn what_is_not_surely_covered_is_not_asked_for() {
        assert_eq!(pattern(&["/img/*"], &["/js/1", "https://other.com/img/1"]), [""; 0]);
        assert_eq!(pattern(&["*.jpg"], &["/a/b.jpg?w=1"]), ["https://www.site.com/a/b.jpg?w=1"]);
        assert_eq!(
            pattern(
                &["https://dl.site.com/v2/"],
                &["https://dl.site.com/v2/x", "https://dl.site.com/v1/x", "/v2/y"]
            ),
            ["https://dl.site.com/v2/x", "https://dl.site.com/v2/"]
        );
    }

    #[test]
    fn a_purge_of_everything_is_seen_by_known_urls_and_the_root() {
        let sample = sample(&request(Payload::All), &owned(&["/a"]));
        assert_eq!(sample.urls, ["https://www.site.com/a", "https://www.site.com/"]);
        assert_eq!(pattern(&["/*"], &[]), ["https://www.site.com/"]);
    }

    proptest! {
        #[test]
        fn a_sample_is_small_without_doubles_and_of_the_purge(
            all in proptest::collection::hash_set("/[a-z]{1,6}", 1..300),
        ) {
            let all: Vec<String> = all.into_iter().collect();
            let targets = Targets::new(all.clone()).unwrap();
            let asked = sample(&request(Payload::Url(targets)), &[]).urls;
            prop_assert_eq!(asked.len(), all.len().min(MOST_URLS));
            let mut once = asked.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), asked.len());
            prop_assert!(asked.iter().all(|url| all.contains(&path_of(url).to_owned())));
        }
    }
}
