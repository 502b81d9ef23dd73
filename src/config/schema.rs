//! Every key of the configuration's file with its type, default or example, and help: one row a
//! key.
//!
//! The file's reader, errors, `config show`, `config.example.toml` and the environment's variables
//! are made of these rows, so a new setting is a row here and its use. The keys of one provider's
//! accounts are in [`super::vendors`].

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::command_words::CommandWords;
use super::diagnostic::FilePosition;
use super::edge::{EdgeAddress, EdgeHeader, Resolver};
use super::exposure::Exposure;
use super::hooks::HookCommand;
use super::operator_name::OperatorName;
use super::retention::{KeptAge, StoreSize};
use super::value::{ApiUrl, Interval, Node, ValueError, to_toml};
use crate::domain::activity::Names;
use crate::domain::column::ShownColumn;
use crate::domain::edge::CacheRule;
use crate::domain::hook_event::HookEvent;
use crate::domain::sort::Sort;
use crate::domain::store_address::StoreAddress;
use crate::domain::view::SplitPane;
use crate::domain::zone::Zone;

/// Origin of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    /// Nothing set it.
    Default,
    /// The file.
    File(FilePosition),
    /// This variable of the environment.
    Environment(String),
    /// This flag.
    Flag(&'static str),
    /// Somebody else may write to the store.
    Exposed(Exposure),
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(position) => write!(f, "line {}", position.line),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Exposed(exposure) => exposure.fmt(f),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub origin: SettingOrigin,
}

impl<T> Setting<T> {
    /// Makes a setting that a flag gives.
    pub fn by_flag(flag: &'static str, value: T) -> Self {
        Self { value, origin: SettingOrigin::Flag(flag) }
    }
}

/// One key of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingKey {
    /// The name.
    pub name: &'static str,
    /// A value for the example file, as TOML; `None` where the example shows the default.
    pub example: Option<&'static str>,
    /// A sentence or two on what it is for.
    pub help: &'static str,
}

/// One value that is set: its key, its text as TOML, and where it comes from in tables with
/// defaults.
pub type Entry<'t> = (&'static str, String, Option<&'t SettingOrigin>);

/// A table of the file whose keys are rows of this module.
pub trait Table {
    /// The keys, in the order of their rows.
    const KEYS: &'static [SettingKey];

    /// Reads the value of a key; a key that the table does not have is ignored.
    fn set(&mut self, key: &str, value: Node<'_>, origin: SettingOrigin) -> Result<(), ValueError>;

    /// Returns the values that are set, in the order of their rows.
    fn entries(&self) -> Vec<Entry<'_>>;
}

/// Declares a table of settings, each with a default.
macro_rules! settings {
    ($(#[$meta:meta])* $table:ident {
        $($(#[doc = $help:literal])+ $key:ident: $type:ty = $default:expr;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $table { $($(#[doc = $help])+ pub $key: Setting<$type>,)+ }

        impl Default for $table {
            fn default() -> Self {
                Self { $($key: Setting { value: $default, origin: SettingOrigin::Default },)+ }
            }
        }

        impl Table for $table {
            const KEYS: &'static [SettingKey] = &[$(SettingKey {
                name: stringify!($key),
                example: None,
                help: concat!($($help),+),
            }),+];

            fn set(
                &mut self,
                key: &str,
                value: Node<'_>,
                origin: SettingOrigin,
            ) -> Result<(), ValueError> {
                match key {
                    $(stringify!($key) => {
                        self.$key = Setting { value: Deserialize::deserialize(value)?, origin };
                    })+
                    _ => {}
                }
                Ok(())
            }

            fn entries(&self) -> Vec<Entry<'_>> {
                vec![$((stringify!($key), to_toml(&self.$key.value), Some(&self.$key.origin))),+]
            }
        }
    };
}

