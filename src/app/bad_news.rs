//! Bad news of the operator's own purges: told in a notice that stands until it is put away, and
//! counted beside the queue until the queue is opened.

use crate::domain::bad_news::{self, BadEnd, Readings};
use crate::domain::event::Notice;
use crate::domain::ids::JournalId;
use crate::effect::{Effect, Order};
use crate::panes::format;

use super::notices::Standing;
use super::{App, Ctx};

impl App {
    /// The requests with a bad end that the operator has not looked at.
    pub(super) fn bad_news(&self) -> Vec<(JournalId, Option<BadEnd>)> {
        self.known.bad_news().map(|entry| (entry.id.clone(), BadEnd::of(entry))).collect()
    }

    /// The notice of all bad news.
    fn bad_news_notice(&self, ctx: &Ctx<'_>) -> Option<Notice> {
        let readings = Readings {
            last: &|account| self.known.statuses.get(account)?.synced_at,
            moment: &|at| format::moment(at, ctx.now, self.zone),
            offline: self.known.offline,
        };
        bad_news::notice(self.known.bad_news(), &readings)
    }

    /// Tells the bad news that came since `before`. Where the queue is open they are seen there, so
    /// that they are not counted.
    pub(super) fn follow_bad_news(
        &mut self,
        before: &[(JournalId, Option<BadEnd>)],
        ctx: &Ctx<'_>,
    ) -> Option<Effect> {
        let now = self.bad_news();
        if now == before {
            // A history that was read since is told of in its place.
            if !now.is_empty() && self.notices.tells_of(Standing::Purges) {
                let notice = self.bad_news_notice(ctx);
                self.dirty |= notice.is_some_and(|it| self.notices.retell(Standing::Purges, it));
            }
            return None;
        }
        self.dirty = true;
        let notice = self.bad_news_notice(ctx);
        let is_new = now.iter().any(|bad| !before.contains(bad));
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
