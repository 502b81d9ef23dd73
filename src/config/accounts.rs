//! An account with all that its provider's adapter needs.

use std::time::Duration;

use url::Url;

use super::edge::EdgeSettings;
use super::secret::source::SecretSource;
use crate::domain::account::Account;
use crate::domain::ids::{AccountName, ProviderName};

/// One account as configured. What only one provider knows is kept by the names of the keys in [`super::vendors`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    /// What the rest of the program may know of it.
    pub account: Account,
    /// The API's address, where it is not the vendor's usual one: https, or http on this machine.
    pub base_url: Option<Url>,
    /// How often it is asked for news, where it differs from the general setting.
    pub refresh: Option<Duration>,
    /// How its edge is looked at after a purge.
    pub edge: EdgeSettings,
    /// Whether it stands in the file or was made of the environment's variables.
    pub from_environment: bool,
    secrets: Vec<(&'static str, SecretSource)>,
    options: Vec<(&'static str, String)>,
}

impl AccountConfig {
    /// An account with nothing but its name and provider.
    pub fn new(name: AccountName, provider: ProviderName) -> Self {
        Self {
            account: Account {
                name,
                provider,
                colour: None,
                badge: None,
                protected: false,
                protected_cnames: Vec::new(),
                read_only: false,
                reason_required: false,
                ticket_pattern: None,
                names: crate::domain::activity::Names::default(),
            },
            base_url: None,
            refresh: None,
            edge: EdgeSettings::default(),
            from_environment: false,
            secrets: Vec::new(),
            options: Vec::new(),
        }
    }

    /// The same with an address.
    #[must_use]
    pub fn at(mut self, base_url: Url) -> Self {
        self.base_url = Some(base_url);
        self
    }

    /// The same with a secret under a key of its provider's.
    #[must_use]
    pub fn with_secret(mut self, key: &'static str, source: SecretSource) -> Self {
        self.secrets.push((key, source));
        self
    }

    /// The same with a text under a key of its provider's.
    #[must_use]
    pub fn with_option(mut self, key: &'static str, value: String) -> Self {
        self.options.push((key, value));
        self
    }

    /// Its name.
    pub fn name(&self) -> &AccountName {
        &self.account.name
    }

    /// Its provider.
    pub fn provider(&self) -> &ProviderName {
        &self.account.provider
    }

    /// Where the secret under this key is to be had; `None` where the account has none.
    pub fn secret(&self, key: &str) -> Option<&SecretSource> {
        self.secrets.iter().find(|(name, _)| *name == key).map(|(_, source)| source)
    }

    /// The provider's own setting under this key, as text (`true` and `false` for flags); `None` where it was left out.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }

    /// All its secrets' sources, by key.
    pub fn secrets(&self) -> &[(&'static str, SecretSource)] {
        &self.secrets
    }

    /// All its provider's own settings, by key.
    pub fn options(&self) -> &[(&'static str, String)] {
        &self.options
    }
}

/// The longest name of an account, in characters.
const LONGEST_NAME: usize = 40;

/// Whether a text can be an account's name: one that stands in filters, on the command line and in files without quotes.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(fits) {
        return Err(format!(
            "an account's name is made of letters, digits, `.`, `_` and `-`, at most {LONGEST_NAME}"
        ));
    }
    if name.starts_with('-') {
        return Err("an account's name must not begin with `-`".to_owned());
    }
    Ok(())
}
