//! An entry taken apart: scheme, host, path, query, and what a purge has no use for.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::document::form::{bare_host, looks_like_host};
use crate::domain::target::strip_ignoring_case;

/// An entry's parts. Percent-encoding stays as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// `http` or `https`; `None` where it said neither.
    pub scheme: Option<Scheme>,
    /// Its host in lower case, international names as `xn--…`; `None` where it has none.
    pub host: Option<Cow<'a, str>>,
    /// Its path as typed, without query; may lack the slash at its start, and be empty after a
    /// host.
    pub path: Cow<'a, str>,
    /// The text after the first `?`.
    pub query: Option<Cow<'a, str>>,
    /// True if a user name or a password stood before the host.
    pub userinfo: bool,
    /// The port, where one was given.
    pub port: Option<&'a str>,
    /// True if a `#…` stood at its end.
    pub fragment: bool,
    /// True if the host was written in other letters than ASCII.
    pub international: bool,
}

/// The schemes that a CDN serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http`.
    Http,
    /// `https`.
    Https,
}

impl Scheme {
    /// The word for it in a URL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Why an entry is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAddress {
    /// It has a scheme that no CDN serves, like `ftp`.
    Scheme,
    /// Its host is not one.
    Host,
}

/// Takes an entry apart. Without a scheme, the first part is the host if `knows` it or if it looks
/// like one.
pub fn parse(text: &str, knows: impl Fn(&str) -> bool) -> Result<Address<'_>, BadAddress> {
    let (text, fragment) = match text.split_once('#') {
        Some((text, _)) => (text, true),
        None => (text, false),
    };
    let mut address = Address { fragment, ..Address::default() };
    let rest = if let Some(rest) = strip_ignoring_case(text, "https://") {
        address.scheme = Some(Scheme::Https);
        Some(rest)
    } else if let Some(rest) = strip_ignoring_case(text, "http://") {
        address.scheme = Some(Scheme::Http);
        Some(rest)
    } else if let Some((scheme, _)) = text.split_once("://")
        && scheme.starts_with(|character: char| character.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        return Err(BadAddress::Scheme);
    } else {
        let rest = text.strip_prefix("//").unwrap_or(text);
        let relative = rest.len() < text.len();
        let host = bare_host(authority(rest).0);
        let is_host = (relative || !text.starts_with('/'))
            && (knows(&host.to_ascii_lowercase())
                || (looks_like_host(host) && (relative || !looks_like_file(rest))));
        is_host.then_some(rest)
    };
    let Some(rest) = rest else {
        address.set(text);
        return Ok(address);
    };
    let (authority, after) = authority(rest);
    address.set(after);
    address.userinfo = authority.contains('@');
    let typed = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = bare_host(authority);
    address.port = typed
        .get(host.len()..)
        .and_then(|port| port.strip_prefix(':'))
        .filter(|port| !port.is_empty());
    address.international = !host.is_ascii();
    address.host = Some(plain_host(host).ok_or(BadAddress::Host)?);
    Ok(address)
}

/// Returns an entry without the user name before its host; `None` where it has none.
pub fn without_userinfo(text: &str) -> Option<String> {
    let authority = place_of_authority(text);
    let (userinfo, _) = text.get(authority.clone())?.rsplit_once('@')?;
    let mut bare = text.to_owned();
    bare.replace_range(authority.start..=authority.start + userinfo.len(), "");
    Some(bare)
}

/// Returns a text with the passwords of its URLs hidden: what stands between `://` and an `@`
/// before the path.
pub fn concealed(text: &str) -> Cow<'_, str> {
    let mut hidden = String::new();
    let mut is_hidden = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(['/', '?', '#', '\\', ' ', '"', '\'']).unwrap_or(after.len());
        let authority = after.get(..end).unwrap_or_default();
        hidden.push_str(before);
        hidden.push_str("://");
        rest = match authority.rsplit_once('@') {
            Some((user, _)) => {
                hidden.push('…');
                is_hidden = true;
                after.get(user.len()..).unwrap_or_default()
            }
            None => after,
        };
    }
    if !is_hidden {
        return Cow::Borrowed(text);
    }
    hidden.push_str(rest);
    Cow::Owned(hidden)
}

/// Returns an entry without the port behind its host; `None` where it has none.
pub fn without_port(text: &str) -> Option<String> {
    let authority = place_of_authority(text);
    let typed = text.get(authority.clone())?;
    let user = typed.rsplit_once('@').map_or(0, |(userinfo, _)| userinfo.len() + 1);
    let host = user + bare_host(typed).len();
    let mut bare = text.to_owned();
    typed.get(host..)?.strip_prefix(':').filter(|port| !port.is_empty())?;
    bare.replace_range(authority.start + host..authority.end, "");
    Some(bare)
}

/// Finds the authority of an entry that begins with one.
fn place_of_authority(text: &str) -> Range<usize> {
    let rest = ["https://", "http://", "//"]
        .into_iter()
        .find_map(|before| strip_ignoring_case(text, before))
        .unwrap_or(text);
    let start = text.len() - rest.len();
    let plain = rest.split('#').next().unwrap_or(rest);
    start..start + authority(plain).0.len()
}

/// A name like `index.html`, without any slash, is a file and no host.
fn looks_like_file(text: &str) -> bool {
    const ENDINGS: [&str; 36] = [
        "avif", "bin", "css", "csv", "eot", "exe", "gif", "gz", "htm", "html", "ico", "jpeg",
        "jpg", "js", "json", "m3u8", "map", "md", "mjs", "mov", "mp3", "mp4", "mpd", "otf", "pdf",
        "php", "png", "svg", "tar", "ttf", "txt", "webm", "webp", "woff", "xml", "zip",
    ];
    let (authority, after) = authority(text);
    !after.starts_with('/')
        && authority.rsplit_once('.').is_some_and(|(_, ending)| {
            ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
        })
}

