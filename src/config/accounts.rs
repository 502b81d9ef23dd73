//! An account with all that its provider's adapter needs.

use std::time::Duration;

use url::Url;

use super::edge::EdgeSettings;
use super::schema::AccountSettings;
use super::secret::source::SecretSource;
use super::secret::variables::SecretVariables;
use crate::domain::account::Account;
use crate::domain::filter::Pattern;
use crate::domain::ids::{AccountName, ProviderName};

/// One account as configured. Keys of a single provider are kept by their names in
/// [`super::vendors`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    /// The part that the rest of the program may know.
    pub account: Account,
    /// The API's address, if it is not the vendor's usual one: https, or http on this machine.
    pub base_url: Option<Url>,
    /// Interval at which it is asked for new purges, if it differs from the general setting.
    pub refresh: Option<Duration>,
    /// Settings of the probes of its edge.
    pub edge: EdgeSettings,
    /// Made of the environment's variables, and not of the file.
    pub from_environment: bool,
    /// The keys that are set, as written.
    pub settings: AccountSettings,
    secrets: Vec<(&'static str, SecretSource)>,
    /// The secrets of others, which its programs do not get.
    withheld: SecretVariables,
    options: Vec<(&'static str, String)>,
}

impl AccountConfig {
    /// Makes an account with nothing but its name and provider.
    pub fn new(name: AccountName, provider: ProviderName) -> Self {
        Self::from_settings(name, provider, AccountSettings::default())
    }

    /// Makes an account of the keys that every account may have.
    pub fn from_settings(
        name: AccountName,
        provider: ProviderName,
        settings: AccountSettings,
    ) -> Self {
        let cnames = settings.protected_cnames.iter().flatten();
        Self {
            account: Account {
                name,
                provider,
                colour: settings.colour.clone(),
                badge: settings.badge.clone(),
                protected: settings.protected.unwrap_or_default(),
                protected_cnames: cnames.map(|cname| pattern(cname)).collect(),
                read_only: settings.read_only.unwrap_or_default(),
                reason_required: settings.reason_required.unwrap_or_default(),
                ticket_pattern: settings.ticket_pattern.clone(),
                names: settings.names.clone().unwrap_or_default(),
            },
            base_url: settings.base_url.as_ref().map(|url| url.0.clone()),
            refresh: settings.refresh.map(|interval| interval.0),
            edge: edge_settings(&settings),
            from_environment: false,
            settings,
            secrets: Vec::new(),
            withheld: SecretVariables::default(),
            options: Vec::new(),
        }
    }

    /// Sets the API's address.
    #[must_use]
    pub fn at(mut self, base_url: Url) -> Self {
        self.base_url = Some(base_url);
        self
    }

    /// Adds a secret under a key of its provider's.
    #[must_use]
    pub fn with_secret(mut self, key: &'static str, source: SecretSource) -> Self {
        self.secrets.push((key, source));
        self
    }

    /// Replaces the sources of all its secrets.
    #[must_use]
    pub fn with_sources(
        &self,
        mut source: impl FnMut(&str, &SecretSource) -> SecretSource,
    ) -> Self {
        let secrets = self.secrets.iter().map(|(key, old)| (*key, source(key, old))).collect();
        Self { secrets, ..self.clone() }
    }

    /// Adds a text under a key of its provider's.
    #[must_use]
    pub fn with_option(mut self, key: &'static str, value: String) -> Self {
        self.options.push((key, value));
        self
    }

    /// Makes it read-only.
    pub fn forbid_purges(&mut self) {
        self.account.read_only = true;
        self.settings.read_only = Some(true);
    }

    /// Returns its name.
    pub fn name(&self) -> &AccountName {
        &self.account.name
    }

    /// Returns its provider.
    pub fn provider(&self) -> &ProviderName {
        &self.account.provider
    }

    /// Returns the source of the secret under this key; `None` if the account has none.
    pub fn secret(&self, key: &str) -> Option<&SecretSource> {
        self.secrets.iter().find(|(name, _)| *name == key).map(|(_, source)| source)
    }

    /// Returns the provider's own setting under this key, as text (`true` and `false` for
    /// booleans); `None` if it is not set.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }

    /// Returns the variables of the environment that its secrets are in.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().filter_map(|(_, source)| match source {
            SecretSource::Env(name) => Some(name.as_str()),
            SecretSource::File(_) | SecretSource::Command(_) | SecretSource::Given(_) => None,
        })
    }

    /// Has its programs not get these, but for those of its own.
    pub fn withhold(&mut self, variables: &SecretVariables) {
        let own: Vec<String> = self.variables().map(str::to_owned).collect();
        self.withheld = variables.but(own);
    }

    /// Returns the variables that its programs do not get.
    pub fn withheld(&self) -> &SecretVariables {
        &self.withheld
    }

    /// Returns the sources of all its secrets, by key.
    pub fn secrets(&self) -> &[(&'static str, SecretSource)] {
        &self.secrets
    }

    /// Returns all its provider's own settings, by key.
    pub fn options(&self) -> &[(&'static str, String)] {
        &self.options
    }
}

fn edge_settings(settings: &AccountSettings) -> EdgeSettings {
    let default = EdgeSettings::default();
    let headers = settings.edge_headers.iter().flatten();
    EdgeSettings {
        verify: settings.verify.unwrap_or(default.verify),
        grace: settings.verify_for.map(|interval| interval.0),
        addresses: settings.edge.clone().unwrap_or_default(),
        resolver: settings.resolver.map(|resolver| resolver.0),
        cache_headers: settings.cache_headers.clone().unwrap_or_default(),
        edge_headers: headers.map(|header| header.0.clone()).collect(),
    }
}

fn pattern(cname: &str) -> Pattern {
    let cname = cname.to_ascii_lowercase();
    if cname.contains('*') { Pattern::Glob(cname) } else { Pattern::Is(cname) }
}

/// The longest name of an account, in characters.
const MAX_NAME: usize = 40;

/// Checks that a text can be an account's name: in filters, on the command line and in files it
/// needs no quotes.
pub fn check_name(name: &str) -> Result<(), String> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    if name.is_empty() || name.chars().count() > MAX_NAME || !name.chars().all(allowed) {
        return Err(format!(
            "an account's name consists of letters, digits, `.`, `_` and `-`, at most {MAX_NAME}"
        ));
    }
    if name.starts_with('-') {
        return Err("an account's name must not begin with `-`".to_owned());
    }
    Ok(())
}
