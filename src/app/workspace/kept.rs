//! The workspace as it was left, and saved as a view.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{Tab, Tree, Workspace};
use crate::domain::board::{KeptPane, KeptPanes, KeptView};
use crate::domain::column::ShownColumn;
use crate::domain::view::{SavedView, SplitPane};
use crate::effect::PaneId;
use crate::panes::history::HistoryPane;

impl Workspace {
    /// Returns the name of the view that is shown.
    pub fn view(&self) -> &str {
        self.tab().map_or("", |tab| tab.name.as_str())
    }

    /// Shows the view of this name; returns false if there is none.
    pub fn show_view(&mut self, name: &str) -> bool {
        let place = self.tabs.iter().position(|tab| tab.name == name);
        place.is_some_and(|place| self.show(place))
    }

    /// Returns what is kept of the views for the next start.
    pub fn kept(&self) -> Vec<KeptView> {
        let kept = |tab: &Tab| KeptView {
            name: tab.name.clone(),
            definition: self.definition(&tab.name),
            focus: tab.tree.panes().iter().position(|pane| *pane == tab.focus).unwrap_or(0),
            panes: self.kept_panes(&tab.tree),
        };
        self.tabs.iter().map(kept).collect()
    }

    /// Returns a number that differs after nearly every change of what [`Workspace::kept`] returns,
    /// and costs little: the panes' filters are not printed for it.
    pub fn fingerprint(&self) -> u64 {
        let mut state = DefaultHasher::new();
        self.here.hash(&mut state);
        for tab in &self.tabs {
            tab.name.hash(&mut state);
            tab.focus.hash(&mut state);
            tab.tree.hash(&mut state);
            for pane in tab.tree.panes() {
                if let Some(pane) = self.pane(pane) {
                    pane.hash_kept(&mut state);
                }
            }
        }
        state.finish()
    }

    fn definition(&self, name: &str) -> String {
        let view = self.views.iter().find(|view| view.name == name);
        view.map(SavedView::definition).unwrap_or_default()
    }

    /// Restores the views as they were left. One that is no longer there, or that was defined anew
    /// since, stays as it is.
    pub fn restore(&mut self, kept: &[KeptView]) {
        for view in kept {
            let is_there = self.tabs.iter().any(|tab| tab.name == view.name);
            if is_there && self.definition(&view.name) == view.definition {
                let tree = self.grow(&view.panes);
                self.place_tree(view.name.clone(), tree, view.focus);
            }
        }
    }

    /// Saves the shown panes as a view: their filters become its own. Returns it and the number of
    /// its tab, counted from 0.
    pub fn save_as(&mut self, name: String) -> (SavedView, usize) {
        let (mut kept, focus) = match self.tab() {
            Some(tab) => {
                let focus = tab.tree.panes().iter().position(|pane| *pane == tab.focus);
                (self.kept_panes(&tab.tree), focus.unwrap_or(0))
            }
            None => (KeptPanes::Pane(KeptPane::default()), 0),
        };
        settle(&mut kept);
        let first = first_of(&kept);
        let columns = first.shown_columns();
        let mut view = SavedView {
            name: name.clone(),
            filter: first.own.clone(),
            panes: Vec::new(),
            sort: first.order(),
            columns: if columns == ShownColumn::usual() { Vec::new() } else { columns },
        };
        split(&kept, 1, &mut view.panes);
        self.define(view.clone());
        let tree = self.grow(&kept);
        (view, self.place_tree(name, tree, focus))
    }

    /// Shows these views from now on: those that are defined as before stay as they are. Returns
    /// true if any is another one.
    pub fn set_views(&mut self, views: &[SavedView]) -> bool {
        if self.views == views || views.is_empty() {
            return false;
        }
        let shown = self.view().to_owned();
        for view in views {
            if !self.views.contains(view) {
                self.add(view);
            }
        }
        self.views = views.to_vec();
        let place = |tab: &Tab| views.iter().position(|view| view.name == tab.name);
        let (mut tabs, gone): (Vec<Tab>, Vec<Tab>) =
            std::mem::take(&mut self.tabs).into_iter().partition(|tab| place(tab).is_some());
        for pane in gone.iter().flat_map(|tab| tab.tree.panes()) {
            self.panes.remove(&pane);
        }
        tabs.sort_by_key(place);
        self.tabs = tabs;
        self.here = 0;
        self.show_view(&shown);
        true
    }

    /// Notes the definition of a view.
    pub(super) fn define(&mut self, view: SavedView) {
        match self.views.iter_mut().find(|other| other.name == view.name) {
            Some(other) => *other = view,
            None => self.views.push(view),
        }
    }

    fn kept_panes(&self, tree: &Tree) -> KeptPanes {
        match tree {
            Tree::Leaf(pane) => {
                KeptPanes::Pane(self.pane(*pane).map(HistoryPane::kept).unwrap_or_default())
            }
            Tree::Split { right, first, second } => KeptPanes::Split {
                right: *right,
                first: Box::new(self.kept_panes(first)),
                second: Box::new(self.kept_panes(second)),
            },
        }
    }

    fn grow(&mut self, kept: &KeptPanes) -> Tree {
        match kept {
            KeptPanes::Pane(kept) => {
                let pane = self.new_pane_id();
                self.panes.insert(pane, HistoryPane::restored(pane, kept));
                Tree::Leaf(pane)
            }
            KeptPanes::Split { right, first, second } => Tree::Split {
                right: *right,
                first: Box::new(self.grow(first)),
                second: Box::new(self.grow(second)),
            },
        }
    }

    fn place_tree(&mut self, name: String, tree: Tree, focus: usize) -> usize {
        let panes = tree.panes();
        let focus: PaneId = panes.get(focus).or(panes.first()).copied().unwrap_or(self.last);
        self.place_tab(Tab { name, tree, focus })
    }
}

/// Returns the pane at the left and the top.
fn first_of(panes: &KeptPanes) -> &KeptPane {
    match panes {
        KeptPanes::Pane(pane) => pane,
        KeptPanes::Split { first, .. } => first_of(first),
    }
}

/// Makes the filter that each pane shows its own.
fn settle(panes: &mut KeptPanes) {
    match panes {
        KeptPanes::Pane(pane) => pane.own = pane.filter.take().unwrap_or(pane.own.clone()),
        KeptPanes::Split { first, second, .. } => {
            settle(first);
            settle(second);
        }
    }
}

/// Lists the panes that are split off from the first, whose number is `here`: the outer ones before
/// those within them.
fn split(kept: &KeptPanes, here: usize, panes: &mut Vec<SplitPane>) {
    if let KeptPanes::Split { right, first, second } = kept {
        let filter = first_of(second).own.clone();
        panes.push(SplitPane { right: *right, of: here, filter });
        let new = panes.len() + 1;
        split(first, here, panes);
        split(second, new, panes);
    }
}
