//! Terminals that can do little: told, or drawn on with what they have.

use std::path::Path;

use super::Terminal;

fn demo(variables: &[(&str, &str)]) -> Terminal {
    let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
    let args = ["demo", "--records", "300"];
    Terminal::start_with(binary, &args, tempfile::tempdir().unwrap(), variables)
}

impl Terminal {
    fn raw(&self) -> String {
        String::from_utf8_lossy(&self.shown.0.lock().unwrap().raw).into_owned()
    }
}

#[test]
fn a_terminal_that_cannot_show_it_is_refused_with_what_to_do() {
    for (term, words) in [("dumb", "TERM is \"dumb\""), ("", "TERM is not set")] {
        let mut terminal = demo(&[("TERM", term)]);
        terminal.sees(words);
        terminal.sees("xterm-256color");
        assert_eq!(terminal.ends().exit_code(), 2);
        assert!(!terminal.raw().contains('\x1b'), "{}", terminal.raw());
    }
}

#[test]
fn a_terminal_without_colours_and_a_locale_without_utf_8_get_neither() {
    for (variables, ascii, coloured) in [
        ([("TERM", "xterm-256color"), ("LC_ALL", "C")], true, true),
        ([("TERM", "xterm-mono"), ("LC_ALL", "C.UTF-8")], false, false),
        ([("TERM", "vt100"), ("LC_ALL", "POSIX")], true, false),
    ] {
        let mut terminal = demo(&variables);
        terminal.sees("successful");
        terminal.press("q");
        assert_eq!(terminal.ends().exit_code(), 0);
        let raw = terminal.raw();
        assert_eq!(raw.is_ascii(), ascii, "{variables:?}");
        assert_eq!(raw.contains("38;5;"), coloured, "{variables:?}");
    }
}
