//! The form of a new account as it is filled in: its lines, the one with the cursor, and the
//! state of its test.

use std::fmt;

use crate::domain::ids::Ticket;
use crate::domain::new_account::{AccountForm, FormField, NewAccount, NewValue, SourceKind};
use crate::domain::resource::Resource;
use crate::domain::secret::Secret;
use crate::panes::field::{Edit, Field};
use crate::panes::format::count_noun;

/// The key of the account's name.
const NAME: &str = "name";
/// The key of the API's address.
const ADDRESS: &str = "base_url";

/// The most hosts that a good test names.
const MOST_HOSTS: usize = 3;

/// A form that is being filled in.
#[derive(Clone, Debug)]
pub(super) struct FilledForm {
    form: AccountForm,
    lines: Vec<FormLine>,
    here: usize,
    state: TestState,
}

/// A line of the form. `Debug` does not show the text.
#[derive(Clone)]
pub(super) struct FormLine {
    pub(super) field: FormField,
    /// The way in which a secret is had.
    pub(super) source: SourceKind,
    /// The text, for a secret one for each way.
    texts: Vec<(SourceKind, Field)>,
    pub(super) needed: bool,
}

/// The state of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TestState {
    /// Nothing was tested since the last change.
    Filling,
    /// The vendor is being asked, or the file is being written.
    Busy { ticket: Ticket, writing: bool },
    /// Something is missing, failed or was stopped.
    Failed(String),
    /// The vendor answered.
    Good(String),
}

/// The next step of a form.
pub(super) enum FormStep {
    /// Nothing is to be done.
    Stay,
    /// Test this account.
    Test(NewAccount),
    /// Write this account.
    Write(NewAccount),
}

impl fmt::Debug for FormLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormLine").field("field", &self.field).finish_non_exhaustive()
    }
}

impl FormLine {
    fn text(field: FormField, text: &str, needed: bool) -> Self {
        let source = SourceKind::Paste;
        Self { field, source, texts: vec![(source, Field::new(text))], needed }
    }

    fn secret(field: FormField) -> Self {
        let hints = field.secret.clone().unwrap_or_default();
        let text = |kind: SourceKind| match kind {
            SourceKind::Paste | SourceKind::Command => (kind, Field::default()),
            SourceKind::Env => (kind, Field::new(&hints.env)),
            SourceKind::File => (kind, Field::new(&hints.file)),
        };
        let texts = SourceKind::EVERY.into_iter().map(text).collect();
        Self { field, source: SourceKind::Paste, texts, needed: true }
    }

    /// Returns the text of the way that is chosen.
    pub(super) fn shown(&self) -> Option<&Field> {
        let (_, field) = self.texts.iter().find(|(kind, _)| *kind == self.source)?;
        Some(field)
    }

    fn shown_mut(&mut self) -> Option<&mut Field> {
        let (_, field) = self.texts.iter_mut().find(|(kind, _)| *kind == self.source)?;
        Some(field)
    }

    pub(super) fn is_secret(&self) -> bool {
        self.field.secret.is_some()
    }

    /// True if the text must not be seen.
    pub(super) fn is_masked(&self) -> bool {
        self.is_secret() && self.source == SourceKind::Paste
    }

    fn trimmed(&self) -> &str {
        self.shown().map_or("", |field| field.text().trim())
    }

    fn is_missing(&self) -> bool {
        self.needed && self.trimmed().is_empty()
    }

    fn value(&self) -> Option<(String, NewValue)> {
        let text = self.trimmed().to_owned();
        let value = match (text.is_empty(), self.is_secret(), self.source) {
            (true, _, _) => return None,
            (false, false, _) => NewValue::Text(text),
            (false, true, SourceKind::Paste) => NewValue::Paste(Secret::new(text)),
            (false, true, SourceKind::Env) => NewValue::Env(text),
            (false, true, SourceKind::File) => NewValue::File(text),
            (false, true, SourceKind::Command) => NewValue::Command(text),
        };
        Some((self.field.key.clone(), value))
    }
}

impl FilledForm {
    /// Begins a form; its name is the vendor's until the operator changes it.
    pub(super) fn new(form: &AccountForm) -> Self {
        let own = |key: &str, help: &str| FormField {
            key: key.to_owned(),
            help: help.to_owned(),
            example: String::new(),
            secret: None,
        };
        let help = "Its name on the screen, in filters and in exports.";
        let mut lines = vec![FormLine::text(own(NAME, help), form.provider.as_str(), true)];
        lines.extend(form.fields.iter().map(|field| match field.secret {
            Some(_) => FormLine::secret(field.clone()),
            None => FormLine::text(field.clone(), "", true),
        }));
        let help = "The API's address, if it is not the vendor's usual one. It may stay empty.";
        lines.push(FormLine::text(own(ADDRESS, help), "", false));
        Self { form: form.clone(), lines, here: 1, state: TestState::Filling }
    }

