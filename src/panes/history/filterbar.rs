//! The filter of a pane: applied while it is typed, kept by Enter, given up by Esc.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::commands::Command;
use crate::domain::filter::{Completion, Filter, FilterError, Predicate, Vocabulary, complete};
use crate::domain::known::Known;
use crate::domain::zone::Zone;
use crate::panes::field::{Edit, Field};

mod steps;

pub use steps::Home;
use steps::Zoom;

/// A filter, and perhaps its being typed.
#[derive(Clone, Debug, Default)]
pub struct FilterBar {
    text: String,
    filter: Filter,
    predicate: Arc<Predicate>,
    zone: Zone,
    field: Field,
    editing: Option<Editing>,
    /// The view's own filter.
    own: Filter,
    zooms: Vec<Zoom>,
}

/// The state while the filter is typed.
#[derive(Clone, Debug)]
struct Editing {
    before: String,
    filter_before: Filter,
    fault: Option<FilterError>,
    /// Set after Enter on a fault: until then, a word that can still be completed is none.
    insisted: bool,
    vocabulary: Vocabulary,
    completions: Vec<Completion>,
    cycle: Option<CompletionCycle>,
}

/// Completions being tried one after the other.
#[derive(Clone, Debug)]
struct CompletionCycle {
    text: String,
    completions: Vec<Completion>,
    at: usize,
}

/// The result of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterEdit {
    /// It was nothing for the filter.
    Ignored,
    /// The filter selects what it did.
    Same,
    /// The filter may select something else.
    Another,
}

impl FilterBar {
    /// A filter that says this; everything where the text cannot be read.
    pub fn new(text: &str) -> Self {
        let mut bar = Self::default();
        bar.set(text);
        bar.own = bar.filter.clone();
        bar
    }

    /// Returns its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Returns the predicate as of the last [`FilterBar::resolve`].
    pub fn predicate(&self) -> &Arc<Predicate> {
        &self.predicate
    }

    /// Resolves it against the clock.
    pub fn resolve(&mut self, now: DateTime<Utc>, zone: Zone) -> Arc<Predicate> {
        self.zone = zone;
        let predicate = self.filter.resolve(now, zone);
        if predicate != *self.predicate {
            self.predicate = Arc::new(predicate);
        }
        self.predicate.clone()
    }

    /// True if it says something about time and was last resolved by another zone's clock.
    pub fn is_read_otherwise_in(&self, zone: Zone) -> bool {
        zone != self.zone && self.filter.without_times() != self.filter
    }

    fn set(&mut self, text: &str) -> bool {
        match Filter::parse(text) {
            Ok(filter) => {
                text.trim().clone_into(&mut self.text);
                self.filter = filter;
                true
            }
            Err(_) => false,
        }
    }

    /// True while it is typed.
    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// The field that it is typed in.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Returns the fault in the typed text.
    pub fn fault(&self) -> Option<&FilterError> {
        self.editing.as_ref()?.fault.as_ref()
    }

    /// The fault, where the operator should hear of it: not while it is only a word that is being
    /// typed and can be completed.
    pub fn fault_to_tell(&self) -> Option<&FilterError> {
        let fault = self.fault()?;
        let (completions, cycle) = self.completions();
        let here = completions.get(cycle.unwrap_or(0));
        let unfinished = here.is_some_and(|completion| {
            let end = if cycle.is_some() {
                completion.range.start + completion.insert.len()
            } else {
                completion.range.end
            };
            completion.range.start <= fault.at.start && fault.at.end <= end
        });
        let insisted = self.editing.as_ref().is_some_and(|editing| editing.insisted);
        (insisted || !unfinished).then_some(fault)
    }

    /// Returns the completions, and the one that is in the field for now.
    pub fn completions(&self) -> (&[Completion], Option<usize>) {
        let Some(editing) = &self.editing else {
            return (&[], None);
        };
        match &editing.cycle {
            Some(cycle) => (&cycle.completions, Some(cycle.at)),
            None => (&editing.completions, None),
        }
    }

    /// Begins to type, at the end of what it says.
    pub fn edit(&mut self, known: &Known) {
        let open = if self.text.is_empty() { "" } else { " " };
        self.field.set(&format!("{}{open}", self.text));
        self.editing = Some(Editing {
            before: self.text.clone(),
            filter_before: self.filter.clone(),
            fault: None,
            insisted: false,
            vocabulary: known.vocabulary(),
            completions: Vec::new(),
            cycle: None,
        });
        self.suggest();
    }

