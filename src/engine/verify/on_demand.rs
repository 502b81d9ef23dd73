//! Verifies purges once, on the operator's demand, whoever made them.
//!
//! The result for a purge that was sent from here goes into the journal, unless it is being
//! verified anyway. Results for others are not stored.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::VerifyContext;
use super::job::VerificationJob;
use crate::domain::edge::{Check, Purged, Verdict, Verification};
use crate::domain::event::{Event, Level};
use crate::domain::hook_event::HookEvent;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::payload::PurgeRequest;
use crate::domain::subject::Subject;
use crate::domain::text::escape_control;
use crate::engine::Engine;
use crate::store::{Access, Reader, StoreFailure};

/// Largest number of purges that are verified for one demand.
pub const MOST_AT_ONCE: usize = 20;

/// A purge to verify.
struct Target {
    request: PurgeRequest,
    /// The time at which it was sent; where only the vendor's record is known, that of its
    /// creation.
    sent: DateTime<Utc>,
    /// It is still being carried out: then a fresh answer does not prove that it is done
    /// everywhere.
    unfinished: bool,
    /// The request in the journal, where it was sent from here.
    entry: Option<JournalEntry>,
}

/// The result for a purge.
#[derive(Debug)]
struct Verified {
    verification: Verification,
    unfinished: bool,
}

impl Verified {
    fn is_fresh(&self) -> bool {
        self.verification.verified() == Some(true)
    }
}

/// The results of a verification, in the order in which they come. Dropping it cancels the
/// verification.
#[derive(Debug)]
pub struct Verifications(mpsc::UnboundedReceiver<(Subject, Result<Verification, String>)>);

impl Verifications {
    /// Returns the next result: the verification, or the reason why there is none. `None` after the
    /// last one.
    pub async fn next(&mut self) -> Option<(Subject, Result<Verification, String>)> {
        self.0.recv().await
    }
}

impl Engine {
    /// Probes the edge once for these purges, [`MOST_AT_ONCE`] of them at most; a notice sums them
    /// up.
    pub fn verify(&self, mut subjects: Vec<Subject>) -> Verifications {
        let (results, verifications) = mpsc::unbounded_channel();
        let events = &self.0.events;
        if self.0.offline && !self.0.verify_context.has_to_watch() {
            events.notice(Level::Info, None, "Offline: the edge is not checked.".to_owned());
            return Verifications(verifications);
        }
        if subjects.len() > MOST_AT_ONCE {
            let words = format!(
                "Only {MOST_AT_ONCE} of the {} purges are checked, so that the edge is not \
                 flooded.",
                subjects.len()
            );
            events.notice(Level::Info, None, words);
            subjects.truncate(MOST_AT_ONCE);
        }
        let (context, stop) = (self.0.verify_context.clone(), self.0.stop.clone());
        self.0.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = results.closed() => {}
                () = context.verify_all(subjects, &results) => {}
            }
        });
        Verifications(verifications)
    }
}

impl VerifyContext {
    async fn verify_all(
        &self,
        subjects: Vec<Subject>,
        results: &mpsc::UnboundedSender<(Subject, Result<Verification, String>)>,
    ) {
        let probes = subjects.into_iter().map(|subject| async move {
            let result = self.verify_one(&subject).await;
            let told = result.as_ref().map(|seen| seen.verification.clone()).map_err(Clone::clone);
            // Nobody receives where the verification was cancelled.
            let _ = results.send((subject, told));
            result
        });
        let (level, words) = sum_up(&join_all(probes).await);
        self.events.notice(level, None, words);
    }

    /// Verifies one purge, and stores the result where the journal has its request.
    async fn verify_one(&self, subject: &Subject) -> Result<Verified, String> {
        let subject = subject.clone();
        let found = self
            .writer
            .call(move |store| find(&store.reader, &subject))
            .await
            .map_err(|error| error.to_string())?;
        let target = found?;
        let account = &target.request.account;
        let job = self
            .job(account)
            .ok_or_else(|| format!("the edge of {account} is left alone by `verify = false`"))?;
        let seen = job.verify_now(&target).await;
        if let Some(entry) = target.entry.as_ref()
            && entry.state == JournalState::Successful
            && self.store.access() == Access::ReadWrite
            && entry.verification.as_ref().is_none_or(|seen| seen.settled)
        {
            match job.save(entry, &seen, self.clock.now()).await {
                Ok(Some(noted)) => {
                    if entry.verified != Some(true)
                        && let Some(event) = HookEvent::of_probes(&noted)
                    {
                        self.events.publish_end(event, &noted);
                    }
                    self.events.publish(Event::Journal(Box::new(noted)));
                }
                Ok(None) => {}
                Err(error) => self.events.notice(
                    Level::Warning,
                    Some(&entry.request.account),
                    format!("What the edge serves was seen, but not noted. {error}"),
                ),
            }
        }
        Ok(Verified { verification: seen, unfinished: target.unfinished })
    }
}

