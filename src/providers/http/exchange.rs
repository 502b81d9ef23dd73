//! One request and its answer: sent, read within bounds, logged.

use std::error::Error;
use std::time::Instant;

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::Http;
use super::request::HttpRequest;
use super::response::HttpResponse;
use crate::domain::failure::{Applied, Cause, Failure};

impl Http {
    /// Sends the request and reads the answer, whatever its status; a redirect is a failure.
    pub(super) async fn exchange(
        &self,
        client: reqwest::Client,
        request: &HttpRequest,
    ) -> Result<HttpResponse, Failure> {
        let begun = Instant::now();
        let result = self.talk(client, request).await;
        let url = request.url(&self.base);
        let status = match &result {
            Ok(response) => Some(response.status),
            Err(failure) => failure.http_status,
        };
        tracing::debug!(
            target: "purgedeck::http",
            account = %self.account,
            method = %request.method,
            host = url.host_str().unwrap_or_default(),
            path = url.path(),
            status,
            milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            failure = result.as_ref().err().map(tracing::field::display),
        );
        result
    }

    async fn talk(
        &self,
        client: reqwest::Client,
        request: &HttpRequest,
    ) -> Result<HttpResponse, Failure> {
        let built = self.build(&client, request)?;
        let sent = self.now();
        let head = client.execute(built).await.map_err(|error| self.transport(error))?;
        let received = self.now();
        let mut response = HttpResponse::head(&head, received);
        if let Some(date) = response.date {
            self.clock_offset.record(date, sent, received);
        }
        self.fill(&mut response, head).await;
        response.hide(&request.hidden);
        match redirect(&response) {
            Some(failure) => Err(failure),
            None => Ok(response),
        }
    }

    fn build(
        &self,
        client: &reqwest::Client,
        request: &HttpRequest,
    ) -> Result<reqwest::Request, Failure> {
        let mut builder =
            client.request(request.method.clone(), request.full_url(&self.base, true));
        for (name, value) in &request.headers {
            let mut header = HeaderValue::from_str(value.real()).map_err(|_| {
                Failure::new(Cause::Refused).with_message(format!(
                    "the header {name} cannot carry this account's secret: it has characters that \
                     no header may have"
                ))
            })?;
            header.set_sensitive(value.secret.is_some());
            builder = builder.header(*name, header);
        }
        if let Some(kind) = request.content_type {
            builder = builder.header(CONTENT_TYPE, kind);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.real().to_owned());
        }
        builder
            .build()
            .map_err(|error| Failure::new(Cause::Refused).with_message(error_chain(error)))
    }

    /// Reads the body up to the bound. A failure is kept with the answer: the status alone may say
    /// enough.
    async fn fill(&self, response: &mut HttpResponse, mut body: reqwest::Response) {
        let most = self.policy.max_body_bytes;
        let too_long = || {
            Failure::new(Cause::BadAnswer)
                .with_message(format!("the answer is longer than {most} bytes"))
        };
        loop {
            match body.chunk().await {
                Ok(Some(chunk)) if response.body.len() + chunk.len() <= most => {
                    response.body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    response.cut = Some(too_long());
                    return;
                }
                Ok(None) => return,
                Err(error) => {
                    response.cut = Some(self.transport(error));
                    return;
                }
            }
        }
    }

    fn transport(&self, error: reqwest::Error) -> Failure {
        if error.is_builder() {
            return Failure::new(Cause::Refused).with_message(error_chain(error));
        }
        // Nothing was sent on a connection that was never made, unlike on one that broke.
        if error.is_connect() {
            let failure = Failure::new(Cause::Unreachable);
            return if error.is_timeout() {
                failure.with_message(format!(
                    "no connection within {} s",
                    self.policy.connect_timeout.as_secs_f32()
                ))
            } else {
                failure.with_message(trust_explained(error_chain(error)))
            };
        }
        let failure = Failure::new(Cause::Lost);
        if error.is_timeout() {
            failure
                .with_message(format!("no answer within {} s", self.policy.timeout.as_secs_f32()))
        } else {
            failure.with_message(error_chain(error))
        }
    }
}

/// A redirect is never followed: it would carry the secret to wherever it points.
fn redirect(response: &HttpResponse) -> Option<Failure> {
    if !matches!(response.status, 301 | 302 | 303 | 305 | 307 | 308) {
        return None;
    }
    let to = response.location.as_deref().unwrap_or("an unnamed place");
    Some(Failure {
        http_status: Some(response.status),
        // "See other" is also what a server answers that has done what it was asked.
        applied: if response.status == 303 { Applied::Maybe } else { Applied::No },
        ..Failure::new(Cause::Refused).with_message(format!(
            "the base URL's host redirects to {to}; purgedeck does not follow, so that the secret \
             stays here"
        ))
    })
}

/// Adds the usual reason and the remedy to an error about a certificate that nobody here trusts.
fn trust_explained(words: String) -> String {
    if words.contains("UnknownIssuer") {
        format!(
            "{words}; if a proxy or this network has a CA of its own, name its certificates with \
             SSL_CERT_FILE or SSL_CERT_DIR"
        )
    } else {
        words
    }
}

/// Returns an error with its causes, without the URL: a signature may be in its query.
pub(crate) fn error_chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    words
}