    pub(super) fn title(&self) -> &str {
        &self.form.title
    }

    pub(super) fn lines(&self) -> &[FormLine] {
        &self.lines
    }

    /// The place of the line with the cursor, counted from 0.
    pub(super) fn here(&self) -> usize {
        self.here
    }

    pub(super) fn line(&self) -> Option<&FormLine> {
        self.lines.get(self.here)
    }

    pub(super) fn state(&self) -> &TestState {
        &self.state
    }

    /// True while the vendor is asked or the file is written.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.state, TestState::Busy { .. })
    }

    /// True while the vendor is asked, which can be stopped.
    pub(super) fn is_testing(&self) -> bool {
        matches!(self.state, TestState::Busy { writing: false, .. })
    }

    pub(super) fn waits_for(&self, answered: Ticket) -> bool {
        matches!(self.state, TestState::Busy { ticket, .. } if ticket == answered)
    }

    /// Waits for the vendor, or for the file to be written.
    pub(super) fn wait(&mut self, ticket: Ticket, writing: bool) {
        self.state = TestState::Busy { ticket, writing };
    }

    /// Gives up waiting for the vendor.
    pub(super) fn stop(&mut self) {
        self.refuse("The test was stopped; nothing was written.".to_owned());
    }

    pub(super) fn refuse(&mut self, words: String) {
        self.state = TestState::Failed(words);
    }

    /// Takes the vendor's answer.
    pub(super) fn tested(&mut self, result: &Result<Vec<Resource>, String>) {
        let title = self.title();
        self.state = match result {
            Err(words) => TestState::Failed(words.clone()),
            Ok(resources) if resources.is_empty() => TestState::Good(format!(
                "{title} accepts the credentials and lists no resource. If there should be some, \
                 check that they belong to the right account."
            )),
            Ok(resources) => {
                let named = resources.iter().map(|it| it.cname.as_str()).take(MOST_HOSTS);
                let named: Vec<&str> = named.collect();
                let more = match resources.len() - named.len() {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let resources = count_noun(resources.len() as u64, "resource", "resources");
                let named = named.join(", ");
                TestState::Good(format!("{title} lists {resources}: {named}{more}."))
            }
        };
    }

    /// Edits the line with the cursor.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Field) -> Edit) -> Edit {
        if self.is_busy() {
            return Edit::Moved;
        }
        let field = self.lines.get_mut(self.here).and_then(FormLine::shown_mut);
        let edited = field.map_or(Edit::Ignored, edit);
        if edited.is_change() {
            self.state = TestState::Filling;
        }
        edited
    }

    /// Goes to the next line, or to the one before.
    pub(super) fn go(&mut self, on: bool) -> FormStep {
        let count = self.lines.len();
        self.here = (self.here + if on { 1 } else { count - 1 }) % count;
        FormStep::Stay
    }

    /// Goes to the line at this place, unless the vendor is asked or the file is written.
    pub(super) fn go_to(&mut self, place: usize) {
        if !self.is_busy() && place < self.lines.len() {
            self.here = place;
        }
    }

    /// Chooses the next way in which the secret of this line is had.
    pub(super) fn next_source(&mut self) -> FormStep {
        if let Some(line) = self.lines.get_mut(self.here).filter(|line| line.is_secret()) {
            line.source = line.source.next();
            self.state = TestState::Filling;
        }
        FormStep::Stay
    }

    /// Goes to what is missing; else tests what was not tested, or writes what was.
    pub(super) fn accept(&mut self) -> FormStep {
        if self.find_missing() {
            return FormStep::Stay;
        }
        match self.state {
            TestState::Good(_) => FormStep::Write(self.account()),
            TestState::Filling | TestState::Failed(_) => FormStep::Test(self.account()),
            TestState::Busy { .. } => FormStep::Stay,
        }
    }

    /// Writes it as it stands, unless something is missing.
    pub(super) fn write(&mut self) -> FormStep {
        if self.find_missing() { FormStep::Stay } else { FormStep::Write(self.account()) }
    }

    /// Goes to the first line that is missing; returns false if there is none. Where the cursor is
    /// there already, it is said.
    fn find_missing(&mut self) -> bool {
        let Some(place) = self.lines.iter().position(FormLine::is_missing) else { return false };
        if place == self.here
            && let Some(line) = self.lines.get(place)
        {
            self.state = TestState::Failed(format!("{} is missing.", line.field.key));
        }
        self.here = place;
        true
    }

    fn account(&self) -> NewAccount {
        let (names, others): (Vec<&FormLine>, Vec<&FormLine>) =
            self.lines.iter().partition(|line| line.field.key == NAME);
        NewAccount {
            name: names.first().map_or("", |line| line.trimmed()).to_owned(),
            provider: self.form.provider.clone(),
            values: others.into_iter().filter_map(FormLine::value).collect(),
        }
    }
}
