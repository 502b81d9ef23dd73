//! The request that options and URLs describe together.

use super::found::{Found, trimmed};
use super::glob::{self, Expanded};
use super::options::OptionMeaning;
use super::url;
use super::word::ShellWord;

/// One request of a command line: `--next` begins another.
#[derive(Default)]
pub(super) struct CommandRequest {
    pub(super) urls: Vec<ShellWord>,
    /// The site's name in the `Host:` header: what a CDN goes by, wherever the request is sent.
    host: Option<ShellWord>,
    data: Option<String>,
    /// Data that is known only when the command is run.
    files: Vec<ShellWord>,
    query: String,
    target: Option<ShellWord>,
    is_get: bool,
    has_globs: bool,
}

impl CommandRequest {
    /// Begins a request; of some programs, URLs have globs.
    pub(super) fn with_globs(has_globs: bool) -> Self {
        CommandRequest { has_globs, ..CommandRequest::default() }
    }

    /// Takes an option; those that have no part in the URL are passed over.
    pub(super) fn option(
        &mut self,
        name: &str,
        meaning: OptionMeaning,
        value: ShellWord,
        found: &mut Found,
    ) {
        match meaning {
            OptionMeaning::Url => self.urls.push(value),
            OptionMeaning::Header => self.header(&value),
            OptionMeaning::Data if value.text.starts_with('@') => self.files.push(value),
            OptionMeaning::Data | OptionMeaning::RawData | OptionMeaning::EncodedData => {
                let Some(text) = data(meaning, &value) else { return self.files.push(value) };
                if value.unknown {
                    self.files.push(value);
                }
                let data = self.data.get_or_insert_default();
                join(data, &text);
            }
            OptionMeaning::Query => {
                let text = match value.text.strip_prefix('+') {
                    Some(text) => Some(text.to_owned()),
                    None => data(OptionMeaning::EncodedData, &value),
                };
                match text {
                    Some(text) => join(&mut self.query, &text),
                    None => found.refuse_because(&value, name),
                }
            }
            OptionMeaning::Get => self.is_get = true,
            OptionMeaning::GlobOff => self.has_globs = false,
            OptionMeaning::Target => {
                self.target = Some(value).filter(|it| it.text.starts_with('/'));
            }
            OptionMeaning::Value | OptionMeaning::Targets | OptionMeaning::Hosts => {
                found.refuse_value(name, &value);
            }
            OptionMeaning::Switch | OptionMeaning::Way | OptionMeaning::Next => {}
        }
    }

    /// Takes a header; the first host counts.
    pub(super) fn header(&mut self, header: &ShellWord) {
        if self.host.is_none()
            && let Some(host) = url::host_of_header(&header.text)
        {
            self.host = Some(ShellWord { text: host.to_owned(), ..header.clone() });
        }
    }

    /// Takes a parameter of the query, already encoded.
    pub(super) fn parameter(&mut self, text: &str) {
        join(&mut self.query, text);
    }

    /// Puts everything that the request asks for.
    pub(super) fn finish(mut self, found: &mut Found) {
        let more = match self.data.take() {
            Some(data) if self.is_get => data,
            Some(_) | None => std::mem::take(&mut self.query),
        };
        if self.is_get && !self.urls.is_empty() {
            for file in &self.files {
                found.refuse_because(file, "--get");
            }
        }
        for word in &std::mem::take(&mut self.urls) {
            self.put(&trimmed(word), &more, found);
        }
    }

    fn put(&self, word: &ShellWord, more: &str, found: &mut Found) {
        found.is_torn |= word.text.contains('\n');
        let parts = [self.host.as_ref(), self.target.as_ref()].into_iter().flatten();
        if word.unknown || parts.into_iter().any(|part| part.unknown) {
            return found.refuse(word);
        }
        // Empty braces are no glob, but the place where xargs or find puts what it has.
        if self.has_globs && word.text.contains("{}") {
            return found.refuse(word);
        }
        let expanded = if self.has_globs {
            glob::expand(&word.text, !word.quoted, found.left())
        } else {
            Expanded::AsItStands
        };
        let texts = match expanded {
            Expanded::AsItStands => vec![word.text.clone()],
            Expanded::To(texts) => texts,
            Expanded::TooMany => {
                // The look at it had its price too.
                found.affords(glob::MOST);
                found.refuse_because(word, "too many URLs:");
                vec![word.text.clone()]
            }
        };
        for text in texts {
            if !url::is_url(&text) {
                found.refuse(&ShellWord { text, ..word.clone() });
                continue;
            }
            found.is_command = true;
            // The data of one command may be long, and its URLs many.
            let is_made = text != word.text || self.changes(more);
            if is_made && !found.affords(text.len() + more.len()) {
                return found.refuse_because(word, "too long:");
            }
            let made = self.asked_for(text, more);
            if made == word.text {
                found.put(word);
            } else {
                found.put_made(word, made);
            }
        }
    }

    fn changes(&self, more: &str) -> bool {
        self.host.is_some() || self.target.is_some() || !more.is_empty()
    }

    fn asked_for(&self, url: String, more: &str) -> String {
        let mut url = url;
        if let Some(host) = &self.host
            && !url::has_host(&url, &host.text)
        {
            url = url::with_host(&url, &host.text);
        }
        if let Some(target) = &self.target {
            url = url::with_target(&url, &target.text);
        }
        if !more.is_empty() {
            url = url::with_query(&url, more);
        }
        url
    }
}

fn join(all: &mut String, more: &str) {
    if !all.is_empty() {
        all.push('&');
    }
    all.push_str(more);
}

/// Returns the data that an option's value stands for. `None`: it is in a file.
fn data(meaning: OptionMeaning, value: &ShellWord) -> Option<String> {
    let text = value.text.as_str();
    if meaning != OptionMeaning::EncodedData {
        return Some(text.to_owned());
    }
    match text.split_once('=') {
        Some(("", content)) => Some(url::encoded(content)),
        Some((name, content)) => Some(format!("{name}={}", url::encoded(content))),
        None if text.contains('@') => None,
        None => Some(url::encoded(text)),
    }
}
