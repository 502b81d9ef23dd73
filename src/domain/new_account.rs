//! An account that is being set up: the form of each vendor, and the form as it was filled in.

use super::ids::ProviderName;
use super::secret::Secret;
use super::words::words;

/// The keys that make an account at a vendor. A vendor with several kinds of credentials has a form
/// for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountForm {
    /// The provider.
    pub provider: ProviderName,
    /// The vendor's name for people.
    pub title: String,
    /// The keys that are needed, in their order.
    pub fields: Vec<FormField>,
    /// The environment's variables that make an account without a file; empty where these keys have
    /// none.
    pub variables: Vec<String>,
}

/// A key of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its name, as in the configuration.
    pub key: String,
    /// A sentence or two on what it is for.
    pub help: String,
    /// An example of a value.
    pub example: String,
    /// The sources that are proposed for it; `None` for a key that is no secret.
    pub secret: Option<SourceHints>,
}

/// The sources that are proposed for a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceHints {
    /// A variable of the environment.
    pub env: String,
    /// A file.
    pub file: String,
    /// A command line that prints it.
    pub command: String,
}

words! {
    /// A way to say how a secret is had. Its word is that of the configuration, where it has one
    /// there.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    SourceKind {
        /// It is pasted, and kept in a file of its own beside the configuration.
        Paste = "paste";
        /// A variable of the environment.
        Env = "env";
        /// A file that is there.
        File = "file";
        /// A command that prints it.
        Command = "command";
    }
}

impl SourceKind {
    /// Returns the way after this one; the first after the last.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Paste => Self::Env,
            Self::Env => Self::File,
            Self::File => Self::Command,
            Self::Command => Self::Paste,
        }
    }
}

/// The value of a key of a new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// A text that is no secret.
    Text(String),
    /// A secret that is to be kept in a file of its own.
    Paste(Secret),
    /// The name of the variable that holds a secret.
    Env(String),
    /// The path of the file that holds a secret.
    File(String),
    /// The command line that prints a secret; no shell reads it.
    Command(String),
}

/// A new account as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// Its provider.
    pub provider: ProviderName,
    /// The keys that are set, with their values.
    pub values: Vec<(String, NewValue)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_secret_is_never_shown() {
        let value = NewValue::Paste(Secret::new("29841$c767".to_owned()));
        assert_eq!(format!("{value:?}"), "Paste(Secret(…))");
    }

    #[test]
    fn every_way_comes_up_in_turn() {
        let mut kind = SourceKind::Paste;
        for expected in SourceKind::EVERY {
            assert_eq!(kind, expected);
            kind = kind.next();
        }
        assert_eq!(kind, SourceKind::Paste);
    }
}
