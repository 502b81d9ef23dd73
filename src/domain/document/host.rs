//! The host of a path, by the fields beside it: a cell of its row, a string of its object.

use super::form::{bare_host, has_word, is_http, looks_like_host, names_other};
use crate::domain::target::strip_ignoring_case;

/// Words of a name that holds the host of what was asked for.
const SITE_WORDS: [&str; 11] = [
    "request",
    "http",
    "cs",
    "url",
    "header",
    "domain",
    "vhost",
    "site",
    "cname",
    "authority",
    "forwarded",
];
/// Words of a name that holds a host.
const HOST_WORDS: [&str; 8] =
    ["host", "hosts", "hostname", "domain", "vhost", "site", "cname", "authority"];
/// Words of a name that holds another host than that of what was asked for, or something that only
/// looks like a host.
const OTHER_HOSTS: [&str; 14] = [
    "remote", "upstream", "origin", "source", "medium", "logger", "dataset", "module", "service",
    "version", "agent", "browser", "class", "user",
];
/// Endings of files, most of them no top-level domains: `hero.jpg` is no host.
const FILE_ENDINGS: [&str; 40] = [
    "html", "htm", "php", "asp", "aspx", "jsp", "js", "mjs", "css", "map", "json", "xml", "txt",
    "md", "csv", "pdf", "jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "ico", "woff", "woff2",
    "ttf", "otf", "mp3", "mp4", "webm", "zip", "gz", "log", "conf", "yml", "yaml", "sh", "py",
    "ts",
];

/// The strength with which a field tells a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Its name says nothing, but it is nothing but a host.
    Bare,
    /// Its name says that it is a host: perhaps the machine's.
    Host,
    /// Its name says that it is the host of what was asked for.
    Site,
}

/// The host that fields tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told<'a> {
    best: Option<(Rank, &'a str)>,
    /// True if fields of the same strength tell different hosts.
    pub(super) is_torn: bool,
}

impl<'a> Told<'a> {
    /// Adds a field. A field that says something else by its name tells nothing.
    pub(super) fn add(&mut self, name: &str, value: &'a str) {
        if let Some(told) = told_by(name, value) {
            self.put(told);
        }
    }

    /// Adds a host that stands where only the site's host does.
    pub(super) fn add_site(&mut self, host: &'a str) {
        self.put((Rank::Site, host));
    }

    /// Adds what other fields tell by their names.
    pub(super) fn add_named(&mut self, other: Self) {
        if let Some(told) = other.best.filter(|(rank, _)| *rank > Rank::Bare) {
            self.put(told);
            self.is_torn |= other.is_torn && self.best == Some(told);
        }
    }

    /// The host; `None` where no field tells one, or different ones do.
    pub(super) fn host(&self) -> Option<&'a str> {
        self.best.filter(|_| !self.is_torn).map(|(_, host)| host)
    }

    /// Returns true if no field tells a host.
    pub(super) fn is_empty(&self) -> bool {
        self.best.is_none()
    }

    fn put(&mut self, (rank, host): (Rank, &'a str)) {
        match self.best {
            Some((best, _)) if best > rank => {}
            Some((best, known)) if best == rank => {
                self.is_torn |= !known.eq_ignore_ascii_case(host);
            }
            _ => *self = Self { best: Some((rank, host)), is_torn: false },
        }
    }
}

fn told_by<'a>(name: &str, value: &'a str) -> Option<(Rank, &'a str)> {
    let host = host_of(value)?;
    if has_word(name, &OTHER_HOSTS) || names_other(name) {
        return None;
    }
    let is_server = has_word(name, &["server"]) && has_word(name, &["name"]);
    let rank = if is_server || (has_word(name, &HOST_WORDS) && has_word(name, &SITE_WORDS)) {
        Rank::Site
    } else if has_word(name, &HOST_WORDS) {
        Rank::Host
    } else {
        Rank::Bare
    };
    Some((rank, host)).filter(|_| rank > Rank::Bare || !is_file(host))
}

/// The host of a field that is nothing else: a name, perhaps with a port or as the root of a site.
pub(super) fn host_of(value: &str) -> Option<&str> {
    let rest = ["https://", "http://"].iter().find_map(|it| strip_ignoring_case(value, it));
    let host = bare_host(rest.map_or(value, |rest| rest.trim_end_matches('/')));
    (!value.contains('@') && looks_like_host(host)).then_some(host)
}

/// Returns true if a name ends like a file.
pub(super) fn is_file(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    FILE_ENDINGS.iter().any(|it| it.eq_ignore_ascii_case(ending))
}

/// Parts a full URL into its host and its path.
pub(super) fn parted(url: &str) -> Option<(&str, &str)> {
    is_http(url).then_some(())?;
    let (_, rest) = url.split_once("://")?;
    let at = rest.find('/')?;
    Some((bare_host(rest.get(..at)?), rest.get(at..)?))
}

/// A path on its host; `None` where the text names a host itself.
pub(super) fn on_host(host: &str, path: &str) -> Option<String> {
    let host = host.to_lowercase();
    if path.starts_with('/') {
        return Some(format!("https://{host}{path}"));
    }
    let names_host = super::form::is_target_start(path) || super::form::is_address(path);
    (!names_host || path.starts_with('*')).then(|| format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &[(&str, &'static str)]) -> Option<&'static str> {
        let mut told = Told::default();
        for (name, value) in fields {
            told.add(name, value);
        }
        told.host()
    }

    #[test]
    fn a_host_is_told_by_the_name_of_its_field_or_by_its_form() {
        for name in ["RequestHost", "ClientRequestHost", "http_host", "cs_host", "cs(Host)", "x"] {
            assert_eq!(told(&[(name, "h.com")]), Some("h.com"), "{name}");
        }
        assert_eq!(told(&[("host", "web.lan"), ("http_host", "h.com")]), Some("h.com"));
        assert_eq!(told(&[("hostname", "h.com"), ("x", "i.com")]), Some("h.com"));
        assert_eq!(told(&[("url.domain", "h.com:443")]), Some("h.com"));
        assert_eq!(told(&[("site", "https://h.com/")]), Some("h.com"));
    }

    #[test]
    fn a_file_a_referrer_or_two_hosts_tell_none() {
        for fields in [
            &[("name", "hero.jpg")][..],
            &[("referrer", "h.com")],
            &[("a", "h.com"), ("b", "i.com")],
            &[("host", "web-1")],
            &[("client", "203.0.113.9")],
        ] {
            assert_eq!(told(fields), None, "{fields:?}");
        }
    }

    #[test]
    fn only_what_names_no_host_is_put_on_one() {
        assert_eq!(on_host("h.com", "/a").as_deref(), Some("https://h.com/a"));
        assert_eq!(on_host("h.com", "a.html").as_deref(), Some("https://h.com/a.html"));
        assert_eq!(on_host("h.com", "https://i.com/a"), None);
        assert_eq!(on_host("h.com", "i.com/a"), None);
    }
}
