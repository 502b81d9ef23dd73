//! Tells by the beginning of a line whether a command is there, and whose rules it follows.

use super::program::{self, Program};
use super::word::line_of;

/// Prompts of shells that stand before a blank.
const PROMPTS: &[&str] = &["$", "%", ">", "#", ">>>", "❯", "➜", "λ", "»", "PS>", "$>", "C:\\>"];

/// A prompt may have so many bytes.
const LONGEST_PROMPT: usize = 160;

/// The rules by which a line is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A POSIX shell.
    Posix,
    /// cmd.exe.
    Cmd,
    /// PowerShell, with a program that undoes quotes itself.
    PowerShell,
    /// PowerShell, with a cmdlet or a variable.
    Cmdlet,
    /// JavaScript.
    Script,
}

/// The beginning of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The byte after prompts.
    pub(super) from: usize,
    pub(super) dialect: Dialect,
    /// True for a line that belongs to a copied request without fetching anything.
    pub(super) is_setup: bool,
    /// True if the line names a program first of all.
    pub(super) is_of_program: bool,
}

/// Looks at the beginning of a line.
pub(super) fn of(text: &str) -> Option<Start> {
    let mut rest = text.trim_start_matches([' ', '\t', '\u{feff}']);
    let mut shell = None;
    for _ in 0..2 {
        let Some((after, known)) = past_prompt(rest) else { break };
        rest = after;
        shell = known.or(shell);
    }
    let from = text.len() - rest.len();
    let is_setup = sets_variable(rest);
    let first = first_word(rest);
    let program = program::named(first);
    let is_of_program = program.is_some();
    let start = |dialect| Some(Start { from, dialect, is_setup, is_of_program });
    if is_setup {
        return start(Dialect::Cmdlet);
    }
    if calls_fetch(rest) {
        return start(Dialect::Script);
    }
    let line = line_of(rest);
    let leads = if program.is_some() {
        has_arguments(first, line)
    } else {
        program::may_lead(first) && has_program(line)
    };
    if !leads {
        return None;
    }
    start(shell.unwrap_or_else(|| dialect(first, program, line)))
}

/// Returns true if a line within a block that did not close begins a command.
pub(super) fn begins_command(text: &str) -> bool {
    let line = text.trim_start_matches([' ', '\t']);
    calls_fetch(line) || sets_variable(line) || program::named(first_word(line)).is_some()
}

/// Returns the first word with its quotes and marks of continuation off.
fn first_word(text: &str) -> &str {
    if let Some(quoted) = text.strip_prefix(['"', '\'']) {
        return quoted.split(['"', '\'', '\n']).next().unwrap_or_default();
    }
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let cut = word.trim_end_matches(['\\', '^', ';']);
    if cut.is_empty() { word } else { cut }
}

/// Returns the text after a prompt, and the shell whose prompt it is.
fn past_prompt(text: &str) -> Option<(&str, Option<Dialect>)> {
    let is_blank = |it: char| matches!(it, ' ' | '\t');
    // PowerShell calls a quoted program by this.
    if let Some(rest) = text.strip_prefix("& ") {
        return Some((rest.trim_start_matches(is_blank), Some(Dialect::PowerShell)));
    }
    let plain = PROMPTS.iter().find_map(|it| text.strip_prefix(it)?.strip_prefix(is_blank));
    if let Some(rest) = plain {
        return Some((rest.trim_start_matches(is_blank), None));
    }
    let head = line_of(text);
    let drive = head.as_bytes().get(..3);
    let is_drive = matches!(drive, Some([letter, b':', b'\\']) if letter.is_ascii_alphabetic());
    let (end, shell) = if head.starts_with("PS ") {
        (head.find('>')?, Some(Dialect::PowerShell))
    } else if is_drive {
        (head.find('>')?, Some(Dialect::Cmd))
    } else {
        let user = head.bytes().take(LONGEST_PROMPT).position(|it| it == b'@')?;
        let name = head.get(..user)?;
        if name.contains([' ', '/', '\'', '"', '=']) {
            return None;
        }
        let signs = head.as_bytes().windows(2).take(LONGEST_PROMPT);
        let is_sign = |pair: &[u8]| matches!(pair, [b'$' | b'#' | b'%' | b'>', b' ']);
        (user + signs.skip(user).position(is_sign)?, None)
    };
    let (prompt, rest) = (text.get(..end)?, text.get(end + 1..)?);
    let rest = rest.trim_start_matches(is_blank);
    // `C:\curl.exe https://h/a > file` has no prompt, however like one it looks.
    let is_prompt = prompt.len() <= LONGEST_PROMPT && !prompt.contains("://");
    let is_command =
        begins_command(rest) || sets_variable(rest) || program::may_lead(first_word(rest));
    (is_prompt && is_command).then_some((rest, shell))
}

