//! A changed configuration, as far as the core has to know of it.

use std::collections::BTreeMap;

use crate::domain::view::SavedView;

/// The settings that take effect while the program runs, beside those of the accounts, of which an
/// event tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveSettings {
    /// The name of the theme; `None` where that did not change.
    pub theme: Option<String>,
    /// The keys that differ from the defaults, by command.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The operator's own views; `None` where they did not change.
    pub views: Option<Vec<SavedView>>,
    /// The changes that take effect now, in words.
    pub changed: Vec<String>,
    /// The changes that take effect at the next start, in words.
    pub later: Vec<String>,
}
