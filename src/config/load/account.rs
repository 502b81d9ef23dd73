//! Makes accounts of the file's tables and of the environment's variables.

use url::Url;

use super::{Environment, set};
use crate::config::accounts::{AccountConfig, check_name};
use crate::config::duration;
use crate::config::edge::{self, EdgeAddress, EdgeSettings, MOST_ADDRESSES};
use crate::config::fault::Fault;
use crate::config::paths::Paths;
use crate::config::reader::{Section, Value, check_text};
use crate::config::schema::{ACCOUNT, Shape};
use crate::config::secret::source::SecretSource;
use crate::config::vendors::{self, VENDORS, Vendor};
use crate::domain::activity::Names;
use crate::domain::edge::{CacheRule, EdgeRules};
use crate::domain::filter::Pattern;
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::nearest::nearest;

/// The accounts of the file; and, for every provider that none of them names, the one that the environment makes. Beside
/// them, those of the file that have a name and a fault.
pub(super) fn accounts(
    sections: &[Section],
    env: Environment<'_>,
    paths: &Paths,
    faults: &mut Vec<Fault>,
) -> (Vec<AccountConfig>, Vec<AccountConfig>) {
    let mut accounts: Vec<AccountConfig> = Vec::new();
    let mut flawed: Vec<AccountConfig> = Vec::new();
    for section in sections {
        let before = faults.len();
        let Some(account) = of_section(section, paths, faults) else {
            continue;
        };
        let mut known = accounts.iter().chain(&flawed);
        if known.any(|one| one.name() == account.name()) {
            let at = section.get("name").map_or(section.place, |(_, place)| place);
            let words = format!("there is another account named \"{}\"", account.name());
            faults.push(Fault::at(at, words));
        } else if faults.len() > before {
            flawed.push(account);
        } else {
            accounts.push(account);
        }
    }
    for vendor in VENDORS {
        let named = sections
            .iter()
            .any(|section| section.text("provider").is_some_and(|(name, _)| name == vendor.name));
        let taken = accounts.iter().any(|one| one.name().as_str() == vendor.name);
        if !named && !taken {
            accounts.extend(of_environment(vendor, env, faults));
        }
    }
    (accounts, flawed)
}

fn of_section(section: &Section, paths: &Paths, faults: &mut Vec<Fault>) -> Option<AccountConfig> {
    let name = needed(section, "name", faults);
    let provider = needed(section, "provider", faults);
    if let Some((name, place)) = &name
        && let Err(words) = check_name(name)
    {
        faults.push(Fault::at(*place, words));
    }
    let edge = edge_settings(section, faults);
    let vendor = provider.and_then(|(provider, place)| {
        let vendor = vendors::vendor(&provider);
        if vendor.is_none() {
            let words = format!(
                "there is no provider \"{}\"",
                crate::domain::text::escape_control(&provider, 40)
            );
            let advice = match nearest(&provider, vendors::names()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("there are {}", vendors::names().collect::<Vec<_>>().join(", ")),
            };
            faults.push(Fault::at(place, words).advising(advice));
        }
        vendor
    })?;
    check_needs(section, vendor, faults);
    let (name, _) = name?;
    let mut made = AccountConfig::new(AccountName::new(name), ProviderName::new(vendor.name));
    let text = |key: &str| section.text(key).map(|(text, _)| text);
    let account = &mut made.account;
    account.colour = text("colour");
    account.badge = text("badge");
    account.protected = section.flag("protected");
    account.protected_cnames =
        section.texts("protected_cnames").iter().map(|cname| pattern(cname)).collect();
    account.read_only = section.flag("read_only");
    account.reason_required = section.flag("reason_required");
    account.ticket_pattern = text("ticket_pattern");
    account.names = Names::new(section.names("names"));
    made.base_url = text("base_url").and_then(|text| Url::parse(&text).ok());
    made.refresh = text("refresh").and_then(|text| duration::parse(&text).ok());
    made.edge = edge;
    for key in vendor.keys {
        match section.get(key.name) {
            Some((Value::Secret(source), _)) => {
                made = made.with_secret(key.name, expanded(source, paths));
            }
            Some((Value::Text(_) | Value::Flag(_) | Value::Texts(_) | Value::Names(_), _)) => {
                if let Some(value) = text(key.name) {
                    made = made.with_option(key.name, value);
                }
            }
            None => {}
        }
    }
    Some(made)
}

