//! The configuration in force, as TOML, with the origin of every value behind it; never a secret.

use std::fmt::Write as _;

use super::accounts::AccountConfig;
use super::duration;
use super::edge::{EdgeSettings, USUAL_GRACE};
use super::load::{Config, LogLevel, Origin, Setting};
use super::schema::ACCOUNT;
use super::secret::source::toml_text;
use crate::domain::activity::Names;
use crate::domain::filter::Pattern;
use crate::domain::zone::Zone;

/// The text for `config show`.
pub fn show(config: &Config) -> String {
    let mut text = String::new();
    let file = if config.has_file { "" } else { " (there is none)" };
    let _ = writeln!(text, "# file: {}{file}", config.paths.config.display());
    line(&mut text, "theme", &config.theme, |value| toml_text(value));
    line(&mut text, "colour", &config.colour, |value| {
        toml_text(if *value { "auto" } else { "never" })
    });
    line(&mut text, "ascii", &config.ascii, bool::to_string);
    line(&mut text, "mouse", &config.mouse, bool::to_string);
    line(&mut text, "notify", &config.notify, |way| toml_text(way.word()));
    line(&mut text, "zone", &config.zone, |zone| {
        toml_text(match zone {
            Zone::Utc => "utc",
            Zone::Local | Zone::Fixed(_) => "local",
        })
    });
    line(&mut text, "refresh", &config.refresh, |value| toml_text(&duration::print(*value)));
    line(&mut text, "read_only", &config.read_only, bool::to_string);
    line(&mut text, "store", &config.store, |value| toml_text(&value.display().to_string()));
    line(&mut text, "log", &config.log, |value| {
        toml_text(match value {
            LogLevel::Off => "off",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
        })
    });
    for account in &config.accounts {
        show_account(&mut text, account);
    }
    for view in &config.views {
        let _ = write!(
            text,
            "\n[[view]] # line {}\nname = {}\nfilter = {}\n",
            view.place.line,
            toml_text(&view.name),
            toml_text(&view.filter)
        );
    }
    if !config.keys.is_empty() {
        text.push_str("\n[keys]\n");
    }
    for binding in &config.keys {
        let chords: Vec<String> = binding.chords.iter().map(|chord| toml_text(chord)).collect();
        let _ = writeln!(
            text,
            "{} = [{}] # line {}",
            key_text(&binding.command),
            chords.join(", "),
            binding.place.line
        );
    }
    text
}

fn line<T>(text: &mut String, name: &str, setting: &Setting<T>, print: impl Fn(&T) -> String) {
    let origin: Origin = setting.origin;
    let _ = writeln!(text, "{name} = {} # {origin}", print(&setting.value));
}

fn show_account(text: &mut String, config: &AccountConfig) {
    let origin = if config.from_environment { " # of the environment" } else { "" };
    let account = &config.account;
    let _ = writeln!(text, "\n[[account]]{origin}");
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{name} = {value}");
        }
    };
    for key in ACCOUNT {
        let value = match key.name {
            "name" => Some(toml_text(account.name.as_str())),
            "provider" => Some(toml_text(account.provider.as_str())),
            "base_url" => config.base_url.as_ref().map(|url| toml_text(url.as_str())),
            "colour" => account.colour.as_deref().map(toml_text),
            "badge" => account.badge.as_deref().map(toml_text),
            "protected" => account.protected.then(|| "true".to_owned()),
            "protected_cnames" => cnames(&account.protected_cnames),
            "read_only" => account.read_only.then(|| "true".to_owned()),
            "reason_required" => account.reason_required.then(|| "true".to_owned()),
            "ticket_pattern" => account.ticket_pattern.as_deref().map(toml_text),
            "names" => names(&account.names),
            "refresh" => config.refresh.map(|length| toml_text(&duration::print(length))),
            name => edge(name, &config.edge),
        };
        put(key.name, value);
    }
    for (name, value) in config.options() {
        let flag = value == "true" || value == "false";
        put(name, Some(if flag { value.clone() } else { toml_text(value) }));
    }
    for (name, source) in config.secrets() {
        let standing = match source.check() {
            Ok(()) => String::new(),
            Err(trouble) => format!(" # {}", trouble.words),
        };
        put(name, Some(format!("{}{standing}", source.describe())));
    }
}

/// The settings of looks at the edge that are not as usual.
fn edge(name: &str, edge: &EdgeSettings) -> Option<String> {
    let list = |texts: Vec<String>| {
        let texts: Vec<String> = texts.iter().map(|text| toml_text(text)).collect();
        (!texts.is_empty()).then(|| format!("[{}]", texts.join(", ")))
    };
    match name {
        "verify" => (!edge.verify).then(|| "false".to_owned()),
        "verify_for" => {
            (edge.grace != USUAL_GRACE).then(|| toml_text(&duration::print(edge.grace)))
        }
        "edge" => list(edge.addresses.iter().map(ToString::to_string).collect()),
        "resolver" => edge.resolver.map(|address| toml_text(&address.to_string())),
        "cache_headers" => list(edge.cache_headers.iter().map(ToString::to_string).collect()),
        "edge_headers" => list(edge.edge_headers.clone()),
        _ => None,
    }
}

fn names(names: &Names) -> Option<String> {
    let texts: Vec<String> =
        names.iter().map(|(id, name)| format!("{} = {}", toml_text(id), toml_text(name))).collect();
    (!texts.is_empty()).then(|| format!("{{ {} }}", texts.join(", ")))
}

fn cnames(patterns: &[Pattern]) -> Option<String> {
    let texts: Vec<String> = patterns
        .iter()
        .map(|pattern| match pattern {
            Pattern::Is(text) | Pattern::Contains(text) | Pattern::Glob(text) => toml_text(text),
        })
        .collect();
    (!texts.is_empty()).then(|| format!("[{}]", texts.join(", ")))
}

fn key_text(name: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { toml_text(name) }
}
