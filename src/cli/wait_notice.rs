//! Says who is waited for, where that takes long: a vendor that hangs does so for the better part of a minute.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::console::Console;
use crate::domain::ids::AccountName;

/// How long nothing is said on a terminal, where the word is gone again afterwards.
const ON_A_TERMINAL: Duration = Duration::from_secs(1);
/// How long nothing is said elsewhere, where it is a line in somebody's log.
const ELSEWHERE: Duration = Duration::from_secs(2);

/// The waiting for several accounts.
#[derive(Debug)]
pub struct WaitNotice {
    console: Console,
    /// What is waited for.
    what: &'static str,
    due: Instant,
    said: bool,
    /// Whether the progress on a terminal names the accounts already.
    beside_progress: bool,
}

impl WaitNotice {
    /// Begins to wait.
    pub fn begin(console: Console, what: &'static str) -> Self {
        let patience = if console.is_terminal() { ON_A_TERMINAL } else { ELSEWHERE };
        Self { console, what, due: Instant::now() + patience, said: false, beside_progress: false }
    }

    /// The same beside a progress that names the accounts, where nothing is to be added to it.
    #[must_use]
    pub fn beside_progress(mut self) -> Self {
        self.beside_progress = true;
        self
    }

    /// What comes; when it takes long, with a word about the accounts on which it depends.
    pub async fn until<T>(
        &mut self,
        coming: impl Future<Output = T>,
        accounts: &[&AccountName],
    ) -> T {
        let mut coming = pin!(coming);
        // What is there already is not waited for, however late it is.
        if let Ok(came) = timeout_at(self.due, &mut coming).await {
            return came;
        }
        self.tell(accounts);
        coming.await
    }

    fn tell(&mut self, accounts: &[&AccountName]) {
        if accounts.is_empty() {
            return;
        }
        let names: Vec<&str> = accounts.iter().map(|name| name.as_str()).collect();
        let words = format!("waiting for {} to tell {}", names.join(", "), self.what);
        if self.console.is_terminal() {
            if !self.beside_progress {
                self.console.progress(&words);
            }
        } else if !self.said {
            self.console.info(&words);
        }
        self.said = true;
    }
}
