//! The program as a job of a shell: stopped, let go on, and the terminal in between.

use std::path::Path;

use super::Terminal;

/// A shell that runs the demo as its job; once that is stopped, it lets it go on after a line.
fn job(after_stop: &str) -> Terminal {
    let script = format!(
        r#"sh -c 'echo $$ >pid; exec "$0" demo --records 300' "$0"
        {after_stop} echo "stopped by $?"; read -r line; fg >/dev/null; echo "ended with $?""#
    );
    let binary = env!("CARGO_BIN_EXE_purgedeck");
    let args = ["-mc", &script, binary];
    let terminal = Terminal::start(Path::new("/bin/sh"), &args, tempfile::tempdir().unwrap());
    terminal.sees("successful");
    terminal
}

impl Terminal {
    /// Sends a signal to the program, not to its shell.
    fn signal_job(&self, name: &str) {
        let id = std::fs::read_to_string(self.home.path().join("pid")).unwrap();
        let sent = std::process::Command::new("kill").args(["-s", name, id.trim()]).status();
        assert!(sent.unwrap().success());
    }

    /// Lets the job go on, and waits until it shows itself and obeys.
    fn goes_on(&mut self) {
        self.press("\n");
        self.until("the board", |shown| {
            let screen = shown.terminal.screen();
            let text = screen.contents();
            screen.alternate_screen() && text.contains("successful") && !text.contains("stopped by")
        });
        self.press("P");
        self.sees("Compose");
        self.press("\x1b");
        self.until("the board", |shown| !shown.terminal.screen().contents().contains("Compose"));
    }
}

#[test]
fn stopped_by_a_key_or_from_outside_it_gives_the_terminal_back_and_takes_it_again() {
    let mut terminal = job("");
    for by_key in [true, false] {
        if by_key {
            terminal.press("\x1a");
        } else {
            terminal.signal_job("TSTP");
        }
        terminal.sees("stopped by");
        terminal.is_given_back();
        terminal.goes_on();
        if by_key {
            terminal.press("q");
            terminal.sees("ended with 0");
            terminal = job("");
        }
    }
    terminal.press("q");
    terminal.sees("ended with 0");
    terminal.is_given_back();
}

#[test]
fn going_on_after_a_stop_that_nothing_can_prepare_for_it_takes_the_terminal_again() {
    // As an interactive shell sets the terminal after a stop.
    let mut terminal = job("stty sane;");
    terminal.signal_job("STOP");
    terminal.sees("stopped by");
    terminal.goes_on();
    terminal.press("q");
    terminal.sees("ended with 0");
    terminal.until("the shell's screen", |shown| !shown.terminal.screen().alternate_screen());
}
