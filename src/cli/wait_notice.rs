//! Names the accounts that a command waits for, where that takes long: a vendor that hangs does so
//! for half a minute.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::console::Console;
use crate::domain::ids::AccountName;

/// Delay of the notice on a terminal, where it is removed again.
const DELAY_ON_TERMINAL: Duration = Duration::from_secs(1);
/// Delay of the notice elsewhere, where it is a line in a log.
const DELAY: Duration = Duration::from_secs(2);

/// A notice about the accounts that a command waits for.
#[derive(Debug)]
pub struct WaitNotice {
    console: Console,
    /// The data that is read.
    what: &'static str,
    due: Instant,
    printed: bool,
    /// The progress on a terminal names the accounts.
    beside_progress: bool,
}

impl WaitNotice {
    /// Starts the delay.
    pub fn begin(console: Console, what: &'static str) -> Self {
        let delay = if console.is_terminal() { DELAY_ON_TERMINAL } else { DELAY };
        Self { console, what, due: Instant::now() + delay, printed: false, beside_progress: false }
    }

    /// Leaves a terminal alone, whose progress names the accounts.
    #[must_use]
    pub fn beside_progress(mut self) -> Self {
        self.beside_progress = true;
        self
    }

    /// Waits for the future; when that takes long, names the accounts that it depends on.
    pub async fn until<T>(
        &mut self,
        future: impl Future<Output = T>,
        accounts: &[&AccountName],
    ) -> T {
        let mut future = pin!(future);
        // A future that is ready needs no notice, however late it is.
        if let Ok(output) = timeout_at(self.due, &mut future).await {
            return output;
        }
        self.notify(accounts);
        future.await
    }

    fn notify(&mut self, accounts: &[&AccountName]) {
        if accounts.is_empty() {
            return;
        }
        let names: Vec<&str> = accounts.iter().map(|name| name.as_str()).collect();
        let notice = format!("still reading {}: {}", names.join(", "), self.what);
        if self.console.is_terminal() {
            if !self.beside_progress {
                self.console.progress(&notice);
            }
        } else if !self.printed {
            self.console.info(&notice);
        }
        self.printed = true;
    }
}
