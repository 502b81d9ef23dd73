//! The places where commands have their meaning, and the headings that help lists them under.

/// A place on the screen where a command has its meaning, and so where its keys are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere but in a text field.
    Global,
    /// A history pane.
    History,
    /// The detail beside a history pane.
    Detail,
    /// The compose overlay.
    Compose,
    /// The plan overlay.
    Plan,
    /// The list of drafts.
    Drafts,
    /// The queue overlay.
    Queue,
    /// The history of notices.
    Notices,
    /// The accounts overlay.
    Accounts,
    /// The request log.
    Calls,
    /// A list to choose from: pickers, the palette.
    Picker,
    /// The counts overlay.
    Facets,
    /// The columns overlay.
    Columns,
    /// A choice between few things, each with a key of its own.
    Choice,
    /// The help overlay.
    Help,
    /// The form of a first account.
    Start,
    /// A field of one line: filter bar, palette, picker, reason, ticket, confirmation.
    Field,
    /// Any text being edited, of one line or of many.
    Text,
    /// A text of many lines being edited.
    Lines,
}

/// The heading of a command in help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Moving about.
    Moving,
    /// Panes and views.
    Panes,
    /// Looking at history.
    History,
    /// Purging.
    Purging,
    /// Editing text.
    Editing,
    /// The program itself.
    Program,
}

impl Group {
    /// Returns the heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Moving => "Moving",
            Self::Panes => "Panes and views",
            Self::History => "History",
            Self::Purging => "Purging",
            Self::Editing => "Editing text",
            Self::Program => "Program",
        }
    }
}

impl Context {
    /// Says that a command has its meaning only here, as a sentence without its full stop; `None`
    /// for a command that has it everywhere.
    pub fn only_here(self) -> Option<&'static str> {
        match self {
            Self::Global => None,
            Self::History | Self::Detail => Some("On the board only"),
            Self::Compose => Some("While composing only"),
            Self::Plan => Some("In the plan only"),
            Self::Drafts => Some("In the list of drafts only"),
            Self::Queue => Some("In the queue only"),
            Self::Picker | Self::Choice => Some("In a list only"),
            Self::Notices => Some("In the notices only"),
            Self::Accounts => Some("In the accounts only"),
            Self::Calls => Some("In the request log only"),
            Self::Facets => Some("In the counts only"),
            Self::Columns => Some("In the columns only"),
            Self::Help => Some("In help only"),
            Self::Start => Some("At the first start only"),
            Self::Field | Self::Text | Self::Lines => Some("While typing only"),
        }
    }
}
