//! The URLs of a curl command line.

use std::ops::Range;

/// Options of curl that take a value, so that the value is not taken for a URL. Short ones may
/// stand at the end of a bundle (`-sSo file`) or carry their value at once (`-ofile`).
const SHORT_WITH_VALUE: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// The same in long form; curl's own list, less the rare ones. An option that is missing here
/// counts as a switch.
const LONG_WITH_VALUE: &str = "\
    aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to continue-at \
    cookie cookie-jar data data-ascii data-binary data-raw data-urlencode dns-servers \
    dump-header form form-string header hsts interface json key key-type limit-rate local-port \
    max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir pass \
    pinnedpubkey proto proxy proxy-header proxy-user range referer request request-target \
    resolve retry retry-delay retry-max-time unix-socket user user-agent stderr time-cond trace \
    trace-ascii upload-file write-out";

/// The command line from `curl` on, where the text is one; a prompt before it is passed over.
pub(super) fn command(text: &str) -> Option<&str> {
    let text = text.strip_prefix(['$', '%', '>']).map_or(text, str::trim_start);
    let rest = text.strip_prefix("curl.exe").or_else(|| text.strip_prefix("curl"))?;
    rest.starts_with([' ', '\t']).then(|| rest.trim())
}

/// The URLs among the arguments, in their order, each with its place in the arguments as they were
/// typed, over one line or several. A line whose quotes do not close is split at blanks.
pub(super) fn urls(arguments: &str, typed: &str) -> Vec<(String, Option<Range<usize>>)> {
    let words = shlex::split(arguments).unwrap_or_else(|| {
        arguments.split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect()
    });
    let mut places = places(typed);
    if places.len() != words.len() {
        places.clear();
    }
    let place = |number: usize, url: &str| {
        let word = places.get(number)?;
        let within = typed.get(word.clone()).and_then(|typed| typed.find(url));
        Some(within.map_or(word.clone(), |at| word.start + at..word.start + at + url.len()))
    };
    let mut urls = Vec::new();
    let mut put = |number: usize, word: &str| {
        let url = word.trim();
        if !url.is_empty() && url != "-" {
            urls.push((url.to_owned(), place(number, url)));
        }
    };
    let mut only_urls = false;
    let mut words = words.into_iter().enumerate();
    while let Some((number, word)) = words.next() {
        if only_urls || !word.starts_with('-') || word == "-" {
            // A pipe or the like ends the command.
            if matches!(word.as_str(), "|" | "||" | "&&" | ";" | ">" | ">>" | "&") {
                break;
            }
            put(number, &word);
        } else if word == "--" {
            only_urls = true;
        } else if word == "--url" {
            if let Some((number, url)) = words.next() {
                put(number, &url);
            }
        } else if let Some(url) = word.strip_prefix("--url=") {
            put(number, url);
        } else if takes_next(&word) {
            words.next();
        }
    }
    urls
}

/// Finds the words of a command line that may go on over lines, with their quotes.
fn places(typed: &str) -> Vec<Range<usize>> {
    let bytes = typed.as_bytes();
    let ends_line = |at: usize| matches!(bytes.get(at), Some(b'\n' | b'\r'));
    let mut places = Vec::new();
    let (mut start, mut quote, mut at) = (None, None, 0);
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'\\') if ends_line(at + 1) => {
                places.extend(start.take().map(|start| start..at));
            }
            (None | Some(b'"'), b'\\') => {
                start = start.or(Some(at));
                at += 1;
            }
            (Some(_), _) => {}
            (None, b' ' | b'\t' | b'\n' | b'\r') => {
                places.extend(start.take().map(|start| start..at));
            }
            (None, b'#') if start.is_none() => break,
            (None, b'\'' | b'"') => (start, quote) = (start.or(Some(at)), Some(byte)),
            (None, _) => start = start.or(Some(at)),
        }
        at += 1;
    }
    places.extend(start.map(|start| start..bytes.len()));
    if quote.is_none() {
        return places;
    }
    let words = typed.split(char::is_whitespace).scan(0, |from, word| {
        let place = *from..*from + word.len();
        let after = typed.get(place.end..).and_then(|rest| rest.chars().next());
        *from = place.end + after.map_or(0, char::len_utf8);
        Some(place)
    });
    words.filter(|place| !place.is_empty()).collect()
}

/// Returns true if the word after this option is its value.
fn takes_next(option: &str) -> bool {
    if let Some(name) = option.strip_prefix("--") {
        return LONG_WITH_VALUE.split(' ').any(|known| known == name);
    }
    option
        .char_indices()
        .skip(1)
        .find(|(_, letter)| SHORT_WITH_VALUE.contains(*letter))
        .is_some_and(|(place, letter)| place + letter.len_utf8() == option.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_options_are_not_urls() {
        for (line, expected) in [
            ("https://h.com/a", &["https://h.com/a"][..]),
            ("-I https://h.com/a https://h.com/b", &["https://h.com/a", "https://h.com/b"]),
            ("-XPURGE https://h.com/a", &["https://h.com/a"]),
            ("-X PURGE https://h.com/a", &["https://h.com/a"]),
            ("-sSLo /dev/null https://h.com/a", &["https://h.com/a"]),
            ("-sSLo/dev/null https://h.com/a", &["https://h.com/a"]),
            ("-H 'Accept: */*' -H\"X: y\" https://h.com/a", &["https://h.com/a"]),
            (
                "--header 'Host: h.com' --compressed 'https://h.com/a?b=c&d'",
                &["https://h.com/a?b=c&d"],
            ),
            ("--url https://h.com/a --url=h.com/b", &["https://h.com/a", "h.com/b"]),
            ("-s -- h.com/a", &["h.com/a"]),
            ("-s 'h.com/a", &["h.com/a"]),
            ("-s h.com/a | grep x", &["h.com/a"]),
            ("-o -", &[]),
            ("-X", &[]),
        ] {
            let found = urls(line, line);
            let urls: Vec<&str> = found.iter().map(|(url, _)| url.as_str()).collect();
            assert_eq!(urls, expected, "{line}");
            for (url, place) in &found {
                assert_eq!(place.clone().and_then(|place| line.get(place)), Some(url.as_str()));
            }
        }
    }

    #[test]
    fn only_a_curl_command_is_one() {
        assert_eq!(command("curl -I x"), Some("-I x"));
        assert_eq!(command("$ curl x"), Some("x"));
        assert_eq!(command("curling/a.jpg"), None);
        assert_eq!(command("curl"), None);
        assert_eq!(command("/curl x"), None);
    }
}
