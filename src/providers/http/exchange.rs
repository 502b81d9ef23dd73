//! One request and its answer: sent, read within bounds, noted.

use std::error::Error;
use std::time::Instant;

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::answer::Answer;
use super::outgoing::Outgoing;
use super::{Http, Tried};
use crate::domain::failure::{Applied, Cause, Failure};

impl Http {
    /// Sends the request and reads the answer, whatever its status; a redirect is a failure.
    pub(super) async fn exchange(
        &self,
        client: reqwest::Client,
        outgoing: &Outgoing,
    ) -> Result<Answer, Tried> {
        let begun = Instant::now();
        let result = self.talk(client, outgoing).await;
        let url = self.url(outgoing);
        let status = match &result {
            Ok(answer) => Some(answer.status),
            Err(failure) => failure.http_status,
        };
        tracing::debug!(
            target: "purgedeck::http",
            account = %self.account,
            method = %outgoing.method,
            host = url.host_str().unwrap_or_default(),
            path = url.path(),
            status,
            milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            failure = result.as_ref().err().map(tracing::field::display),
        );
        result.map_err(Tried::from)
    }

    async fn talk(&self, client: reqwest::Client, outgoing: &Outgoing) -> Result<Answer, Failure> {
        let request = self.request(&client, outgoing)?;
        let sent = self.now();
        let response = client.execute(request).await.map_err(|error| self.transport(error))?;
        let received = self.now();
        let mut answer = Answer::head(&response, received);
        if let Some(date) = answer.date {
            self.clock.saw(date, sent, received);
        }
        self.fill(&mut answer, response).await;
        answer.hide(&outgoing.hidden);
        match redirect(&answer) {
            Some(failure) => Err(failure),
            None => Ok(answer),
        }
    }

    fn request(
        &self,
        client: &reqwest::Client,
        outgoing: &Outgoing,
    ) -> Result<reqwest::Request, Failure> {
        let mut builder =
            client.request(outgoing.method.clone(), outgoing.full_url(&self.base, true));
        for (name, value) in &outgoing.headers {
            let mut header = HeaderValue::from_str(value.real()).map_err(|_| {
                Failure::new(Cause::Refused).with_message(format!(
                    "the header {name} cannot carry this account's secret: it has characters that no header may have"
                ))
            })?;
            header.set_sensitive(value.secret.is_some());
            builder = builder.header(*name, header);
        }
        if let Some(kind) = outgoing.content_type {
            builder = builder.header(CONTENT_TYPE, kind);
        }
        if let Some(body) = &outgoing.body {
            builder = builder.body(body.real().to_owned());
        }
        builder.build().map_err(|error| Failure::new(Cause::Refused).with_message(words(error)))
    }

    /// Reads the body up to the bound. What goes wrong is noted with the answer: the status alone may say enough.
    async fn fill(&self, answer: &mut Answer, mut response: reqwest::Response) {
        let most = self.patience.most_bytes;
        let too_long = || {
            Failure::new(Cause::BadAnswer)
                .with_message(format!("the answer is longer than {most} bytes"))
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if answer.body.len() + chunk.len() <= most => {
                    answer.body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    answer.cut = Some(too_long());
                    return;
                }
                Ok(None) => return,
                Err(error) => {
                    answer.cut = Some(self.transport(error));
                    return;
                }
            }
        }
    }

    fn transport(&self, error: reqwest::Error) -> Failure {
        if error.is_builder() {
            return Failure::new(Cause::Refused).with_message(words(error));
        }
        // A connection that was never made is told apart from one that broke: nothing was sent on it.
        if error.is_connect() {
            let failure = Failure::new(Cause::Unreachable);
            return if error.is_timeout() {
                failure.with_message(format!(
                    "no connection within {} s",
                    self.patience.connect.as_secs_f32()
                ))
            } else {
                failure.with_message(words(error))
            };
        }
        let failure = Failure::new(Cause::Lost);
        if error.is_timeout() {
            failure
                .with_message(format!("no answer within {} s", self.patience.total.as_secs_f32()))
        } else {
            failure.with_message(words(error))
        }
    }
}

/// A redirect is never followed: it would carry the secret to wherever it points.
fn redirect(answer: &Answer) -> Option<Failure> {
    if !matches!(answer.status, 301 | 302 | 303 | 305 | 307 | 308) {
        return None;
    }
    let to = answer.location.as_deref().unwrap_or("an unnamed place");
    Some(Failure {
        http_status: Some(answer.status),
        // "See other" is also what a server answers that has done what it was asked.
        applied: if answer.status == 303 {
            Applied::Maybe
        } else {
            Applied::No
        },
        ..Failure::new(Cause::Refused).with_message(format!(
            "the base URL's host redirects to {to}; purgedeck does not follow, so that the secret stays here"
        ))
    })
}

/// An error with its causes, without the URL: a signature may stand in its query.
pub(crate) fn words(error: reqwest::Error) -> String {
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
