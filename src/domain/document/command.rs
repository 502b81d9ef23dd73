//! Command lines that ask for URLs: of curl and its like, of browsers, of CDNs' own tools.

mod ansi_c;
mod cmd;
mod cmdlet;
mod curl;
mod curl_options;
mod fetch;
mod found;
mod glob;
mod httpie;
mod options;
mod posix;
mod powershell;
mod program;
mod request;
mod rough;
mod service;
mod start;
#[cfg(test)]
mod tests;
mod url;
mod wget;
mod word;

use std::ops::Range;

use found::Found;
use start::Dialect;
use word::{ShellLine, line_of};

/// One command line found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// The bytes of the text that it takes, through the end of its last line, without that line's
    /// break.
    pub(super) length: usize,
    /// The URLs that it asks for, in order.
    pub(super) urls: Vec<CommandUrl>,
    /// The arguments that might be meant as targets and were not taken, each cut to be told in a
    /// message: words that are no URL by their form or that have variables, URLs under an option
    /// that is no target.
    pub(super) not_taken: Vec<String>,
}

/// One URL that a command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommandUrl {
    /// The URL as the program would ask for it: quotes undone, globs expanded, data appended to the
    /// query where it goes there, the host as the request names it.
    pub(super) text: String,
    /// The bytes of the text that say exactly this; `None` where it cannot be pointed at, for
    /// escapes, globs or appended data.
    pub(super) place: Option<Range<usize>>,
    /// True if a star in it is a wildcard: a purge names patterns, a request does not.
    pub(super) has_wildcards: bool,
}

/// Returns true if curl has a long option of this name.
pub(super) fn is_curl_option(name: &str) -> bool {
    curl_options::CURL.has(name)
}

/// Reads the command line that begins at the start of a text, which is the start of a line, if one
/// does. It may go on over further lines.
pub(super) fn command_at(text: &str) -> Option<CommandLine> {
    let start = start::of(text)?;
    let from = start.from;
    let line = match start.dialect {
        Dialect::Script => return fetch::read(text, from),
        Dialect::Posix => posix::split(text, from),
        Dialect::Cmd => Some(cmd::split(text, from)),
        Dialect::PowerShell => powershell::split(text, from, true),
        Dialect::Cmdlet => powershell::split(text, from, false),
    };
    let read = |line: &ShellLine| {
        let mut found = Found::default();
        found.is_command = start.is_setup;
        line.commands.iter().for_each(|command| program::read(command, &mut found));
        found
    };
    let finish = |mut found: Found, length: usize| {
        // A program's line, or one that says it goes on, is a command line over several even with
        // nothing to fetch: read as none, the others would be read again from each of them.
        let is_long = || text.get(..length).is_some_and(|taken| taken.contains('\n'));
        let goes_on = || line_of(text).trim_end().ends_with(['\\', '^', '`', '|', '&']);
        found.is_command |= (start.is_of_program || goes_on()) && is_long();
        found.finish(length)
    };
    if let Some(line) = line {
        let found = read(&line);
        if !found.is_torn {
            return finish(found, line.length);
        }
    }
    let line = rough::split(text, from);
    finish(read(&line), line.length)
}
