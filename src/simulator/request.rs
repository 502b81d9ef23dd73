//! One request, read whole: the input of the vendors' routes and of the faults.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::header::{HOST, HeaderMap};
use url::form_urlencoded;

/// A request with its body read to the end.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: String,
    /// The path as sent, percent-encoding included.
    pub(crate) path: String,
    /// The query without its `?`; empty when there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The IP address of the peer.
    pub(crate) peer: String,
}

impl ReceivedRequest {
    /// Returns a header's text; `None` when it is missing or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the scheme and the credentials of the Authorization header.
    pub(crate) fn authorization(&self) -> Option<(&str, &str)> {
        let header = self.header("authorization")?.trim();
        let (scheme, credentials) = header.split_once(char::is_whitespace).unwrap_or((header, ""));
        Some((scheme, credentials.trim()))
    }

    /// Returns the host that the client meant.
    pub(crate) fn host(&self) -> &str {
        self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1")
    }

    /// Splits the path at its slashes; empty segments are left out.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    /// Decodes the query's names and values, in order.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// Returns the last value of a query parameter, which is the one that the vendors' frameworks
    /// take.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.pairs().into_iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Returns the body as text; bytes that are not UTF-8 are replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
