//! Reads the file: its settings, accounts, views and keys, not yet joined with flags and the
//! environment.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, FilePosition, PositionIndex};
use super::schema::{
    AccountSettings, HookSettings, KeyBinding, SettingOrigin, Settings, Table, View, ViewSettings,
};
use super::value::{Node, quoted};
use super::vendors::{self, VENDORS, VendorKey, VendorValue};
use crate::domain::nearest::nearest;

/// Content of a file without the settings at its top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTables {
    /// The accounts.
    pub accounts: Vec<AccountTable>,
    /// The views.
    pub views: Vec<View>,
    /// The hooks.
    pub hooks: HookSettings,
    /// The keys.
    pub keys: Vec<KeyBinding>,
    /// Positions of the values of all keys at the top, also of faulty ones.
    pub positions: Positions,
    /// Set if the text is not TOML: nothing of it can be read.
    pub unreadable: bool,
}

/// Returns true if a table has a key, or one that was surely meant for it.
pub fn is_meant<T: Table>(key: &str, positions: &Positions) -> bool {
    let names = || T::KEYS.iter().map(|key| key.name);
    positions.keys().any(|name| name == key || nearest(name, names()) == Some(key))
}

/// An account's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTable {
    /// The keys that every account may have.
    pub settings: AccountSettings,
    /// The keys of the provider.
    pub vendor: Vec<(&'static str, VendorValue)>,
    /// Position of the table.
    pub position: FilePosition,
    /// Positions of the values of all its keys, also of faulty ones.
    pub positions: Positions,
}

/// Positions of values by their keys.
pub type Positions = BTreeMap<String, FilePosition>;

/// The tables beside the settings at the top.
const TABLES: [&str; 4] = ["account", "view", "hooks", "keys"];

/// Reads a text: the settings at its top into `settings`, the rest into the tables that are
/// returned. Whatever can be read is read, so that the caller can look for more errors.
pub fn read(text: &str, settings: &mut Settings) -> (FileTables, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { positions: PositionIndex::new(text), diagnostics: Vec::new() };
    // A text that is not TOML gets the parser's messages alone: what it made of the rest is
    // guesswork.
    if !errors.is_empty() {
        let diagnostics = errors.iter().map(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            Diagnostic::at(reader.positions.position(at), message)
        });
        let file = FileTables { unreadable: true, ..FileTables::default() };
        return (file, diagnostics.collect());
    }
    let table = table.get_ref();
    let positions = reader.table(settings, table, &TABLES);
    let mut file = FileTables { positions, ..FileTables::default() };
    for (position, table) in reader.tables("account", table) {
        file.accounts.push(reader.account(position, table));
    }
    let mut names = HashSet::new();
    for (position, table) in reader.tables("view", table) {
        file.views.extend(reader.view(position, table, &mut names));
    }
    if let Some(value) = table.get("hooks") {
        match value.get_ref().as_table() {
            Some(hooks) => drop(reader.table(&mut file.hooks, hooks, &[])),
            None => reader.error(reader.position(value), "\"hooks\" must be written as [hooks]"),
        }
    }
    if let Some(value) = table.get("keys") {
        file.keys = reader.bindings(value);
    }
    (file, reader.diagnostics)
}

