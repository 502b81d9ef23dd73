//! Requests of panes to the app, and answers of overlays: data, so that panes need not know each
//! other.

use std::path::PathBuf;

use crate::commands::Command;
use crate::domain::column::{Column, ShownColumn};
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::event::Notice;
use crate::domain::filter::Term;
use crate::domain::ids::{AccountName, DraftId, ResourceId};
use crate::domain::new_account::AccountForm;
use crate::domain::plan::Plan;
use crate::domain::query::Summary;
use crate::effect::PaneId;

/// A request to the app.
#[derive(Clone, Debug, PartialEq)]
pub enum AppRequest {
    /// Close this overlay.
    Close,
    /// Close this overlay, in which this draft was written, and say where drafts are.
    LeaveDraft(DraftId),
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
    /// Close every overlay and narrow the focused history pane's filter by this.
    Narrow(Term),
    /// Close every overlay and show the view at this place, counted from 0.
    ShowView(usize),
    /// Show the operator something.
    Notice(Notice),
    /// Tell the operator these words, without their full stop, and the key of the command that
    /// shows more.
    Told {
        /// The words.
        words: String,
        /// The command.
        key: Command,
    },
    /// Save the panes on the screen as a view of this name, and show it on a tab.
    SaveView(String),
    /// Split the focused pane: to the right, or else below.
    Split {
        /// Set for a new pane to the right.
        right: bool,
    },
    /// Close the focused pane, if it is not the tab's only one.
    ClosePane,
}

/// An overlay to open.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// Compose with a new draft of these contents.
    Compose(Box<Draft>),
    /// Compose with a draft that was kept.
    Kept(Box<KeptDraft>),
    /// The drafts that are kept.
    Drafts,
    /// The plan that a draft comes to, to be confirmed, and the number of the draft's warnings.
    Plan(Box<Plan>, Box<KeptDraft>, usize),
    /// The counts of a history pane's selection.
    Facets(PaneId, Box<Summary>),
    /// The columns of a history pane, and the widths at which they are shown now.
    Columns {
        /// The columns, in their order.
        columns: Vec<ShownColumn>,
        /// The present widths, in cells.
        widths: Vec<(Column, u16)>,
        /// The widths at which the usual columns would be shown.
        usual_widths: Vec<(Column, u16)>,
    },
    /// The queue.
    Queue,
    /// Everything that the operator was told.
    Notices,
    /// The accounts, and how each stands with its vendor.
    Accounts,
    /// The last calls to the vendors.
    Calls,
    /// All keys.
    Help,
    /// Find a command, view, account, host or theme by a word.
    Palette,
    /// Choose from a list.
    Pick(Pick),
    /// Ask for one line.
    Prompt(Prompt),
    /// Set up a first account.
    Start(Box<StartOffer>),
}

/// The offers of the first start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartOffer {
    /// The forms of all vendors.
    pub forms: Vec<AccountForm>,
    /// The file that is written.
    pub config_file: PathBuf,
    /// Set if the file is there: the account is added to it.
    pub has_file: bool,
    /// Set if the store is there, which can be shown without an account.
    pub has_history: bool,
}

/// Something to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The purpose of the choice; comes back with the answer.
    pub purpose: PickFor,
    /// Its title.
    pub title: String,
    /// The items.
    pub items: Vec<PickItem>,
}

/// The purpose of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// An account to filter by.
    Account,
    /// A cname to filter by.
    Cname,
    /// The order of the rows.
    Sort,
    /// A range of time to filter by.
    Time,
    /// The resource of a draft.
    Resource,
    /// The format that a draft's text is read as.
    Format,
    /// Wider purges in the place of a draft's URLs.
    Wider,
    /// The marked purges that an action means, where some are out of sight.
    Marks,
    /// The choice between staying, quitting and canceling when the program quits.
    Leaving,
}

impl PickFor {
    /// True if a typed word narrows the list down. Not where a key pressed once too often would
    /// become that word.
    pub fn is_narrowed(self) -> bool {
        !matches!(self, Self::Leaving | Self::Marks)
    }
}

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickItem {
    /// Its value.
    pub value: PickValue,
    /// The text that is shown and searched.
    pub text: String,
    /// The note beside it.
    pub note: String,
    /// Set if it is the present choice.
    pub chosen: bool,
    /// The command that chooses it, where one does wherever the cursor is.
    pub key: Option<Command>,
}

/// The value of an item.
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
    /// Its purpose; comes back with the answer.
    pub purpose: PromptFor,
    /// The question.
    pub title: String,
    /// The suggestion, if any: Enter on an empty line accepts it.
    pub suggestion: String,
}

/// The purpose of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptFor {
    /// A name for a view.
    ViewName,
    /// The file to export to.
    ExportPath,
    /// The file to read targets from.
    TargetsFile,
}

impl PromptFor {
    /// True if the line names a file: its result is known only later, and until then the line can
    /// be corrected.
    pub fn names_a_file(self) -> bool {
        self != Self::ViewName
    }
}

/// The answer of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverlayAnswer {
    /// Values that purges have.
    Facets {
        /// A term for each value.
        terms: Vec<Term>,
        /// Set if they are to be left out.
        excluded: bool,
    },
    /// The columns to show, in their order.
    Columns(Vec<ShownColumn>),
    /// A choice.
    Picked {
        /// The purpose of the choice.
        purpose: PickFor,
        /// The items, in the order of the list; one where only one could be chosen.
        values: Vec<PickValue>,
    },
    /// The line.
    Prompted {
        /// The purpose of the line.
        purpose: PromptFor,
        /// The text, trimmed; never empty.
        text: String,
    },
}
