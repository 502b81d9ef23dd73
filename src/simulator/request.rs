//! One request as it arrived, whole: what the vendors' routes and the faults look at.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::header::{HOST, HeaderMap};
use url::form_urlencoded;

/// A request, its body read to the end.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path as sent, percent-encoding and all.
    pub(crate) path: String,
    /// What follows the `?`, without it; empty when there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The address of the peer.
    pub(crate) peer: String,
}

impl Request {
    /// A header's text; `None` when it is missing or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The host that the client meant.
    pub(crate) fn host(&self) -> &str {
        self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1")
    }

    /// The path's parts between the slashes.
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The query's names and values, decoded, in order.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The last value of a query parameter, as the vendors' frameworks take it.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.pairs().into_iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The body as text, what is not UTF-8 replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