/// Declares a table of optional keys, each with an example as TOML.
macro_rules! options {
    ($(#[$meta:meta])* $table:ident {
        $($(#[doc = $help:literal])+ $key:ident: $type:ty, $example:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $table { $($(#[doc = $help])+ pub $key: Option<$type>,)+ }

        impl Table for $table {
            const KEYS: &'static [SettingKey] = &[$(SettingKey {
                name: stringify!($key),
                example: Some($example),
                help: concat!($($help),+),
            }),+];

            fn set(
                &mut self,
                key: &str,
                value: Node<'_>,
                _: SettingOrigin,
            ) -> Result<(), ValueError> {
                match key {
                    $(stringify!($key) => self.$key = Some(Deserialize::deserialize(value)?),)+
                    _ => {}
                }
                Ok(())
            }

            fn entries(&self) -> Vec<Entry<'_>> {
                let entries = [$((stringify!($key), self.$key.as_ref().map(to_toml))),+];
                entries.into_iter().filter_map(|(key, text)| Some((key, text?, None))).collect()
            }
        }
    };
}

/// A day, in seconds.
const DAY: u64 = 86_400;

settings! {
    /// The keys at the top of the file; each has a [`variable`] of the environment.
    Settings {
        /// The colours: {themes}.
        theme: String = "default".to_owned();
        /// "never" is the same as --no-color, or NO_COLOR in the environment.
        colour: ColourMode = ColourMode::Auto;
        /// Draw with plain ASCII only, for terminals and fonts without box and block characters. If
        /// unset: as the locale says (LC_ALL, LC_CTYPE, LANG), with ASCII if it is not of UTF-8.
        ascii: bool = false;
        /// Capture the mouse. If off, the terminal's own selection works as usual.
        mouse: bool = true;
        /// Alert when a purge of yours failed or the queue is done: nothing, the terminal's bell,
        /// or a desktop notification (OSC 9; many terminals show it, others ignore it).
        notify: Notify = Notify::Off;
        /// Time zone in which times are shown, and read where a filter names a time of day.
        zone: Zone = Zone::Utc;
        /// Interval at which the dashboard asks each account for new purges; an account may have
        /// its own.
        refresh: Interval<5, DAY> = Interval(Duration::from_secs(30));
        /// Never purge anything, in any account, and leave the queue as it is. Wins over
        /// everything.
        read_only: bool = false;
        /// File of the history and the journal, or a PostgreSQL database that a team shares, like
        /// "postgres://mia@db.example.com/purgedeck". If unset: purgedeck.db in the state
        /// directory.
        store: StoreAddress =
            StoreAddress::File("~/.local/state/purgedeck/purgedeck.db".into());
        /// Variable of the environment with the password of the store's server.
        store_password_env: String = String::new();
        /// File with that password instead, readable by you alone (mode 600).
        store_password_file: PathBuf = PathBuf::new();
        /// Program that prints that password instead, and its arguments; started without a shell
        /// for each connection.
        store_password_command: CommandWords = CommandWords::default();
        /// Name of who works here, kept with each request that is queued. If unset: user@host.
        operator: OperatorName = OperatorName::default();
        /// Age up to which purges are kept, like "90d" or "2y". Older ones are removed while the
        /// dashboard runs, and are not read again; the journal of your requests is always kept.
        keep: KeptAge = KeptAge::Forever;
        /// Size, like "2GB", above which the store's oldest purges are removed while the dashboard
        /// runs. Those of the last 7 days always stay. For files; a server's store has no such
        /// limit.
        store_size: StoreSize = StoreSize::Unlimited;
        /// Write purgedeck.log into the state directory, at most 4 MiB and the 4 MiB before it. It
        /// never holds a secret.
        log: LogLevel = LogLevel::Off;
    }
}

/// Returns the variable of the environment for a key at the top of the file: `PURGEDECK_THEME`.
pub fn variable(key: &str) -> String {
    format!("PURGEDECK_{}", key.to_ascii_uppercase())
}

