//! Reads the arguments of HTTPie and xh.

use std::sync::LazyLock;

use super::found::Found;
use super::options::{Argument, OptionMeaning, OptionTable};
use super::request::CommandRequest;
use super::url;
use super::word::ShellWord;

/// The options of HTTPie.
static HTTPIE: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::new(
        "json/j form/f multipart compress/x unsorted sorted stream/S headers/h meta/m \
            body/b verbose/v all download/d continue/c quiet/q ignore-netrc offline follow/F \
            check-status path-as-is chunked ignore-stdin/I traceback debug help version",
        "boundary raw pretty style/s format-options response-charset response-mime print/p \
            history-print/P output/o session session-read-only auth/a auth-type/A max-redirects \
            max-headers timeout verify ssl ciphers cert cert-key cert-key-pass default-scheme",
        &[("proxy", OptionMeaning::Way)],
    )
});

/// Reads the arguments after `http`, if a method or a URL is among them: `http` is a common word.
pub(super) fn read(words: &[ShellWord], found: &mut Found) {
    read_with("", words, found);
}

/// Reads the arguments after `https`, whose URLs need no scheme.
pub(super) fn read_secure(words: &[ShellWord], found: &mut Found) {
    read_with("https://", words, found);
}

fn read_with(scheme: &str, words: &[ShellWord], found: &mut Found) {
    let arguments = HTTPIE.arguments(words);
    let plain = |argument: &Argument<'_>| match argument {
        Argument::Plain(word) => Some((*word).clone()),
        Argument::Option { .. } => None,
    };
    let mut words = arguments.iter().filter_map(plain).peekable();
    let has_method = words.next_if(|word| is_method(&word.text)).is_some();
    let Some(word) = words.next() else { return };
    let asked = in_full(&word, scheme);
    if word.unknown || !url::is_url(&asked.text) {
        if has_method || word.unknown {
            found.is_command |= has_method;
            found.refuse(&word);
        }
        return;
    }
    found.is_command = true;
    let mut request = CommandRequest::with_globs(false);
    request.urls.push(asked);
    for item in words {
        if let Some(parameter) = parameter(&item.text) {
            request.parameter(&parameter);
        } else {
            request.header(&item);
        }
    }
    for argument in arguments {
        if let Argument::Option { name, meaning, value } = argument {
            request.option(&name, meaning, value.unwrap_or_default(), found);
        }
    }
    request.finish(found);
}

fn is_method(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Returns a URL with what HTTPie lets out: the scheme, and `localhost` before a port.
fn in_full(word: &ShellWord, scheme: &str) -> ShellWord {
    let has_scheme = word.text.contains("://");
    let local = word.text.strip_prefix(':').filter(|_| !word.text.starts_with("::"));
    let text = match local {
        Some(rest) if rest.starts_with('/') => format!("{scheme}localhost{rest}"),
        Some(rest) => format!("{scheme}localhost:{rest}"),
        None if has_scheme || scheme.is_empty() => return word.clone(),
        None => format!("{scheme}{}", word.text),
    };
    ShellWord { text, place: None, ..word.clone() }
}

/// Returns an item of the query, if it is one: `name==value`.
fn parameter(item: &str) -> Option<String> {
    let separator = item.find([':', '=', '@'])?;
    let (name, value) = item.split_at_checked(separator)?;
    let value = value.strip_prefix("==")?;
    Some(format!("{}={}", url::encoded(name), url::encoded(value)))
}
