//! Everything that an operator can ask for by name: one table, from which keys, footer, help, palette and README are made.
//!
//! To add a command: a variant, its line in [`Command::about`], and the pane that carries it out.

/// A named thing to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    // Moving.
    /// Go to the next row.
    MoveDown,
    /// Go to the previous row.
    MoveUp,
    /// Go a page on.
    PageDown,
    /// Go a page back.
    PageUp,
    /// Go to the first row.
    MoveFirst,
    /// Go to the last row.
    MoveLast,
    /// Go left: the bar before in the timeline, or scroll.
    MoveLeft,
    /// Go right: the next bar in the timeline, or scroll.
    MoveRight,
    // Panes and views.
    /// Go to the next pane.
    FocusNext,
    /// Go to the previous pane.
    FocusPrevious,
    /// Open what the cursor stands on.
    Open,
    /// Close what is on top, or undo the last narrowing.
    Back,
    /// Put a second pane beside this one.
    SplitRight,
    /// Put a second pane below this one.
    SplitBelow,
    /// Close this pane.
    ClosePane,
    /// The view on this number key, 1 to 9.
    View(u8),
    /// Keep this pane's filter as a view with a name.
    SaveView,
    // History.
    /// Edit the filter.
    FilterEdit,
    /// Show everything again.
    FilterClear,
    /// Only the cname of this row.
    FilterToCname,
    /// Only the account of this row.
    FilterToAccount,
    /// Choose a cname to filter by.
    PickCname,
    /// Choose an account to filter by.
    PickAccount,
    /// Go to the next match in the detail.
    MatchNext,
    /// Go to the previous match in the detail.
    MatchPrevious,
    /// Turn the order: newest or oldest first.
    SortTurn,
    /// Choose the columns.
    ColumnsPick,
    /// Mark this row, or take its mark away.
    Mark,
    /// Mark all rows on the screen, or take all marks away.
    MarkAll,
    /// Only the time of the chosen bar.
    TimelineZoomIn,
    /// Back to the time before the last zoom.
    TimelineZoomOut,
    /// Copy the row or the marked rows: the targets.
    Copy,
    /// Copy as a command line for curl, without the secret.
    CopyCurl,
    /// Write everything that the filter selects to a file.
    Export,
    /// Ask the vendors now.
    Refresh,
    // Purging.
    /// Compose a purge.
    PurgeCompose,
    /// Compose a purge of the marked rows' targets.
    PurgeAgain,
    /// Look at what the edge serves of a purge.
    Verify,
    /// See what waits, what is being sent and what came of it.
    QueueOpen,
    // The draft in compose.
    /// See the exact requests that this becomes.
    ComposePlan,
    /// Turn the kind: by the line's form, url, pattern, all.
    ComposeKind,
    /// Turn the way of purging, where the vendor offers several.
    ComposeMode,
    /// Choose the resource for targets without a host.
    ComposeResource,
    /// Read targets from a file.
    ComposeLoad,
    /// Edit the targets in $EDITOR.
    ComposeEditor,
    /// Choose fewer, wider purges in the place of many URLs.
    ComposeWiden,
    /// Look at the purges that the line under the cursor would repeat.
    ComposeFollow,
    /// Go to the next line with something wrong.
    FindingNext,
    /// Go to the previous line with something wrong.
    FindingPrevious,
    /// Throw this draft away; undo brings it back.
    ComposeDiscard,
    // The plan and its confirmation.
    /// Send a plan of low risk.
    PlanConfirm,
    /// Send a plan of raised risk.
    PlanConfirmRaised,
    // The queue.
    /// Take a queued request back.
    QueueCancel,
    /// Queue a request of unknown fate again: it may purge twice.
    QueueResend,
    /// Have a queued request go out before the one ahead of it.
    QueueEarlier,
    /// Have a queued request go out after the one behind it.
    QueueLater,
    /// Pause the queue, or let it go on.
    QueuePause,
    // The filter bar and other one-line fields.
    /// Take what the field says.
    FieldAccept,
    /// Take the suggestion, or go to the next field.
    FieldComplete,
    /// What the field said before, or the next suggestion.
    FieldOlder,
    /// Back towards now, or the previous suggestion.
    FieldNewer,
    // Editing text.
    /// One character left.
    TextLeft,
    /// One character right.
    TextRight,
    /// One word left.
    TextWordLeft,
    /// One word right.
    TextWordRight,
    /// One line up.
    TextUp,
    /// One line down.
    TextDown,
    /// To the start of the line.
    TextStart,
    /// To the end of the line.
    TextEnd,
    /// To the start of the text.
    TextFirst,
    /// To the end of the text.
    TextLast,
    /// Delete the character under the cursor.
    TextDelete,
    /// Delete the character before the cursor.
    TextDeleteBack,
    /// Delete the word before the cursor.
    TextDeleteWord,
    /// Delete to the start of the line.
    TextDeleteToStart,
    /// Delete to the end of the line.
    TextDeleteToEnd,
    /// Begin a new line.
    TextNewline,
    /// Undo the last change.
    TextUndo,
    /// Do it again.
    TextRedo,
    // The program.
    /// Show times in UTC or in local time.
    ZoneTurn,
    /// Find a command by its name.
    Palette,
    /// All keys.
    Help,
    /// Draw the whole screen again.
    Redraw,
    /// Go to the background; the shell's fg brings it back.
    Suspend,
    /// Leave; asks only if something is being sent or waits.
    Quit,
}