options! {
    /// The keys of an `[[account]]` at any provider.
    AccountSettings {
        /// Its name on the screen, in filters and in exports: letters, digits, `.`, `_` and `-`.
        /// Required.
        name: String, "\"production\"";
        /// The provider. Required.
        provider: String, "\"vendor\"";
        /// The API's address, if it is not the vendor's usual one (a gateway, `purgedeck
        /// simulate`).
        base_url: ApiUrl, "\"https://api.example.com\"";
        /// Colour of the account, so that production looks like production: a name or #rrggbb.
        colour: String, "\"red\"";
        /// Short text beside its name.
        badge: String, "\"PROD\"";
        /// Every purge in it requires typing the cname.
        protected: bool, "true";
        /// Only purges of these cnames require typing the cname; `*` matches any characters.
        protected_cnames: Vec<String>, "[\"www.site.com\", \"*.shop.site.com\"]";
        /// Never purge anything in it; its queued requests stay in the queue.
        read_only: bool, "true";
        /// A purge requires a reason.
        reason_required: bool, "true";
        /// A purge requires a ticket that matches this; `*` matches any characters.
        ticket_pattern: String, "\"INC-*\"";
        /// Interval at which it is asked for new purges.
        refresh: Interval<5, DAY>, "\"2m\"";
        /// Probe the edge before and after a purge: a few of its URLs, one byte each. On by
        /// default.
        verify: bool, "false";
        /// Grace period in which the edge may still serve old content after the vendor reported
        /// success. If unset: the vendor's own, 15 min for Gcore, 5 min for Tencent Cloud, 2 min
        /// for Medianova.
        verify_for: Interval<0, 3600>, "\"90s\"";
        /// Edge servers to probe instead of those that DNS returns; with `http://` in front:
        /// without encryption.
        edge: Vec<EdgeAddress>, "[\"203.0.113.7\", \"[2001:db8::7]:8443\"]";
        /// Name server that resolves the edge's names for probes. If unset: the system's.
        resolver: Resolver, "\"1.1.1.1\"";
        /// Headers with the state of the cache, tried before the vendor's own; with their words
        /// where those are unusual.
        cache_headers: Vec<CacheRule>, "[\"X-Cache\", \"X-Tier: LOCAL=hit, ORIGIN=miss\"]";
        /// Headers that name the edge server, tried before the vendor's own.
        edge_headers: Vec<EdgeHeader>, "[\"X-Served-By\"]";
        /// Names for the users and tokens that the vendor's activity log gives by number; "user 42"
        /// or "token 42" where both exist. Also as a table [account.names].
        names: Names, "{ \"42\" = \"mira\", \"token 900\" = \"deploy\" }";
    }
}

options! {
    /// The keys of `[hooks]`.
    HookSettings {
        /// When the vendor took a purge of yours and then reported that it failed.
        failed: HookCommand, "[\"notify-send\", \"A purge failed\"]";
        /// When a purge was refused, or could never be sent: nothing was purged.
        refused: HookCommand, "[\"/usr/local/bin/page\", \"--urgent\"]";
        /// When the edge was seen to serve it fresh.
        verified: HookCommand, "[\"notify-send\", \"A purge is verified\"]";
        /// When the vendor called a purge successful.
        done: HookCommand, "[\"sh\", \"-c\", \"cat >> ~/purges.ndjson\"]";
    }
}

impl HookSettings {
    /// Returns the command of each event that has one.
    pub fn commands(&self) -> BTreeMap<HookEvent, Vec<String>> {
        let command = |event: HookEvent| match event {
            HookEvent::Failed => &self.failed,
            HookEvent::Refused => &self.refused,
            HookEvent::Verified => &self.verified,
            HookEvent::Done => &self.done,
        };
        let commands = HookEvent::EVERY.into_iter();
        commands.filter_map(|event| Some((event, command(event).as_ref()?.0.clone()))).collect()
    }
}

