//! One attempt at a request: exchanged, its answer read, recorded.

use std::time::Instant;

use super::request::HttpRequest;
use super::response::HttpResponse;
use super::{FailedAttempt, Http};
use crate::domain::call::{Call, LONGEST_PATH};
use crate::domain::failure::Failure;
use crate::domain::text::escape_control;

/// The longest fault that is recorded, in characters.
const LONGEST_FAILURE: usize = 200;

impl Http {
    /// Sends a request and reads its answer. `attempt` is 1 for the first one.
    pub(super) async fn call<T>(
        &self,
        client: reqwest::Client,
        request: &HttpRequest,
        attempt: u32,
        parse: impl FnOnce(&HttpResponse) -> Result<T, Failure> + Send,
    ) -> Result<T, FailedAttempt> {
        let (at, begun) = (self.now(), Instant::now());
        let answer = self.exchange(client, request).await;
        let took = begun.elapsed();
        let (status, result) = match answer {
            Ok(response) => {
                let wait = response.retry_after;
                let parsed = parse(&response);
                let result = parsed.map_err(|failure| FailedAttempt { failure, wait });
                (Some(response.status), result)
            }
            Err(failure) => (failure.http_status, Err(failure.into())),
        };
        if let Err(failed) = &result {
            self.slow_downs.record(&failed.failure, failed.wait);
        }
        if let Some(calls) = self.calls.get() {
            let failure = result.as_ref().err().map(|failed| failed.failure.to_string());
            calls.record(Call {
                number: 0,
                at,
                account: self.account.clone(),
                method: request.method.to_string(),
                path: escape_control(&request.shown_path(&self.base), LONGEST_PATH),
                attempt,
                took,
                status,
                failure: failure.map(|words| escape_control(&words, LONGEST_FAILURE)),
            });
        }
        result
    }
}
