//! Hands a plan to the journal, and follows its requests.

use chrono::{TimeDelta, Utc};

use super::Options;
use crate::cli::error::{Class, CliError};
use crate::cli::following::{Sent, Until, follow};
use crate::cli::office::Office;
use crate::cli::queue::is_paused;
use crate::cli::setup::{Talk, count};
use crate::cli::signals::Brake;
use crate::domain::draft::Draft;
use crate::domain::ids::Ticket;
use crate::domain::journal::NewEntry;
use crate::domain::plan::Plan;
use crate::effect::{Answer, Effect, Order, Report};
use crate::store::Reader;

/// A plan that begins no later than this after now goes out now.
const NOW: TimeDelta = TimeDelta::seconds(2);

/// What is sent, and how.
#[derive(Clone, Copy)]
pub(super) struct Request<'r> {
    /// The flags.
    pub(super) options: &'r Options,
    /// What it is for.
    pub(super) draft: &'r Draft,
    /// The requests.
    pub(super) plan: &'r Plan,
}

/// Sends the plan.
pub(super) async fn send(
    office: &mut Office,
    reader: &Reader,
    request: Request<'_>,
    brake: &Brake,
    talk: Talk,
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
        return Err(is_paused());
    }
    let now = Utc::now();
    if !options.wait && plan.ends_at > now + NOW {
        let words = format!(
            "the vendor's limits have room for {} at {} only; nothing was sent",
            count(plan.requests.len(), "request"),
            plan.ends_at.format("%H:%M:%SZ")
        );
        return Err(CliError::new(Class::Limit, words)
            .hint("--wait sends each as soon as there is room; --dry-run shows when."));
    }
    let ticket = Ticket(1);
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    office.run(Effect::Order(Order::Enqueue {
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
        if let Report::Answer(Answer::Enqueued { ticket: of, result }) = office.next().await?
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
    follow(entries, until, office, reader, brake, talk).await
}
