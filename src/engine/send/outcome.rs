//! Derives the outcome of a request from the vendor's answer.

use std::time::Duration;

use crate::domain::failure::{Applied, Cause, Failure, LONGEST_PAUSE};
use crate::domain::kind::Kind;
use crate::domain::limits::Limits;
use crate::providers::Receipt;

/// Time for which a window stays closed after "too many requests", where neither the vendor nor its
/// documents say.
const CLOSED: Duration = Duration::from_mins(1);
/// First pause after the vendor could not be reached; doubled each time, up to the longest.
const UNREACHED: Duration = Duration::from_secs(2);
const UNREACHED_LONGEST: Duration = Duration::from_mins(1);

/// The outcome of an attempt to send a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SubmitOutcome {
    /// The vendor took it, or a part of it.
    Accepted(Receipt),
    /// It had no effect, and sending the same again would have none either.
    Rejected(String),
    /// Nobody knows whether it had an effect.
    Unknown(String),
    /// It had no effect, and goes back into the queue for a pause.
    Wait {
        /// The pause.
        pause: Duration,
        /// `true` where the vendor closed the window for all requests of the kind and resource.
        closed: bool,
        /// The reason.
        words: String,
    },
}

/// Returns the outcome for an answer; `tries` is the number of attempts before that did not reach
/// the vendor.
pub(super) fn outcome_of(
    answer: Result<Receipt, Failure>,
    limits: &Limits,
    kind: Kind,
    tries: u32,
) -> SubmitOutcome {
    let failure = match answer {
        Ok(receipt) => return SubmitOutcome::Accepted(receipt),
        Err(failure) => failure,
    };
    let words = failure.to_string();
    if failure.applied == Applied::Maybe {
        return SubmitOutcome::Unknown(words);
    }
    if let Cause::RateLimited { retry_after } = failure.cause {
        let windows = limits.rule(kind).map_or(&[][..], |rule| &rule.windows);
        let documented = windows.iter().map(|window| window.per).max();
        let pause = retry_after.or(documented).unwrap_or(CLOSED);
        return SubmitOutcome::Wait {
            pause: pause.clamp(Duration::from_secs(1), LONGEST_PAUSE),
            closed: true,
            words,
        };
    }
    if failure.is_transient() {
        let pause = UNREACHED.saturating_mul(2_u32.saturating_pow(tries.min(10)));
        return SubmitOutcome::Wait { pause: pause.min(UNREACHED_LONGEST), closed: false, words };
    }
    SubmitOutcome::Rejected(failure.with_advice())
}
