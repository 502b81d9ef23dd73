//! Bad news of the operator's own purges: told in a notice that stands until it is put away, and
//! counted beside the queue until the queue is opened.

use crate::domain::bad_news;
use crate::domain::ids::JournalId;
use crate::effect::{Effect, Order};

use super::notices::Standing;
use super::{App, Ctx};

impl App {
    /// The requests with a bad end that the operator has not looked at.
    pub(super) fn bad_news(&self) -> Vec<JournalId> {
        self.known.bad_news().map(|entry| entry.id.clone()).collect()
    }

    /// Tells the bad news that came since `before`. Where the queue is open they are seen there, so
    /// that they are not counted.
    pub(super) fn follow_bad_news(
        &mut self,
        before: &[JournalId],
        ctx: &Ctx<'_>,
    ) -> Option<Effect> {
        let now = self.bad_news();
        if now == before {
            return None;
        }
        self.dirty = true;
        let notice = bad_news::notice(self.known.bad_news());
        let is_new = now.iter().any(|id| !before.contains(id));
        if is_new && let Some(notice) = &notice {
            self.known.notices.add(notice, ctx.now);
        }
        if is_new || self.notices.tells_of(Standing::Purges) {
            self.notices.tell_of(Standing::Purges, notice, ctx.now);
        }
        let sees_them = self.overlays.iter().any(|overlay| overlay.shows_bad_news());
        if sees_them { self.know_bad_news() } else { None }
    }

    /// Notes that the operator looks at the bad news, which the queue shows.
    pub(super) fn know_bad_news(&mut self) -> Option<Effect> {
        let ids = self.known.take_bad_news();
        (!ids.is_empty()).then_some(Effect::Order(Order::NoticeBadEnds { ids }))
    }
}
