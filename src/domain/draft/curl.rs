//! The URLs of a curl command line.

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

/// The URLs among the arguments, in their order. A line whose quotes do not close is split at
/// blanks.
pub(super) fn urls(arguments: &str) -> Vec<String> {
    let words = shlex::split(arguments).unwrap_or_else(|| {
        arguments.split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect()
    });
    let mut urls = Vec::new();
    let mut only_urls = false;
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if only_urls || !word.starts_with('-') || word == "-" {
            // A pipe or the like ends the command.
            if matches!(word.as_str(), "|" | "||" | "&&" | ";" | ">" | ">>" | "&") {
                break;
            }
            urls.push(word.trim().to_owned());
        } else if word == "--" {
            only_urls = true;
        } else if word == "--url" {
            urls.extend(words.next().map(|url| url.trim().to_owned()));
        } else if let Some(url) = word.strip_prefix("--url=") {
            urls.push(url.trim().to_owned());
        } else if takes_next(&word) {
            words.next();
        }
    }
    urls.retain(|url| !url.is_empty() && url != "-");
    urls
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
            assert_eq!(urls(line), expected, "{line}");
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
