//! Bytes as terminals send them: late, split, without end.

use std::io::{Read as _, Write as _};

use portable_pty::{CommandBuilder, native_pty_system};

use super::{Terminal, size};

#[test]
fn an_arrow_key_that_comes_in_two_reads_closes_nothing() {
    let mut terminal = Terminal::demo();
    terminal.sees("successful");
    terminal.press("P");
    terminal.sees("Compose");
    terminal.press("/a.jpg");
    terminal.sees("/a.jpg");
    // The program reads as soon as something comes, so these are two reads.
    terminal.press("\x1b");
    terminal.press("[D");
    terminal.press("x");
    terminal.sees("/a.jpxg");
    terminal.press("\x1b");
    terminal.until("the board", |shown| !shown.terminal.screen().contents().contains("Compose"));
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
}

#[test]
fn replies_of_the_terminal_press_no_keys() {
    let mut terminal = Terminal::demo();
    terminal.sees("successful");
    terminal.press("/");
    terminal.press("\x1b]11;rgb:1e1e/1e1e/2e2e\x07");
    terminal.press("\x1b]10;rgb:ffff/ffff/ffff\x1b\\");
    terminal.press("\x1bP>|XTerm(377)\x1b\\\x1b[?62;22c\x1b[>41;377;0c\x1b[?2026;2$y");
    terminal.press("\x1b[12;40R\x1b[?1u\x1b_Gi=31;OK\x1b\\\x1b[I\x1b[O");
    terminal.press("kind:url");
    terminal.sees("/ kind:url");
    // One without an end does not hold the keys for long.
    terminal.press("\x1b]11;rgb:1e");
    terminal.press("\x03\x03");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_given_back();
}

#[test]
fn it_ends_when_the_terminal_is_gone() {
    let pair = native_pty_system().openpty(size(100, 30)).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_purgedeck"));
    command.args(["demo", "--records", "300"]);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut first = [0; 1];
    output.read_exact(&mut first).unwrap();
    drop((output, pair.master));
    assert_ne!(child.wait().unwrap().exit_code(), 0);
}

#[test]
fn a_flood_of_input_keeps_no_signal_waiting() {
    let mut terminal = Terminal::demo();
    terminal.sees("successful");
    // Into the palette, where every character is searched for.
    terminal.press(":");
    let mut keys = std::mem::replace(&mut terminal.keys, Box::new(std::io::sink()));
    std::thread::spawn(move || while keys.write_all(&[b'x'; 1024]).is_ok() {});
    terminal.sees("xxxxxxxx");
    terminal.signal("TERM");
    assert_eq!(terminal.ends().exit_code(), 130);
    terminal.is_given_back();
}
