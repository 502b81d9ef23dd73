//! What Gcore's purges empty. Patterns are recursive: `/path` and `/path*` are the same; a query in a pattern is ignored.

use chrono::{DateTime, Utc};
use url::form_urlencoded;
use wildmatch::WildMatch;

use super::{Brand, By, Cleared};
use crate::simulator::gcore::{Caching, Gcore};
use crate::simulator::world::Kind;

impl Cleared for Gcore {
    fn vendor(&self) -> Brand {
        Brand::Gcore
    }

    fn site(&self, host: &str) -> Option<String> {
        self.site_of(host)
    }

    fn key(&self, site: &str, path: &str) -> String {
        key(&self.caching(site), path)
    }

    fn cleared(
        &self,
        site: &str,
        key: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        _: bool,
    ) -> Option<By> {
        let caching = self.caching(site);
        let mut by = None;
        for (kind, targets) in self.ended(site, since, now) {
            match kind {
                Kind::All => return Some(By::Pattern),
                Kind::Pattern if targets.iter().any(|target| covers(target, key)) => {
                    return Some(By::Pattern);
                }
                Kind::Url if targets.iter().any(|target| self::key(&caching, target) == key) => {
                    by = Some(By::Url);
                }
                Kind::Pattern | Kind::Url => {}
            }
        }
        by
    }
}

/// The part of a path and query that tells objects apart, by the resource's options.
fn key(caching: &Caching, path: &str) -> String {
    let Some((bare, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let counts = |name: &str| match caching {
        Caching::Whole => true,
        Caching::NoQuery => false,
        Caching::Only(names) => names.iter().any(|only| only == name),
        Caching::Without(names) => !names.iter().any(|without| without == name),
    };
    if *caching == Caching::Whole {
        return path.to_owned();
    }
    let mut kept: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .filter(|(name, _)| counts(name))
        .collect();
    if kept.is_empty() {
        return bare.to_owned();
    }
    kept.sort();
    format!(
        "{bare}?{}",
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    )
}

fn covers(pattern: &str, key: &str) -> bool {
    let pattern = pattern.split('?').next().unwrap_or_default();
    let path = key.split('?').next().unwrap_or_default();
    if pattern.starts_with('/') {
        WildMatch::new(&format!("{}*", pattern.trim_end_matches('*'))).matches(path)
    } else {
        WildMatch::new(pattern).matches(path)
    }
}
