//! Decides from probes before and after a purge whether the edge is fresh.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::cache_state::CacheState;
use super::probe::{Observation, Probe, ProbeError};
use crate::domain::words::words;

/// Ages are whole seconds of a clock that is cut to seconds: the true age is less than one off.
/// What is older by this was surely there before.
const GRAIN: TimeDelta = TimeDelta::seconds(1);
/// And what is younger by this was surely not: the answer was some time under way as well.
const GRAIN_AND_WAY: TimeDelta = TimeDelta::seconds(2);

words! {
    /// The freshness of a URL.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Verdict {
        /// The served copy was fetched after the purge was sent.
        Fresh = "fresh";
        /// It cannot be told.
        Unclear = "unclear";
        /// The served copy is from before the purge.
        Stale = "stale";
    }
}

/// The evidence for a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "because", content = "of")]
pub enum Evidence {
    /// Fresh: the edge had no copy and fetched it.
    Fetched,
    /// Fresh: the edge asked the origin whether its copy holds.
    Revalidated,
    /// Fresh: the copy was made so many seconds after the purge was sent.
    CachedAfter(i64),
    /// Fresh: it is another version than before.
    Changed,
    /// Stale: the copy was made so many seconds before the purge was sent.
    CachedBefore(i64),
    /// Stale: the edge itself says that its copy is out of date.
    SaysStale,
    /// Unclear: the copy was made about when the purge was sent.
    CachedAbout,
    /// Unclear: fetched by the edge, and yet the answer is so many seconds older than the purge:
    /// another cache is behind.
    OldBehind(i64),
    /// Unclear: a copy from before, which a purge in this mode spares where the origin has nothing
    /// newer.
    Spared,
    /// Unclear: a copy of unknown age, and the same version as before.
    SameAsBefore,
    /// Unclear: a copy of unknown age.
    NoAge,
    /// Unclear: no header tells of the cache.
    NoWord,
    /// Unclear: the edge sends elsewhere, and that is not followed.
    Redirected(String),
    /// Unclear: the edge answered with an error that is not the content's.
    Status(u16),
    /// Unclear: the probe got no answer.
    #[serde(rename = "blind")]
    ProbeError(ProbeError),
}

impl Evidence {
    /// Returns the verdict that it leads to.
    pub fn verdict(&self) -> Verdict {
        if matches!(self, Self::Fetched | Self::Revalidated | Self::CachedAfter(_) | Self::Changed)
        {
            Verdict::Fresh
        } else if matches!(self, Self::CachedBefore(_) | Self::SaysStale) {
            Verdict::Stale
        } else {
            Verdict::Unclear
        }
    }

    /// True if another probe a little later may well say something else.
    pub fn is_transient(&self) -> bool {
        if let Self::Status(status) = self {
            return *status == 429 || *status >= 500;
        }
        matches!(
            self,
            Self::CachedBefore(_)
                | Self::SaysStale
                | Self::OldBehind(_)
                | Self::ProbeError(ProbeError::Unreachable(_) | ProbeError::TooSlow)
        )
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetched => f.write_str("fetched from the origin for this answer"),
            Self::Revalidated => f.write_str("the origin says that the copy holds"),
            Self::CachedAfter(seconds) => {
                write!(f, "cached {seconds} s after the purge was sent")
            }
            Self::Changed => f.write_str("another version than before the purge"),
            Self::CachedBefore(seconds) => {
                write!(f, "cached {seconds} s before the purge was sent")
            }
            Self::SaysStale => f.write_str("the edge says that its copy is out of date"),
            Self::CachedAbout => f.write_str("cached just when the purge was sent"),
            Self::OldBehind(seconds) => write!(
                f,
                "fetched by the edge, but {seconds} s older than the purge: another cache is \
                 behind it"
            ),
            Self::Spared => f.write_str(
                "an old copy, which this mode of purge leaves where the origin has nothing newer",
            ),
            Self::SameAsBefore => {
                f.write_str("a copy of unknown age, the same version as before the purge")
            }
            Self::NoAge => f.write_str("a copy of unknown age"),
            Self::NoWord => f.write_str("no header tells of the cache"),
            Self::Redirected(to) => write!(f, "the edge redirects to {to}, which is not followed"),
            Self::Status(status) => write!(f, "the edge answered {status}"),
            Self::ProbeError(blind) => blind.fmt(f),
        }
    }
}

/// The purge that is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// When it was sent, by our clock. Not when it was done: what was fetched in between is the
    /// origin's newest, too.
    pub sent: DateTime<Utc>,
    /// True if its mode leaves in place what has not changed at the origin.
    pub sparing: bool,
}

