//! Queues the requests of a plan and waits for them.

use std::time::Duration;

use chrono::{TimeDelta, Utc};

use super::Options;
use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError};
use crate::cli::refusal;
use crate::cli::signals::Shutdown;
use crate::cli::wait::{Outcome, wait};
use crate::domain::draft::Draft;
use crate::domain::journal::NewEntry;
use crate::domain::plan::Plan;
use crate::engine::{Engine, EventStream, LocalStore, Until};

/// A plan that ends no later than this after now is sent at once.
const NOW: TimeDelta = TimeDelta::seconds(2);
/// The longest time to wait for the vendor where none is given.
const WAIT: Duration = Duration::from_mins(10);

/// The purge to send.
#[derive(Clone, Copy)]
pub(super) struct Request<'r> {
    /// The flags.
    pub(super) options: &'r Options,
    /// The draft.
    pub(super) draft: &'r Draft,
    /// The plan of the draft.
    pub(super) plan: &'r Plan,
}

/// Sends the plan.
pub(super) async fn send(
    engine: &Engine,
    events: &mut EventStream,
    store: &LocalStore,
    request: Request<'_>,
    shutdown: &Shutdown,
    console: Console,
) -> Result<Outcome, CliError> {
    let Request { options, draft, plan } = request;
    let paused = store.is_paused().map_err(|error| {
        let message = format!("the queue cannot be read: {}; nothing was sent", error.words);
        CliError::new(Class::Failed, message).hint(error.advice)
    })?;
    if paused {
        return Err(refusal::paused());
    }
    if !options.wait && plan.ends_at > Utc::now() + NOW {
        let message = format!(
            "the vendor's limits have room for {} only at {}; nothing was sent",
            count(plan.requests.len(), "request"),
            plan.ends_at.format("%H:%M:%SZ")
        );
        return Err(CliError::new(Class::Limit, message)
            .hint("--wait sends each as soon as there is room; --dry-run shows when."));
    }
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let entries = plan.requests.iter().map(|planned| NewEntry {
        request: planned.request.clone(),
        planned_at: planned.at,
        reason: optional(&draft.reason),
        ticket: optional(&draft.ticket),
    });
    let queued = engine.enqueue(entries.collect()).await.map_err(|error| {
        CliError::new(Class::Failed, format!("nothing was queued: {}", error.words))
            .hint(error.advice)
    })?;
    let until = if options.verify {
        let accounts = plan.requests.iter().map(|planned| &planned.request.account);
        let grace = accounts.filter_map(|account| engine.edge_grace(account)).max();
        Until::Verified(longest_wait(options.timeout, grace))
    } else if options.wait {
        Until::Ended(longest_wait(options.timeout, None))
    } else {
        Until::AnsweredAtOnce
    };
    wait(engine, events, queued, until, shutdown, console).await
}

/// Returns the longest time to wait: the given one, else one for the vendor and one for the edge.
fn longest_wait(given: Option<Duration>, grace: Option<Duration>) -> Duration {
    given.unwrap_or_else(|| WAIT + grace.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_has_the_time_that_it_may_take_unless_another_is_given() {
        let minutes = Duration::from_mins;
        for (given, grace, wait) in [
            (None, None, minutes(10)),
            (None, Some(minutes(15)), minutes(25)),
            (Some(minutes(1)), Some(minutes(15)), minutes(1)),
            (Some(Duration::ZERO), None, Duration::ZERO),
        ] {
            assert_eq!(longest_wait(given, grace), wait, "{given:?} {grace:?}");
        }
    }
}
