//! The base of a page, to which its relative links belong.

use url::Url;

/// A host for a base that names none. Nobody can have it.
const NO_HOST: &str = "http://base.invalid";

/// The address that relative links go on from.
pub(super) struct Base(Url);

impl Base {
    /// Reads a page's `<base href>`; `None` where it is no address.
    pub(super) fn new(href: &str) -> Option<Self> {
        Url::parse(NO_HOST).and_then(|it| it.join(href)).ok().map(Self)
    }

    /// Returns the address that a link means.
    pub(super) fn join(&self, link: &str) -> Option<String> {
        let joined = self.0.join(link).ok()?;
        let address = joined.as_str();
        Some(address.strip_prefix(NO_HOST).unwrap_or(address).to_owned())
    }
}