/// Judges a look after the purge. `before` is a look at the same URL and place from
/// before it.
pub fn judge(before: Option<&Probe>, after: &Probe, purged: &Purged) -> Evidence {
    let seen = match &after.result {
        Ok(seen) => seen,
        Err(blind) => return Evidence::ProbeError(blind.clone()),
    };
    match seen.status {
        // What a removed file is answered with is content like any other; so is an empty one, which
        // has no first byte.
        200..=299 | 404 | 410 | 416 => {}
        300..=399 => return Evidence::Redirected(seen.location.clone().unwrap_or_default()),
        status => return Evidence::Status(status),
    }
    let older = after.stored().map(|stored| purged.sent - stored);
    match seen.cache {
        Some(CacheState::Stale) => Evidence::SaysStale,
        Some(CacheState::Revalidated) => Evidence::Revalidated,
        Some(CacheState::Bypass | CacheState::Miss | CacheState::Expired) => match older {
            Some(older) if older >= GRAIN => Evidence::OldBehind(older.num_seconds()),
            Some(_) | None => Evidence::Fetched,
        },
        Some(CacheState::Hit) | None => match older {
            Some(older) if older >= GRAIN => {
                if purged.sparing && !changed(before, seen, purged) {
                    Evidence::Spared
                } else {
                    Evidence::CachedBefore(older.num_seconds())
                }
            }
            Some(older) if older < -GRAIN_AND_WAY => Evidence::CachedAfter(-older.num_seconds()),
            older => unaged(before, seen, purged, older.is_some()),
        },
    }
}

/// Judges a copy of unknown age.
fn unaged(before: Option<&Probe>, seen: &Observation, purged: &Purged, about: bool) -> Evidence {
    if changed(before, seen, purged) {
        Evidence::Changed
    } else if about {
        Evidence::CachedAbout
    } else if seen.cache.is_none() {
        Evidence::NoWord
    } else if before.is_some_and(|before| before.result.is_ok()) {
        Evidence::SameAsBefore
    } else {
        Evidence::NoAge
    }
}

