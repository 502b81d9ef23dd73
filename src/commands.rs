//! Everything that an operator can ask for by name: the one table from which keymap, footer, help,
//! palette, README and the refusals of read-only mode are made.
//!
//! To add a command: its row in the table, and the pane that carries it out.

mod context;

pub use context::{Context, Group};

/// The part of sending that a command touches. Read-only mode refuses each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// Drafts or sends a purge; refused offline too.
    Purge,
    /// Changes the request under the cursor of the queue.
    Request,
    /// Changes the queue as a whole.
    Queue,
}

/// The row of a command in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name in configuration and palette, kebab-case.
    pub name: &'static str,
    /// One or two words for the footer.
    pub title: &'static str,
    /// A phrase for help, without a full stop.
    pub help: &'static str,
    /// Its heading in help.
    pub group: Group,
    /// The contexts in which it has its meaning.
    pub contexts: &'static [Context],
    /// Other words that the palette finds it by, separated by blanks.
    pub also: &'static str,
    /// Its default keys, as [`crate::keymap`] reads them.
    pub keys: &'static [&'static str],
    /// The part of sending that it touches, if any.
    pub sends: Option<Sends>,
    /// Its rank in the footers that show it, by the innermost context; the lowest stands first.
    pub hints: &'static [(Context, u8)],
}

/// Makes [`Command`] and its table. A row: variant, name, footer title, help, contexts, keys, and
/// optionally `also` with synonyms, `sends` with the part of sending and `hint` with its rank in
/// each footer.
macro_rules! commands {
    ($($group:ident { $(
        $variant:ident $name:literal $title:literal $help:literal
        [$($context:ident)+] [$($key:literal)*]
        $(also $also:literal)?
        $(sends $sends:ident)? $(hint $($where:ident $rank:literal)+)?;
    )+ })+) => {
        /// A named thing to ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Command { $($(#[doc = $help] $variant,)+)+ }

        impl Command {
            /// Every command, in the order in which help lists them.
            pub const EVERY: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// Returns its row of the table.
            pub fn about(self) -> &'static About {
                match self { $($(Self::$variant => &About {
                    name: $name,
                    title: $title,
                    help: $help,
                    group: Group::$group,
                    contexts: &[$(Context::$context),+],
                    also: concat!($($also)?),
                    keys: &[$($key),*],
                    sends: commands!(@sends $($sends)?),
                    hints: &[$($((Context::$where, $rank)),+)?],
                },)+)+ }
            }
        }
    };
    (@sends) => { None };
    (@sends $sends:ident) => { Some(Sends::$sends) };
}

