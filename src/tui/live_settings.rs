//! The difference between two configurations: the part that takes effect while the program runs,
//! and the part that counts from the next start.

use super::configured::{own_keys, saved_views};
use crate::config::accounts::AccountConfig;
use crate::config::load::Config;
use crate::config::schema::Table as _;
use crate::domain::ids::AccountName;
use crate::effect::LiveSettings;

/// The settings at the top of the file that take effect at once.
const LIVE: &[&str] = &["theme", READ_ONLY];

/// The settings of an account that take effect at once.
const LIVE_OF_ACCOUNT: &[&str] = &[
    "colour",
    "badge",
    "protected",
    "protected_cnames",
    READ_ONLY,
    "reason_required",
    "ticket_pattern",
];

const READ_ONLY: &str = "read_only";

/// Settings by key, as TOML.
type Values = Vec<(&'static str, String)>;

/// Returns the changes from `old` to `new`. Of the settings that count from the start, only those
/// are changes that differ from what this run `started` with.
pub(super) fn live_settings(started: &Config, old: &Config, new: &Config) -> LiveSettings {
    let (mut changed, mut later) = (Vec::new(), Vec::new());
    let start = top_values(started);
    let (before, now) = (top_values(old), top_values(new));
    for key in differing(&before, &now) {
        if LIVE.contains(&key) {
            changed.push(key.to_owned());
        } else if differing(&start, &now).contains(&key) {
            later.push(key.to_owned());
        }
    }
    if old.hooks != new.hooks && started.hooks != new.hooks {
        later.push("hooks".to_owned());
    }
    if own_keys(old) != own_keys(new) {
        changed.push("keys".to_owned());
    }
    let views = (saved_views(old) != saved_views(new)).then(|| saved_views(new));
    changed.extend(views.is_some().then(|| "views".to_owned()));
    compare_accounts([started, old, new], &mut changed, &mut later);
    let theme = &new.settings.theme.value;
    LiveSettings {
        theme: (*theme != old.settings.theme.value).then(|| theme.clone()),
        keys: own_keys(new),
        views,
        changed,
        later,
    }
}

/// Names the accounts that came or went, and the changed settings of the others.
fn compare_accounts(
    [started, old, new]: [&Config; 3],
    changed: &mut Vec<String>,
    later: &mut Vec<String>,
) {
    for account in &new.accounts {
        let name = account.name();
        let (start, before) = (find(started, name), find(old, name));
        let (Some(start), Some(before)) = (start, before) else {
            match (start, before) {
                (Some(_), _) => changed.push(format!("account {name}")),
                (None, None) => later.push(format!("account {name}")),
                // It waits for the next start already.
                (None, Some(_)) => {}
            }
            continue;
        };
        let whole = old.settings.read_only.value || new.settings.read_only.value;
        let of_start = account_values(start, whole);
        let (before, now) = (account_values(before, whole), account_values(account, whole));
        let (live, others): (Vec<&str>, Vec<&str>) =
            differing(&before, &now).into_iter().partition(|key| LIVE_OF_ACCOUNT.contains(key));
        let others: Vec<&str> =
            others.into_iter().filter(|key| differing(&of_start, &now).contains(key)).collect();
        for (keys, told) in [(live, &mut *changed), (others, &mut *later)] {
            if !keys.is_empty() {
                told.push(format!("{} of {name}", keys.join(" and ")));
            }
        }
    }
    for account in &old.accounts {
        let name = account.name();
        if find(new, name).is_none() && find(started, name).is_some() {
            changed.push(format!("account {name} (gone from the file, read-only now)"));
        }
    }
}

fn find<'a>(config: &'a Config, name: &AccountName) -> Option<&'a AccountConfig> {
    config.accounts.iter().find(|account| account.name() == name)
}

fn top_values(config: &Config) -> Values {
    config.settings.entries().into_iter().map(|(key, value, _)| (key, value)).collect()
}