/// Returns true if something to fetch may follow a program's name.
fn has_arguments(first: &str, line: &str) -> bool {
    let Some((_, rest)) = line.split_once(first) else { return false };
    let rest = rest.trim_start_matches(['"', '\'']).trim();
    // A page may be called like the program: `/tools/curl /b`. Options and URLs tell them apart.
    let is_at_home = !first.starts_with('/') || first.contains("bin/");
    !rest.is_empty()
        && !rest.starts_with('#')
        && (is_at_home || rest.starts_with(['-', '\\']) || rest.contains("://"))
}

/// Returns true if a program is named anywhere in a line.
fn has_program(line: &str) -> bool {
    let ends = |it: char| it.is_whitespace() || "()`;|&\"'{}=".contains(it);
    line.split(ends).any(|word| program::named(word).is_some())
}

/// Returns true if a line sets a variable of PowerShell, as copied requests do before the request:
/// `$session = …`, `$session.UserAgent = …`, `$session.Cookies.Add(…)`.
fn sets_variable(line: &str) -> bool {
    let Some(name) = line.strip_prefix('$') else { return false };
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.');
    let after = name.trim_start_matches(is_part);
    let name = name.get(..name.len() - after.len()).unwrap_or_default();
    let is_name = name.starts_with(|it: char| it.is_ascii_alphabetic());
    let sets = after.trim_start_matches(' ').strip_prefix('=');
    let sets = sets.is_some_and(|value| value.starts_with([' ', '"', '\'', '@', '[', '$']));
    is_name && (sets || (name.contains('.') && after.starts_with('(')))
}

/// Calls that ask for their first argument.
pub(super) const CALLS: [&str; 5] =
    ["fetch(", "axios.get(", "axios.head(", "requests.get(", "requests.head("];

/// Returns true if a line calls `fetch` or its like, be it for a variable.
pub(super) fn calls_fetch(line: &str) -> bool {
    const LONGEST_LEAD: usize = 80;
    let head = line.get(..LONGEST_LEAD).map_or_else(|| line_of(line), line_of);
    if !head.contains('(') {
        return false;
    }
    let calls = CALLS.iter().filter_map(|call| Some(head.split_once(call)?.0));
    let Some(lead) = calls.min_by_key(|lead| lead.len()) else { return false };
    let lead = lead.trim_end();
    let leads = ["await", "=", "return", "window.", "globalThis.", "(", "void"];
    let is_plain = |it: char| it.is_alphanumeric() || " _$=.({},:;".contains(it);
    lead.is_empty() || (lead.chars().all(is_plain) && leads.iter().any(|it| lead.ends_with(it)))
}

/// Tells whose rules a line follows by what only those rules give a meaning.
fn dialect(first: &str, program: Option<Program>, line: &str) -> Dialect {
    if program.is_some_and(|program| program.is_cmdlet) {
        return Dialect::Cmdlet;
    }
    let is_windows = first.contains('\\') || first.to_ascii_lowercase().ends_with(".exe");
    let end = line.trim_end();
    if end.ends_with('\\') {
        Dialect::Posix
    } else if end.ends_with(" `") {
        Dialect::PowerShell
    } else if end.ends_with(" ^") || line.contains("^\"") || line.contains("^&") {
        Dialect::Cmd
    } else if is_windows && line.contains(['\'', '`']) {
        Dialect::PowerShell
    } else if is_windows {
        Dialect::Cmd
    } else {
        Dialect::Posix
    }
}