fn edge_settings(section: &Section, faults: &mut Vec<Fault>) -> EdgeSettings {
    let usual = EdgeSettings::default();
    let mut list = |key: &'static str, take: &mut dyn FnMut(&str) -> Result<(), String>| {
        for text in section.texts(key) {
            if let (Err(words), Some((_, place))) = (take(&text), section.get(key)) {
                faults.push(Fault::at(place, format!("\"{key}\": {words}")));
            }
        }
    };
    let (mut addresses, mut cache_headers, mut edge_headers) = (Vec::new(), Vec::new(), Vec::new());
    list("edge", &mut |text| {
        addresses.push(EdgeAddress::parse(text)?);
        Ok(())
    });
    list("cache_headers", &mut |text| {
        cache_headers.push(CacheRule::parse(text).map_err(|fault| fault.to_string())?);
        Ok(())
    });
    list("edge_headers", &mut |text| {
        edge_headers.push(EdgeRules::edge_header(text).map_err(|fault| fault.to_string())?);
        Ok(())
    });
    if addresses.len() > MOST_ADDRESSES
        && let Some((_, place)) = section.get("edge")
    {
        let words = format!("\"edge\": no more than {MOST_ADDRESSES} servers are looked at");
        faults.push(Fault::at(place, words));
    }
    let resolver = section.text("resolver").and_then(|(text, place)| {
        let read = edge::resolver(&text);
        read.map_err(|words| faults.push(Fault::at(place, format!("\"resolver\": {words}")))).ok()
    });
    EdgeSettings {
        verify: section.text("verify").map_or(usual.verify, |(text, _)| text == "true"),
        grace: section
            .text("verify_for")
            .and_then(|(text, _)| duration::parse(&text).ok())
            .unwrap_or(usual.grace),
        addresses,
        resolver,
        cache_headers,
        edge_headers,
    }
}

/// The account that the environment's variables make; `None` where one that it needs is not set.
fn of_environment(
    vendor: &'static Vendor,
    env: Environment<'_>,
    faults: &mut Vec<Fault>,
) -> Option<AccountConfig> {
    let complete = vendor
        .environment
        .iter()
        .all(|variable| !variable.needed || set(env, variable.name).is_some());
    if !complete {
        return None;
    }
    let mut made =
        AccountConfig::new(AccountName::new(vendor.name), ProviderName::new(vendor.name));
    made.from_environment = true;
    for variable in vendor.environment {
        let Some(text) = set(env, variable.name) else {
            continue;
        };
        let key = vendor.keys.iter().chain(ACCOUNT).find(|key| key.name == variable.key)?;
        if key.shape == Shape::Secret {
            let source = SecretSource::Env(variable.name.to_owned());
            made = made.with_secret(key.name, source);
            continue;
        }
        if let Err(words) = check_text(key.shape, &text) {
            faults.push(Fault::elsewhere(format!("the environment's {}: {words}", variable.name)));
        } else if key.name == "base_url" {
            made.base_url = Url::parse(&text).ok();
        } else {
            made = made.with_option(key.name, text);
        }
    }
    Some(made)
}

fn needed(
    section: &Section,
    key: &str,
    faults: &mut Vec<Fault>,
) -> Option<(String, crate::config::fault::Place)> {
    let found = section.text(key);
    if found.is_none() {
        faults.push(Fault::at(section.place, format!("the account needs \"{key}\"")));
    }
    found
}

/// One of the vendor's sets of keys must be there whole; the message names what is missing from the nearest set.
fn check_needs(section: &Section, vendor: &Vendor, faults: &mut Vec<Fault>) {
    let missing = vendor
        .needs
        .iter()
        .map(|set| set.iter().filter(|key| section.get(key).is_none()).copied().collect::<Vec<_>>())
        .min_by_key(Vec::len)
        .unwrap_or_default();
    if !missing.is_empty() {
        let words = format!(
            "the {} account needs {}",
            vendor.title,
            crate::config::schema::quoted(&missing)
        );
        faults.push(Fault::at(section.place, words));
    }
}

fn pattern(cname: &str) -> Pattern {
    let cname = cname.to_ascii_lowercase();
    if cname.contains('*') { Pattern::Glob(cname) } else { Pattern::Is(cname) }
}

fn expanded(source: &SecretSource, paths: &Paths) -> SecretSource {
    match source {
        SecretSource::File(path) => SecretSource::File(
            path.to_str().map_or_else(|| path.clone(), |text| paths.expand(text)),
        ),
        SecretSource::Env(_) | SecretSource::Command(_) | SecretSource::Given(_) => source.clone(),
    }
}