impl<'a> Address<'a> {
    /// Takes the path and the query out of what stands behind the host.
    fn set(&mut self, text: &'a str) {
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        (self.path, self.query) = (Cow::Borrowed(path), query.map(Cow::Borrowed));
    }
}

/// Everything before the path, and the rest.
fn authority(text: &str) -> (&str, &str) {
    text.split_at(text.find(['/', '?', '\\']).unwrap_or(text.len()))
}

/// The host as the index knows it; `None` where no host looks like that.
fn plain_host(host: &str) -> Option<Cow<'_, str>> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() {
        return None;
    }
    if !host.is_ascii() {
        return match url::Host::parse(host).ok()? {
            url::Host::Domain(name) => Some(Cow::Owned(name)),
            url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
        };
    }
    let numeric = host.starts_with('[');
    let fine = host.bytes().all(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_')
            || (numeric && matches!(byte, b'[' | b']' | b':'))
    });
    if !fine {
        return None;
    }
    Some(if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn knows(host: &str) -> bool {
        host == "www.site.com" || host == "cdn1"
    }

    #[test]
    fn hosts_and_paths_are_told_apart() {
        for (text, host, path, query) in [
            ("https://WWW.Site.com/A?b=C", Some("www.site.com"), "/A", Some("b=C")),
            ("HTTP://h.com", Some("h.com"), "", None),
            ("https://h.com?x", Some("h.com"), "", Some("x")),
            ("//h.com/a", Some("h.com"), "/a", None),
            ("//img//a.jpg", None, "//img//a.jpg", None),
            ("www.site.com", Some("www.site.com"), "", None),
            ("www.site.com/a", Some("www.site.com"), "/a", None),
            ("cdn1/a", Some("cdn1"), "/a", None),
            ("other.com/a", Some("other.com"), "/a", None),
            ("other.com", Some("other.com"), "", None),
            ("index.html", None, "index.html", None),
            ("img/a.jpg", None, "img/a.jpg", None),
            ("v1.2/app.js", None, "v1.2/app.js", None),
            ("*.jpg", None, "*.jpg", None),
            ("/a?b?c", None, "/a", Some("b?c")),
            ("/http://h.com/a", None, "/http://h.com/a", None),
            ("/%e4%E4/ä", None, "/%e4%E4/ä", None),
            ("https://bücher.example/ä", Some("xn--bcher-kva.example"), "/ä", None),
            ("https://h.com./a", Some("h.com"), "/a", None),
            ("https://[2001:DB8::1]:8080/a", Some("[2001:db8::1]"), "/a", None),
        ] {
            let address = parse(text, knows).unwrap();
            assert_eq!(address.host.as_deref(), host, "{text}");
            assert_eq!((address.path.as_ref(), address.query.as_deref()), (path, query), "{text}");
        }
    }

    #[test]
    fn what_a_purge_has_no_use_for_is_noticed() {
        let address = parse("https://mira:secret@h.com:8443/a#top", knows).unwrap();
        assert!(address.userinfo && address.fragment);
        assert_eq!(address.port, Some("8443"));
        assert_eq!(address.host.as_deref(), Some("h.com"));
        assert!(parse("https://ü.com/", knows).unwrap().international);
        assert!(!parse("/a@b:1", knows).unwrap().userinfo);
    }

    #[test]
    fn a_user_name_and_a_port_are_taken_off_where_the_host_stands_and_nowhere_else() {
        for (text, user, port) in [
            (
                "https://me:pw@h.com:8443/a",
                Some("https://h.com:8443/a"),
                Some("https://me:pw@h.com/a"),
            ),
            ("h.com:80/a//b:81@c", None, Some("h.com/a//b:81@c")),
            ("HTTP://h.com:80?u=x:1@y", None, Some("HTTP://h.com?u=x:1@y")),
            ("//u@[2001:db8::1]:80/a", Some("//[2001:db8::1]:80/a"), Some("//u@[2001:db8::1]/a")),
            ("https://h.com:8080#a:1", None, Some("https://h.com#a:1")),
            ("https://[::1]/a", None, None),
            ("https://h.com:/a", None, None),
        ] {
            assert_eq!(without_userinfo(text).as_deref(), user, "{text}");
            assert_eq!(without_port(text).as_deref(), port, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        for (text, why) in [
            ("ftp://h.com/a", BadAddress::Scheme),
            ("s3://bucket/a", BadAddress::Scheme),
            ("https:///a", BadAddress::Host),
            ("https://*.site.com/a", BadAddress::Host),
            ("https://a b/c", BadAddress::Host),
        ] {
            assert_eq!(parse(text, knows).unwrap_err(), why, "{text}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_shown_again() {
        for (text, shown) in [
            ("https://mira:hunter2@h.com/a.jpg", "https://…@h.com/a.jpg"),
            (
                "x https://u@h.com and http://p:w@i.com:80?q=a@b",
                "x https://…@h.com and http://…@i.com:80?q=a@b",
            ),
            ("https://h.com/a@b", "https://h.com/a@b"),
            ("https://a@b@h.com", "https://…@h.com"),
        ] {
            assert_eq!(concealed(text), shown);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_take_apart(text in "\\PC{0,40}|(https?://|/|:|@|\\[|\\]|\\?|#|\\.|a|ü){0,20}") {
            if let Ok(address) = parse(&text, knows) {
                prop_assert!(text.contains(address.path.as_ref()));
            }
        }
    }
}
