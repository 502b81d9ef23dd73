//! An account as the configuration describes it to the rest of the program: no secrets, no URLs.

use super::activity::Names;
use super::filter::Pattern;
use super::ids::{AccountName, ProviderName};

/// One account, without its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: AccountName,
    /// Its provider.
    pub provider: ProviderName,
    /// A colour for it, as the theme files write colours.
    pub colour: Option<String>,
    /// A short text beside its name, for instance `PROD`.
    pub badge: Option<String>,
    /// True if every purge in it needs the cname typed out.
    pub protected: bool,
    /// Cnames whose purges need the cname typed out.
    pub protected_cnames: Vec<Pattern>,
    /// True if nothing may be purged in it.
    pub read_only: bool,
    /// True if a reason must be given.
    pub reason_required: bool,
    /// The form of the ticket that must be given, if one must (`*` stands for any characters).
    pub ticket_pattern: Option<String>,
    /// Names for the people and tokens of its vendor's activity log.
    pub names: Names,
}

impl Account {
    /// True if purges of this cname need it typed out.
    pub fn protects(&self, cname: &str) -> bool {
        self.protected || self.protected_cnames.iter().any(|pattern| pattern.matches(cname))
    }

    /// Makes an account without any settings: nothing is protected, nothing is demanded.
    pub fn new(name: impl Into<AccountName>, provider: impl Into<ProviderName>) -> Self {
        Self {
            name: name.into(),
            provider: provider.into(),
            colour: None,
            badge: None,
            protected: false,
            protected_cnames: Vec::new(),
            read_only: false,
            reason_required: false,
            ticket_pattern: None,
            names: Names::default(),
        }
    }
}
