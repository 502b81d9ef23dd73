//! What the operator should read. What a key led to is shown before anything else and goes with a later key; of what the
//! world reports, plain news go so as well, and warnings and errors stay until they are put away.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::event::{Level, Notice};

/// The most that are kept.
const MOST: usize = 20;

/// The notices that stand, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    status: Vec<Standing>,
}

#[derive(Clone, Debug, PartialEq)]
struct Standing {
    since: DateTime<Utc>,
    /// Whether a key led to it: it answers the operator and is old news after the next key.
    answer: bool,
    notice: Notice,
}

impl Standing {
    fn stays(&self) -> bool {
        !self.answer && self.notice.level > Level::Info
    }
}

/// For how long a notice is surely shown.
const AT_LEAST: TimeDelta = TimeDelta::seconds(3);
/// The same for what a key led to, where another key follows.
const ANSWER_AT_LEAST: TimeDelta = TimeDelta::milliseconds(700);

impl Notices {
    /// Adds one that the world reports; the same words again only count once.
    pub fn add(&mut self, notice: Notice, now: DateTime<Utc>) {
        self.put(notice, now, false);
    }

    /// Adds one that a key led to. It takes the place of what earlier keys led to.
    pub fn answer(&mut self, notice: Notice, now: DateTime<Utc>) {
        self.status.retain(|old| !old.answer);
        self.put(notice, now, true);
    }

    fn put(&mut self, notice: Notice, since: DateTime<Utc>, answer: bool) {
        self.status.retain(|old| old.notice != notice && (old.stays() || (old.answer && !answer)));
        self.status.push(Standing { since, answer, notice });
        let surplus = self.status.len().saturating_sub(MOST);
        self.status.drain(..surplus);
    }

    /// The one to show and how many more there are: what the last key led to, else the newest of the gravest.
    pub fn shown(&self) -> Option<(&Notice, usize)> {
        let shown =
            self.status.iter().max_by_key(|one| (one.answer, one.notice.level, one.since))?;
        Some((&shown.notice, self.status.len() - 1))
    }

    /// A key was pressed: what stood for a while and does not stay goes.
    pub fn on_key(&mut self, now: DateTime<Utc>) {
        self.status.retain(|one| {
            let least = if one.answer { ANSWER_AT_LEAST } else { AT_LEAST };
            one.stays() || now - one.since < least
        });
    }

    /// Puts the shown one away; whether there was one.
    pub fn dismiss(&mut self) -> bool {
        let shown = self.shown().map(|(notice, _)| notice.clone());
        let Some(shown) = shown else { return false };
        self.status.retain(|one| one.notice != shown);
        true
    }

    /// Puts the shown one away if it stays otherwise; whether it did.
    pub fn dismiss_standing(&mut self) -> bool {
        let shown = self.shown().map(|(notice, _)| notice.clone());
        let before = self.status.len();
        self.status.retain(|one| !(one.stays() && Some(&one.notice) == shown.as_ref()));
        self.status.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    fn notice(level: Level, words: &str) -> Notice {
        Notice { level, account: None, words: words.to_owned() }
    }

    fn shown(notices: &Notices) -> Option<&str> {
        notices.shown().map(|(notice, _)| notice.words.as_str())
    }

    #[test]
    fn what_the_last_key_led_to_is_shown_before_what_stands_and_goes_with_a_later_key() {
        let mut notices = Notices::default();
        notices.add(notice(Level::Error, "the token is refused"), at(0));
        notices.answer(notice(Level::Warning, "the same key once more"), at(10));
        assert_eq!(shown(&notices), Some("the same key once more"));
        notices.answer(notice(Level::Info, "1 request queued"), at(20));
        assert_eq!(shown(&notices), Some("1 request queued"));
        assert_eq!(notices.status.len(), 2, "the question is answered");
        notices.on_key(at(100));
        assert_eq!(shown(&notices), Some("1 request queued"), "hardly read yet");
        notices.on_key(at(2_000));
        assert_eq!(shown(&notices), Some("the token is refused"));
        notices.on_key(at(60_000));
        assert_eq!(shown(&notices), Some("the token is refused"));
        assert!(notices.dismiss_standing());
        assert_eq!(shown(&notices), None);
        assert!(!notices.dismiss_standing());
    }
}