/// Returns the settings of an account. Where `whole` says that all accounts are or were read-only
/// at once, it is not named as its own setting.
fn account_values(account: &AccountConfig, whole: bool) -> Values {
    let settings = account.settings.entries().into_iter().map(|(key, value, _)| (key, value));
    let settings = settings.filter(|(key, _)| !(whole && *key == READ_ONLY));
    let secrets = account.secrets().iter().map(|(key, source)| (*key, source.describe()));
    settings.chain(account.options().iter().cloned()).chain(secrets).collect()
}

/// Returns the keys whose values differ.
fn differing(one: &Values, other: &Values) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for entry in one.iter().chain(other) {
        let is_same = one.contains(entry) && other.contains(entry);
        if !is_same && !keys.contains(&entry.0) {
            keys.push(entry.0);
        }
    }
    keys
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::load::{Flags, resolve};
    use crate::config::paths::Paths;

    fn config(text: &str) -> Config {
        resolve(&Flags::default(), &|_| None, Paths::default(), Some(text)).unwrap()
    }

    fn account(name: &str, more: &str) -> String {
        let provider = crate::config::vendors::VENDORS[0].name;
        let secret = crate::config::vendors::VENDORS[0].needs[0][0];
        let env = if more.contains("env =") { "" } else { "{ env = \"ONE\" }" };
        format!(
            "[[account]]\nname = \"{name}\"\nprovider = \"{provider}\"\n{secret} = {env}{more}\n"
        )
    }

    /// The changes of a file in words: now, and from the next start on.
    fn told(started: &str, old: &str, new: &str) -> (String, String) {
        let settings = live_settings(&config(started), &config(old), &config(new));
        (settings.changed.join(", "), settings.later.join(", "))
    }

    fn words(changed: &str, later: &str) -> (String, String) {
        (changed.to_owned(), later.to_owned())
    }

    #[test]
    fn a_secret_an_address_and_a_zone_count_from_the_next_start_and_a_badge_at_once() {
        let old = account("one", "");
        let new = format!(
            "zone = \"local\"\ntheme = \"light\"\n{}",
            account("one", "{ env = \"OTHER\" }\nbadge = \"PROD\"\nprotected = true")
        );
        let secret = crate::config::vendors::VENDORS[0].needs[0][0];
        let later = format!("zone, {secret} of one");
        assert_eq!(told(&old, &old, &new), words("theme, badge and protected of one", &later));
        // Once more changed: only that is news.
        let again = new.replace("PROD", "LIVE");
        assert_eq!(told(&old, &new, &again), words("badge of one", ""));
        // Back to what this run began with: nothing waits.
        assert_eq!(told(&old, &new, &old), words("theme, badge and protected of one", ""));
    }

    #[test]
    fn another_name_is_one_account_gone_and_one_that_waits() {
        let (old, new) = (account("one", ""), account("two", ""));
        let gone = "account one (gone from the file, read-only now)";
        assert_eq!(told(&old, &old, &new), words(gone, "account two"));
        assert_eq!(told(&old, &new, &old), words("account one", ""));
        let badge = account("two", "\nbadge = \"NEW\"");
        assert_eq!(told(&old, &new, &badge), words("", ""));
    }

    #[test]
    fn read_only_for_all_is_told_once_and_unchanged_views_are_left_alone() {
        let old = account("one", "");
        let new = format!("read_only = true\n{old}");
        assert_eq!(told(&old, &old, &new), words("read_only", ""));
        assert_eq!(told(&old, &new, &old), words("read_only", ""));
        let view = format!("{old}[[view]]\nname = \"All\"\nfilter = \"kind:all\"\n");
        let settings = live_settings(&config(&old), &config(&old), &config(&view));
        assert_eq!(settings.views.map(|views| views.len()), Some(1));
        assert_eq!(live_settings(&config(&view), &config(&view), &config(&view)).views, None);
    }
}