    /// A command while it is typed.
    pub fn on_command(&mut self, command: Command) -> FilterEdit {
        let Some(editing) = &self.editing else {
            return FilterEdit::Ignored;
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the field's or nobody's")]
        match command {
            Command::Back => {
                let another = editing.before != self.text;
                if let Some(editing) = self.editing.take() {
                    // Not read again: a choice of many values makes more than can be typed.
                    (self.text, self.filter) = (editing.before, editing.filter_before);
                }
                if another { FilterEdit::Another } else { FilterEdit::Same }
            }
            Command::FieldAccept => {
                let before = editing.before.clone();
                let edit = self.apply(true);
                if let Some(editing) = &mut self.editing {
                    editing.insisted = true;
                }
                if self.fault().is_none() {
                    let text = std::mem::replace(&mut self.text, before);
                    self.remember();
                    self.text = text;
                    self.remember();
                    self.editing = None;
                }
                edit
            }
            Command::FieldComplete => self.cycle_completion(1),
            Command::FocusPrevious => self.cycle_completion(-1),
            Command::FieldOlder => {
                let at_before = |field: &Field| field.text().trim() == editing.before;
                let here = at_before(&self.field);
                let mut edit = self.field.on_command(command);
                // What is shown already is no step back.
                if here && at_before(&self.field) {
                    edit = self.field.on_command(command);
                }
                self.after_edit(edit)
            }
            other => {
                let edit = self.field.on_command(other);
                self.after_edit(edit)
            }
        }
    }

    /// Characters while it is typed; also returns what the field made of them.
    pub fn on_typed(&mut self, text: &str) -> (FilterEdit, Edit) {
        let edit = self.field.on_typed(text);
        (self.after_edit(edit), edit)
    }

    /// A paste while it is typed; also returns what the field made of it.
    pub fn on_paste(&mut self, text: &str) -> (FilterEdit, Edit) {
        let edit = self.field.on_paste(text);
        (self.after_edit(edit), edit)
    }

    fn after_edit(&mut self, edit: Edit) -> FilterEdit {
        if edit == Edit::Ignored {
            return FilterEdit::Ignored;
        }
        if let Some(editing) = &mut self.editing {
            editing.cycle = None;
            editing.insisted = false;
        }
        let edit = if edit.is_change() { self.apply(false) } else { FilterEdit::Same };
        self.suggest();
        edit
    }

    /// Applies what the field says, if it is a filter. A word that may yet become a field's name is
    /// left out until it is something else: on the way to `status:` targets with an `s` in them are
    /// not searched for.
    fn apply(&mut self, whole: bool) -> FilterEdit {
        let typed = self.field.text();
        let read = if whole { typed } else { typed.get(..self.settled()).unwrap_or(typed) };
        let Some(editing) = &mut self.editing else {
            return FilterEdit::Ignored;
        };
        let filter = Filter::parse_known(read, &editing.vocabulary);
        let read = read.trim().to_owned();
        match filter {
            Ok(filter) => {
                editing.fault = None;
                self.text = read;
                let another = filter != self.filter;
                self.filter = filter;
                if another { FilterEdit::Another } else { FilterEdit::Same }
            }
            Err(fault) => {
                editing.fault = Some(fault);
                FilterEdit::Same
            }
        }
    }

    /// Up to where the text is what it will be: before the word at its end, if that is the
    /// beginning of a field's name.
    fn settled(&self) -> usize {
        let (text, cursor) = (self.field.text(), self.field.cursor());
        let cycle = self.editing.as_ref().is_some_and(|editing| editing.cycle.is_some());
        if cursor < text.len() || cycle {
            return text.len();
        }
        complete(text, cursor, &Vocabulary::default())
            .into_iter()
            .find(|completion| {
                let typed = text.get(completion.range.clone()).unwrap_or_default();
                !typed.is_empty()
                    && completion.insert.starts_with(typed)
                    && completion.insert.ends_with(':')
            })
            .map_or(text.len(), |completion| completion.range.start)
    }

    fn suggest(&mut self) {
        if let Some(editing) = &mut self.editing {
            editing.completions =
                complete(self.field.text(), self.field.cursor(), &editing.vocabulary);
        }
    }

    /// Tries the next completion, or the one before.
    fn cycle_completion(&mut self, by: isize) -> FilterEdit {
        let text = self.field.text().to_owned();
        let Some(editing) = &mut self.editing else {
            return FilterEdit::Ignored;
        };
        editing.insisted = false;
        let cycle = match &mut editing.cycle {
            Some(cycle) => {
                let count = cycle.completions.len() as isize;
                cycle.at = (cycle.at as isize + by).rem_euclid(count) as usize;
                cycle
            }
            None if editing.completions.is_empty() => return FilterEdit::Same,
            none => none.insert(CompletionCycle {
                text,
                completions: editing.completions.clone(),
                at: if by < 0 { editing.completions.len() - 1 } else { 0 },
            }),
        };
        let Some(completion) = cycle.completions.get(cycle.at) else {
            return FilterEdit::Same;
        };
        let mut text = cycle.text.clone();
        text.replace_range(completion.range.clone(), &completion.insert);
        let cursor = completion.range.start + completion.insert.len();
        let only = cycle.completions.len() == 1;
        self.field.set_at(&text, cursor);
        if only {
            editing.cycle = None;
        }
        let edit = self.apply(false);
        if only {
            self.suggest();
        }
        edit
    }
}
