//! The configuration in force, as TOML, with the origin of every value as a comment; never a
//! secret.

use std::fmt::Write as _;

use super::accounts::AccountConfig;
use super::load::Config;
use super::schema::{HookSettings, Table};
use super::value::to_toml;
use crate::domain::sort::Sort;

/// Returns the text of `config show`.
pub fn show(config: &Config) -> String {
    let mut text = String::new();
    let file = if config.has_file { "" } else { " (it does not exist)" };
    let _ = writeln!(text, "# file: {}{file}", config.paths.config.display());
    put_table(&mut text, &config.settings);
    for account in &config.accounts {
        put_account(&mut text, account);
    }
    for view in &config.views {
        let (line, name, filter) = (view.position.line, to_toml(&view.name), to_toml(&view.filter));
        let _ = write!(text, "\n[[view]] # line {line}\nname = {name}\nfilter = {filter}\n");
        if !view.panes.is_empty() {
            let _ = writeln!(text, "panes = {}", to_toml(&view.panes));
        }
        if view.sort != Sort::default() {
            let _ = writeln!(text, "sort = {}", to_toml(&view.sort));
        }
        if !view.columns.is_empty() {
            let _ = writeln!(text, "columns = {}", to_toml(&view.columns));
        }
    }
    if config.hooks != HookSettings::default() {
        text.push_str("\n[hooks]\n");
        put_table(&mut text, &config.hooks);
    }
    if !config.keys.is_empty() {
        text.push_str("\n[keys]\n");
    }
    for binding in &config.keys {
        let (key, chords) = (toml_key(&binding.command), to_toml(&binding.chords));
        let _ = writeln!(text, "{key} = {chords} # line {}", binding.position.line);
    }
    text
}

fn put_table(text: &mut String, table: &impl Table) {
    for (key, value, origin) in table.entries() {
        let origin = origin.map_or_else(String::new, |origin| format!(" # {origin}"));
        let _ = writeln!(text, "{key} = {value}{origin}");
    }
}

fn put_account(text: &mut String, account: &AccountConfig) {
    let origin = if account.from_environment { " # from the environment" } else { "" };
    let _ = writeln!(text, "\n[[account]]{origin}");
    put_table(text, &account.settings);
    for (key, value) in account.options() {
        let value = value.parse().map_or_else(|_| to_toml(value), |value: bool| value.to_string());
        let _ = writeln!(text, "{key} = {value}");
    }
    for (key, source) in account.secrets() {
        let problem =
            source.check().err().map_or_else(String::new, |error| format!(" # {}", error.message));
        let _ = writeln!(text, "{key} = {}{problem}", source.describe());
    }
}

fn toml_key(name: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { to_toml(name) }
}
