//! Commands on a terminal: whatever a vendor, a file or an argument holds, the terminal gets no
//! control character to obey.

use std::path::Path;

use super::Terminal;

/// Sequences that set a title, clear the screen, write the clipboard; in C1, too; a text that is
/// turned around.
const HOSTILE: &str =
    "x\x1b]0;T\x07\x1b[2J\x1b]52;c;aGk=\x07\u{9b}31m\u{9d}0;T\u{9c}\u{202e}\r\x7fy";

/// Runs the program in a terminal, and returns what the terminal got.
fn raw(args: &[&str], home: tempfile::TempDir, theme: &str) -> (String, tempfile::TempDir) {
    let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
    let variables = [("PURGEDECK_THEME", theme)];
    let variables = if theme.is_empty() { &[][..] } else { &variables[..] };
    let mut terminal = Terminal::start_with(binary, args, home, variables);
    terminal.ends();
    let raw = String::from_utf8(terminal.shown.0.lock().unwrap().raw.clone()).unwrap();
    let home = std::mem::replace(&mut terminal.home, tempfile::tempdir().unwrap());
    (raw, home)
}

/// Fails where the text has more than printable characters, line breaks, tabs and colours.
fn is_harmless(raw: &str, what: &str) {
    let mut rest = raw.replace("\r\n", "\n").replace("\r\x1b[K", "");
    // The colours of help and tables.
    for part in raw.split("\x1b[").skip(1) {
        let parameters = part.split('m').next().unwrap_or_default();
        if parameters.chars().all(|it| it.is_ascii_digit() || it == ';') {
            rest = rest.replace(&format!("\x1b[{parameters}m"), "");
        }
    }
    let obeyed = |it: char| {
        (it.is_control() && it != '\n' && it != '\t')
            || matches!(it, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!rest.contains(obeyed), "{what}: {raw:?}");
    assert!(!raw.contains("\x1b[31mred"), "{what}: {raw:?}");
}

#[test]
fn a_hostile_history_harms_no_terminal_in_any_format() {
    let mut home = tempfile::tempdir().unwrap();
    let record = serde_json::json!({
        "schema_version": 1, "account": "prod", "provider": "gcore", "id": "1",
        "resource_id": "9", "cname": format!("www.site.com{HOSTILE}"), "kind": "url",
        "status": "failed", "raw_status": HOSTILE, "created": "2026-11-20T10:00:00Z",
        "targets": [format!("/{HOSTILE}"), HOSTILE], "target_count": 2, "by": HOSTILE,
    });
    std::fs::write(home.path().join("old.ndjson"), record.to_string()).unwrap();
    let store = ["--store", "s.db", "--offline"];
    let (said, kept) = raw(&["--store", "s.db", "import", "old.ndjson"], home, "");
    home = kept;
    assert!(said.contains("1 new"), "{said}");
    for format in ["table", "json", "ndjson", "csv"] {
        let args: Vec<&str> =
            store.iter().copied().chain(["history", "--format", format]).collect();
        let (text, kept) = raw(&args, home, "");
        home = kept;
        assert!(text.contains("www.site.com"), "{text:?}");
        is_harmless(&text, format);
    }
}

#[test]
fn a_hostile_argument_or_setting_harms_no_terminal() {
    let mut home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("bad.toml"), "theme = \"a\\u001b]0;x\\u0007\\u009b\"\n")
        .unwrap();
    let scenario = format!("x{HOSTILE}");
    for args in [
        [HOSTILE].as_slice(),
        &["--format", HOSTILE],
        &[&format!("--{HOSTILE}")],
        &["history", "--format", HOSTILE],
        &["history", "--limit", HOSTILE],
        &["history", HOSTILE],
        &["history", &format!("status:{HOSTILE}")],
        &["purge", "x", "--url", "/a", "--wait", "--timeout", HOSTILE],
        &["purge", HOSTILE, "--url", HOSTILE, "--dry-run"],
        &["import", HOSTILE],
        &["--config", HOSTILE, "history"],
        &["--config", HOSTILE, "config", "path"],
        &["--config", HOSTILE, "config", "check"],
        &["--config", "bad.toml", "config", "check"],
        &["--config", "bad.toml", "doctor", "--offline"],
        &["--account", HOSTILE, "history"],
        &["--store", HOSTILE, "doctor"],
        &["--store", HOSTILE, "--offline", "history"],
        &["queue", "cancel", HOSTILE],
        &["man", HOSTILE],
        &["simulate", "--scenario", &scenario],
        &["--view", HOSTILE],
    ] {
        let (text, kept) = raw(args, home, "");
        home = kept;
        is_harmless(&text, &format!("{args:?}"));
    }
    for variable in ["x\x1b[31mred", "\u{9b}31m\x1b]0;x\x07"] {
        let (text, kept) = raw(&["config", "check"], home, variable);
        home = kept;
        assert!(text.contains("theme"), "{text:?}");
        is_harmless(&text, variable);
    }
}
