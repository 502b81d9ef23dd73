//! The real binary in a real terminal: what a terminal emulator shows, and the state in which the
//! terminal is left.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod abilities;
mod input;
mod output;
#[path = "../cli/own_store.rs"]
mod own_store;
mod starting;
mod stopping;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use purgedeck::app::{App, Setup};
use purgedeck::config::secret::variables::SecretVariables;
use purgedeck::effect::{Effect, Report};
use purgedeck::keymap::Keymap;
use purgedeck::theme::{ColourDepth, Glyphs, Theme};
use purgedeck::tui::{AlertMode, Dashboard, DrawingAbilities, EffectRunner, TuiFailure};

/// Longer than anything here takes; what has not come by then never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the program wrote, as a terminal understands it.
struct Shown {
    terminal: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

/// A program in a terminal of its own, ended with the test.
struct Terminal {
    shown: Arc<(Mutex<Shown>, Condvar)>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    home: tempfile::TempDir,
    /// How lines were edited and echoed before.
    modes: String,
}

impl Terminal {
    /// Starts a program of this package with 100 columns and 30 rows, and a home of its own.
    fn start(program: &Path, args: &[&str], home: tempfile::TempDir) -> Self {
        Self::start_with(program, args, home, &[])
    }

    /// Starts a program with these variables in its environment, too.
    fn start_with(
        program: &Path,
        args: &[&str],
        home: tempfile::TempDir,
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(100, 30)).unwrap();
        let modes = format!("{:?}", pair.master.get_termios());
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let shown = Arc::new((
            Mutex::new(Shown {
                terminal: vt100::Parser::new(cells(30), cells(100), 0),
                raw: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let mut output = pair.master.try_clone_reader().unwrap();
        let to = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                let read = output.read(&mut bytes).unwrap_or_default();
                let mut shown = to.0.lock().unwrap();
                shown.terminal.process(&bytes[..read]);
                shown.raw.extend_from_slice(&bytes[..read]);
                shown.closed = read == 0;
                to.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            modes,
            keys: pair.master.take_writer().unwrap(),
            shown,
            master: pair.master,
            child,
            home,
        }
    }

    /// The dashboard on the simulated vendors.
    fn demo() -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
        Self::start(binary, &["demo", "--records", "300"], tempfile::tempdir().unwrap())
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until something holds of what is shown.
    fn until(&self, what: &str, holds: impl Fn(&Shown) -> bool) {
        let (shown, changed) = &*self.shown;
        let end = Instant::now() + PATIENCE;
        let mut shown = shown.lock().unwrap();
        while !holds(&shown) {
            let left = end.saturating_duration_since(Instant::now());
            let (again, late) = changed.wait_timeout(shown, left).unwrap();
            shown = again;
            let over = late.timed_out() || shown.closed;
            assert!(
                !over || holds(&shown),
                "{what} never came:\n{}",
                shown.terminal.screen().contents()
            );
        }
    }

    fn sees(&self, text: &str) {
        self.until(text, |shown| shown.terminal.screen().contents().contains(text));
    }

    fn resize(&self, columns: u16, rows: u16) {
        let mut shown = self.shown.0.lock().unwrap();
        shown.terminal.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end of the program and of all that it wrote.
    fn ends(&mut self) -> ExitStatus {
        self.until("the end", |shown| shown.closed);
        self.child.wait().unwrap()
    }

    /// Whether the terminal is as a shell wants it: no mode that the program put it into is left.
    fn is_given_back(&self) {
        let shown = self.shown.0.lock().unwrap();
        let screen = shown.terminal.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is the terminal's own"
        );
        let last = |on: &str, off: &str| {
            let raw = String::from_utf8_lossy(&shown.raw);
            raw.rfind(off) >= raw.rfind(on)
        };
        assert!(last("\x1b[?1004h", "\x1b[?1004l"), "focus is not reported");
        assert!(last("\x1b[?2026h", "\x1b[?2026l"), "nothing is held back");
        let modes = format!("{:?}", self.master.get_termios());
        assert_eq!(modes, self.modes, "lines are edited and echoed again");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

#[test]
fn the_demo_is_shown_typed_into_resized_pasted_into_and_left() {
    let mut terminal = Terminal::demo();
    terminal.sees("gcore-prod");
    terminal.sees("successful");
    terminal.until("the alternate screen", |shown| {
        let screen = shown.terminal.screen();
        screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste()
    });

    terminal.press("/kind:pattern");
    terminal.sees("/ kind:pattern");
    terminal.press("\r");
    terminal.sees(" of ");

    terminal.resize(80, 24);
    // The footer, in the last row of the new size.
    terminal.until("the footer", |shown| {
        let rows: Vec<String> = shown.terminal.screen().rows(0, 80).collect();
        rows.len() == 24 && rows[23].contains("filter")
    });

    terminal.press("P");
    terminal.sees("Compose");
    terminal.press("\x1b[200~https://nowhere.example/a.jpg\nhttps://nowhere.example/q\x1b[201~");
    terminal.sees("nowhere.example/q");
    terminal.sees("PD002");
    terminal.press("\x1b");
    terminal.until("the board", |shown| !shown.terminal.screen().contents().contains("Compose"));

    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_given_back();
    let left = std::fs::read_dir(terminal.home.path()).unwrap().count();
    assert_eq!(left, 0, "the demo touches nothing of the user's");
}

#[test]
fn the_demo_looks_as_the_configuration_says_and_has_bad_news_to_play_with() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/purgedeck");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "ascii = true\ntheme = \"mono\"\n").unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
    let mut terminal = Terminal::start(binary, &["demo", "--records", "300"], home);
    terminal.sees("successful");
    terminal.sees("503");
    let shown = terminal.shown.0.lock().unwrap().terminal.screen().contents();
    assert!(shown.is_ascii(), "{shown}");
    terminal.press("P");
    terminal.sees("Compose");
    terminal.press("\x1b[200~https://shop.lumentravel.example.com/refused/a.jpg\x1b[201~");
    terminal.sees("refused/a.jpg");
    terminal.press("\x10");
    terminal.sees("Plan:");
    terminal.press("\r");
    terminal.sees("403 not allowed");
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn a_key_at_the_moment_of_a_resize_hides_neither() {
    let mut terminal = Terminal::demo();
    terminal.sees("successful");
    // Keys that change nothing but the cursor, so that only the size decides what is drawn.
    for (round, key) in ["j", "k"].into_iter().cycle().take(100).enumerate() {
        let (columns, rows) = if round % 2 == 0 { (80, 24) } else { (100, 30) };
        terminal.press(key);
        terminal.resize(columns, rows);
        terminal.until("the footer", |shown| {
            let screen = shown.terminal.screen();
            screen.rows(0, columns).last().is_some_and(|row| row.contains("filter"))
        });
    }
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn a_signal_ends_it_and_gives_the_terminal_back() {
    for name in ["TERM", "INT", "HUP"] {
        let mut terminal = Terminal::demo();
        terminal.sees("successful");
        terminal.signal(name);
        assert_eq!(terminal.ends().exit_code(), 130, "{name}");
        terminal.is_given_back();
    }
}

#[test]
fn the_first_screen_shows_what_the_store_holds() {
    let home = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
    let line = concat!(
        r#"{"schema_version":1,"account":"prod","provider":"gcore","id":"71","resource_id":"9","#,
        r#""cname":"www.site.com","kind":"url","status":"failed","raw_status":"Failed","#,
        r#""created":"2026-11-20T10:00:00Z","targets":["/a.jpg"],"target_count":1}"#
    );
    std::fs::write(home.path().join("old.ndjson"), line).unwrap();
    let imported = std::process::Command::new(binary)
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .args(["--store", "store.db", "import", "old.ndjson"])
        .output()
        .unwrap();
    assert!(imported.status.success(), "{imported:?}");
    let mut terminal = Terminal::start(binary, &["--store", "store.db", "--offline"], home);
    terminal.sees("www.site.com");
    terminal.sees("/a.jpg");
    terminal.sees("offline");
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_given_back();
}

/// A program whose thread panics once the screen is drawn. The test below starts it in a terminal
/// of its own.
#[test]
#[ignore = "takes the terminal; a_panic_gives_the_terminal_back_before_it_is_printed starts it"]
fn a_program_that_panics() {
    let dashboard = Dashboard {
        app: App::new(Setup::default()),
        keymap: Keymap::new(&BTreeMap::new()).unwrap(),
        theme: Theme::named("default", ColourDepth::Indexed, Glyphs::UNICODE).unwrap(),
        effects: Falls,
        clock: chrono::Utc::now,
        drawing: DrawingAbilities::ALL,
        mouse: true,
        alert_mode: AlertMode::default(),
        withheld: SecretVariables::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let left = runtime.block_on(purgedeck::tui::run(dashboard));
    assert!(matches!(left, Err(TuiFailure::Panicked)), "{left:?}");
}

/// Carries out nothing and falls over its own feet when the first screen is drawn.
struct Falls;

impl EffectRunner for Falls {
    fn run(&mut self, _: Effect) {}

    async fn next(&mut self) -> Option<Report> {
        std::future::pending().await
    }

    fn first_frame_drawn(&mut self) {
        std::thread::spawn(|| panic!("on purpose"));
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_printed() {
    let this = std::env::current_exe().unwrap();
    let mut terminal = Terminal::start(
        &this,
        &["--ignored", "--exact", "--nocapture", "a_program_that_panics"],
        tempfile::tempdir().unwrap(),
    );
    let ended = terminal.ends();
    terminal.is_given_back();
    // On the shell's screen, where it stays to be read.
    terminal.sees("on purpose");
    assert_eq!(ended.exit_code(), 0, "the loop ended as it should");
    let shown = terminal.shown.0.lock().unwrap();
    let raw = String::from_utf8_lossy(&shown.raw);
    let (taken, left) = (raw.find("\x1b[?1049h"), raw.find("\x1b[?1049l"));
    assert!(taken.is_some() && taken < left && left < raw.find("on purpose"));
}
