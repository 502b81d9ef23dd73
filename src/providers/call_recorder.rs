//! Keeps the newest calls to vendors, for whoever watches them.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::domain::call::{Call, CallLog};

/// A log of calls that all accounts write to. Clones are handles on the same log.
#[derive(Clone, Debug, Default)]
pub struct CallRecorder(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    log: Mutex<CallLog>,
    /// The number of the newest call.
    newest: watch::Sender<u64>,
}

impl CallRecorder {
    /// Adds a call.
    pub fn record(&self, call: Call) {
        let number = self.0.log.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        self.0.newest.send_if_modified(|newest| {
            let is_newer = number > *newest;
            *newest = number.max(*newest);
            is_newer
        });
    }

    /// Waits until there is a call with a larger number; returns all of them, the newest last.
    /// Nothing is woken until then.
    pub async fn after(&self, number: u64) -> Vec<Call> {
        let mut newest = self.0.newest.subscribe();
        // The sender lives as long as this handle.
        let _ = newest.wait_for(|newest| *newest > number).await;
        self.now(number)
    }

    /// Returns the calls with larger numbers at once, the newest last.
    pub fn now(&self, number: u64) -> Vec<Call> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner).after(number)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::testing::{call, noon};

    #[tokio::test]
    async fn who_waits_gets_the_calls_that_are_new_to_them() {
        let recorder = CallRecorder::default();
        recorder.record(call("a", noon(), Some(200)));
        assert_eq!(recorder.after(0).await.len(), 1);
        let waiting = tokio::spawn({
            let recorder = recorder.clone();
            async move { recorder.after(1).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        recorder.record(call("b", noon(), Some(500)));
        let new = waiting.await.unwrap();
        assert!(matches!(new.as_slice(), [call] if call.number == 2 && call.status == Some(500)));
    }
}
