//! One answer of a vendor before it goes on the wire.

use bytes::Bytes;
use serde_json::Value;

/// Status, headers and body, and whether a purge was started by it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// True when the vendor has accepted a purge: it happens, whether or not the answer arrives.
    pub(crate) took_effect: bool,
}

impl Reply {
    /// An answer in JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: Bytes::from(body.to_string()),
            took_effect: false,
        }
    }

    /// A page, such as a proxy in front of the vendor answers with.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self {
            headers: vec![("content-type", "text/html".to_owned())],
            body: Bytes::from(page),
            ..Self::empty(status)
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), took_effect: false }
    }

    /// The same answer with another status.
    pub(crate) fn at(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same answer, marked as having started a purge.
    pub(crate) fn effective(mut self) -> Self {
        self.took_effect = true;
        self
    }
}
