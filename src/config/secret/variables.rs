//! Variables of the environment that hold secrets: no program that is started gets them, but those
//! of the account that it is started for.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::process::Command;

/// The variables that are withheld from a program. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretVariables(Arc<Withheld>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Withheld {
    every: Arc<BTreeSet<String>>,
    /// The variables among them that the program gets all the same.
    own: Vec<String>,
}

impl SecretVariables {
    /// Withholds these from every program.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let every = Arc::new(names.into_iter().collect());
        Self(Arc::new(Withheld { every, own: Vec::new() }))
    }

    /// Withholds all of them but these.
    #[must_use]
    pub fn but(&self, own: impl IntoIterator<Item = String>) -> Self {
        let every = Arc::clone(&self.0.every);
        Self(Arc::new(Withheld { every, own: own.into_iter().collect() }))
    }

    /// Takes them out of the environment that a program gets. Every program is started through
    /// this.
    pub fn withhold_from<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let Withheld { every, own } = &*self.0;
        for name in every.iter().filter(|name| !own.contains(name)) {
            command.env_remove(name);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_the_secrets_of_its_own_account_alone() {
        let every = SecretVariables::new(["A_TOKEN", "B_TOKEN"].map(str::to_owned));
        let withheld = |variables: &SecretVariables| {
            let mut command = Command::new("env");
            command.env("A_TOKEN", "a").env("B_TOKEN", "b").env("PAGER", "less");
            variables.withhold_from(&mut command);
            let changes = command.as_std().get_envs();
            let left = changes.filter(|(_, value)| value.is_some());
            left.map(|(name, _)| name.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(withheld(&every), ["PAGER"]);
        assert_eq!(withheld(&every.but(["B_TOKEN".to_owned()])), ["B_TOKEN", "PAGER"]);
        assert_eq!(withheld(&SecretVariables::default()).len(), 3);
    }
}
