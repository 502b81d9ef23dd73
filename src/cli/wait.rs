//! Waits for requests of the journal, on behalf of a command that a signal may interrupt.

mod exit;

use std::pin::pin;

use super::console::Console;
use super::error::CliError;
use super::session;
use super::signals::Shutdown;
use crate::domain::event::{Event, Level};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::engine::{Engine, EventStream, Until, WaitEnd};

/// The requests after the wait.
pub struct Outcome {
    /// The requests.
    pub entries: Vec<JournalEntry>,
    /// The end of the wait; `None` after a signal.
    end: Option<WaitEnd>,
    until: Until,
}

/// Waits for the requests. After a signal, those that are queued are canceled and the answers to
/// what was sent are waited for; with [`Until::Answered`], where others queued them, they stay, and
/// the engine's shutdown waits for the answers. The caller has deferred the shutdown, and calls
/// [`Outcome::reload`] after the engine has ended.
pub async fn wait(
    engine: &Engine,
    events: &mut EventStream,
    entries: Vec<JournalEntry>,
    until: Until,
    shutdown: &Shutdown,
    console: Console,
) -> Result<Outcome, CliError> {
    let mut latest = entries.clone();
    let outcome = {
        let mut waiting = pin!(engine.wait(entries, until, |entries| {
            latest = entries.to_vec();
            console.progress(&tally(entries));
        }));
        loop {
            tokio::select! {
                biased;
                () = shutdown.requested() => break None,
                outcome = &mut waiting => break Some(outcome?),
                event = session::next(events) => print(event?, console),
            }
        }
    };
    console.clear_progress();
    if let Some(outcome) = outcome {
        return Ok(Outcome { entries: outcome.entries, end: Some(outcome.end), until });
    }
    if latest.iter().any(|entry| entry.state == JournalState::Sending) {
        console.info(
            "stopping; waiting for the answers to what was sent (a second signal does not wait)",
        );
    }
    if until != Until::Answered {
        latest = engine.withdraw(latest).await?;
    }
    Ok(Outcome { entries: latest, end: None, until })
}

fn print(event: Event, console: Console) {
    if let Event::QueuePaused(paused) = event {
        console.clear_progress();
        console.info(if paused {
            "the queue was paused; `purgedeck queue resume` resumes it"
        } else {
            "the queue was resumed"
        });
    } else if let Event::StoreLost { error, .. } = event {
        console.clear_progress();
        console.warn(&error.to_string());
    } else if event == Event::StoreBack {
        console.clear_progress();
        console.info("the store can be reached again");
    } else if let Event::Notice(notice) = event
        && notice.level == Level::Error
    {
        console.clear_progress();
        console.warn(&notice.words);
    }
}

/// Counts the requests by state: `2 accepted · 1 queued`.
fn tally(entries: &[JournalEntry]) -> String {
    let mut entries: Vec<&JournalEntry> = entries.iter().collect();
    entries.sort_by_key(|entry| (entry.state, entry.verified));
    let parts: Vec<String> = entries
        .chunk_by(|a, b| a.word() == b.word())
        .filter_map(|same| Some(format!("{} {}", same.len(), same.first()?.word())))
        .collect();
    parts.join(" · ")
}
