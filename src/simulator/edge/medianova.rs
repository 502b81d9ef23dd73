//! What Medianova's purges empty: paths as they are, `*` for anything, anywhere.

use chrono::{DateTime, Utc};
use wildmatch::WildMatch;

use super::{Brand, By, Cleared};
use crate::simulator::medianova::Medianova;

impl Cleared for Medianova {
    fn vendor(&self) -> Brand {
        Brand::Medianova
    }

    fn site(&self, host: &str) -> Option<String> {
        self.site_of(host)
    }

    fn key(&self, _: &str, path: &str) -> String {
        path.to_owned()
    }

    fn cleared(
        &self,
        site: &str,
        key: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        _: bool,
    ) -> Option<By> {
        let mut by = None;
        for target in self.ended(site, since, now) {
            if target.contains('*') && WildMatch::new(&target).matches(key) {
                return Some(By::Pattern);
            }
            if target == key {
                by = Some(By::Url);
            }
        }
        by
    }
}
