//! Messages between the purgedecks on one server, over the server's own `NOTIFY`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::live::Live;
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;
use crate::store::news::StoreNews;
use crate::store::times;

/// Begins to listen.
pub(super) const LISTEN: &str = "LISTEN purgedeck;";

/// Most bytes of a message: the server takes no longer ones.
const MOST: usize = 7_000;

/// A message to the other purgedecks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message<'m> {
    /// Something that queries or the journal's readers read was changed.
    Changed,
    /// Whoever reads an account's news is to read them now.
    Refresh(&'m AccountName),
    /// An account's newest history was read.
    Synced(&'m AccountName, DateTime<Utc>),
}

/// Takes what the others tell, and leaves out what this purgedeck told itself. Clones are the same.
#[derive(Clone)]
pub(super) struct NewsSink {
    /// Marks the messages of this purgedeck.
    own: Arc<str>,
    listener: Arc<Mutex<Option<UnboundedSender<StoreNews>>>>,
}

impl fmt::Debug for NewsSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NewsSink").field(&self.own).finish()
    }
}

impl NewsSink {
    /// Makes one to which nobody listens yet.
    pub(super) fn new() -> Self {
        let own = uuid::Uuid::new_v4().simple().to_string();
        Self { own: own.into(), listener: Arc::default() }
    }

    /// Returns all that is told from now on; whoever listened before hears nothing more.
    pub(super) fn listen(&self) -> UnboundedReceiver<StoreNews> {
        let (sender, receiver) = unbounded_channel();
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Tells the others, when the transaction that this is part of is committed.
    pub(super) fn send(&self, live: &mut Live, message: &Message<'_>) -> Result<(), StoreFailure> {
        let (own, notify) = (&self.own, "SELECT pg_notify('purgedeck', $1)");
        let text = match message {
            Message::Changed => format!("{own} changed"),
            Message::Refresh(account) => format!("{own} refresh {account}"),
            Message::Synced(account, at) => {
                format!("{own} synced {} {account}", times::micros(*at))
            }
        };
        if text.len() > MOST {
            return Ok(());
        }
        live.query(notify, &[&super::text::stored(&text)]).map(drop)
    }

    /// Takes a message; one of another version that is not understood is no news.
    pub(super) fn tell(&self, text: &str) {
        let Some((whose, message)) = text.split_once(' ') else { return };
        if whose == &*self.own {
            return;
        }
        let (word, rest) = message.split_once(' ').unwrap_or((message, ""));
        let account = |name: &str| AccountName::from(super::text::restored(name.to_owned()));
        let news = match word {
            "changed" => Some(StoreNews::Changed),
            "refresh" => Some(StoreNews::RefreshWanted(account(rest))),
            "synced" => rest.split_once(' ').and_then(|(micros, name)| {
                Some(StoreNews::Synced(account(name), times::instant(micros.parse().ok()?)))
            }),
            _ => None,
        };
        if let Some(news) = news {
            self.pass(news);
        }
    }

    /// Takes note that the connection was lost.
    pub(super) fn tell_lost(&self, failure: StoreFailure) {
        self.pass(StoreNews::Lost(failure));
    }

    fn pass(&self, news: StoreNews) {
        if let Some(listener) = &*self.listener.lock().unwrap_or_else(PoisonError::into_inner) {
            // Nobody may listen any more.
            let _ = listener.send(news);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_others_are_news_and_what_is_not_understood_is_none() {
        let sink = NewsSink::new();
        let mut news = sink.listen();
        for text in [
            "other changed",
            "other refresh gcore prod",
            "other synced 5 a b",
            "other synced x a",
            "other dance",
            "changed",
            "",
            &format!("{} changed", sink.own),
        ] {
            sink.tell(text);
        }
        let mut told = Vec::new();
        while let Ok(more) = news.try_recv() {
            told.push(more);
        }
        let synced = StoreNews::Synced("a b".into(), times::instant(5));
        let refresh = StoreNews::RefreshWanted("gcore prod".into());
        assert_eq!(told, [StoreNews::Changed, refresh, synced]);
    }
}