impl VerificationJob {
    async fn verify_now(&self, target: &Target) -> Verification {
        let noted = target.entry.as_ref();
        let mut seen =
            noted.and_then(|entry| entry.verification.as_deref().cloned()).unwrap_or_default();
        let sample = self.sample(&target.request, &mut seen).await;
        let purged = Purged { sent: target.sent, sparing: self.keeps_unchanged(&target.request) };
        let hosts = self.own_hosts(&target.request).await;
        seen.take(self.probe(&sample, &hosts, |_, _| true).await, &purged);
        // A single look waits for nothing.
        (seen.grace, seen.settled) = (None, true);
        seen
    }
}

/// Returns the purge to verify, or the reason why that is not possible.
fn find(reader: &Reader, subject: &Subject) -> Result<Result<Target, String>, StoreFailure> {
    match subject {
        Subject::Request(id) => Ok(match reader.journal_entry(id)? {
            Some(entry) => sent_here(entry).ok_or_else(|| "it did not go out".to_owned()),
            None => Err("it is not in the journal".to_owned()),
        }),
        Subject::Purge(key) => {
            let Some(detail) = reader.detail(*key)? else {
                return Ok(Err("it is not in the history any more".to_owned()));
            };
            let purge = detail.purge;
            let entry = reader.journal_of(&purge.account, &purge.id)?;
            if let Some(target) = entry.and_then(sent_here) {
                return Ok(Ok(target));
            }
            Ok(match purge.again() {
                Some(request) => Ok(Target {
                    request,
                    sent: purge.created,
                    unfinished: purge.status.is_unfinished(),
                    entry: None,
                }),
                None => Err("the vendor's record does not say what was purged".to_owned()),
            })
        }
    }
}

fn sent_here(entry: JournalEntry) -> Option<Target> {
    Some(Target {
        request: entry.request.clone(),
        sent: entry.sent_at?,
        unfinished: entry.state.is_open(),
        entry: Some(entry),
    })
}

/// Words the results of all purges together; names the worst one.
fn sum_up(results: &[Result<Verified, String>]) -> (Level, String) {
    let seen = || results.iter().filter_map(|result| result.as_ref().ok());
    let verified = seen().filter(|seen| seen.is_fresh() && !seen.unfinished).count();
    let early = seen().filter(|seen| seen.is_fresh() && seen.unfinished).count();
    let worst =
        seen().filter_map(|seen| seen.verification.worst()).max_by_key(|check| check.verdict());
    let failed = results.iter().find_map(|result| result.as_ref().err());
    let all = match (results.len(), verified, early) {
        (1, 1, _) => "Verified: the edge serves it fresh.".to_owned(),
        (1, _, 1) => "The edge serves it fresh, but the vendor is not done yet.".to_owned(),
        (1, _, _) => "Not verified.".to_owned(),
        (of, verified, 0) => format!("{verified} of {of} purges verified at the edge."),
        (of, verified, early) => format!(
            "{verified} of {of} purges verified at the edge, {early} fresh while the vendor is not \
             done yet."
        ),
    };
    let named = |check: &Check| {
        format!(
            "{all} {}: {}, {}.",
            escape_control(&check.probe.url, 200),
            check.verdict().word(),
            check.evidence
        )
    };
    match (worst, failed) {
        (Some(check), _) if check.verdict() == Verdict::Stale => (Level::Error, named(check)),
        (_, Some(why)) => (Level::Warning, format!("{all} Not checked: {why}.")),
        (Some(check), None) if check.verdict() == Verdict::Unclear => {
            (Level::Warning, named(check))
        }
        (Some(_), None) if verified + early == results.len() => (Level::Info, all),
        (Some(_) | None, None) => (
            Level::Warning,
            format!("{all} No URL is known under the patterns, so none was asked for."),
        ),
    }
}
