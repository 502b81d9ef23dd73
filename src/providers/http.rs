//! One way to talk HTTP for every vendor: bounded in time and size, never redirected, never with a
//! secret in a log.
//!
//! - [`Http::read`] asks and, where the fault is passing, asks again after growing, jittered pauses
//!   that honour the vendor's `Retry-After`. [`Http::send`] sends once, and its failures say
//!   whether the request may have taken effect.
//! - Every exchange is one `tracing` event at debug, target `purgedeck::http`: account, method,
//!   host, path, status, milliseconds. Queries, headers and bodies are left out: a signature or a
//!   token may be in them.
//! - Every attempt is also a [`Call`](crate::domain::call::Call) where
//!   [`Http::record_calls`] asked for that.
//! - The client, and with it the machine's list of trusted certificates, is made when it is first
//!   needed.

mod base;
mod call;
mod client;
mod clock_offset;
mod exchange;
mod preview;
mod request;
mod response;
mod slow_downs;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

pub use base::BaseUrlError;
pub(crate) use exchange::error_chain;
pub(crate) use preview::quoted;
pub(crate) use request::{HttpRequest, QUERY};
pub(crate) use response::HttpResponse;

use crate::domain::failure::{Applied, Cause, Failure};
use crate::domain::ids::AccountName;
use crate::domain::plan::Preview;
use crate::providers::SlowDowns;
use crate::providers::call_recorder::CallRecorder;
use crate::providers::clock::WallClock;

/// Timeouts, retries and size limits of the requests to a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpPolicy {
    /// Until a connection is made, its encryption included.
    pub connect_timeout: Duration,
    /// Until an answer is there as a whole, the connection included.
    pub timeout: Duration,
    /// The longest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// The number of attempts at a question in all; 1 for no retry.
    pub max_attempts: usize,
    /// The first pause between two attempts; each further one is about twice as long.
    pub first_retry_delay: Duration,
    /// The longest pause. A vendor that asks for a longer one is not asked again here.
    pub max_retry_delay: Duration,
}

impl Default for HttpPolicy {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            max_body_bytes: 32 * 1024 * 1024,
            max_attempts: 3,
            first_retry_delay: Duration::from_millis(400),
            max_retry_delay: Duration::from_secs(10),
        }
    }
}

/// The HTTP client of one account.
#[derive(Debug)]
pub(crate) struct Http {
    account: AccountName,
    base: base::BaseUrl,
    clients: client::Clients,
    clock_offset: clock_offset::ClockOffset,
    slow_downs: slow_downs::SlowDownCounter,
    policy: HttpPolicy,
    clock: WallClock,
    calls: OnceLock<CallRecorder>,
}

impl Http {
    /// Prepares requests to the vendor at `base`: https, or http on this machine; no name and no
    /// password in it. Nothing is opened or loaded yet.
    pub(crate) fn new(
        account: AccountName,
        base: &Url,
        policy: HttpPolicy,
        clock: WallClock,
    ) -> Result<Self, BaseUrlError> {
        Ok(Self {
            account,
            base: base::BaseUrl::new(base)?,
            clients: client::Clients::default(),
            clock_offset: clock_offset::ClockOffset::default(),
            slow_downs: slow_downs::SlowDownCounter::default(),
            policy,
            clock,
            calls: OnceLock::new(),
        })
    }

    /// Has every further exchange recorded; the first recorder stays.
    pub(crate) fn record_calls(&self, recorder: &CallRecorder) {
        let _ = self.calls.set(recorder.clone());
    }

    /// Returns the time on our side.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Returns the vendor's clock minus ours, by the newest answer that carried a date.
    pub(crate) fn clock_ahead(&self) -> Option<TimeDelta> {
        self.clock_offset.get()
    }

    /// Returns the answers so far that said "too many requests".
    pub(crate) fn slow_downs(&self) -> SlowDowns {
        self.slow_downs.get()
    }

    /// Returns the host as in a request's `Host` header: with its port unless that is the usual
    /// one.
    pub(crate) fn host(&self) -> String {
        let url = self.base.url();
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Returns the base URL without a slash at its end.
    pub(crate) fn origin(&self) -> String {
        self.base.url().as_str().trim_end_matches('/').to_owned()
    }

    /// Returns the path of the base URL; at least `/`.
    pub(crate) fn path(&self) -> &str {
        self.base.url().path()
    }

    /// Returns the path of a request as it goes over the wire, percent-encoded.
    pub(crate) fn sent_path(&self, request: &HttpRequest) -> String {
        request.url(&self.base).path().to_owned()
    }

    /// Returns the request as it would go over the wire, a placeholder for each secret.
    pub(crate) fn preview(&self, request: &HttpRequest) -> Preview {
        preview::preview(&self.base, request)
    }

    /// Sends a question up to [`HttpPolicy::max_attempts`] times. `build` makes the request of each
    /// attempt anew, because a signature is good for one. `parse` is given every answer but a
    /// redirect.
    pub(crate) async fn read<T>(
        &self,
        build: impl Fn() -> HttpRequest + Send + Sync,
        parse: impl Fn(&HttpResponse) -> Result<T, Failure> + Send + Sync,
    ) -> Result<T, Failure> {
        let pauses = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.policy.first_retry_delay)
            .with_max_delay(self.policy.max_retry_delay)
            .with_max_times(self.policy.max_attempts.saturating_sub(1));
        let attempts = AtomicU32::new(0);
        let attempt = || async {
            let client = self.clients.reading(&self.base, &self.policy)?;
            let number = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            self.call(client, &build(), number, &parse).await
        };
        attempt
            .retry(pauses)
            .sleep(tokio::time::sleep)
            .when(|failed: &FailedAttempt| {
                is_worth_retrying(&failed.failure)
                    && failed.wait.is_none_or(|wait| wait <= self.policy.max_retry_delay)
            })
            .adjust(|failed: &FailedAttempt, pause| {
                pause.map(|pause| failed.wait.map_or(pause, |wait| wait.max(pause)))
            })
            .await
            .map_err(|failed| Failure { applied: Applied::No, ..failed.failure })
    }

    /// Sends once and never again. A failure says [`Applied::Maybe`] where the request went out and
    /// no answer came back that could be trusted to mean "no".
    pub(crate) async fn send<T>(
        &self,
        request: &HttpRequest,
        parse: impl FnOnce(&HttpResponse) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let client = self.clients.sending(&self.base, &self.policy)?;
        let sent = self.call(client, request, 1, parse).await;
        sent.map_err(|failed| with_effect(failed.failure))
    }
}

/// A failed attempt at a question, with the pause that the vendor asks for.
#[derive(Debug)]
struct FailedAttempt {
    failure: Failure,
    wait: Option<Duration>,
}

impl From<Failure> for FailedAttempt {
    fn from(failure: Failure) -> Self {
        Self { failure, wait: None }
    }
}

/// Returns true if the same question may be answered within seconds. An answer that made no sense
/// may be mended some day, but not that soon.
fn is_worth_retrying(failure: &Failure) -> bool {
    failure.is_transient() && failure.cause != Cause::BadAnswer
}

/// Marks the failure of a request that was sent with what is known of its effect.
fn with_effect(mut failure: Failure) -> Failure {
    // Other causes keep what their maker set: a redirect of the kind "done, look there" says maybe.
    if failure.cause.hides_outcome() {
        failure.applied = Applied::Maybe;
    }
    failure
}

#[cfg(test)]
mod tests;
