//! What the operator should read: plain news until the next key after a few seconds, warnings and errors until they are put
//! away.

use chrono::{DateTime, TimeDelta, Utc};

use crate::effect::{Notice, Tone};

/// The most that are kept.
const MOST: usize = 20;

/// The notices that stand, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    standing: Vec<(DateTime<Utc>, Notice)>,
}

impl Notices {
    /// Adds one; the same words again only count once.
    pub fn add(&mut self, notice: Notice, now: DateTime<Utc>) {
        self.standing
            .retain(|(_, old)| *old != notice && old.tone > Tone::Info);
        self.standing.push((now, notice));
        let surplus = self.standing.len().saturating_sub(MOST);
        self.standing.drain(..surplus);
    }

    /// The one to show, the newest of the gravest, and how many more there are.
    pub fn shown(&self) -> Option<(&Notice, usize)> {
        let (_, notice) = self
            .standing
            .iter()
            .max_by_key(|(at, notice)| (notice.tone, *at))?;
        Some((notice, self.standing.len() - 1))
    }

    /// A key was pressed: plain news that stood for a while goes.
    pub fn on_key(&mut self, now: DateTime<Utc>) {
        self.standing
            .retain(|(at, notice)| notice.tone > Tone::Info || now - *at < TimeDelta::seconds(3));
    }

    /// Puts the shown one away; whether there was one.
    pub fn dismiss(&mut self) -> bool {
        let shown = self.shown().map(|(notice, _)| notice.clone());
        let Some(shown) = shown else { return false };
        self.standing.retain(|(_, notice)| *notice != shown);
        true
    }
}