/// Where a command has its meaning, and so where its keys are looked for.
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
    /// The queue overlay.
    Queue,
    /// A list to choose from: pickers, the palette.
    Picker,
    /// The help overlay.
    Help,
    /// A field of one line: filter bar, palette, picker, reason, ticket, the cname of a confirmation.
    Field,
    /// Any text being edited, of one line or of many.
    Text,
    /// A text of many lines being edited.
    Lines,
}

/// Under which heading a command stands in help.
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
    /// The heading.
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

/// What there is to say of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name in configuration and palette, kebab-case.
    pub name: &'static str,
    /// One or two words for the footer.
    pub title: &'static str,
    /// A sentence for help.
    pub help: &'static str,
    /// Its heading in help.
    pub group: Group,
    /// Where it has its meaning; the first is where its keys are listed.
    pub contexts: &'static [Context],
    /// Its keys, as [`crate::keymap`] reads them.
    pub keys: &'static [&'static str],
}

impl Command {
    /// Every command, in the order in which help lists them.
    pub const EVERY: &'static [Self] = &[
        Self::MoveDown,
        Self::MoveUp,
        Self::PageDown,
        Self::PageUp,
        Self::MoveFirst,
        Self::MoveLast,
        Self::MoveLeft,
        Self::MoveRight,
        Self::FocusNext,
        Self::FocusPrevious,
        Self::Open,
        Self::Back,
        Self::SplitRight,
        Self::SplitBelow,
        Self::ClosePane,
        Self::View(1),
        Self::View(2),
        Self::View(3),
        Self::View(4),
        Self::View(5),
        Self::View(6),
        Self::View(7),
        Self::View(8),
        Self::View(9),
        Self::SaveView,
        Self::FilterEdit,
        Self::FilterClear,
        Self::FilterToCname,
        Self::FilterToAccount,
        Self::PickCname,
        Self::PickAccount,
        Self::MatchNext,
        Self::MatchPrevious,
        Self::SortTurn,
        Self::ColumnsPick,
        Self::Mark,
        Self::MarkAll,
        Self::TimelineZoomIn,
        Self::TimelineZoomOut,
        Self::Copy,
        Self::CopyCurl,
        Self::Export,
        Self::Refresh,
        Self::PurgeCompose,
        Self::PurgeAgain,
        Self::Verify,
        Self::QueueOpen,
        Self::ComposePlan,
        Self::ComposeKind,
        Self::ComposeMode,
        Self::ComposeResource,
        Self::ComposeLoad,
        Self::ComposeEditor,
        Self::ComposeWiden,
        Self::ComposeFollow,
        Self::FindingNext,
        Self::FindingPrevious,
        Self::ComposeDiscard,
        Self::PlanConfirm,
        Self::PlanConfirmRaised,
        Self::QueueCancel,
        Self::QueueResend,
        Self::QueueEarlier,
        Self::QueueLater,
        Self::QueuePause,
        Self::FieldAccept,
        Self::FieldComplete,
        Self::FieldOlder,
        Self::FieldNewer,
        Self::TextLeft,
        Self::TextRight,
        Self::TextWordLeft,
        Self::TextWordRight,
        Self::TextUp,
        Self::TextDown,
        Self::TextStart,
        Self::TextEnd,
        Self::TextFirst,
        Self::TextLast,
        Self::TextDelete,
        Self::TextDeleteBack,
        Self::TextDeleteWord,
        Self::TextDeleteToStart,
        Self::TextDeleteToEnd,
        Self::TextNewline,
        Self::TextUndo,
        Self::TextRedo,
        Self::ZoneTurn,
        Self::Palette,
        Self::Help,
        Self::Redraw,
        Self::Suspend,
        Self::Quit,
    ];

    /// What there is to say of it.
    #[expect(clippy::too_many_lines, reason = "a table, one line to a command")]
    pub fn about(self) -> About {
        match self {
            Self::MoveDown => about(
                "move-down",
                "down",
                "Go to the next row.",
                Group::Moving,
                &[Context::Global],
                &["j", "down"],
            ),
            Self::MoveUp => about(
                "move-up",
                "up",
                "Go to the previous row.",
                Group::Moving,
                &[Context::Global],
                &["k", "up"],
            ),
            Self::PageDown => about(
                "page-down",
                "page down",
                "Go a page on.",
                Group::Moving,
                &[Context::Global],
                &["ctrl-d", "pagedown"],
            ),
            Self::PageUp => about(
                "page-up",
                "page up",
                "Go a page back.",
                Group::Moving,
                &[Context::Global],
                &["ctrl-u", "pageup"],
            ),
            Self::MoveFirst => about(
                "move-first",
                "first",
                "Go to the first row.",
                Group::Moving,
                &[Context::Global],
                &["g", "home"],
            ),
            Self::MoveLast => about(
                "move-last",
                "last",
                "Go to the last row.",
                Group::Moving,
                &[Context::Global],
                &["G", "end"],
            ),
            Self::MoveLeft => about(
                "move-left",
                "left",
                "Go left: the bar before in the timeline, or scroll.",
                Group::Moving,
                &[Context::Global],
                &["h", "left"],
            ),
            Self::MoveRight => about(
                "move-right",
                "right",
                "Go right: the next bar in the timeline, or scroll.",
                Group::Moving,
                &[Context::Global],
                &["l", "right"],
            ),
            Self::FocusNext => about(
                "focus-next",
                "next pane",
                "Go to the next pane.",
                Group::Panes,
                &[Context::Global],
                &["tab"],
            ),
            Self::FocusPrevious => about(
                "focus-previous",
                "previous pane",
                "Go to the previous pane.",
                Group::Panes,
                &[Context::Global],
                &["backtab"],
            ),
            Self::Open => about(
                "open",
                "open",
                "Open what the cursor stands on.",
                Group::Panes,
                &[Context::History, Context::Detail, Context::Queue, Context::Picker],
                &["enter"],
            ),
            Self::Back => about(
                "back",
                "back",
                "Close what is on top, or undo the last narrowing.",
                Group::Panes,
                &[Context::Global, Context::Text],
                &["esc"],
            ),
            Self::SplitRight => about(
                "split-right",
                "split right",
                "Put a second pane beside this one.",
                Group::Panes,
                &[Context::History],
                &["|"],
            ),
            Self::SplitBelow => about(
                "split-below",
                "split below",
                "Put a second pane below this one.",
                Group::Panes,
                &[Context::History],
                &["-"],
            ),
            Self::ClosePane => about(
                "close-pane",
                "close pane",
                "Close this pane.",
                Group::Panes,
                &[Context::History],
                &["x"],
            ),
            Self::SaveView => about(
                "save-view",
                "save view",
                "Keep this pane's filter as a view with a name.",
                Group::Panes,
                &[Context::History],
                &["W"],
            ),
            Self::FilterEdit => about(
                "filter-edit",
                "filter",
                "Edit the filter.",
                Group::History,
                &[Context::History, Context::Detail],
                &["/"],
            ),
            Self::FilterClear => about(
                "filter-clear",
                "clear filter",
                "Show everything again.",
                Group::History,
                &[Context::History],
                &["ctrl-l"],
            ),
            Self::FilterToCname => about(
                "filter-to-cname",
                "this cname",
                "Only the cname of this row.",
                Group::History,
                &[Context::History],
                &["f"],
            ),
            Self::FilterToAccount => about(
                "filter-to-account",
                "this account",
                "Only the account of this row.",
                Group::History,
                &[Context::History],
                &["F"],
            ),
            Self::PickCname => about(
                "pick-cname",
                "cnames",
                "Choose a cname to filter by.",
                Group::History,
                &[Context::History],
                &["w"],
            ),
            Self::PickAccount => about(
                "pick-account",
                "accounts",
                "Choose an account to filter by.",
                Group::History,
                &[Context::History],
                &["a"],
            ),
            Self::MatchNext => about(
                "match-next",
                "next match",
                "Go to the next match in the detail.",
                Group::History,
                &[Context::History, Context::Detail],
                &["n"],
            ),
            Self::MatchPrevious => about(
                "match-previous",
                "previous match",
                "Go to the previous match in the detail.",
                Group::History,
                &[Context::History, Context::Detail],
                &["N"],
            ),
            Self::SortTurn => about(
                "sort-turn",
                "sort",
                "Turn the order: newest or oldest first.",
                Group::History,
                &[Context::History],
                &["s"],
            ),
            Self::ColumnsPick => about(
                "columns-pick",
                "columns",
                "Choose the columns.",
                Group::History,
                &[Context::History],
                &["c"],
            ),
            Self::Mark => about(
                "mark",
                "mark",
                "Mark this row, or take its mark away.",
                Group::History,
                &[Context::History],
                &["space"],
            ),
            Self::MarkAll => about(
                "mark-all",
                "mark all",
                "Mark all rows on the screen, or take all marks away.",
                Group::History,
                &[Context::History],
                &["*"],
            ),
            Self::TimelineZoomIn => about(
                "timeline-zoom-in",
                "zoom in",
                "Only the time of the chosen bar.",
                Group::History,
                &[Context::History],
                &["z"],
            ),
            Self::TimelineZoomOut => about(
                "timeline-zoom-out",
                "zoom out",
                "Back to the time before the last zoom.",
                Group::History,
                &[Context::History],
                &["Z"],
            ),
            Self::Copy => about(
                "copy",
                "copy",
                "Copy the row or the marked rows: the targets.",
                Group::History,
                &[Context::History, Context::Detail, Context::Queue],
                &["y"],
            ),
            Self::CopyCurl => about(
                "copy-curl",
                "copy as curl",
                "Copy as a command line for curl, without the secret.",
                Group::History,
                &[Context::History, Context::Detail, Context::Plan, Context::Queue],
                &["Y"],
            ),
            Self::Export => about(
                "export",
                "export",
                "Write everything that the filter selects to a file.",
                Group::History,
                &[Context::History],
                &["ctrl-s"],
            ),
            Self::Refresh => about(
                "refresh",
                "refresh",
                "Ask the vendors now.",
                Group::History,
                &[Context::Global],
                &["r"],
            ),
            Self::PurgeCompose => about(
                "purge-compose",
                "purge",
                "Compose a purge.",
                Group::Purging,
                &[Context::Global],
                &["P"],
            ),
            Self::PurgeAgain => about(
                "purge-again",
                "purge again",
                "Compose a purge of the marked rows' targets.",
                Group::Purging,
                &[Context::History, Context::Detail],
                &["R"],
            ),
            Self::Verify => about(
                "verify",
                "verify",
                "Look whether the edge serves it fresh by now.",
                Group::Purging,
                &[Context::History, Context::Detail, Context::Queue],
                &["v"],
            ),
            Self::QueueOpen => about(
                "queue-open",
                "queue",
                "See what waits, what is being sent and what came of it.",
                Group::Purging,
                &[Context::Global],
                &["Q"],
            ),
            Self::ComposePlan => about(
                "compose-plan",
                "plan",
                "See the exact requests that this becomes.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-p"],
            ),
            Self::ComposeKind => about(
                "compose-kind",
                "kind",
                "Turn the kind: by the line's form, url, pattern, all.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-k"],
            ),
            Self::ComposeMode => about(
                "compose-mode",
                "mode",
                "Turn the way of purging, where the vendor offers several.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-f"],
            ),
            Self::ComposeResource => about(
                "compose-resource",
                "resource",
                "Choose the resource for targets without a host.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-r"],
            ),
            Self::ComposeLoad => about(
                "compose-load",
                "load file",
                "Read targets from a file.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-o"],
            ),
            Self::ComposeEditor => about(
                "compose-editor",
                "editor",
                "Edit the targets in $EDITOR.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-e"],
            ),
            Self::ComposeWiden => about(
                "compose-widen",
                "widen",
                "Choose fewer, wider purges in the place of many URLs.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-s"],
            ),
            Self::ComposeFollow => about(
                "compose-follow",
                "follow",
                "Look at the purges that the line under the cursor would repeat.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-l"],
            ),
            Self::FindingNext => about(
                "finding-next",
                "next finding",
                "Go to the next line with something wrong.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-n"],
            ),
            Self::FindingPrevious => about(
                "finding-previous",
                "previous finding",
                "Go to the previous line with something wrong.",
                Group::Purging,
                &[Context::Compose],
                &["alt-n"],
            ),
            Self::ComposeDiscard => about(
                "compose-discard",
                "discard",
                "Throw this draft away; undo brings it back.",
                Group::Purging,
                &[Context::Compose],
                &["ctrl-x"],
            ),
            Self::PlanConfirm => about(
                "plan-confirm",
                "send",
                "Send a plan of low risk.",
                Group::Purging,
                &[Context::Plan],
                &["enter"],
            ),
            Self::PlanConfirmRaised => about(
                "plan-confirm-raised",
                "yes, send",
                "Send a plan of raised risk.",
                Group::Purging,
                &[Context::Plan],
                &["y"],
            ),
            Self::QueueCancel => about(
                "queue-cancel",
                "cancel",
                "Take a queued request back.",
                Group::Purging,
                &[Context::Queue],
                &["x"],
            ),
            Self::QueueResend => about(
                "queue-resend",
                "send again",
                "Queue a request of unknown fate again: it may purge twice.",
                Group::Purging,
                &[Context::Queue],
                &["S"],
            ),
            Self::QueueEarlier => about(
                "queue-earlier",
                "earlier",
                "Have a queued request go out before the one ahead of it.",
                Group::Purging,
                &[Context::Queue],
                &["K"],
            ),
            Self::QueueLater => about(
                "queue-later",
                "later",
                "Have a queued request go out after the one behind it.",
                Group::Purging,
                &[Context::Queue],
                &["J"],
            ),
            Self::QueuePause => about(
                "queue-pause",
                "pause",
                "Pause the queue, or let it go on: for every purgedeck on the store.",
                Group::Purging,
                &[Context::Queue],
                &["p"],
            ),
            Self::FieldAccept => about(
                "field-accept",
                "accept",
                "Take what the field says.",
                Group::Editing,
                &[Context::Field],
                &["enter"],
            ),
            Self::FieldComplete => about(
                "field-complete",
                "complete",
                "Take the suggestion, or go to the next field.",
                Group::Editing,
                &[Context::Field],
                &["tab"],
            ),
            Self::FieldOlder => about(
                "field-older",
                "older",
                "What the field said before, or the next suggestion.",
                Group::Editing,
                &[Context::Field],
                &["up", "ctrl-p"],
            ),
            Self::FieldNewer => about(
                "field-newer",
                "newer",
                "Back towards now, or the previous suggestion.",
                Group::Editing,
                &[Context::Field],
                &["down", "ctrl-n"],
            ),
            Self::TextLeft => about(
                "text-left",
                "left",
                "One character left.",
                Group::Editing,
                &[Context::Text],
                &["left", "ctrl-b"],
            ),
            Self::TextRight => about(
                "text-right",
                "right",
                "One character right.",
                Group::Editing,
                &[Context::Text],
                &["right"],
            ),
            Self::TextWordLeft => about(
                "text-word-left",
                "word left",
                "One word left.",
                Group::Editing,
                &[Context::Text],
                &["alt-b", "ctrl-left"],
            ),
            Self::TextWordRight => about(
                "text-word-right",
                "word right",
                "One word right.",
                Group::Editing,
                &[Context::Text],
                &["alt-f", "ctrl-right"],
            ),
            Self::TextUp => {
                about("text-up", "up", "One line up.", Group::Editing, &[Context::Lines], &["up"])
            }
            Self::TextDown => about(
                "text-down",
                "down",
                "One line down.",
                Group::Editing,
                &[Context::Lines],
                &["down"],
            ),
            Self::TextStart => about(
                "text-start",
                "line start",
                "To the start of the line.",
                Group::Editing,
                &[Context::Text],
                &["home", "ctrl-a"],
            ),
            Self::TextEnd => about(
                "text-end",
                "line end",
                "To the end of the line.",
                Group::Editing,
                &[Context::Text],
                &["end"],
            ),
            Self::TextFirst => about(
                "text-first",
                "first line",
                "To the start of the text.",
                Group::Editing,
                &[Context::Lines],
                &["ctrl-home"],
            ),
            Self::TextLast => about(
                "text-last",
                "last line",
                "To the end of the text.",
                Group::Editing,
                &[Context::Lines],
                &["ctrl-end"],
            ),
            Self::TextDelete => about(
                "text-delete",
                "delete",
                "Delete the character under the cursor.",
                Group::Editing,
                &[Context::Text],
                &["delete", "ctrl-d"],
            ),
            Self::TextDeleteBack => about(
                "text-delete-back",
                "delete back",
                "Delete the character before the cursor.",
                Group::Editing,
                &[Context::Text],
                &["backspace", "ctrl-h"],
            ),
            Self::TextDeleteWord => about(
                "text-delete-word",
                "delete word",
                "Delete the word before the cursor.",
                Group::Editing,
                &[Context::Text],
                &["ctrl-w", "alt-backspace"],
            ),
            Self::TextDeleteToStart => about(
                "text-delete-to-start",
                "delete to start",
                "Delete to the start of the line.",
                Group::Editing,
                &[Context::Text],
                &["ctrl-u"],
            ),
            Self::TextDeleteToEnd => about(
                "text-delete-to-end",
                "delete to end",
                "Delete to the end of the line.",
                Group::Editing,
                &[Context::Field],
                &["ctrl-k"],
            ),
            Self::TextNewline => about(
                "text-newline",
                "new line",
                "Begin a new line.",
                Group::Editing,
                &[Context::Lines],
                &["enter"],
            ),
            Self::TextUndo => about(
                "text-undo",
                "undo",
                "Undo the last change.",
                Group::Editing,
                &[Context::Text],
                &["ctrl-z"],
            ),
            Self::TextRedo => about(
                "text-redo",
                "redo",
                "Do it again.",
                Group::Editing,
                &[Context::Text],
                &["ctrl-y"],
            ),
            Self::ZoneTurn => about(
                "zone-turn",
                "UTC/local",
                "Show times in UTC or in local time.",
                Group::Program,
                &[Context::Global],
                &["t"],
            ),
            Self::Palette => about(
                "palette",
                "palette",
                "Find a command by its name.",
                Group::Program,
                &[Context::Global],
                &[":", "ctrl-space"],
            ),
            Self::Help => {
                about("help", "help", "All keys.", Group::Program, &[Context::Global], &["?", "f1"])
            }
            Self::Redraw => about(
                "redraw",
                "redraw",
                "Draw the whole screen again.",
                Group::Program,
                &[Context::Global],
                &["f5"],
            ),
            Self::Suspend => about(
                "suspend",
                "suspend",
                "Go to the background; the shell's fg brings it back.",
                Group::Program,
                &[Context::Global],
                &["ctrl-z"],
            ),
            Self::Quit => about(
                "quit",
                "quit",
                "Leave; asks only if something is being sent or waits.",
                Group::Program,
                &[Context::Global],
                &["q", "ctrl-c"],
            ),
            Self::View(number) => view(number),
        }
    }

    /// The command of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|command| command.about().name == name)
    }
}

