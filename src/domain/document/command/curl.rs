//! Reads the arguments of curl.

use super::curl_options::CURL;
use super::found::Found;
use super::options::{Argument, OptionMeaning};
use super::request::CommandRequest;
use super::word::ShellWord;

/// Reads the arguments after `curl`.
pub(super) fn read(words: &[ShellWord], found: &mut Found) {
    let new = || CommandRequest::with_globs(true);
    let mut request = new();
    for argument in CURL.arguments(words) {
        match argument {
            Argument::Plain(word) => request.urls.push(word.clone()),
            Argument::Option { meaning: OptionMeaning::Next, .. } => {
                std::mem::replace(&mut request, new()).finish(found);
            }
            Argument::Option { name, meaning, value } => {
                found.is_command = true;
                request.option(&name, meaning, value.unwrap_or_default(), found);
            }
        }
    }
    request.finish(found);
}
