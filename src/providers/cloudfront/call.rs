//! A request before it is signed.

use super::signature::SigningInput;
use crate::providers::http::HttpRequest;

/// The version of the API, which every path begins with.
const VERSION: &str = "2020-05-31";
/// The call of CloudTrail that lists events.
const LOOK_UP: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
const JSON: &str = "application/x-amz-json-1.1";

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(in crate::providers) struct ApiCall {
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<String>,
    is_lookup: bool,
}

impl ApiCall {
    /// Builds a GET of these path segments.
    pub(super) fn get<'s>(segments: impl IntoIterator<Item = &'s str>) -> Self {
        let segments = std::iter::once(VERSION).chain(segments).map(str::to_owned).collect();
        Self { segments, query: Vec::new(), body: None, is_lookup: false }
    }

    /// Builds a POST of XML to these path segments.
    pub(super) fn post<'s>(segments: impl IntoIterator<Item = &'s str>, body: String) -> Self {
        Self { body: Some(body), ..Self::get(segments) }
    }

    /// Builds a look-up of events in CloudTrail.
    pub(super) fn lookup(body: String) -> Self {
        Self { segments: Vec::new(), query: Vec::new(), body: Some(body), is_lookup: true }
    }

    /// Adds a parameter to the query, where there is a value for it.
    pub(super) fn query(mut self, name: &'static str, value: Option<String>) -> Self {
        self.query.extend(value.map(|value| (name, value)));
        self
    }

    /// Returns true for a call of CloudTrail.
    pub(super) fn is_lookup(&self) -> bool {
        self.is_lookup
    }

    /// Returns the request without its signature. XML goes out without a type, as from the SDKs.
    pub(super) fn request(&self) -> HttpRequest {
        let segments = self.segments.iter().map(String::as_str);
        let request = match &self.body {
            None => HttpRequest::get(segments),
            Some(body) if self.is_lookup => {
                HttpRequest::post(segments).body(JSON, body).header("X-Amz-Target", LOOK_UP)
            }
            Some(body) => HttpRequest::post(segments).untyped_body(body),
        };
        self.query.iter().fold(request, |request, (name, value)| request.query(name, value))
    }

    /// Returns what is signed of it, at this host and path.
    pub(super) fn signed<'a>(
        &'a self,
        region: &'a str,
        host: &'a str,
        path: &'a str,
    ) -> SigningInput<'a> {
        SigningInput {
            region,
            service: if self.is_lookup { "cloudtrail" } else { "cloudfront" },
            method: if self.body.is_some() { "POST" } else { "GET" },
            host,
            path,
            query: &self.query,
            target: self.is_lookup.then_some(LOOK_UP),
            body: self.body.as_deref().unwrap_or_default(),
        }
    }
}
