//! The rules that keep a request from being queued, sent or changed: one table, which the engine
//! enforces and the faces explain beforehand.

use std::fmt;

use super::account::Account;
use super::event::StoreError;
use super::ids::AccountName;

/// An action on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Queue a new request.
    Purge,
    /// Queue a request again whose outcome is unknown.
    Resend,
    /// Cancel, move or pause what is queued.
    ChangeQueue,
}

/// The rules that hold for as long as the program runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// True if the whole program may change nothing.
    pub read_only: bool,
    /// True if no vendor is asked.
    pub offline: bool,
}

/// The rule that forbids an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The whole program may change nothing.
    ReadOnly,
    /// No vendor is asked.
    Offline,
    /// No account of this name is configured.
    NoAccount(AccountName),
    /// Nothing may be changed in this account.
    ReadOnlyAccount(AccountName),
}

impl Permissions {
    /// Refuses what the whole program may not do, in whatever account.
    pub fn check(self, action: Action) -> Result<(), Refusal> {
        match action {
            _ if self.read_only => Err(Refusal::ReadOnly),
            Action::Purge | Action::Resend if self.offline => Err(Refusal::Offline),
            Action::Purge | Action::Resend | Action::ChangeQueue => Ok(()),
        }
    }

    /// Refuses what may not be done in the account of this name; `account` is `None` where none is
    /// configured.
    pub fn check_in(
        self,
        action: Action,
        name: &AccountName,
        account: Option<&Account>,
    ) -> Result<(), Refusal> {
        match (action, account) {
            _ if self.read_only => Err(Refusal::ReadOnly),
            (_, Some(account)) if account.read_only => Err(Refusal::ReadOnlyAccount(name.clone())),
            (Action::Purge, None) => Err(Refusal::NoAccount(name.clone())),
            (Action::Purge | Action::Resend | Action::ChangeQueue, _) => self.check(action),
        }
    }
}

impl Refusal {
    /// The reason in a few words that fit behind a command's title.
    pub fn reason(&self, action: Action) -> &'static str {
        match (self, action) {
            (Self::ReadOnly, Action::Purge) => "Read-only: nothing can be purged",
            (Self::ReadOnly, Action::Resend | Action::ChangeQueue) => {
                "Read-only: the queue cannot be changed"
            }
            (Self::Offline, _) => "Offline: nothing can be purged",
            (Self::NoAccount(_), _) => "Its account is not configured",
            (Self::ReadOnlyAccount(_), _) => "This account is read-only",
        }
    }

    /// The refused action, the reason, and what the operator can do about it.
    pub fn error(&self, action: Action) -> StoreError {
        let outcome = match action {
            Action::Purge => "nothing was queued",
            Action::Resend => "nothing was sent again",
            Action::ChangeQueue => "the queue stays as it is",
        };
        let advice = match self {
            Self::ReadOnly => "Start purgedeck without --read-only.",
            Self::Offline => "Start purgedeck without --offline.",
            Self::NoAccount(_) => "Check the configuration.",
            Self::ReadOnlyAccount(_) => "Its configuration says read_only = true.",
        };
        StoreError { words: format!("{self}: {outcome}."), advice: advice.to_owned() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => f.write_str("Read-only"),
            Self::Offline => f.write_str("Offline"),
            Self::NoAccount(account) => write!(f, "There is no account {account}"),
            Self::ReadOnlyAccount(account) => write!(f, "{account} is read-only"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;

    #[test]
    fn the_gravest_rule_is_named_and_offline_the_queue_may_still_be_changed() {
        let refused = |read_only, offline, action, account: Option<&Account>| {
            Permissions { read_only, offline }.check_in(action, &"one".into(), account).err()
        };
        let (free, mut locked) = (account("one"), account("one"));
        locked.read_only = true;
        let of_account = Some(Refusal::ReadOnlyAccount("one".into()));
        for action in [Action::Purge, Action::Resend, Action::ChangeQueue] {
            assert_eq!(refused(false, false, action, Some(&free)), None);
            assert_eq!(refused(true, true, action, Some(&locked)), Some(Refusal::ReadOnly));
            assert_eq!(refused(false, true, action, Some(&locked)), of_account);
            let offline = (action != Action::ChangeQueue).then_some(Refusal::Offline);
            assert_eq!(refused(false, true, action, Some(&free)), offline);
        }
        let missing = Some(Refusal::NoAccount("one".into()));
        assert_eq!(refused(false, true, Action::Purge, None), missing);
        assert_eq!(refused(false, false, Action::ChangeQueue, None), None);
    }
}
