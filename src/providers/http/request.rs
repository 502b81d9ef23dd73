//! A request before it goes out: its open parts, and its secrets apart from them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::base::BaseUrl;
use crate::domain::secret::Secret;

/// The characters that are encoded in a query, by RFC 3986: as vendors sign it, so it is sent.
pub(crate) const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Stands for a secret.
pub(super) const PLACEHOLDER: &str = "…";

/// The shortest secret that is looked for in texts: a shorter one would be found in innocent
/// words.
pub(super) const SHORTEST_HIDDEN: usize = 8;

/// Parts of the names of parameters that carry credentials, in small letters.
const CREDENTIALS: [&str; 7] =
    ["secret", "signature", "token", "password", "apikey", "api_key", "accesskey"];

/// True if a parameter of this name carries a credential.
fn names_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    CREDENTIALS.iter().any(|part| name.contains(part))
}

/// A request. Its `Debug` form shows no secret, because secrets are [`Secret`]s.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    pub(super) method: reqwest::Method,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, Text)>,
    pub(super) headers: Vec<(&'static str, Text)>,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Option<Text>,
    pub(super) hidden: Vec<Secret>,
}

/// A text of a request, and its placeholder where it is secret.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) shown: String,
    pub(super) secret: Option<Secret>,
    /// True if `shown` names variables of a shell in the places of secrets.
    pub(super) has_variables: bool,
}

impl Text {
    /// Returns the text that goes over the wire.
    pub(super) fn real(&self) -> &str {
        self.secret.as_ref().map_or(&self.shown, Secret::expose)
    }

    fn plain(text: impl Into<String>) -> Self {
        Self { shown: text.into(), secret: None, has_variables: false }
    }

    fn secret(shown: impl Into<String>, secret: Option<Secret>) -> Self {
        Self { shown: shown.into(), secret, has_variables: true }
    }
}

impl HttpRequest {
    /// Builds a GET of these path segments below the base URL.
    pub(crate) fn get<'s>(segments: impl IntoIterator<Item = &'s str>) -> Self {
        Self::new(reqwest::Method::GET, segments)
    }

    /// Builds a POST to these path segments below the base URL.
    pub(crate) fn post<'s>(segments: impl IntoIterator<Item = &'s str>) -> Self {
        Self::new(reqwest::Method::POST, segments)
    }

    fn new<'s>(method: reqwest::Method, segments: impl IntoIterator<Item = &'s str>) -> Self {
        Self {
            method,
            segments: segments.into_iter().map(str::to_owned).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
            hidden: Vec::new(),
        }
    }

    /// Adds a parameter to the query.
    pub(crate) fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), Text::plain(value)));
        self
    }

    /// Adds a header that anybody may see.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Text::plain(value)));
        self
    }

    /// Adds a header that is shown as `shown`. A preview needs no secret.
    pub(crate) fn secret_header(
        mut self,
        name: &'static str,
        shown: impl Into<String>,
        secret: Option<Secret>,
    ) -> Self {
        self.hidden.extend(secret.clone());
        self.headers.push((name, Text::secret(shown, secret)));
        self
    }

    /// Adds a header that is no secret but new for every request, so that a preview shows `shown`.
    /// An answer may repeat it: vendors make ids of the time.
    pub(crate) fn shown_header(
        mut self,
        name: &'static str,
        shown: impl Into<String>,
        value: Option<String>,
    ) -> Self {
        self.headers.push((name, Text::secret(shown, value.map(Secret::new))));
        self
    }

    /// Adds an `Authorization` header; without a token, a shell's variable is in its place.
    pub(crate) fn authorization(
        self,
        scheme: &str,
        variable: &str,
        token: Option<&Secret>,
    ) -> Self {
        self.secret_header(
            "Authorization",
            format!("{scheme} ${variable}"),
            token.map(|token| Secret::new(format!("{scheme} {}", token.expose().trim()))),
        )
    }

    /// Adds a parameter to the query that is shown as `shown`.
    pub(crate) fn secret_query(
        mut self,
        name: &str,
        shown: impl Into<String>,
        secret: Option<Secret>,
    ) -> Self {
        self.query.push((name.to_owned(), Text::secret(shown, secret)));
        self
    }

    /// Sets the body.
    pub(crate) fn body(mut self, content_type: &'static str, body: impl Into<String>) -> Self {
        self.content_type = Some(content_type);
        self.body = Some(Text::plain(body));
        self
    }

    /// Sets a body whose type no header names.
    pub(crate) fn untyped_body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(Text::plain(body));
        self
    }

    /// Sets a body that is shown as `shown`.
    pub(crate) fn secret_body(
        mut self,
        content_type: &'static str,
        shown: impl Into<String>,
        secret: Option<Secret>,
    ) -> Self {
        self.content_type = Some(content_type);
        self.body = Some(Text::secret(shown, secret));
        self
    }

    /// Hides this text wherever the answer repeats it.
    pub(crate) fn hiding(mut self, secret: Secret) -> Self {
        self.hidden.push(secret);
        self
    }

    /// Returns the URL without its query.
    pub(super) fn url(&self, base: &BaseUrl) -> Url {
        let mut url = base.url().clone();
        // An http or https URL can always have segments.
        if !self.segments.is_empty()
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.pop_if_empty().extend(&self.segments);
        }
        url
    }

    /// Returns the path and the query as anybody may see them, with placeholders for secrets, for
    /// every parameter whose name is that of a credential, and for hidden texts.
    pub(super) fn shown_path(&self, base: &BaseUrl) -> String {
        let mut text = self.url(base).path().to_owned();
        for (at, (name, value)) in self.query.iter().enumerate() {
            text.push(if at == 0 { '?' } else { '&' });
            text.push_str(name);
            text.push('=');
            let is_open = value.secret.is_some() || !names_credential(name);
            text.push_str(if is_open { &value.shown } else { PLACEHOLDER });
        }
        for hidden in self.hidden.iter().map(Secret::expose) {
            if hidden.len() >= SHORTEST_HIDDEN {
                text = text.replace(hidden, PLACEHOLDER);
            }
        }
        text
    }

    /// Returns the URL with its query; `real` with its secrets, else with their placeholders.
    pub(super) fn full_url(&self, base: &BaseUrl, real: bool) -> Url {
        let mut url = self.url(base);
        if !self.query.is_empty() {
            let encoded = |text| utf8_percent_encode(text, QUERY);
            let pairs = self.query.iter().map(|(name, value)| {
                let value = if real { value.real() } else { &value.shown };
                format!("{}={}", encoded(name), encoded(value))
            });
            url.set_query(Some(&pairs.collect::<Vec<_>>().join("&")));
        }
        url
    }
}