/// Returns true if the content is another than before the purge. A look that came only after the
/// sending counts if what it saw was older.
fn changed(before: Option<&Probe>, seen: &Observation, purged: &Purged) -> bool {
    let Some(before) = before.filter(|before| {
        before.at <= purged.sent
            || before.stored().is_some_and(|stored| stored <= purged.sent - GRAIN)
    }) else {
        return false;
    };
    let Ok(old) = &before.result else { return false };
    // Somebody in between, such as a captive portal, has versions of its own.
    if old.is_of_a_cache() && !seen.is_of_a_cache() {
        return false;
    }
    if old.status / 100 != seen.status / 100 {
        return matches!(
            (old.status, seen.status),
            (200..=299, 404 | 410) | (404 | 410, 200..=299)
        );
    }
    let differ = |old: &Option<String>, new: &Option<String>| match (old, new) {
        (Some(old), Some(new)) => Some(old != new),
        _ => None,
    };
    differ(&old.etag, &seen.etag)
        .or_else(|| differ(&old.last_modified, &seen.last_modified))
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{noon, secs};

    const PURGED: fn() -> Purged = || Purged { sent: noon(), sparing: false };

    fn look(at: i64, seen: Observation) -> Probe {
        Probe {
            url: "https://www.site.com/a".to_owned(),
            place: None,
            at: noon() + secs(at),
            result: Ok(seen),
        }
    }

    fn seen(cache: Option<CacheState>, age: Option<u64>, etag: &str) -> Observation {
        Observation {
            status: 206,
            cache,
            age,
            etag: Some(etag.to_owned()),
            ..Observation::default()
        }
    }

    #[test]
    fn each_verdict_has_its_reason() {
        use CacheState::{Bypass, Expired, Hit, Miss, Revalidated, Stale};
        let before = look(-3, seen(Some(Hit), Some(500), "v1"));
        for (cache, age, etag, why) in [
            (Some(Miss), None, "v1", Evidence::Fetched),
            (Some(Bypass), None, "v1", Evidence::Fetched),
            (Some(Expired), Some(0), "v1", Evidence::Fetched),
            (Some(Miss), Some(600), "v1", Evidence::OldBehind(540)),
            (Some(Revalidated), Some(600), "v1", Evidence::Revalidated),
            (Some(Hit), Some(30), "v1", Evidence::CachedAfter(30)),
            (Some(Hit), Some(60), "v1", Evidence::CachedAbout),
            (Some(Hit), Some(60), "v2", Evidence::Changed),
            (Some(Hit), Some(563), "v1", Evidence::CachedBefore(503)),
            // Another server of the edge had another old version.
            (Some(Hit), Some(563), "v0", Evidence::CachedBefore(503)),
            (Some(Hit), None, "v1", Evidence::SameAsBefore),
            (Some(Hit), None, "v2", Evidence::Changed),
            (Some(Stale), Some(1), "v2", Evidence::SaysStale),
            (None, None, "v1", Evidence::NoWord),
            (None, None, "v2", Evidence::NoWord),
            (None, Some(563), "v1", Evidence::CachedBefore(503)),
            (None, Some(3), "v1", Evidence::CachedAfter(57)),
        ] {
            let after = look(60, seen(cache, age, etag));
            assert_eq!(judge(Some(&before), &after, &PURGED()), why, "{after:?}");
        }
        let unaged = look(60, seen(Some(Hit), None, "v1"));
        assert_eq!(judge(None, &unaged, &PURGED()), Evidence::NoAge);
    }

    #[test]
    fn a_page_of_somebody_in_between_is_no_other_version() {
        let page = |status| Observation { status, ..seen(None, None, "portal") };
        let judged = |before: Observation, after: Observation| {
            judge(Some(&look(-3, before)), &look(60, after), &PURGED())
        };
        let of_the_edge = seen(Some(CacheState::Hit), Some(500), "v1");
        for status in [200, 206, 404, 410] {
            assert_eq!(judged(of_the_edge.clone(), page(status)), Evidence::NoWord, "{status}");
        }
        assert_eq!(judged(page(200), page(200)), Evidence::NoWord);
        // An edge that never says a word of its cache is known by its versions alone.
        assert_eq!(judged(page(200), seen(None, None, "v2")), Evidence::Changed);
    }

    #[test]
    fn a_look_before_that_came_too_late_proves_nothing_unless_what_it_saw_was_old() {
        let after = look(60, seen(Some(CacheState::Hit), None, "v2"));
        let late = look(1, seen(Some(CacheState::Miss), None, "v1"));
        assert_eq!(judge(Some(&late), &after, &PURGED()), Evidence::SameAsBefore);
        let late_but_old = look(1, seen(Some(CacheState::Hit), Some(100), "v1"));
        assert_eq!(judge(Some(&late_but_old), &after, &PURGED()), Evidence::Changed);
    }

    #[test]
    fn what_a_sparing_purge_leaves_is_not_called_stale() {
        let purged = Purged { sparing: true, ..PURGED() };
        let before = look(-3, seen(Some(CacheState::Hit), Some(500), "v1"));
        let same = look(60, seen(Some(CacheState::Hit), Some(563), "v1"));
        assert_eq!(judge(Some(&before), &same, &purged), Evidence::Spared);
        let fetched = look(60, seen(Some(CacheState::Miss), None, "v1"));
        assert_eq!(judge(Some(&before), &fetched, &purged), Evidence::Fetched);
    }

    #[test]
    fn a_redirect_and_an_error_are_unclear_and_a_removed_file_is_content() {
        let answered = |status, location: Option<&str>| {
            let seen = Observation {
                status,
                location: location.map(str::to_owned),
                ..seen(Some(CacheState::Miss), None, "v1")
            };
            judge(None, &look(60, seen), &PURGED())
        };
        assert_eq!(answered(404, None), Evidence::Fetched);
        assert_eq!(answered(416, None), Evidence::Fetched);
        assert_eq!(answered(403, None), Evidence::Status(403));
        assert_eq!(answered(502, None), Evidence::Status(502));
        assert_eq!(
            answered(301, Some("https://x/")),
            Evidence::Redirected("https://x/".to_owned())
        );
        assert!(answered(502, None).is_transient() && !answered(403, None).is_transient());
    }

    #[test]
    fn a_file_that_was_removed_or_came_is_a_change() {
        let with = |at, status| {
            let seen = Observation { status, ..seen(Some(CacheState::Hit), None, "v1") };
            look(at, seen)
        };
        let judged = |old, new| judge(Some(&with(-1, old)), &with(60, new), &PURGED());
        assert_eq!(judged(206, 404), Evidence::Changed);
        assert_eq!(judged(404, 200), Evidence::Changed);
        assert_eq!(judged(503, 200), Evidence::SameAsBefore);
    }

    fn caches() -> impl Strategy<Value = Option<CacheState>> {
        proptest::option::of(proptest::sample::select(CacheState::EVERY.to_vec()))
    }

    proptest! {
        #[test]
        fn what_is_surely_older_than_the_purge_is_never_called_fresh_unless_the_origin_was_asked(
            cache in caches(), age in 63_u64..100_000, etag in "v[12]", sparing: bool,
        ) {
            let before = look(-3, seen(Some(CacheState::Hit), Some(5), "v1"));
            let after = look(60, seen(cache, Some(age), &etag));
            let why = judge(Some(&before), &after, &Purged { sparing, ..PURGED() });
            prop_assert!(why.verdict() != Verdict::Fresh || why == Evidence::Revalidated);
        }

        #[test]
        fn what_is_surely_younger_than_the_purge_is_never_called_stale_unless_the_edge_says_so(
            cache in caches(), age in 0_u64..57, etag in "v[12]", sparing: bool,
        ) {
            let after = look(60, seen(cache, Some(age), &etag));
            let why = judge(None, &after, &Purged { sparing, ..PURGED() });
            prop_assert!(why.verdict() == Verdict::Fresh || why == Evidence::SaysStale);
        }
    }
}
