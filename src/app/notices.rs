//! Notices to the operator. The answer to a key is shown first and goes with a later key; so do
//! plain notices of the engine, while its warnings and errors stay until they are dismissed.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::event::{Level, Notice};

/// The most that are kept.
const MAX_NOTICES: usize = 20;

/// The current notices, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    active: Vec<ActiveNotice>,
}

#[derive(Clone, Debug, PartialEq)]
struct ActiveNotice {
    since: DateTime<Utc>,
    /// Set where a key led to it: it is old news after the next key.
    answer: bool,
    /// The subject that it stands for, if there is one.
    standing: Option<Standing>,
    notice: Notice,
}

/// A subject of which one notice stands until it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Purges with a bad end: until it is put away or the queue is opened.
    Purges,
    /// An error in the configuration's file: until it is put away or the file is mended.
    Configuration,
    /// A store out of reach: until it is put away or the store is back.
    Store,
}

impl ActiveNotice {
    fn stays(&self) -> bool {
        !self.answer && self.notice.level > Level::Info
    }
}

/// Least time for which a notice is shown.
const MIN_SHOWN: TimeDelta = TimeDelta::seconds(3);
/// The same for an answer to a key, where another key follows.
const MIN_SHOWN_ANSWER: TimeDelta = TimeDelta::milliseconds(700);

impl Notices {
    /// Adds a notice of the engine; the same words again only count once.
    pub fn add(&mut self, notice: Notice, now: DateTime<Utc>) {
        // The engine's own words about a purge are not told twice.
        if !self.active.iter().any(|old| old.standing.is_some() && old.notice == notice) {
            self.put(notice, now, false);
        }
    }

    /// Tells of a subject in the place of the notice of it before.
    pub fn tell_of(&mut self, subject: Standing, notice: Option<Notice>, now: DateTime<Utc>) {
        self.active.retain(|old| old.standing != Some(subject));
        if let Some(notice) = notice {
            // Nobody may have to press a key to see it.
            let is_plain = |old: &ActiveNotice| old.answer && old.notice.level == Level::Info;
            self.active.retain(|old| old.notice != notice && !is_plain(old));
            let standing = Some(subject);
            self.active.push(ActiveNotice { since: now, answer: false, standing, notice });
        }
    }

    /// Puts other words into the notice of a subject, which stays as old as it is. Returns true if
    /// they are other ones.
    pub fn retell(&mut self, subject: Standing, notice: Notice) -> bool {
        let standing = self.active.iter_mut().find(|old| old.standing == Some(subject));
        standing.is_some_and(|it| std::mem::replace(&mut it.notice, notice) != it.notice)
    }

    /// Returns true if a notice of this subject stands.
    pub fn tells_of(&self, subject: Standing) -> bool {
        self.active.iter().any(|one| one.standing == Some(subject))
    }

    /// Adds an answer to a key. It replaces the answers to earlier keys.
    pub fn answer(&mut self, notice: Notice, now: DateTime<Utc>) {
        self.active.retain(|old| !old.answer);
        self.put(notice, now, true);
    }

    fn put(&mut self, notice: Notice, since: DateTime<Utc>, answer: bool) {
        self.active.retain(|old| old.notice != notice && (old.stays() || (old.answer && !answer)));
        self.active.push(ActiveNotice { since, answer, standing: None, notice });
        let surplus = self.active.len().saturating_sub(MAX_NOTICES);
        self.active.drain(..surplus);
    }

    /// Returns the notice to show and the number of others: the answer to the last key, else the
    /// newest of the highest level.
    pub fn shown(&self) -> Option<(&Notice, usize)> {
        let shown =
            self.active.iter().max_by_key(|one| (one.answer, one.notice.level, one.since))?;
        Some((&shown.notice, self.active.len() - 1))
    }

    /// A key was pressed: what stood for a while and does not stay goes.
    pub fn on_key(&mut self, now: DateTime<Utc>) {
        self.active.retain(|one| {
            let least = if one.answer { MIN_SHOWN_ANSWER } else { MIN_SHOWN };
            one.stays() || now - one.since < least
        });
    }

    /// Puts the shown one away; whether there was one.
    pub fn dismiss(&mut self) -> bool {
        let shown = self.shown().map(|(notice, _)| notice.clone());
        let Some(shown) = shown else { return false };
        self.active.retain(|one| one.notice != shown);
        true
    }

    /// Puts the shown one away if it stays otherwise; whether it did.
    pub fn dismiss_standing(&mut self) -> bool {
        let shown = self.shown().map(|(notice, _)| notice.clone());
        let before = self.active.len();
        self.active.retain(|one| !(one.stays() && Some(&one.notice) == shown.as_ref()));
        self.active.len() < before
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
        assert_eq!(notices.active.len(), 2, "the question is answered");
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