commands! {
    Moving {
        MoveDown "move-down" "down" "Go to the next row" [Global] ["j" "down"]
            also "next below"
            hint Plan 5 Picker 5 Help 1 Notices 2 Accounts 3 Calls 3;
        MoveUp "move-up" "up" "Go to the previous row" [Global] ["k" "up"]
            also "previous above" hint Picker 6 Help 2 Notices 3 Accounts 4 Calls 4;
        PageDown "page-down" "page down" "Go down by a page" [Global] ["ctrl-d" "pagedown"]
            also "scroll screen"
            hint Plan 6 Help 3;
        PageUp "page-up" "page up" "Go up by a page" [Global] ["ctrl-u" "pageup"]
            also "scroll screen";
        MoveFirst "move-first" "first" "Go to the first row" [Global] ["g" "home"]
            also "top start beginning newest";
        MoveLast "move-last" "last" "Go to the last row" [Global] ["G" "end"]
            also "bottom end oldest";
        MoveLeft "move-left" "left" "Choose the previous bar of the timeline, or scroll left"
            [Global] ["h" "left"]
            also "bar earlier scroll";
        MoveRight "move-right" "right" "Choose the next bar of the timeline, or scroll right"
            [Global] ["l" "right"]
            also "bar later scroll";
    }
    Panes {
        FocusNext "focus-next" "next pane" "Go to the next pane" [Global] ["tab"]
            also "switch window split";
        FocusPrevious "focus-previous" "previous pane" "Go to the previous pane"
            [Global] ["backtab"]
            also "switch window split";
        Open "open" "open" "Open the item under the cursor"
            [History Detail Queue Drafts Picker] ["enter"]
            also "detail details show enter expand"
            hint History 3 Queue 7 Drafts 1 Picker 2;
        Back "back" "back" "Close the topmost part, remove the marks, or show the view's filter"
            [Global Text] ["esc"]
            also "close escape leave"
            hint Detail 1 Field 2 Compose 17 Plan 7 Drafts 4 Queue 9 Picker 8 Help 4 Notices 4
                Facets 4 Accounts 5 Calls 5 Start 5 Columns 8;
        SplitRight "split-right" "split right" "Open a second pane to the right" [History] ["|"]
            also "vertical beside window"
            hint History 12;
        SplitBelow "split-below" "split below" "Open a second pane below" [History] ["-"]
            also "horizontal window";
        ClosePane "close-pane" "close pane" "Close this pane" [History] ["x"]
            also "window split remove";
        View1 "view-1" "view 1" "View 1 (again: reset its filter)" [Global] ["1"];
        View2 "view-2" "view 2" "View 2 (again: reset its filter)" [Global] ["2"];
        View3 "view-3" "view 3" "View 3 (again: reset its filter)" [Global] ["3"];
        View4 "view-4" "view 4" "View 4 (again: reset its filter)" [Global] ["4"];
        View5 "view-5" "view 5" "View 5 (again: reset its filter)" [Global] ["5"];
        View6 "view-6" "view 6" "View 6 (again: reset its filter)" [Global] ["6"];
        View7 "view-7" "view 7" "View 7 (again: reset its filter)" [Global] ["7"];
        View8 "view-8" "view 8" "View 8 (again: reset its filter)" [Global] ["8"];
        View9 "view-9" "view 9" "View 9 (again: reset its filter)" [Global] ["9"];
        SaveView "save-view" "save view" "Save the panes with their filters as a named view"
            [History] ["W"]
            also "keep name store tab layout bookmark";
    }
    History {
        FilterEdit "filter-edit" "filter" "Edit the filter" [History Detail] ["/"]
            also "search find query where"
            hint History 2 Detail 7;
        FilterClear "filter-clear" "clear filter" "Show all purges" [History] ["ctrl-l"]
            also "reset everything all remove";
        FilterToCname "filter-to-cname" "this host" "Show only this row's host" [History] ["f"]
            also "host only domain same";
        FilterToAccount "filter-to-account" "this account" "Show only this row's account"
            [History] ["F"]
            also "only same";
        PickCname "pick-cname" "hosts" "Choose a host to filter by" [History] ["w"]
            also "host hosts domain choose resource";
        PickAccount "pick-account" "accounts" "Choose an account to filter by" [History] ["a"]
            also "accounts choose vendor";
        FacetsOpen "facets" "counts" "Count what is shown by status, kind, account, host, author"
            [History Facets] ["b"]
            also "facets group statistics breakdown who" hint History 15;
        FacetsExclude "facets-exclude" "leave out" "Leave out the chosen values" [Facets] ["-"]
            also "exclude not without" hint Facets 3;
        TimeBack "time-back" "time back" "Show the range of time before this one, or yesterday"
            [History] ["["]
            also "earlier previous day yesterday range";
        TimeOn "time-on" "time on" "Show the range of time after this one" [History] ["]"]
            also "later next day range";
        TimePick "time-pick" "time" "Choose a range of time" [History] ["T"]
            also "range period hour day week today yesterday 24h 7d since";
        MatchNext "match-next" "next match" "Go to the next match in the detail"
            [History Detail] ["n"]
            also "search find" hint Detail 2;
        MatchPrevious "match-previous" "previous match" "Go to the previous match in the detail"
            [History Detail] ["N"]
            also "search find";
        SortReverse "sort-turn" "reverse" "Reverse sort order" [History] ["S"]
            also "order oldest newest reverse";
        SortPick "sort-pick" "sort" "Sort by a column" [History] ["s"]
            also "order column account host status kind author targets";
        ColumnsPick "columns-pick" "columns" "Choose the columns, their order and widths"
            [History] ["c"]
            also "fields hide show table order width";
        ColumnToggle "column-toggle" "show" "Show or hide this column" [Columns] ["space"]
            also "hide" hint Columns 2;
        ColumnEarlier "column-earlier" "earlier" "Move this column to the left" [Columns] ["K"]
            also "left up order first" hint Columns 3;
        ColumnLater "column-later" "later" "Move this column to the right" [Columns] ["J"]
            also "right down order last" hint Columns 4;
        ColumnNarrower "column-narrower" "narrower" "Make this column narrower"
            [Columns] ["<"]
            also "width shrink less" hint Columns 5;
        ColumnWider "column-wider" "wider" "Make this column wider" [Columns] [">"]
            also "width grow more" hint Columns 6;
        ColumnsUsual "columns-usual" "usual" "Show the usual columns with their own widths"
            [Columns] ["u"]
            also "reset default undo" hint Columns 7;
        Mark "mark" "mark" "Mark or unmark this row" [History Facets] ["space"]
            also "select tag" hint History 4 Facets 2;
        MarkAll "mark-all" "mark all" "Mark all that the filter selects, or unmark them"
            [History] ["*"]
            also "select tag everything unmark";
        MarksShown "marks-shown" "only shown" "Take only the marked purges that are shown"
            [Choice] ["s"];
        RangeLeft "timeline-range-left" "range left"
            "Extend the chosen bars of the timeline to the left" [History] ["shift-left" "<"]
            also "time select bars";
        RangeRight "timeline-range-right" "range right"
            "Extend the chosen bars of the timeline to the right" [History] ["shift-right" ">"]
            also "time select bars";
        FailurePrevious "failure-previous" "earlier failure"
            "Go to the earlier bar of the timeline with failures" [History] ["{"]
            also "bad error jump spike";
        FailureNext "failure-next" "later failure"
            "Go to the later bar of the timeline with failures" [History] ["}"]
            also "bad error jump spike";
        TimelineZoomIn "timeline-zoom-in" "zoom in" "Show only the time of the chosen bars"
            [History] ["z"]
            also "range time narrow spike" hint History 11;
        TimelineZoomOut "timeline-zoom-out" "zoom out" "Undo the last zoom" [History] ["Z"]
            also "range time undo widen";
        Copy "copy" "copy" "Copy the targets here or of marked rows, as full URLs"
            [History Detail Plan Queue Notices Accounts Calls] ["y"]
            also "clipboard yank urls targets"
            hint History 8 Detail 3 Plan 4 Queue 8 Notices 1 Accounts 2 Calls 2;
        CopyCurl "copy-curl" "copy as curl"
            "Copy as a command line (curl, or the vendor's own), without the secret"
            [History Detail Plan Queue] ["Y"]
            also "clipboard yank command shell tccli" hint Detail 6 Plan 3;
        Export "export" "export" "Write all purges that the filter selects to a file"
            [History] ["ctrl-s"]
            also "csv json ndjson save file write download report";
        Refresh "refresh" "refresh" "Ask the vendors for news now" [Global] ["r"]
            also "reload update sync news poll"
            hint History 13 Accounts 1;
    }
    Purging {
        PurgeCompose "purge-compose" "purge" "Compose a purge; a paste on the board does so too"
            [Global] ["P"]
            also "invalidate clear cache new draft send flush"
            sends Purge hint History 1;
        PurgeAgain "purge-again" "purge again" "Compose a purge of this row or of the marked rows"
            [History Detail Queue] ["R"]
            also "redo repeat retry resend rerun" sends Purge hint History 9 Detail 4 Queue 10;
        DraftsOpen "drafts-open" "drafts" "Show the drafts that are kept" [Global] ["D"]
            also "unsent kept saved compose list" sends Purge;
        DraftDelete "draft-delete" "delete" "Delete this draft" [Drafts] ["x"]
            also "remove discard" hint Drafts 2;
        DraftRestore "draft-restore" "undo" "Bring back the draft that was deleted last"
            [Drafts] ["u"]
            also "undelete revert" hint Drafts 3;
        Verify "verify" "verify" "Check at the edge" [History Detail Queue] ["v"]
            also "check edge fresh stale probe test"
            hint History 7 Detail 5 Queue 6;
        QueueOpen "queue-open" "queue" "Show the queue" [Global] ["Q"]
            also "pending waiting jobs requests status progress" hint History 10;
        ComposePlan "compose-plan" "plan" "Show the exact requests of this draft"
            [Compose] ["ctrl-p"]
            also "preview requests dry-run review" hint Compose 2;
        ComposeKind "compose-kind" "kind" "Next kind: as each line says, or one that is offered"
            [Compose] ["ctrl-k"]
            also "type pattern url tag host regex query all" hint Compose 8;
        ComposeMode "compose-mode" "mode" "Change purge mode, where the vendor has several"
            [Compose] ["ctrl-f"]
            also "soft hard" hint Compose 12;
        ComposeResource "compose-resource" "resource"
            "Choose the resource of targets without a host" [Compose] ["ctrl-r"]
            also "host cname domain" hint Compose 9;
        ComposeFormat "compose-format" "read as" "Choose the format that the text is read as"
            [Compose] ["alt-r"]
            also "format csv json har log lines recognise parse" hint Compose 18;
        ComposeLoad "compose-load" "load file" "Read targets from a file" [Compose] ["ctrl-o"]
            also "open import read"
            hint Compose 10;
        ComposeEditor "compose-editor" "editor" "Edit the targets in $EDITOR" [Compose] ["ctrl-e"]
            also "vim nano external"
            hint Compose 11;
        ComposeWiden "compose-widen" "widen" "Choose fewer, wider purges instead of many URLs"
            [Compose] ["ctrl-s"]
            also "pattern directory fewer" hint Compose 13;
        ComposeFollow "compose-follow" "follow" "Show the purges that this line would repeat"
            [Compose] ["ctrl-l"]
            also "same repeat history" hint Compose 14;
        ComposeDirectory "compose-directory" "directory"
            "Turn the page of this line into its directory, or back" [Compose] ["ctrl-t"]
            also "pattern wildcard folder page"
            hint Compose 6;
        ComposeFix "compose-fix" "fix" "Fix this line as its finding says" [Compose] ["ctrl-g"]
            also "mend repair encode correct"
            hint Compose 4;
        ComposeFixAll "compose-fix-all" "fix all" "Fix every line with the same finding"
            [Compose] ["alt-g"]
            also "mend repair encode correct everywhere" hint Compose 7;
        ComposeDropErrors "compose-drop-errors" "drop errors"
            "Drop what has errors (undo brings it back)" [Compose] ["alt-x"]
            also "delete remove wrong lines skip" hint Compose 5;
        FindingNext "finding-next" "next finding"
            "Go to the next line with a finding, errors first" [Compose] ["ctrl-n"]
            also "error warning problem lint" hint Compose 3;
        FindingPrevious "finding-previous" "previous finding"
            "Go to the previous line with a finding" [Compose] ["alt-n"]
            also "error warning problem lint";
        ComposeDiscard "compose-discard" "discard" "Discard this draft (undo brings it back)"
            [Compose] ["ctrl-x"]
            also "delete drop clear draft" hint Compose 16;
        PlanConfirm "plan-confirm" "send" "Send a plan of low risk" [Plan] ["enter"]
            also "send confirm submit go"
            sends Purge hint Plan 1;
        PlanConfirmRaised "plan-confirm-raised" "send" "Send a plan of raised risk"
            [Plan] ["S"]
            also "send confirm submit yes go" sends Purge hint Plan 2;
        QueueCancel "queue-cancel" "cancel" "Cancel a queued request" [Queue] ["x"]
            also "stop abort delete remove take-back"
            sends Request hint Queue 1;
        QueueRestore "queue-restore" "undo cancel"
            "Put a canceled request back into its place in the queue" [Queue] ["u"]
            also "undo restore uncancel"
            sends Request hint Queue 11;
        QueueResend "queue-resend" "send again"
            "Send a request of unknown outcome again (it may purge twice)" [Queue] ["S"]
            also "retry unknown again"
            sends Request hint Queue 5;
        QueueConfirm "queue-confirm" "confirm" "Send a queued request that somebody else queued"
            [Queue] ["C"]
            also "approve allow yes unconfirmed"
            sends Request hint Queue 0;
        QueueEarlier "queue-earlier" "earlier" "Move a queued request one place up" [Queue] ["K"]
            also "up sooner reorder priority first"
            sends Request hint Queue 3;
        QueueLater "queue-later" "later" "Move a queued request one place down" [Queue] ["J"]
            also "down reorder priority last"
            sends Request hint Queue 4;
        QueuePause "queue-pause" "pause" "Pause or resume the queue, for everybody on this store"
            [Queue] ["p"]
            also "resume hold stop continue halt" sends Queue hint Queue 2;
    }
    Editing {
        FieldAccept "field-accept" "accept" "Accept" [Field Facets Columns] ["enter"]
            also "ok enter" hint Field 1 Picker 1 Start 1 Facets 1 Columns 1;
        FieldComplete "field-complete" "complete"
            "Accept the suggestion, or go to the next field" [Field] ["tab"]
            also "suggestion next"
            hint Field 3 Compose 15 Picker 7;
        FieldOlder "field-older" "previous" "Show the previous entry, or choose the one above"
            [Field] ["up" "ctrl-p"]
            also "history" hint Field 4 Picker 3;
        FieldNewer "field-newer" "next" "Show the next entry, or choose the one below"
            [Field] ["down" "ctrl-n"]
            also "history" hint Picker 4 Start 3;
        TextLeft "text-left" "left" "Go left by a character" [Text] ["left" "ctrl-b"];
        TextRight "text-right" "right" "Go right by a character" [Text] ["right"];
        TextWordLeft "text-word-left" "word left" "Go left by a word"
            [Text] ["alt-b" "ctrl-left"];
        TextWordRight "text-word-right" "word right" "Go right by a word"
            [Text] ["alt-f" "ctrl-right"];
        TextUp "text-up" "up" "Go up by a line" [Lines] ["up"];
        TextDown "text-down" "down" "Go down by a line" [Lines] ["down"];
        TextStart "text-start" "line start" "Go to the start of the line"
            [Text] ["home" "ctrl-a"];
        TextEnd "text-end" "line end" "Go to the end of the line" [Text] ["end"];
        TextFirst "text-first" "first line" "Go to the start of the text" [Lines] ["ctrl-home"];
        TextLast "text-last" "last line" "Go to the end of the text" [Lines] ["ctrl-end"];
        TextDelete "text-delete" "delete" "Delete the character under the cursor"
            [Text] ["delete" "ctrl-d"];
        TextDeleteBack "text-delete-back" "delete back" "Delete the character before the cursor"
            [Text] ["backspace" "ctrl-h"];
        TextDeleteWord "text-delete-word" "delete word" "Delete the word before the cursor"
            [Text] ["ctrl-w" "alt-backspace"];
        TextDeleteToStart "text-delete-to-start" "delete to start"
            "Delete to the start of the line" [Text] ["ctrl-u"];
        TextDeleteToEnd "text-delete-to-end" "delete to end" "Delete to the end of the line"
            [Field] ["ctrl-k"];
        TextDeleteLine "text-delete-line" "delete line" "Delete this line" [Lines] ["alt-k"];
        TextNewline "text-newline" "new line" "Begin a new line" [Lines] ["enter"];
        TextUndo "text-undo" "undo" "Undo the last change" [Text] ["ctrl-z"]
            also "revert" hint Compose 1;
        TextRedo "text-redo" "redo" "Redo the last undone change" [Text] ["ctrl-y"]
            also "again";
    }
    Program {
        ZoneToggle "zone-turn" "UTC/local" "Show times in UTC or in local time" [Global] ["t"]
            also "utc local zone time timezone clock";
        Palette "palette" "palette" "Find a command, view, account, host or theme"
            [Global] [":" "ctrl-space"]
            also "commands find search"
            hint History 5;
        AccountsOpen "accounts" "accounts"
            "Show how each account stands with its vendor, and when it is asked again"
            [Global] ["A"]
            also "vendors status health failure limits token";
        NoticesOpen "notices" "notices" "Show all notices so far" [Global] ["!"]
            also "messages errors log history warnings";
        CallsOpen "request-log" "request log"
            "Show the last calls to the vendors, with status and duration"
            [Global] ["L"]
            also "http api calls network vendors trace latency slow retries";
        CallsFailures "request-log-failures" "failures only"
            "Show only the calls that failed, or all" [Calls] ["f"]
            also "errors http status" hint Calls 1;
        Help "help" "help" "Show all keys, the marks, and the filter language" [Global] ["?" "f1"]
            also "keys shortcuts bindings manual legend glyphs" hint History 6 Detail 8;
        HelpSearch "help-search" "search" "Search in help" [Help] ["/"]
            also "find filter narrow" hint Help 0;
        StartSource "start-source" "source"
            "Say otherwise how this secret is had: pasted, from a variable, a file, a command"
            [Start] ["ctrl-t"]
            also "secret env file command paste" hint Start 2;
        StartWrite "start-write" "write" "Write the configuration as it stands, tested or not"
            [Start] ["ctrl-s"]
            also "save configuration account" hint Start 4;
        ConfigPath "config-path" "configuration" "Show the path of the configuration" [Global] []
            also "config settings options preferences setup file";
        Redraw "redraw" "redraw" "Redraw the screen" [Global] ["f5"]
            also "repaint clear garbage";
        Suspend "suspend" "suspend" "Suspend (fg in the shell resumes)" [Global] ["ctrl-z"]
            also "background shell job";
        Quit "quit" "quit" "Quit (asks if requests are queued or being sent)"
            [Global] ["q" "ctrl-c"]
            also "exit leave close end" hint History 14;
    }
}

