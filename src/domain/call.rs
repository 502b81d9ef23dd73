//! Calls to vendors: a request to an API over HTTP and the status of its answer, without anything
//! secret.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::ids::AccountName;

/// Number of calls that are kept. With [`LONGEST_PATH`] they take 0.3 MB at most.
pub const MOST_CALLS: usize = 500;

/// The longest path with its query that is kept, in characters.
pub const LONGEST_PATH: usize = 400;

/// A request to a vendor's API and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number: each call's is one more than that of the call before.
    pub number: u64,
    /// When it began.
    pub at: DateTime<Utc>,
    /// The account that it was for.
    pub account: AccountName,
    /// The method.
    pub method: String,
    /// The path and the query, with a placeholder for each secret.
    pub path: String,
    /// The attempt: 1 for the first, 2 for the first retry.
    pub attempt: u32,
    /// Time until the answer was there, or it was given up.
    pub took: Duration,
    /// The status of the answer; `None`: there is none.
    pub status: Option<u16>,
    /// The fault, in a few words. Some vendors answer with a status of success and an error.
    pub failure: Option<String>,
}

/// The newest calls, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLog {
    calls: VecDeque<Call>,
    last: u64,
}

impl CallLog {
    /// Adds a call, with the next number; the oldest gives way. Returns its number.
    pub fn push(&mut self, call: Call) -> u64 {
        self.last += 1;
        self.calls.push_back(Call { number: self.last, ..call });
        self.trim();
        self.last
    }

    /// Adds calls that another log numbered.
    pub fn extend(&mut self, calls: impl IntoIterator<Item = Call>) {
        for call in calls {
            if call.number > self.last {
                self.last = call.number;
                self.calls.push_back(call);
            }
        }
        self.trim();
    }

    /// Returns the calls with larger numbers, the newest last.
    pub fn after(&self, number: u64) -> Vec<Call> {
        self.calls.iter().filter(|call| call.number > number).cloned().collect()
    }

    /// The number of the newest call; 0 before there was one.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Returns the calls, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().rev()
    }

    fn trim(&mut self) {
        let surplus = self.calls.len().saturating_sub(MOST_CALLS);
        self.calls.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{call, noon};

    #[test]
    fn the_oldest_calls_give_way_and_the_numbers_go_on() {
        let mut log = CallLog::default();
        for _ in 0..MOST_CALLS + 7 {
            log.push(call("a", noon(), Some(200)));
        }
        assert_eq!(log.newest_first().count(), MOST_CALLS);
        assert_eq!(log.last(), MOST_CALLS as u64 + 7);
        assert_eq!(log.after(log.last() - 2).len(), 2);
        let mut copy = CallLog::default();
        copy.extend(log.after(0));
        copy.extend(log.after(log.last() - 2));
        assert_eq!(copy, log, "no call is taken twice");
    }
}
