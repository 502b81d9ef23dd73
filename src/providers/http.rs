//! One way to talk HTTP for every vendor: bounded in time and size, never redirected, never with a secret in a log.
//!
//! - [`Http::read`] asks and, where the fault is passing, asks again after growing, jittered pauses that honour the
//!   vendor's `Retry-After`. [`Http::send`] sends once, and its failures say whether the request may have taken effect.
//! - Every exchange is one `tracing` event at debug, target `purgedeck::http`: account, method, host, path, status,
//!   milliseconds. Queries, headers and bodies are left out: a signature or a token may stand in them.
//! - The client, and with it the machine's list of trusted certificates, is made when it is first needed.

mod answer;
mod base;
mod client;
mod exchange;
mod outgoing;
mod preview;
mod skew;

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

pub(crate) use answer::Answer;
pub use base::BaseUrlError;
pub(crate) use exchange::words;
pub(crate) use outgoing::Outgoing;

use crate::domain::failure::{Applied, Cause, Failure};
use crate::domain::ids::AccountName;
use crate::domain::plan::Preview;
use crate::providers::clock::WallClock;

/// How long and how often a vendor is waited for, and how much it may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpPolicy {
    /// Until a connection stands, its encryption included.
    pub connect: Duration,
    /// Until an answer is there as a whole, the connection included.
    pub total: Duration,
    /// The longest body that is read, in bytes.
    pub most_bytes: usize,
    /// How often a question is asked in all; 1 for never again.
    pub tries: usize,
    /// The first pause between two tries; each further one is about twice as long.
    pub first_pause: Duration,
    /// The longest pause. A vendor that asks for a longer one is not asked again here.
    pub longest_pause: Duration,
}

impl Default for HttpPolicy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
            most_bytes: 32 * 1024 * 1024,
            tries: 3,
            first_pause: Duration::from_millis(400),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// One account's way to its vendor.
#[derive(Debug)]
pub(crate) struct Http {
    account: AccountName,
    base: base::BaseUrl,
    clients: client::Clients,
    clock: skew::Clock,
    patience: HttpPolicy,
    now: WallClock,
}

impl Http {
    /// Talks to the vendor at `base`: https, or http on this machine; no name and no password in it. Nothing is opened
    /// or loaded yet.
    pub(crate) fn new(
        account: AccountName,
        base: &Url,
        patience: HttpPolicy,
    ) -> Result<Self, BaseUrlError> {
        Ok(Self {
            account,
            base: base::BaseUrl::new(base)?,
            clients: client::Clients::default(),
            clock: skew::Clock::default(),
            patience,
            now: WallClock::default(),
        })
    }

    /// The same, with another clock than this machine's to hold the vendor's against.
    pub(crate) fn timed_by(mut self, now: WallClock) -> Self {
        self.now = now;
        self
    }

    /// The time on our side.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now.now()
    }

    /// The vendor's clock minus ours, by the newest answer that carried a date.
    pub(crate) fn clock_ahead(&self) -> Option<TimeDelta> {
        self.clock.ahead()
    }

    /// The host as it stands in a request's `Host` header: with its port where that is not the usual one.
    pub(crate) fn host(&self) -> String {
        let url = self.base.url();
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The path of the base URL; at least `/`.
    pub(crate) fn path(&self) -> &str {
        self.base.url().path()
    }

    /// The address that a request goes to, without its query.
    pub(crate) fn url(&self, outgoing: &Outgoing) -> Url {
        outgoing.url(&self.base)
    }

    /// The request as it would go over the wire, a placeholder where a secret stands.
    pub(crate) fn preview(&self, outgoing: &Outgoing) -> Preview {
        preview::preview(&self.base, outgoing)
    }

    /// Asks, as often as it takes within [`Patience`]; `ask` makes every try's request anew, because a signature is good
    /// for one try. `understand` is given every answer but a redirect.
    pub(crate) async fn read<T>(
        &self,
        ask: impl Fn() -> Result<Outgoing, Failure> + Send + Sync,
        understand: impl Fn(&Answer) -> Result<T, Failure> + Send + Sync,
    ) -> Result<T, Failure> {
        let pauses = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.patience.first_pause)
            .with_max_delay(self.patience.longest_pause)
            .with_max_times(self.patience.tries.saturating_sub(1));
        let once = || async {
            let outgoing = ask().map_err(Tried::for_good)?;
            let client = self.clients.reading(&self.base, &self.patience)?;
            let answer = self.exchange(client, &outgoing).await?;
            understand(&answer).map_err(|failure| Tried {
                again: is_worth_asking_again(&failure),
                failure,
                wait: answer.retry_after,
            })
        };
        once.retry(pauses)
            .sleep(tokio::time::sleep)
            .when(|tried: &Tried| {
                tried.again && tried.wait.is_none_or(|wait| wait <= self.patience.longest_pause)
            })
            .adjust(|tried: &Tried, pause| {
                pause.map(|pause| tried.wait.map_or(pause, |wait| wait.max(pause)))
            })
            .await
            .map_err(|tried| Failure { applied: Applied::No, ..tried.failure })
    }

    /// Sends once and never again. A failure says [`Applied::Maybe`] where the request went out and no answer came back
    /// that could be trusted to mean "no".
    pub(crate) async fn send<T>(
        &self,
        outgoing: &Outgoing,
        understand: impl FnOnce(&Answer) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let client = self.clients.sending(&self.base, &self.patience)?;
        let answer =
            self.exchange(client, outgoing).await.map_err(|tried| judged(tried.failure))?;
        understand(&answer).map_err(judged)
    }
}

/// What came of one try of a question.
#[derive(Debug)]
struct Tried {
    failure: Failure,
    again: bool,
    wait: Option<Duration>,
}

impl Tried {
    fn for_good(failure: Failure) -> Self {
        Self { failure, again: false, wait: None }
    }
}

impl From<Failure> for Tried {
    fn from(failure: Failure) -> Self {
        Self { again: is_worth_asking_again(&failure), failure, wait: None }
    }
}

/// Returns true if the same question may be answered within seconds. An answer that made no sense
/// may be mended some day, but not that soon.
fn is_worth_asking_again(failure: &Failure) -> bool {
    failure.cause.is_passing() && failure.cause != Cause::BadAnswer
}

/// Marks the failure of a request that was sent with what is known of its effect.
fn judged(mut failure: Failure) -> Failure {
    // Other causes keep what their maker set: a redirect of the kind "done, look there" says maybe.
    if failure.cause.hides_outcome() {
        failure.applied = Applied::Maybe;
    }
    failure
}

#[cfg(test)]
mod tests;
