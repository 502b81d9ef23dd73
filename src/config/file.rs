//! The file as a whole: its settings, accounts, views and keys, read but not yet joined with flags and environment.

use toml::de::DeTable;

use super::fault::{Fault, Place};
use super::reader::{KeyBinding, Reader, Section};
use super::schema::{ACCOUNT, Key, TOP, VIEW};
use super::vendors::{self, VENDORS};

/// What stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The settings at the top.
    pub top: Section,
    /// The accounts.
    pub accounts: Vec<Section>,
    /// The views.
    pub views: Vec<Section>,
    /// The keys.
    pub keys: Vec<KeyBinding>,
}

/// The tables that stand beside the settings at the top.
const TABLES: [&str; 3] = ["account", "view", "keys"];

impl File {
    /// A file with nothing in it.
    pub fn empty() -> Self {
        Self { top: Section::empty(), accounts: Vec::new(), views: Vec::new(), keys: Vec::new() }
    }

    /// Reads a text. What could be read is given beside the faults, so that the caller can look for more of them.
    pub fn read(text: &str) -> (Self, Vec<Fault>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader::new(text);
        // A text that is not TOML gets the parser's words alone: what it made of the rest is guesswork.
        if !errors.is_empty() {
            let faults = errors
                .iter()
                .map(|error| {
                    let at = error.span().map_or(0, |span| span.start);
                    let words = error.message().lines().collect::<Vec<_>>().join(", ");
                    Fault::at(Place::of(text, at), words)
                })
                .collect();
            return (Self::empty(), faults);
        }
        let table = table.get_ref();
        let mut file = Self {
            top: reader.section(Place { line: 1, column: 1 }, table, TOP, &TABLES),
            ..Self::empty()
        };
        if let Some(value) = table.get("account") {
            for (place, account) in reader.tables("account", value) {
                let keys = account_keys(account);
                file.accounts.push(reader.section(place, account, &keys, &[]));
            }
        }
        if let Some(value) = table.get("view") {
            for (place, view) in reader.tables("view", value) {
                file.views.push(reader.section(place, view, VIEW, &[]));
            }
        }
        if let Some(value) = table.get("keys") {
            file.keys = reader.bindings(value);
        }
        (file, reader.faults)
    }
}

/// The keys that an account may have: everybody's and its provider's; of an unknown provider, every provider's, so that
/// one wrong word makes one fault.
fn account_keys(account: &DeTable<'_>) -> Vec<Key> {
    let vendor = account
        .get("provider")
        .and_then(|value| value.get_ref().as_str())
        .and_then(vendors::vendor);
    let own: Vec<Key> = match vendor {
        Some(vendor) => vendor.keys.to_vec(),
        None => VENDORS.iter().flat_map(|vendor| vendor.keys).copied().collect(),
    };
    ACCOUNT.iter().copied().chain(own).collect()
}
