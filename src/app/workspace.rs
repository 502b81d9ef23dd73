//! The history panes on the screen: tabs, each a view with one pane or several beside and below
//! each other.

mod kept;

use std::collections::BTreeMap;

use ratatui::layout::{Constraint, Layout, Rect};

use crate::domain::filter::Filter;
use crate::effect::{PaneId, SavedView};
use crate::panes::history::HistoryPane;

/// The least that a pane needs to be of use, frame included.
const MIN_PANE: (u16, u16) = (34, 7);

/// All tabs and their panes. There is always a tab, and in each tab a pane.
#[derive(Clone, Debug)]
pub struct Workspace {
    tabs: Vec<Tab>,
    /// The views as they are defined.
    views: Vec<SavedView>,
    here: usize,
    panes: BTreeMap<PaneId, HistoryPane>,
    last: PaneId,
}

#[derive(Clone, Debug)]
struct Tab {
    name: String,
    tree: Tree,
    focus: PaneId,
}

/// The division of a tab's area.
#[derive(Clone, Debug, Hash)]
enum Tree {
    Leaf(PaneId),
    Split { right: bool, first: Box<Tree>, second: Box<Tree> },
}

impl Workspace {
    /// Makes a tab for each view, and one that shows everything where there is none.
    pub fn new(views: &[SavedView]) -> Self {
        let mut workspace = Self {
            tabs: Vec::new(),
            views: Vec::new(),
            here: 0,
            panes: BTreeMap::new(),
            last: PaneId(0),
        };
        for view in views {
            workspace.add(view);
        }
        if workspace.tabs.is_empty() {
            workspace.add(&SavedView { name: "All".to_owned(), ..SavedView::default() });
        }
        workspace
    }

    /// Adds a tab for a view, or replaces the one of the same name; returns its number, counted
    /// from 0.
    pub fn add(&mut self, view: &SavedView) -> usize {
        self.define(view.clone());
        let focus = self.new_pane(&view.filter, view);
        let (mut tree, mut panes) = (Tree::Leaf(focus), vec![focus]);
        for split in &view.panes {
            let Some(of) = split.of.checked_sub(1).and_then(|of| panes.get(of).copied()) else {
                continue;
            };
            let pane = self.new_pane(&split.filter, view);
            tree.split(of, pane, split.right);
            panes.push(pane);
        }
        self.place_tab(Tab { name: view.name.clone(), tree, focus })
    }

    fn new_pane(&mut self, filter: &str, view: &SavedView) -> PaneId {
        let pane = self.new_pane_id();
        let new = HistoryPane::new(pane, filter).arranged(view.sort, &view.columns);
        self.panes.insert(pane, new);
        pane
    }

    /// Puts a tab in the place of the one of its name, or behind all others; returns its number,
    /// counted from 0.
    fn place_tab(&mut self, tab: Tab) -> usize {
        let known = self.tabs.iter().position(|other| other.name == tab.name);
        if let Some((at, old)) = known.and_then(|at| Some((at, self.tabs.get_mut(at)?))) {
            let gone = std::mem::replace(old, tab);
            for pane in gone.tree.panes() {
                self.panes.remove(&pane);
            }
            return at;
        }
        self.tabs.push(tab);
        self.tabs.len() - 1
    }

    fn new_pane_id(&mut self) -> PaneId {
        self.last = PaneId(self.last.0 + 1);
        self.last
    }

    /// The names of the tabs, and which of them is shown.
    pub fn tabs(&self) -> (impl ExactSizeIterator<Item = &str>, usize) {
        (self.tabs.iter().map(|tab| tab.name.as_str()), self.here)
    }

    /// True if the focused pane of a tab shows another filter than its view's own.
    pub fn is_narrowed(&self, tab: usize) -> bool {
        self.tabs.get(tab).is_some_and(|tab| {
            let filter = self.pane(tab.focus).map(HistoryPane::filter);
            filter.is_some_and(|filter| filter.filter() != filter.own())
        })
    }

    /// The filter that the focused pane has in its view.
    pub fn own_filter(&self) -> Filter {
        self.pane(self.focus()).map(|pane| pane.filter().own().clone()).unwrap_or_default()
    }

    /// Shows the tab of this number, counted from 0; returns false if there is none.
    pub fn show(&mut self, tab: usize) -> bool {
        let there = tab < self.tabs.len();
        if there {
            self.here = tab;
        }
        there
    }

    fn tab(&self) -> Option<&Tab> {
        self.tabs.get(self.here)
    }

    /// Returns the panes of the shown tab, in the order in which the focus moves.
    pub fn shown(&self) -> Vec<PaneId> {
        self.tab().map(|tab| tab.tree.panes()).unwrap_or_default()
    }

    /// The pane that has the focus.
    pub fn focus(&self) -> PaneId {
        self.tab().map_or(self.last, |tab| tab.focus)
    }

    /// Gives a pane of the shown tab the focus.
    pub fn set_focus(&mut self, pane: PaneId) {
        if let Some(tab) = self.tabs.get_mut(self.here)
            && tab.tree.panes().contains(&pane)
        {
            tab.focus = pane;
        }
    }

