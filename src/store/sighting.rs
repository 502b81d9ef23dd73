//! A purge as it is stored, whatever the form in which a vendor told it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::times;
use crate::domain::purge::Purge;

/// Returns a purge as it is stored: with times in whole microseconds, and created at `seen_at` at
/// the latest if the vendor's time could not be read.
pub(super) fn normalized(purge: &Purge, seen_at: DateTime<Utc>) -> Cow<'_, Purge> {
    let whole = |instant: DateTime<Utc>| times::instant(times::micros(instant));
    let mut created = whole(purge.created);
    if purge.raw_created.is_some() {
        created = created.min(whole(seen_at));
    }
    let completed = purge.completed.map(whole);
    let has_target_status = purge.targets.iter().any(|target| target.status.is_some());
    if created == purge.created && completed == purge.completed && !has_target_status {
        return Cow::Borrowed(purge);
    }
    let purge = Purge { created, completed, ..purge.clone() };
    Cow::Owned(purge.settled())
}
