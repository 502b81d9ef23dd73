//! A request before it goes out: what is known of it without its secrets, and the secrets apart.

use url::Url;

use super::base::BaseUrl;
use crate::config::secret::Secret;

/// A request. Its `Debug` form shows no secret, because secrets are [`Secret`]s.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(super) method: reqwest::Method,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, Value)>,
    pub(super) headers: Vec<(&'static str, Value)>,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Option<Value>,
    pub(super) hidden: Vec<Secret>,
}

/// A text of a request, and what is shown in its place where it is secret.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) shown: String,
    pub(super) secret: Option<Secret>,
    /// Whether `shown` names variables of a shell in the places of secrets.
    pub(super) has_variables: bool,
}

impl Value {
    /// What goes over the wire.
    pub(super) fn real(&self) -> &str {
        self.secret.as_ref().map_or(&self.shown, Secret::expose)
    }

    fn open(text: impl Into<String>) -> Self {
        Self { shown: text.into(), secret: None, has_variables: false }
    }

    fn closed(shown: impl Into<String>, secret: Option<Secret>) -> Self {
        Self { shown: shown.into(), secret, has_variables: true }
    }
}

impl Outgoing {
    /// A GET of these path segments below the base URL.
    pub(crate) fn get<'s>(segments: impl IntoIterator<Item = &'s str>) -> Self {
        Self::new(reqwest::Method::GET, segments)
    }

    /// A POST to these path segments below the base URL.
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

    /// The same with a parameter in its query.
    pub(crate) fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), Value::open(value)));
        self
    }

    /// The same with a header that anybody may see.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Value::open(value)));
        self
    }

    /// The same with a header of which nobody is shown more than `shown`. Without a secret, which is enough for a
    /// preview, `shown` is all there is.
    pub(crate) fn secret_header(
        mut self,
        name: &'static str,
        shown: impl Into<String>,
        secret: Option<Secret>,
    ) -> Self {
        self.hidden.extend(secret.clone());
        self.headers.push((name, Value::closed(shown, secret)));
        self
    }

    /// The same with a header that is no secret, but made anew for every request, so that `shown` stands for it in a preview.
    /// An answer may repeat it: vendors make ids of the time.
    pub(crate) fn passing_header(
        mut self,
        name: &'static str,
        shown: impl Into<String>,
        value: Option<String>,
    ) -> Self {
        self.headers.push((name, Value::closed(shown, value.map(Secret::new))));
        self
    }

    /// The same with a parameter in its query that nobody is shown.
    pub(crate) fn secret_query(
        mut self,
        name: &str,
        shown: impl Into<String>,
        secret: Option<Secret>,
    ) -> Self {
        self.query.push((name.to_owned(), Value::closed(shown, secret)));
        self
    }

    /// The same with a body.
    pub(crate) fn body(mut self, content_type: &'static str, body: impl Into<String>) -> Self {
        self.content_type = Some(content_type);
        self.body = Some(Value::open(body));
        self
    }

    /// The same with a body of which nobody is shown more than `shown`.
    pub(crate) fn secret_body(
        mut self,
        content_type: &'static str,
        shown: impl Into<String>,
        secret: Option<Secret>,
    ) -> Self {
        self.content_type = Some(content_type);
        self.body = Some(Value::closed(shown, secret));
        self
    }

    /// The same, and where the answer repeats this text, nobody sees it.
    pub(crate) fn hiding(mut self, secret: Secret) -> Self {
        self.hidden.push(secret);
        self
    }

    /// Where it goes, without its query.
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

    /// Where it goes, with its query; `real` with its secrets, else with what may be shown.
    pub(super) fn full_url(&self, base: &BaseUrl, real: bool) -> Url {
        let mut url = self.url(base);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(
                self.query
                    .iter()
                    .map(|(name, value)| (name, if real { value.real() } else { &value.shown })),
            );
        }
        url
    }
}
