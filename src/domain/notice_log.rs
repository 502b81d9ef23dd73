//! The history of notices: everything that the operator was told, the newest first.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use super::event::Notice;

/// The most that are kept.
const MAX_LOGGED: usize = 500;

/// A notice and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedNotice {
    /// When it was last told.
    pub at: DateTime<Utc>,
    /// The notice.
    pub notice: Notice,
    /// Number of times that it was told in a row.
    pub times: u32,
}

/// The notices so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeLog {
    newest_first: VecDeque<LoggedNotice>,
}

impl NoticeLog {
    /// Adds a notice. The same one again in a row is one entry with the newest time.
    pub fn add(&mut self, notice: &Notice, at: DateTime<Utc>) {
        if let Some(newest) = self.newest_first.front_mut().filter(|it| it.notice == *notice) {
            newest.at = at;
            newest.times = newest.times.saturating_add(1);
            return;
        }
        self.newest_first.push_front(LoggedNotice { at, notice: notice.clone(), times: 1 });
        self.newest_first.truncate(MAX_LOGGED);
    }

    /// Returns the notices, the newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &LoggedNotice> {
        self.newest_first.iter()
    }

    /// Returns the notice at this place, the newest at 0.
    pub fn get(&self, place: usize) -> Option<&LoggedNotice> {
        self.newest_first.get(place)
    }

    /// Returns the number of notices.
    pub fn len(&self) -> usize {
        self.newest_first.len()
    }

    /// Returns whether nothing was told yet.
    pub fn is_empty(&self) -> bool {
        self.newest_first.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Level;
    use crate::testing::{noon, secs};

    #[test]
    fn the_newest_stands_first_a_repetition_is_counted_and_the_oldest_go() {
        let mut log = NoticeLog::default();
        let notice = |words: String| Notice { level: Level::Info, account: None, words };
        for second in 0..600 {
            log.add(&notice(second.to_string()), noon() + secs(second));
        }
        log.add(&notice("599".to_owned()), noon() + secs(900));
        assert_eq!(log.len(), MAX_LOGGED);
        let newest = log.get(0).cloned();
        let again =
            LoggedNotice { at: noon() + secs(900), notice: notice("599".to_owned()), times: 2 };
        assert_eq!(newest, Some(again));
    }
}