    /// Gives the next pane the focus, or the one before.
    pub fn move_focus(&mut self, back: bool) {
        let panes = self.shown();
        let Some(at) = panes.iter().position(|pane| *pane == self.focus()) else {
            return;
        };
        let count = panes.len();
        let next = (at + if back { count - 1 } else { 1 }) % count;
        if let Some(pane) = panes.get(next) {
            self.set_focus(*pane);
        }
    }

    /// A pane.
    pub fn pane(&self, pane: PaneId) -> Option<&HistoryPane> {
        self.panes.get(&pane)
    }

    /// A pane, to be changed.
    pub fn pane_mut(&mut self, pane: PaneId) -> Option<&mut HistoryPane> {
        self.panes.get_mut(&pane)
    }

    /// All panes.
    pub fn panes_mut(&mut self) -> impl Iterator<Item = &mut HistoryPane> {
        self.panes.values_mut()
    }

    /// The panes that are not on the screen.
    pub fn hidden_mut(&mut self) -> impl Iterator<Item = &mut HistoryPane> {
        let shown = self.shown();
        self.panes.values_mut().filter(move |pane| !shown.contains(&pane.pane()))
    }

    /// Returns the panes that have the focus in the tabs that are not shown.
    pub fn unseen(&self) -> Vec<PaneId> {
        let others = self.tabs.iter().enumerate().filter(|(at, _)| *at != self.here);
        others.map(|(_, tab)| tab.focus).collect()
    }

    /// Returns the number of purges that a tab's focused pane selects, once it was counted.
    pub fn count(&self, tab: usize) -> Option<u64> {
        let pane = self.pane(self.tabs.get(tab)?.focus)?;
        pane.timeline().summary().map(|summary| summary.selected)
    }

    /// Returns the areas of the shown panes.
    pub fn places(&self, area: Rect) -> Vec<(PaneId, Rect)> {
        let mut places = Vec::new();
        if let Some(tab) = self.tab() {
            tab.tree.place(area, &mut places);
        }
        places
    }

    /// Returns the area of a pane; empty, if it is not on the screen.
    pub fn place(&self, pane: PaneId, area: Rect) -> Rect {
        self.places(area)
            .into_iter()
            .find(|(other, _)| *other == pane)
            .map_or(Rect::ZERO, |(_, place)| place)
    }

    /// Divides the focused pane's place; the second pane shows the same and gets the focus. `None`
    /// where both would be too small.
    pub fn split(&mut self, right: bool, area: Rect) -> Option<PaneId> {
        let focus = self.focus();
        let place = self.place(focus, area);
        let halves = halves(place, right);
        if halves.iter().any(|half| half.width < MIN_PANE.0 || half.height < MIN_PANE.1) {
            return None;
        }
        let pane = self.new_pane_id();
        let duplicate = self.pane(focus)?.duplicate(pane);
        self.panes.insert(pane, duplicate);
        let tab = self.tabs.get_mut(self.here)?;
        tab.tree.split(focus, pane, right);
        tab.focus = pane;
        Some(pane)
    }

    /// Closes the focused pane; returns false if it is the tab's only one.
    pub fn close(&mut self) -> bool {
        let focus = self.focus();
        let Some(tab) = self.tabs.get_mut(self.here) else {
            return false;
        };
        if !tab.tree.close(focus) {
            return false;
        }
        if let Some(next) = tab.tree.panes().first() {
            tab.focus = *next;
        }
        self.panes.remove(&focus);
        true
    }
}

/// The two halves of a place; the first is the larger one where it cannot be divided evenly.
fn halves(area: Rect, right: bool) -> [Rect; 2] {
    let half = |size| [Constraint::Fill(1), Constraint::Length(size / 2)];
    if right {
        Layout::horizontal(half(area.width)).areas(area)
    } else {
        Layout::vertical(half(area.height)).areas(area)
    }
}

impl Tree {
    fn panes(&self) -> Vec<PaneId> {
        match self {
            Self::Leaf(pane) => vec![*pane],
            Self::Split { first, second, .. } => {
                let mut panes = first.panes();
                panes.extend(second.panes());
                panes
            }
        }
    }

    fn place(&self, area: Rect, places: &mut Vec<(PaneId, Rect)>) {
        match self {
            Self::Leaf(pane) => places.push((*pane, area)),
            Self::Split { right, first, second } => {
                let [one, other] = halves(area, *right);
                first.place(one, places);
                second.place(other, places);
            }
        }
    }

    fn split(&mut self, at: PaneId, new: PaneId, right: bool) {
        match self {
            Self::Leaf(pane) if *pane == at => {
                *self = Self::Split {
                    right,
                    first: Box::new(Self::Leaf(at)),
                    second: Box::new(Self::Leaf(new)),
                };
            }
            Self::Leaf(_) => {}
            Self::Split { first, second, .. } => {
                first.split(at, new, right);
                second.split(at, new, right);
            }
        }
    }

    /// Takes a leaf away, its neighbour taking its place; false for the last leaf.
    fn close(&mut self, pane: PaneId) -> bool {
        let Self::Split { first, second, .. } = self else {
            return false;
        };
        let is_it = |tree: &Self| matches!(tree, Self::Leaf(other) if *other == pane);
        if is_it(first) {
            *self = second.as_ref().clone();
            return true;
        }
        if is_it(second) {
            *self = first.as_ref().clone();
            return true;
        }
        first.close(pane) || second.close(pane)
    }
}