impl Command {
    const VIEWS: [Self; 9] = [
        Self::View1,
        Self::View2,
        Self::View3,
        Self::View4,
        Self::View5,
        Self::View6,
        Self::View7,
        Self::View8,
        Self::View9,
    ];

    /// Returns the command of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|command| command.about().name == name)
    }

    /// Returns the command that shows the view at this place, counted from 0.
    pub fn of_view(place: usize) -> Option<Self> {
        Self::VIEWS.get(place).copied()
    }

    /// Returns the place of the view that it shows, counted from 0.
    pub fn view(self) -> Option<usize> {
        Self::VIEWS.iter().position(|view| *view == self)
    }

    /// True if it sends, stops or throws something away: it must not be run by a guess.
    pub fn is_risky(self) -> bool {
        let about = self.about();
        let mut contexts = about.contexts.iter();
        let drafts = contexts.any(|it| matches!(it, Context::Global | Context::History));
        (about.sends.is_some() && !drafts)
            || matches!(
                self,
                Self::Quit
                    | Self::Suspend
                    | Self::ComposeDiscard
                    | Self::ComposeDropErrors
                    | Self::DraftDelete
            )
    }

    /// Returns the commands for the footer of a context, the most important first.
    pub fn hints(context: Context) -> Vec<Self> {
        let rank = |command: &Self| {
            let hints = command.about().hints;
            hints.iter().find(|(shown_in, _)| *shown_in == context).map(|(_, rank)| *rank)
        };
        let mut hints: Vec<(u8, Self)> = Self::EVERY
            .iter()
            .filter_map(|command| rank(command).map(|rank| (rank, *command)))
            .collect();
        hints.sort_by_key(|(rank, _)| *rank);
        hints.into_iter().map(|(_, command)| command).collect()
    }
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

    #[test]
    fn no_two_commands_share_a_rank_in_a_footer() {
        let mut ranks = HashSet::new();
        for &command in Command::EVERY {
            for hint in command.about().hints {
                assert!(ranks.insert(hint), "{command:?} {hint:?}");
            }
        }
    }
}
