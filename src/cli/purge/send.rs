//! Queues the requests of a plan and waits for them.

use chrono::{TimeDelta, Utc};

use super::Options;
use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError};
use crate::cli::refusal;
use crate::cli::session::Session;
use crate::cli::signals::Shutdown;
use crate::cli::wait::{Sent, Until, follow};
use crate::domain::draft::Draft;
use crate::domain::ids::Ticket;
use crate::domain::journal::NewEntry;
use crate::domain::plan::Plan;
use crate::effect::{Answer, Effect, Order, Report};
use crate::store::Reader;

/// A plan that ends no later than this after now is sent at once.
const NOW: TimeDelta = TimeDelta::seconds(2);

/// The purge to send.
#[derive(Clone, Copy)]
pub(super) struct Request<'r> {
    /// The flags.
    pub(super) options: &'r Options,
    /// The draft.
    pub(super) draft: &'r Draft,
    /// The requests.
    pub(super) plan: &'r Plan,
}

/// Sends the plan.
pub(super) async fn send(
    session: &mut Session,
    reader: &Reader,
    request: Request<'_>,
    shutdown: &Shutdown,
    console: Console,
) -> Result<Sent, CliError> {
    let Request { options, draft, plan } = request;
    let paused = reader.is_paused().map_err(|failure| {
        CliError::new(
            Class::Failed,
            format!("the queue cannot be read: {failure}; nothing was sent"),
        )
        .hint(failure.advice())
    })?;
    if paused {
        return Err(refusal::paused());
    }
    let now = Utc::now();
    if !options.wait && plan.ends_at > now + NOW {
        let words = format!(
            "the vendor's limits have room for {} only at {}; nothing was sent",
            count(plan.requests.len(), "request"),
            plan.ends_at.format("%H:%M:%SZ")
        );
        return Err(CliError::new(Class::Limit, words)
            .hint("--wait sends each as soon as there is room; --dry-run shows when."));
    }
    let ticket = Ticket(1);
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    session.run(Effect::Order(Order::Enqueue {
        ticket,
        sends: plan
            .requests
            .iter()
            .map(|planned| NewEntry {
                request: planned.request.clone(),
                planned_at: planned.at,
                reason: optional(&draft.reason),
                ticket: optional(&draft.ticket),
            })
            .collect(),
    }));
    let entries = loop {
        if let Report::Answer(Answer::Enqueued { ticket: of, result }) = session.next().await?
            && of == ticket
        {
            break result.map_err(|trouble| {
                CliError::new(Class::Failed, format!("nothing was queued: {}", trouble.words))
                    .hint(trouble.advice)
            })?;
        }
    };
    let until = if options.verify {
        Until::Verified(options.timeout)
    } else if options.wait {
        Until::Ended(options.timeout)
    } else {
        Until::AnsweredAtOnce
    };
    follow(entries, until, session, reader, shutdown, console).await
}
