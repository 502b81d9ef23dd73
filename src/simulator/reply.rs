//! One answer of a vendor before it goes on the wire.

use bytes::Bytes;
use serde_json::Value;

/// Status, headers and body, and whether a purge was started.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// True when the vendor has accepted a purge: it happens even if the answer is lost.
    pub(crate) took_effect: bool,
}

impl HttpReply {
    /// Returns an answer in JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { body: Bytes::from(body.to_string()), ..Self::empty(status) }
            .with("content-type", "application/json")
    }

    /// Returns an HTML page, as a proxy in front of the vendor would.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n\
             <center><h1>{status} {title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self { body: Bytes::from(page), ..Self::empty(status) }.with("content-type", "text/html")
    }

    /// Returns an answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), took_effect: false }
    }

    /// Replaces the status.
    pub(crate) fn at(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks the answer as having started a purge.
    pub(crate) fn effective(self) -> Self {
        Self { took_effect: true, ..self }
    }
}
