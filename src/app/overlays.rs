//! The one stack of overlays above the panes: the topmost has the keys.
//!
//! To add an overlay: its pane, a variant here with its two lines, its opening in [`super::openings`], and its line in
//! [`crate::screen`].

use crate::panes::Pane;
use crate::panes::compose::ComposePane;
use crate::panes::help::HelpPane;
use crate::panes::palette::PalettePane;
use crate::panes::pick::PickPane;
use crate::panes::plan::PlanPane;
use crate::panes::prompt::PromptPane;
use crate::panes::queue::QueuePane;

/// One overlay.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// A question of one line.
    Prompt(Box<PromptPane>),
    /// A draft being written.
    Compose(Box<ComposePane>),
    /// A plan to be confirmed.
    Plan(Box<PlanPane>),
    /// The queue.
    Queue(Box<QueuePane>),
    /// All keys.
    Help(Box<HelpPane>),
    /// Commands by name.
    Palette(Box<PalettePane>),
    /// A choice from a list.
    Pick(Box<PickPane>),
}

impl Overlay {
    /// The pane that it is.
    pub fn pane(&self) -> &dyn Pane {
        match self {
            Self::Prompt(pane) => pane.as_ref(),
            Self::Compose(pane) => pane.as_ref(),
            Self::Plan(pane) => pane.as_ref(),
            Self::Queue(pane) => pane.as_ref(),
            Self::Help(pane) => pane.as_ref(),
            Self::Palette(pane) => pane.as_ref(),
            Self::Pick(pane) => pane.as_ref(),
        }
    }

    /// The pane that it is, to be changed.
    pub fn pane_mut(&mut self) -> &mut dyn Pane {
        match self {
            Self::Prompt(pane) => pane.as_mut(),
            Self::Compose(pane) => pane.as_mut(),
            Self::Plan(pane) => pane.as_mut(),
            Self::Queue(pane) => pane.as_mut(),
            Self::Help(pane) => pane.as_mut(),
            Self::Palette(pane) => pane.as_mut(),
            Self::Pick(pane) => pane.as_mut(),
        }
    }
}

/// The stack.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    stack: Vec<Overlay>,
}

impl Overlays {
    /// Puts one on top.
    pub fn open(&mut self, overlay: Overlay) {
        self.stack.push(overlay);
    }

    /// Takes the topmost away.
    pub fn close(&mut self) {
        self.stack.pop();
    }

    /// Takes the topmost away and hands it over.
    pub fn take_top(&mut self) -> Option<Overlay> {
        self.stack.pop()
    }

    /// Takes the one at this height away, counted from 0 at the lowest.
    pub fn close_at(&mut self, height: usize) {
        if height < self.stack.len() {
            self.stack.remove(height);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.stack.len()
    }

    /// Takes all away.
    pub fn close_all(&mut self) {
        self.stack.clear();
    }

    /// The topmost.
    pub fn top(&self) -> Option<&Overlay> {
        self.stack.last()
    }

    /// The topmost, to be changed.
    pub fn top_mut(&mut self) -> Option<&mut Overlay> {
        self.stack.last_mut()
    }

    /// All of them, the lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Overlay> {
        self.stack.iter()
    }

    /// All of them, to be changed.
    pub fn iter_mut(
        &mut self,
    ) -> impl DoubleEndedIterator<Item = &mut Overlay> + ExactSizeIterator {
        self.stack.iter_mut()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }
}
