//! Views: filters that the operator named.

/// A named filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its name, on its tab.
    pub name: String,
    /// Its filter's text.
    pub filter: String,
}
