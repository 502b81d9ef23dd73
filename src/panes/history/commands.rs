//! Commands of a history pane.

use crate::commands::Command;
use crate::domain::event::Level;
use crate::domain::filter::Term;
use crate::domain::timeline::rounded;
use crate::panes::{PaneCtx, Update};

use super::HistoryPane;
use super::filterbar::{FilterEdit, Home};

impl HistoryPane {
    /// A command, for the filter bar, the detail or the list.
    pub(super) fn run_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        if self.filter.is_editing() {
            let edit = self.filter.on_command(command);
            let paging = matches!(command, Command::PageDown | Command::PageUp);
            if edit != FilterEdit::Ignored || !paging {
                return self.typed(edit, ctx);
            }
        }
        let page = isize::from(i16::try_from(self.layout(ctx.area).detail.height).unwrap_or(1));
        if let Some(update) = self.in_detail(command, page) {
            return update;
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not a history pane's")]
        match command {
            Command::MoveDown => {
                self.rows.go(1);
                self.moved(None, ctx)
            }
            Command::MoveUp => {
                self.rows.go(-1);
                self.moved(None, ctx)
            }
            Command::PageDown => {
                self.rows.go_page(1);
                self.moved(None, ctx)
            }
            Command::PageUp => {
                self.rows.go_page(-1);
                self.moved(None, ctx)
            }
            Command::MoveFirst => {
                let want = self.rows.go_first();
                self.pin_to_detail();
                self.moved(want, ctx)
            }
            Command::MoveLast => {
                let want = self.rows.go_last();
                self.pin_to_detail();
                self.moved(want, ctx)
            }
            Command::MoveLeft | Command::MoveRight => {
                let by = if command == Command::MoveLeft { -1 } else { 1 };
                self.timeline.go(by);
                Update::taken()
            }
            Command::RangeLeft | Command::RangeRight => {
                self.timeline.extend(if command == Command::RangeLeft { -1 } else { 1 });
                Update::taken()
            }
            Command::FailureNext | Command::FailurePrevious => {
                if self.timeline.go_to_failure(command == Command::FailurePrevious) {
                    Update::taken()
                } else {
                    Update::say(Level::Info, "No further failure in this direction.")
                }
            }
            Command::FocusNext | Command::FocusPrevious => self.focus_next(),
            Command::Open => self.open(ctx),
            Command::Back => self.back(ctx),
            Command::FilterEdit => {
                self.detail.set_focused(false);
                self.filter.edit(ctx.known);
                self.resize(ctx);
                Update::taken()
            }
            Command::FilterClear => {
                if self.filter.clear() {
                    self.select(ctx)
                } else {
                    Update::taken()
                }
            }
            Command::FilterToCname => self.of_row(|cname, _| Term::cname(cname), ctx),
            Command::FilterToAccount => self.of_row(|_, account| Term::account(account), ctx),
            Command::MatchNext => self.step(1, ctx),
            Command::MatchPrevious => self.step(-1, ctx),
            Command::SortReverse => self.sort_by(self.rows.sort().turned(), ctx),
            Command::Mark => self.mark(ctx),
            Command::MarkAll => self.mark_all(ctx),
            Command::TimelineZoomIn => self.zoom_in(ctx),
            Command::TimelineZoomOut => {
                if self.filter.undo_zoom() {
                    self.select(ctx)
                } else {
                    Update::taken()
                }
            }
            other => self.on_row_command(other, ctx),
        }
    }

    /// An open detail stays at its purge, so the cursor does, also on the newest row.
    pub(super) fn pin_to_detail(&mut self) {
        if self.detail.is_open() {
            self.rows.pin();
        }
    }

    pub(super) fn typed(&mut self, edit: FilterEdit, ctx: &PaneCtx<'_>) -> Update {
        match edit {
            FilterEdit::Ignored => Update::ignored(),
            FilterEdit::Same => {
                self.resize(ctx);
                Update::taken()
            }
            FilterEdit::Another => {
                self.resize(ctx);
                self.select(ctx)
            }
        }
    }

    pub(super) fn zoom_in(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let Some((from, until, _)) = self.timeline.choice() else {
            return Update::say(
                Level::Info,
                "Choose a bar of the timeline first, with the left and right keys.",
            );
        };
        let (from, until) = rounded(from, until);
        if self.filter.zoom(from, until) { self.select(ctx) } else { Update::taken() }
    }

    /// Closes what is open within the pane, then removes the marks, then goes back to the view's
    /// own filter, unless that selects less.
    pub(super) fn back(&mut self, ctx: &PaneCtx<'_>) -> Update {
        if self.detail.is_open() {
            self.detail.set_open(false);
            self.resize(ctx);
            return self.moved(None, ctx);
        }
        if self.timeline.leave() {
            return Update::taken();
        }
        if self.marks.clear() {
            return Update::taken();
        }
        match self.filter.go_home(ctx.now) {
            Home::Here => Update::ignored(),
            Home::Gone => self.select(ctx),
            Home::Narrower => {
                Update::say(Level::Info, "The view's own filter selects less than this.")
            }
        }
    }

    pub(super) fn open(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let open = !(self.detail.is_open() && self.detail.is_focused());
        if open && self.rows.here().is_none() {
            return Update::taken();
        }
        self.detail.set_open(open);
        self.rows.pin();
        self.resize(ctx);
        self.moved(None, ctx)
    }

    /// Tab goes into an open detail and out of it again, before it goes to the next pane.
    pub(super) fn focus_next(&mut self) -> Update {
        if self.detail.is_open() && !self.detail.is_focused() {
            self.detail.set_focused(true);
            return Update::taken();
        }
        self.detail.set_focused(false);
        Update::ignored()
    }

    pub(super) fn in_detail(&mut self, command: Command, page: isize) -> Option<Update> {
        if !self.detail.is_focused() {
            return None;
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the list's")]
        match command {
            Command::MoveDown => self.detail.go(1),
            Command::MoveUp => self.detail.go(-1),
            Command::PageDown => self.detail.go(page),
            Command::PageUp => self.detail.go(-page),
            Command::MoveFirst => self.detail.go(isize::MIN),
            Command::MoveLast => self.detail.go(isize::MAX),
            Command::MoveLeft => self.detail.scroll_horizontally(-8),
            Command::MoveRight => self.detail.scroll_horizontally(8),
            _ => return None,
        }
        Some(Update::taken())
    }

    /// Goes to the next or previous match; opens the detail for it.
    pub(super) fn step(&mut self, by: isize, ctx: &PaneCtx<'_>) -> Update {
        let opened = if self.detail.is_open() { Update::taken() } else { self.open(ctx) };
        self.detail.step(by);
        opened
    }

    pub(super) fn of_row(
        &mut self,
        term: impl Fn(&str, &str) -> Term,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        let Some(row) = self.rows.here() else {
            return Update::taken();
        };
        let term = term(&row.cname, row.account.as_str());
        self.narrow_to(term, ctx)
    }
}