/// Reads tables and collects errors.
struct Reader<'t> {
    positions: PositionIndex<'t>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn position<T>(&self, spanned: &Spanned<T>) -> FilePosition {
        self.positions.position(spanned.span().start)
    }

    fn error(&mut self, position: FilePosition, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::at(position, message));
    }

    /// Reads the keys of a table. Keys in `also` are read elsewhere; all others are errors.
    fn table<T: Table>(&mut self, into: &mut T, table: &DeTable<'_>, also: &[&str]) -> Positions {
        let mut positions = Positions::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            let position = self.position(value);
            positions.insert(name.to_owned(), position);
            if also.contains(&name) {
                continue;
            }
            let known = || T::KEYS.iter().map(|key| key.name).chain(also.iter().copied());
            if !known().any(|known| known == name) {
                let message = format!("unknown key {}", quoted(&[name]));
                let mut error = Diagnostic::at(self.position(key), message);
                error.help = nearest(name, known()).map(|near| format!("did you mean \"{near}\"?"));
                self.diagnostics.push(error);
            } else if let Err(error) =
                into.set(name, Node(value.get_ref()), SettingOrigin::File(position))
            {
                self.error(position, format!("\"{name}\"{error}"));
            }
        }
        positions
    }

    /// Returns the tables of an `[[array]]`, with their positions.
    fn tables<'v, 'i>(
        &mut self,
        name: &str,
        table: &'v DeTable<'i>,
    ) -> Vec<(FilePosition, &'v DeTable<'i>)> {
        let Some(value) = table.get(name) else {
            return Vec::new();
        };
        let wanted = format!("\"{name}\" must be written as [[{name}]]");
        let Some(array) = value.get_ref().as_array() else {
            self.error(self.position(value), wanted);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            match item.get_ref().as_table() {
                Some(table) => tables.push((self.position(item), table)),
                None => self.error(self.position(item), wanted.clone()),
            }
        }
        tables
    }

    fn account(&mut self, position: FilePosition, table: &DeTable<'_>) -> AccountTable {
        let keys = vendor_keys(table);
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        let mut settings = AccountSettings::default();
        let positions = self.table(&mut settings, table, &names);
        let mut vendor = Vec::new();
        for key in keys {
            if let Some(value) = table.get(key.name) {
                match key.kind.read(Node(value.get_ref())) {
                    Ok(value) => vendor.push((key.name, value)),
                    Err(error) => {
                        self.error(self.position(value), format!("\"{}\"{error}", key.name));
                    }
                }
            }
        }
        AccountTable { settings, vendor, position, positions }
    }

    /// Reads a view; `names` are those of the views before it.
    fn view(
        &mut self,
        position: FilePosition,
        table: &DeTable<'_>,
        names: &mut HashSet<String>,
    ) -> Option<View> {
        let mut settings = ViewSettings::default();
        let positions = self.table(&mut settings, table, &[]);
        for key in ["name", "filter"] {
            if !positions.contains_key(key) {
                self.error(position, format!("the view needs \"{key}\""));
            }
        }
        let (name, filter) = (settings.name?, settings.filter?);
        let at = |key: &str| positions.get(key).copied().unwrap_or(position);
        if name.trim().is_empty() {
            self.error(at("name"), "a view's name must not be empty");
            return None;
        }
        if !names.insert(name.clone()) {
            self.error(at("name"), format!("there is another view named \"{name}\""));
            return None;
        }
        let panes = settings.panes.unwrap_or_default();
        if panes.iter().enumerate().any(|(before, pane)| pane.of > before + 1) {
            let words = "\"panes\": a pane is split off from one that is there before";
            self.error(at("panes"), words);
        }
        Some(View {
            name,
            filter,
            panes,
            sort: settings.sort.unwrap_or_default(),
            columns: settings.columns.unwrap_or_default(),
            position: at("filter"),
        })
    }

    /// Reads the commands of `[keys]`. Their names and chords are for the keymap to check.
    fn bindings(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<KeyBinding> {
        /// One chord, or a list of them.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Chords {
            One(String),
            Many(Vec<String>),
        }

        let Some(table) = value.get_ref().as_table() else {
            self.error(self.position(value), "\"keys\" must be written as [keys]");
            return Vec::new();
        };
        let mut bindings = Vec::new();
        for (name, value) in table {
            let chords = match Chords::deserialize(Node(value.get_ref())) {
                Ok(Chords::One(chord)) => vec![chord],
                Ok(Chords::Many(chords)) => chords,
                Err(_) => {
                    let wanted = "must be a key like \"ctrl-r\" or a list of keys; [] for none";
                    let name = quoted(&[name.get_ref()]);
                    self.error(self.position(value), format!("{name} {wanted}"));
                    continue;
                }
            };
            let command = name.get_ref().to_string();
            bindings.push(KeyBinding { command, chords, position: self.position(name) });
        }
        bindings.sort_by_key(|binding| binding.position);
        bindings
    }
}

/// Returns the provider's keys that an account may have; for an unknown provider those of every
/// provider, so that one wrong word makes one error.
fn vendor_keys(account: &DeTable<'_>) -> Vec<VendorKey> {
    let provider = account.get("provider").and_then(|value| value.get_ref().as_str());
    match provider.and_then(vendors::vendor) {
        Some(vendor) => vendor.keys.to_vec(),
        None => VENDORS.iter().flat_map(|vendor| vendor.keys).copied().collect(),
    }
}
