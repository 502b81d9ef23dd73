//! What a pane wants of the app, and what an overlay answers to whom it was opened for: data, so that panes need not know
//! each other.

use crate::commands::Command;
use crate::domain::draft::Draft;
use crate::domain::event::Notice;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::plan::Plan;
use crate::effect::SavedView;

/// What a pane wants of the app.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Close this overlay.
    Close,
    /// Close every overlay.
    CloseAll,
    /// Open an overlay above.
    Open(Opening),
    /// Close this overlay and give this to whatever is below it.
    Answer(OverlayAnswer),
    /// Close this overlay and carry the command out as if its key had been pressed.
    Run(Command),
    /// Close every overlay and show what this filter selects in the focused history pane.
    Show(String),
    /// Show the operator something.
    Notice(Notice),
    /// Keep this view, and show it on a tab.
    KeepView(SavedView),
    /// Split the focused pane: to the right, or else below.
    Split {
        /// Whether the new pane stands to the right.
        right: bool,
    },
    /// Close the focused pane, if it is not the tab's only one.
    ClosePane,
}

/// An overlay to open.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// Compose with this draft; `None`: with the one that is kept, or a fresh one.
    Compose(Option<Draft>),
    /// The plan that a draft comes to, to be confirmed.
    Plan(Box<Plan>, Box<Draft>),
    /// The queue.
    Queue,
    /// All keys.
    Help,
    /// Find a command by its name.
    Palette,
    /// Choose from a list.
    Pick(Pick),
    /// Ask for one line.
    Prompt(Prompt),
}

/// Something to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// What the choice is for; comes back with the answer.
    pub purpose: PickFor,
    /// Its title.
    pub title: String,
    /// What there is.
    pub items: Vec<PickItem>,
    /// Whether several may be chosen.
    pub many: bool,
}

/// What a choice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// An account to filter by.
    Account,
    /// A cname to filter by.
    Cname,
    /// Which columns are shown.
    Columns,
    /// The resource of a draft.
    Resource,
    /// Wider purges in the place of a draft's URLs.
    Wider,
    /// What becomes of unsent requests when the program is left.
    Leaving,
}

impl PickFor {
    /// Whether a typed word narrows the list down. Not where a key pressed once too often would become that word.
    pub fn is_narrowed(self) -> bool {
        match self {
            Self::Account | Self::Cname | Self::Columns | Self::Resource | Self::Wider => true,
            Self::Leaving => false,
        }
    }
}

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickItem {
    /// What it stands for.
    pub value: PickValue,
    /// What is shown and searched.
    pub text: String,
    /// What is shown beside it.
    pub note: String,
    /// Whether it is chosen already, where several may be.
    pub chosen: bool,
}

/// What an item of a list stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickValue {
    /// A word.
    Text(String),
    /// A resource.
    Resource(AccountName, ResourceId),
    /// The one in this place of what was offered, counted from 0.
    Place(usize),
}

/// One line to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What it is for; comes back with the answer.
    pub purpose: PromptFor,
    /// The question.
    pub title: String,
    /// What is suggested, if anything: Enter on an empty line takes it.
    pub suggestion: String,
}

/// What a line is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptFor {
    /// A name for a view.
    ViewName,
    /// Where to write an export.
    ExportPath,
    /// Which file to read targets from.
    TargetsFile,
}

impl PromptFor {
    /// Whether the line names a file: what becomes of that is known only later, and until then the line can be corrected.
    pub fn names_a_file(self) -> bool {
        match self {
            Self::ExportPath | Self::TargetsFile => true,
            Self::ViewName => false,
        }
    }
}

/// What an overlay was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverlayAnswer {
    /// What was chosen.
    Picked {
        /// What the choice was for.
        purpose: PickFor,
        /// The items, in the order of the list; one where only one could be chosen.
        values: Vec<PickValue>,
    },
    /// The line.
    Prompted {
        /// What it was asked for.
        purpose: PromptFor,
        /// What it says, trimmed; never empty.
        text: String,
    },
}