fn about(
    name: &'static str,
    title: &'static str,
    help: &'static str,
    group: Group,
    contexts: &'static [Context],
    keys: &'static [&'static str],
) -> About {
    About { name, title, help, group, contexts, keys }
}

/// The nine number keys, and what a number beyond them would be: a command without a key.
fn view(number: u8) -> About {
    const VIEWS: [(&str, &[&str]); 9] = [
        ("view-1", &["1"]),
        ("view-2", &["2"]),
        ("view-3", &["3"]),
        ("view-4", &["4"]),
        ("view-5", &["5"]),
        ("view-6", &["6"]),
        ("view-7", &["7"]),
        ("view-8", &["8"]),
        ("view-9", &["9"]),
    ];
    let (name, keys) =
        VIEWS.get(usize::from(number).wrapping_sub(1)).copied().unwrap_or(("view", &[]));
    about(
        name,
        "view",
        "Show the view on this number; once more, with its own filter.",
        Group::Panes,
        &[Context::Global],
        keys,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_command_is_found_by_its_own_name_alone() {
        let mut names = HashSet::new();
        for &command in Command::EVERY {
            assert!(names.insert(command.about().name), "{} stands twice", command.about().name);
            assert_eq!(Command::from_name(command.about().name), Some(command));
        }
    }
}
