//! Brings the store up to date before something is listed, and says which accounts could not be.

use std::sync::Arc;

use futures_util::future::join_all;

use super::books;
use super::error::{Class, CliError, class_of_all};
use super::setup::Talk;
use super::signals;
use crate::config::load::Config;
use crate::domain::failure::Failure;
use crate::domain::ids::AccountName;
use crate::domain::resource::Resource;
use crate::providers::{self, Provider};

/// Which accounts did not answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many were asked.
    pub asked: usize,
    /// Those that failed, and why.
    pub failures: Vec<(AccountName, Failure)>,
}

impl Missed {
    /// Names the accounts that failed, and ends the run as it must end: well where none did, partly done where some
    /// did, and with their own class where all did.
    pub fn verdict(&self, talk: Talk) -> Result<(), CliError> {
        for (account, failure) in &self.failures {
            talk.warn(&format!("{account}: {failure}\n  {}", failure.advice()));
        }
        if self.failures.is_empty() {
            return Ok(());
        }
        let class = if self.failures.len() < self.asked {
            Class::Partly
        } else {
            class_of_all(self.failures.iter().map(|(_, failure)| failure))
        };
        let words = format!(
            "{} of {} accounts could not be asked; what was known of them before is shown",
            self.failures.len(),
            self.asked
        );
        Err(CliError::new(class, words))
    }
}

/// The adapters of the configured accounts.
pub fn providers(config: &Config) -> Result<Vec<Arc<dyn Provider>>, CliError> {
    config
        .accounts
        .iter()
        .map(|account| {
            providers::connect(account).map_err(|failure| {
                let words = format!("account {}: {failure}", account.name());
                CliError::new(Class::Usage, words)
            })
        })
        .collect()
}

/// An error where there is nobody to ask.
pub fn some_account(config: &Config) -> Result<(), CliError> {
    if config.accounts.is_empty() {
        return Err(
            CliError::new(Class::Usage, "no account is configured").hint(format!(
                "Name one in {} (`purgedeck config init` explains how), or see what it is like: purgedeck demo",
                config.paths.config.display()
            )),
        );
    }
    Ok(())
}

/// Asks every account what it has to purge, all at once, and keeps it. Of an account that does not answer, what was
/// known before.
pub fn resources(config: &Config, talk: Talk) -> Result<(Vec<Resource>, Missed), CliError> {
    some_account(config)?;
    let providers = providers(config)?;
    talk.progress(&format!("asking {} accounts", providers.len()));
    let answers = signals::block_on(async {
        let asked = providers.iter().map(|provider| provider.resources());
        Ok(join_all(asked).await)
    });
    talk.progress_over();
    let mut writer = books::open(config)?
        .writer()
        .map_err(|failure| books::error(config, &failure))?;
    let now = chrono::Utc::now();
    let mut missed = Missed {
        asked: providers.len(),
        failures: Vec::new(),
    };
    for (provider, answer) in providers.iter().zip(answers?) {
        match answer {
            Ok(resources) => writer
                .save_resources(provider.account(), &resources, now)
                .map_err(|failure| books::error(config, &failure))?,
            Err(failure) => missed.failures.push((provider.account().clone(), failure)),
        }
    }
    Ok((books::known_resources(config)?, missed))
}

/// Reads the history that a predicate looks at.
pub fn history(
    _config: &Config,
    _predicate: &crate::domain::filter::Predicate,
    _talk: Talk,
) -> Result<Missed, CliError> {
    Ok(Missed::default())
}
