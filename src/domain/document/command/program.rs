//! The programs whose command lines are read, and the words that may stand before them.

use super::found::Found;
use super::word::ShellWord;
use super::{cmdlet, curl, httpie, service, wget};

/// Reads the arguments of a program.
type Read = fn(&[ShellWord], &mut Found);

/// A program by its name.
#[derive(Clone, Copy)]
pub(super) struct Program {
    name: &'static str,
    read: Read,
    /// True for a cmdlet: its name has no case.
    pub(super) is_cmdlet: bool,
}

const fn program(name: &'static str, read: Read) -> Program {
    Program { name, read, is_cmdlet: false }
}

const fn cmdlet(name: &'static str) -> Program {
    Program { name, read: cmdlet::read, is_cmdlet: true }
}

const PROGRAMS: &[Program] = &[
    program("curl", read_curl),
    program("wget", read_wget),
    program("wget2", wget::read),
    program("http", httpie::read),
    program("https", httpie::read_secure),
    program("xh", httpie::read),
    program("xhs", httpie::read_secure),
    program("aws", service::aws),
    program("gcloud", service::gcloud),
    program("az", service::az),
    program("fastly", service::fastly),
    cmdlet("invoke-webrequest"),
    cmdlet("iwr"),
    cmdlet("invoke-restmethod"),
    cmdlet("irm"),
];

/// Words of a shell after which a command begins.
const KEYWORDS: &[&str] =
    &["!", "{", "do", "then", "else", "elif", "if", "while", "until", "time", "&", "exec", "eval"];

/// Programs that run another one, which is named among their arguments.
const WRAPPERS: &[&str] = &[
    "builtin",
    "command",
    "docker",
    "doas",
    "env",
    "exec",
    "find",
    "ionice",
    "kubectl",
    "nice",
    "nohup",
    "parallel",
    "podman",
    "proxychains",
    "proxychains4",
    "setsid",
    "ssh",
    "stdbuf",
    "strace",
    "sudo",
    "time",
    "timeout",
    "torify",
    "torsocks",
    "watch",
    "winpty",
    "xargs",
];

/// Other first words of lines that may have a command further on, after a `;` or within `$(…)`.
const CARRIERS: &[&str] = &[
    ":", "[", "[[", "case", "cat", "cd", "cut", "date", "declare", "diff", "echo", "export",
    "false", "for", "grep", "head", "jq", "local", "mkdir", "printf", "pushd", "readonly", "seq",
    "set", "sleep", "source", "tail", "test", "true", "trap", "yes",
];

fn read_curl(words: &[ShellWord], found: &mut Found) {
    // Windows PowerShell calls a cmdlet by these names.
    let read = if cmdlet::is_meant(words) { cmdlet::read } else { curl::read };
    read(words, found);
}

fn read_wget(words: &[ShellWord], found: &mut Found) {
    let read = if cmdlet::is_meant(words) { cmdlet::read } else { wget::read };
    read(words, found);
}

/// Returns the program that a word names, be it with its path.
pub(super) fn named(word: &str) -> Option<Program> {
    let base = word.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_path = base.len() < word.len();
    if is_path && (word.contains("://") || !is_path_of_program(word)) {
        return None;
    }
    let bare = base.len().checked_sub(".exe".len()).and_then(|at| base.split_at_checked(at));
    let name = bare.filter(|(_, end)| end.eq_ignore_ascii_case(".exe")).map(|(name, _)| name);
    let is_windows = name.is_some();
    let name = name.unwrap_or(base);
    let matches = |program: &&Program| {
        let is_caseless = program.is_cmdlet || is_windows;
        program.name == name || (is_caseless && program.name.eq_ignore_ascii_case(name))
    };
    PROGRAMS.iter().find(matches).copied()
}

/// Returns true if a path is one of a file on a machine rather than of a page on a site.
fn is_path_of_program(word: &str) -> bool {
    let drive = word.as_bytes().get(1..3);
    word.starts_with(['/', '\\', '~', '.', '%', '$']) || matches!(drive, Some(b":\\" | b":/"))
}

/// Returns true if a command may begin further on in a line with this first word.
pub(super) fn may_lead(word: &str) -> bool {
    let opens = word.starts_with(['(', '{', '`']) || word.starts_with("$(");
    opens
        || is_assignment(word)
        || KEYWORDS.contains(&word)
        || CARRIERS.contains(&word)
        || is_wrapper(word)
}

fn is_wrapper(word: &str) -> bool {
    let base = word.rsplit('/').next().unwrap_or_default();
    (word.starts_with('/') || base.len() == word.len()) && WRAPPERS.contains(&base)
}

/// Returns true if a word is `NAME=value`.
fn is_assignment(word: &str) -> bool {
    let is_name = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
    };
    word.split_once('=').is_some_and(|(name, value)| is_name(name) && !value.starts_with('='))
}

/// Reads one simple command.
pub(super) fn read(words: &[ShellWord], found: &mut Found) {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        let is_variable = first.text.starts_with('$')
            && !first.quoted
            && rest.first().is_some_and(|next| next.text == "=");
        if let Some(program) = named(&first.text) {
            return (program.read)(rest, found);
        }
        if is_variable {
            words = rest.get(1..).unwrap_or_default();
        } else if is_wrapper(&first.text) && !KEYWORDS.contains(&first.text.as_str()) {
            let at = rest.iter().position(|word| named(&word.text).is_some());
            words = at.and_then(|at| rest.get(at..)).unwrap_or_default();
        } else if KEYWORDS.contains(&first.text.as_str()) || is_assignment(&first.text) {
            // `time -p`, `exec -a name`
            let options = rest.iter().take_while(|word| word.text.starts_with('-')).count();
            words = rest.get(options..).unwrap_or_default();
        } else {
            return;
        }
    }
}
