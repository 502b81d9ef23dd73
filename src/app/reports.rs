//! Routes reports: what is learned from them, then to overlays and panes.

use crate::domain::event::{Event, Level, Notice};
use crate::effect::{Answer, Effect, LiveSettings, Query, Report};
use crate::panes::format::{self, count_noun};
use crate::panes::history::HistoryPane;
use crate::panes::{Pane, PaneCtx, Update};

use super::focus::Origin;
use super::notices::Standing;
use super::{App, Ctx, all_views};

impl App {
    pub(super) fn on_report(&mut self, report: &Report, ctx: &Ctx<'_>) -> Vec<Effect> {
        let bad_news = self.bad_news();
        let mut effects = match report {
            Report::Answer(answer) => self.on_answer(answer, ctx),
            Report::Event(event) => self.on_event(event, ctx),
            Report::Settings(settings) => self.on_settings(settings, ctx),
            Report::BadSettings(words) => {
                let notice = Notice { level: Level::Error, account: None, words: words.clone() };
                self.known.notices.add(&notice, ctx.now);
                self.notices.tell_of(Standing::Configuration, Some(notice), ctx.now);
                self.dirty = true;
                Vec::new()
            }
        };
        effects.extend(self.follow_bad_news(&bad_news, ctx));
        effects
    }

    /// Gives an answer to the overlays, from the topmost to the one that takes it, then to the
    /// panes.
    fn on_answer(&mut self, answer: &Answer, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let outdated =
            matches!(answer, Answer::Queue { ticket, .. } if *ticket < self.journal_changed);
        if let Answer::Enqueued { result: Ok(entries), .. }
        | Answer::Queue { result: Ok(entries), .. } = answer
            && !entries.is_empty()
            && !outdated
        {
            for entry in entries {
                self.known.learn_entry(entry);
            }
            self.dirty = true;
            effects = self.tell_overlays(ctx);
        }
        if let Answer::Enqueued { result: Ok(_), .. } = answer {
            self.workspace.panes_mut().for_each(HistoryPane::on_sent);
        }
        let mut taken = false;
        effects.extend(self.each_overlay(ctx, |pane, ctx| {
            let update = if taken { Update::ignored() } else { pane.on_answer(answer, ctx) };
            taken |= update.taken;
            update
        }));
        if taken {
            return effects;
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are for the panes")]
        match answer {
            Answer::DraftsKept(drafts) => self.drafts.clone_from(drafts),
            Answer::Exported { result: Ok((purges, path)), .. } => {
                let purges = count_noun(*purges, "purge", "purges");
                self.say(Level::Info, format!("Wrote {purges} to {}.", path.display()), ctx);
            }
            Answer::Exported { result: Err(words), .. } => {
                self.say(Level::Error, words.clone(), ctx);
            }
            Answer::Recent { ticket, result } => {
                self.dirty |= self.budgets.answer(*ticket, result);
            }
            Answer::Queue { .. } if outdated => {
                effects.push(Effect::Query(Query::Queue { ticket: self.tickets.take() }));
            }
            // Counts are shown of every tab; those of the panes in sight come first.
            Answer::Summary { pane: asker, result, .. } => {
                let update = self.with_pane(*asker, ctx, |pane, ctx| pane.on_answer(answer, ctx));
                effects.extend(self.apply(update, Origin::Pane(*asker), ctx));
                if result.is_ok() && self.workspace.shown().contains(asker) {
                    let count =
                        |pane: &mut HistoryPane, ctx: &PaneCtx<'_>| pane.count_unseen(None, ctx);
                    effects.extend(self.each_unseen(ctx, count));
                }
            }
            _ => effects.extend(self.each_pane(ctx, |pane, ctx| pane.on_answer(answer, ctx))),
        }
        effects
    }

    /// Shows the views of a changed configuration, and says what changed.
    fn on_settings(&mut self, settings: &LiveSettings, ctx: &Ctx<'_>) -> Vec<Effect> {
        let is_mended = self.notices.tells_of(Standing::Configuration);
        self.notices.tell_of(Standing::Configuration, None, ctx.now);
        let views = settings.views.as_ref().map(|own| all_views(own));
        let others = views.is_some_and(|views| self.workspace.set_views(&views));
        self.dirty = true;
        // A view that was just saved here is in the file and on its tab.
        let changed = settings.changed.iter().filter(|it| *it != "views" || others);
        let changed: Vec<&str> = changed.map(String::as_str).collect();
        let (changed, later) = (changed.join(", "), settings.later.join(", "));
        let words = match (changed.is_empty(), later.is_empty()) {
            (true, true) if is_mended => "The configuration's file has no error any more.".into(),
            (true, true) => return Vec::new(),
            (true, false) => {
                format!("Configuration changed. From the next start on: {later}.")
            }
            (false, true) => format!("Configuration reloaded: {changed}."),
            (false, false) => {
                format!("Configuration reloaded: {changed}. From the next start on: {later}.")
            }
        };
        self.say(Level::Info, words, ctx);
        let mut effects = self.each_pane(ctx, HistoryPane::start);
        effects.extend(self.each_unseen(ctx, |pane, ctx| pane.count_unseen(None, ctx)));
        effects
    }

    fn on_event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let before = self.previous_state(event);
        let mut effects = Vec::new();
        if self.known.learn(event) {
            self.dirty = true;
            effects = self.tell_overlays(ctx);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are for the panes")]
        match event {
            Event::Notice(notice) => {
                self.notices.add(notice.clone(), ctx.now);
                self.known.notices.add(notice, ctx.now);
                self.dirty = true;
            }
            Event::StoreLost { since, error } => {
                let since = format::moment(*since, ctx.now, self.zone);
                let words = format!("The store is out of reach since {since}. {error}");
                let notice = Notice { level: Level::Error, account: None, words };
                self.known.notices.add(&notice, ctx.now);
                self.notices.tell_of(Standing::Store, Some(notice), ctx.now);
                self.dirty = true;
            }
            Event::StoreBack => {
                self.notices.tell_of(Standing::Store, None, ctx.now);
                let words = "The store can be reached again.".to_owned();
                let notice = Notice { level: Level::Info, account: None, words };
                self.known.notices.add(&notice, ctx.now);
                self.notices.add(notice, ctx.now);
                self.dirty = true;
            }
            Event::HistoryChanged { account, .. } => {
                self.budgets.invalidate(account);
                self.mark_hidden_panes_stale();
            }
            Event::Journal(entry) => {
                self.journal_changed = self.tickets.take();
                effects.extend(self.alert(entry, before));
                self.budgets.invalidate(&entry.request.account);
                if entry.is_verification_settled() {
                    self.mark_hidden_panes_stale();
                }
            }
            _ => {}
        }
        effects.extend(self.each_pane(ctx, |pane, ctx| pane.on_event(event, ctx)));
        if let Event::HistoryChanged { from, until, .. } = event {
            // After the panes in sight: all counts are made one after the other.
            let changed = Some((*from, *until));
            effects.extend(self.each_unseen(ctx, |pane, ctx| pane.count_unseen(changed, ctx)));
        }
        effects.extend(self.each_overlay(ctx, |pane, ctx| pane.on_event(event, ctx)));
        effects
    }

    fn mark_hidden_panes_stale(&mut self) {
        for pane in self.workspace.hidden_mut() {
            pane.mark_stale();
        }
    }
}
