//! Changes of a filter by other means than typing: narrower, a zoom and back, home to the view's
//! own. Each filter that is left stays in the field's memory.

use chrono::{DateTime, Utc};

use super::FilterBar;
use crate::domain::filter::Filter;

/// A zoom: the times that the filter named before and with it.
#[derive(Clone, Debug)]
pub(super) struct Zoom {
    before: Filter,
    zoomed: Filter,
}

/// The result of going back to the view's own filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// It is shown already.
    Here,
    /// It is shown now.
    Gone,
    /// It selects less than what is shown, which stays.
    Narrower,
}

impl FilterBar {
    /// Shows another filter; returns false where it is the same.
    pub fn narrow(&mut self, filter: Filter) -> bool {
        if filter == self.filter {
            return false;
        }
        self.editing = None;
        self.remember();
        self.text = filter.to_string();
        self.filter = filter;
        self.remember();
        true
    }

    /// Everything again; returns whether that is a change.
    pub fn clear(&mut self) -> bool {
        self.narrow(Filter::default())
    }

    /// Keeps the text in the field's memory.
    pub(super) fn remember(&mut self) {
        self.field.set(&self.text);
        self.field.remember();
    }

    /// Makes this the filter that [`FilterBar::go_home`] goes back to.
    pub fn set_own(&mut self, filter: Filter) {
        self.own = filter;
    }

    /// The filter that [`FilterBar::go_home`] goes back to.
    pub fn own(&self) -> &Filter {
        &self.own
    }

    /// Goes back to the view's own filter, unless that selects less than what is shown.
    pub fn go_home(&mut self, now: DateTime<Utc>) -> Home {
        if self.filter == self.own {
            return Home::Here;
        }
        let predicate = |filter: &Filter| filter.resolve(now, self.zone);
        if predicate(&self.filter).covers(&predicate(&self.own)) {
            return Home::Narrower;
        }
        self.narrow(self.own.clone());
        Home::Gone
    }

    /// Narrows the time to a half-open range; [`FilterBar::undo_zoom`] undoes it.
    pub fn zoom(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        if !self.can_undo_zoom() {
            self.zooms.clear();
        }
        let before = self.filter.times();
        let filter = self.filter.with_range(from, until);
        let zoomed = filter.times();
        let another = self.narrow(filter);
        if another {
            self.zooms.push(Zoom { before, zoomed });
        }
        another
    }

    /// Returns whether the filter's time is that of a zoom.
    pub fn can_undo_zoom(&self) -> bool {
        self.zooms.last().is_some_and(|zoom| zoom.zoomed == self.filter.times())
    }

    /// Shows the time before the last zoom; nothing else of the filter changes.
    pub fn undo_zoom(&mut self) -> bool {
        if !self.can_undo_zoom() {
            return false;
        }
        let zoom = self.zooms.pop();
        zoom.is_some_and(|zoom| self.narrow(self.filter.without_times().and(&zoom.before)))
    }
}
