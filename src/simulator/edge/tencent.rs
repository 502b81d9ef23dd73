//! What Tencent's purges empty: URLs by their whole text but the scheme, directories by their beginning. A directory that is
//! flushed loses only what has changed at the origin.

use chrono::{DateTime, Utc};

use super::{Brand, By, Cleared};
use crate::simulator::tencent::Tencent;

impl Cleared for Tencent {
    fn vendor(&self) -> Brand {
        Brand::Tencent
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
        changed: bool,
    ) -> Option<By> {
        let own = format!("{site}{key}");
        let mut by = None;
        for ended in self.ended(since, now) {
            let Some((_, target)) = ended.target.split_once("://") else {
                continue;
            };
            if ended.directory {
                if own.starts_with(target) && (changed || !ended.flush) {
                    return Some(By::Pattern);
                }
            } else if target == own {
                by = Some(By::Url);
            }
        }
        by
    }
}