options! {
    /// The keys of a `[[view]]`.
    ViewSettings {
        /// Its name, on its tab. Required.
        name: String, "\"Failed 24h\"";
        /// Its filter, as typed after `/`. Required; "" shows everything.
        filter: String, "\"status:failed since:24h\"";
        /// Further panes, in the order in which they are split off: to the right of a pane or below
        /// it, counted from 1, each with its filter.
        panes: Vec<SplitPane>, "[\"right of 1: status:in_progress\", \"below 2: kind:all\"]";
        /// The column that its panes are sorted by; with `-` in front: in the reverse order.
        sort: Sort, "\"status\"";
        /// The columns of its panes in their order, each with its width if it is not to be as wide
        /// as its contents.
        columns: Vec<ShownColumn>, "[\"time\", \"account\", \"cname 40\", \"kind\", \"status\"]";
    }
}

/// A named filter of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its filter's text, as written.
    pub filter: String,
    /// Its further panes.
    pub panes: Vec<SplitPane>,
    /// The order of its rows.
    pub sort: Sort,
    /// Its columns; if empty, the usual ones.
    pub columns: Vec<ShownColumn>,
    /// FilePosition of the filter's text.
    pub position: FilePosition,
}

/// A command and the chords that the file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBinding {
    /// The command's name, as written.
    pub command: String,
    /// The chords, as written; if empty, the command has no key.
    pub chords: Vec<String>,
    /// FilePosition of the command's name.
    pub position: FilePosition,
}

/// Use of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColourMode {
    /// As many as the terminal has.
    Auto,
    /// None.
    Never,
}

/// Verbosity of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// No log.
    Off,
    /// Events.
    Info,
    /// Events with their details.
    Debug,
}

/// Alert that calls the operator back to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    /// None.
    Off,
    /// The terminal's bell.
    Bell,
    /// A desktop notification, which the terminal is asked for with OSC 9.
    Osc9,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use toml::de::DeValue;

    use super::*;

    settings! {
        /// Settings with a row that nothing else knows.
        #[expect(unreachable_pub, reason = "the rows of the program are public")]
        Sample {
            /// Blink while a purge is
            /// queued.
            blink: bool = true;
        }
    }

    #[test]
    fn a_row_is_read_shown_and_explained() {
        let mut sample = Sample::default();
        assert_eq!(sample.entries(), [("blink", "true".to_owned(), Some(&SettingOrigin::Default))]);
        let origin = SettingOrigin::Environment(variable("blink"));
        sample.set("blink", Node(&DeValue::Boolean(false)), origin.clone()).unwrap();
        assert_eq!(sample.entries(), [("blink", "false".to_owned(), Some(&origin))]);
        assert_eq!(origin.to_string(), "$PURGEDECK_BLINK");
        let wrong = sample.set("blink", Node(&DeValue::String("no".into())), origin);
        assert_eq!(wrong.unwrap_err().to_string(), " must be true or false, not a string");
        let [key] = Sample::KEYS else { unreachable!("one row") };
        assert_eq!(key.help, " Blink while a purge is queued.");
    }

    /// The rule of cost: what handles all settings alike names none of them, so that a row here is
    /// all that a new one takes besides its use.
    #[test]
    fn the_reader_the_printer_and_the_example_name_no_setting() {
        let keys = Settings::KEYS.iter().chain(AccountSettings::KEYS);
        // An account's name and provider are part of the file's structure.
        for key in keys.filter(|key| !["name", "provider"].contains(&key.name)) {
            for (file, text) in [
                ("value.rs", include_str!("value.rs")),
                ("file.rs", include_str!("file.rs")),
                ("show.rs", include_str!("show.rs")),
                ("example.rs", include_str!("example.rs")),
            ] {
                let named = [format!("\"{}\"", key.name), format!("settings.{}", key.name)];
                assert!(!named.iter().any(|name| text.contains(name)), "{file}: {}", key.name);
            }
        }
    }
}
