//! The place of the store: a file, or a database on a server.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use super::secret::Secret;

/// The place of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAddress {
    /// A file of this machine.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server(ServerAddress),
}

/// The address of a database as a `postgres://` URL. It prints without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// Without a password.
    url: Url,
    password: Option<Secret>,
}

/// The reason why a text is no place of a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreAddressError {
    /// It is a URL of a kind that is no store.
    #[error(
        "{scheme}:// is no kind of store that is known: name a file, or a database as \
         postgres://user@host/database"
    )]
    Kind {
        /// The scheme of the URL.
        scheme: String,
    },
    /// It begins like the URL of a database and is none.
    #[error("this is no URL of a database ({0}): write postgres://user@host/database")]
    Malformed(String),
}

impl StoreAddress {
    /// Reads a place as it is written in a setting or a flag: a URL names a database, any other
    /// text a path as it stands.
    pub fn parse(text: &str) -> Result<Self, StoreAddressError> {
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Self::File(PathBuf::from(text)));
        };
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
            return Ok(Self::File(PathBuf::from(text)));
        }
        if !matches!(scheme.to_ascii_lowercase().as_str(), "postgres" | "postgresql") {
            return Err(StoreAddressError::Kind { scheme: scheme.to_owned() });
        }
        let malformed = |error: url::ParseError| StoreAddressError::Malformed(error.to_string());
        // A user at no host, as on a Unix socket, is no URL to the parser of URLs.
        let (text, socket_user) = without_socket_user(text);
        let mut url = Url::parse(&text).map_err(malformed)?;
        // The rest of a password in which such a character stands for itself would be shown.
        let rest = [Some(url.path()), url.query()];
        if url.fragment().is_some() || rest.iter().flatten().any(|part| part.contains('@')) {
            let words = "in a user or a password, write # / ? @ as %23 %2F %3F %40";
            return Err(StoreAddressError::Malformed(words.to_owned()));
        }
        let mut password = url.password().map(plain);
        if password.is_some() && url.set_password(None).is_err() {
            return Err(StoreAddressError::Malformed("it has a password and no host".to_owned()));
        }
        if let Some(user) = socket_user {
            let (name, own) = user.split_once(':').map_or((user, None), |it| (it.0, Some(it.1)));
            password = own.map(plain);
            url.query_pairs_mut().append_pair("user", plain(name).expose());
        }
        let password = password.or(password_of_query(&mut url));
        Ok(Self::Server(ServerAddress { url, password }))
    }

    /// Returns the path of a file; `None` for a server.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }
}

/// Takes the password out of the part of a URL behind the question mark.
fn password_of_query(url: &mut Url) -> Option<Secret> {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let (passwords, rest): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name.eq_ignore_ascii_case("password"));
    let (_, password) = passwords.into_iter().next_back()?;
    url.set_query(None);
    if !rest.is_empty() {
        url.query_pairs_mut().extend_pairs(rest);
    }
    Some(Secret::new(password))
}

/// Takes the user out of a URL that names one and no host.
fn without_socket_user(text: &str) -> (Cow<'_, str>, Option<&str>) {
    let parts = text.split_once("://").and_then(|(scheme, rest)| {
        let (user, path) = rest.split_once("@/")?;
        (!user.contains(['/', '?', '@'])).then_some((scheme, user, path))
    });
    match parts {
        Some((scheme, user, path)) => (format!("{scheme}:///{path}").into(), Some(user)),
        None => (text.into(), None),
    }
}

/// Returns a part of a URL as it is meant.
fn plain(part: &str) -> Secret {
    Secret::new(percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
}

impl ServerAddress {
    /// Returns the URL, without a password.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the password that stood in the URL.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }
}

impl From<PathBuf> for StoreAddress {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.fmt(f),
        }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_url_of_a_known_kind_is_a_server_and_any_other_text_without_a_scheme_a_file() {
        for path in ["store.db", "/var/lib/purgedeck.db", "~/s.db", "C:\\s.db", "a b://c", "://x"] {
            assert_eq!(StoreAddress::parse(path), Ok(StoreAddress::File(path.into())), "{path}");
        }
        for url in ["postgres://u@db/x", "postgresql://db", "POSTGRES://db:5433/x?sslmode=disable"]
        {
            assert!(matches!(StoreAddress::parse(url), Ok(StoreAddress::Server(_))), "{url}");
        }
        for url in ["mysql://db/x", "http://db", "sqlite:///s.db", "postgress://u@db"] {
            let error = StoreAddress::parse(url).unwrap_err();
            assert!(matches!(error, StoreAddressError::Kind { .. }), "{url}: {error}");
        }
        let error = StoreAddress::parse("postgres://db:99999/x").unwrap_err();
        assert!(matches!(error, StoreAddressError::Malformed(_)), "{error}");
    }

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        let address = StoreAddress::parse("postgres://mia:s3%2Fcret@db/purges").unwrap();
        assert_eq!(address.to_string(), "postgres://mia@db/purges");
        assert!(!format!("{address:?}").contains("s3"), "{address:?}");
        let StoreAddress::Server(server) = address else { unreachable!() };
        assert_eq!(server.password().map(Secret::expose), Some("s3/cret"));
        let address = StoreAddress::parse("postgres://db/x?password=s3cret&host=/run").unwrap();
        assert_eq!(address.to_string(), "postgres://db/x?host=%2Frun");
        let StoreAddress::Server(server) = address else { unreachable!() };
        assert_eq!(server.password().map(Secret::expose), Some("s3cret"));
        for odd in ["mia:7#cret@db", "mia:7?cret@db", "mia:7/cret@db", "mia:s#cret@db", "a:b@@c@d"]
        {
            let parsed = StoreAddress::parse(&format!("postgres://{odd}/x"));
            let shown = parsed.map_or_else(|error| error.to_string(), |it| it.to_string());
            assert!(!shown.contains("cret"), "{shown}");
        }
        let socket = StoreAddress::parse("postgres://m%40x:s3cret@/purges?host=/run").unwrap();
        assert_eq!(socket.to_string(), "postgres:///purges?host=/run&user=m%40x");
        let StoreAddress::Server(server) = socket else { unreachable!() };
        assert_eq!(server.password().map(Secret::expose), Some("s3cret"));
    }
}
