//! Bytes, in whatever pieces, and the inputs that they are.
#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::time::Instant;

use super::InputParser;
use crate::app::Input;
use crate::panes::Pointer;

/// Takes everything that was parsed.
fn drain(parser: &mut InputParser) -> Vec<Input> {
    std::iter::from_fn(|| parser.pop()).collect()
}

/// Returns the inputs of bytes that come in pieces, without time passing; at the end it does.
fn of_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Input> {
    let mut parser = InputParser::default();
    let now = Instant::now();
    for piece in pieces {
        parser.feed(piece, now);
    }
    parser.give_up();
    drain(&mut parser)
}

/// Asserts that bytes are these inputs, however they are split into two, and byte by byte.
#[track_caller]
fn assert_inputs(bytes: &[u8], inputs: &[Input]) {
    let shown = bytes.escape_ascii().to_string();
    for at in 0..=bytes.len() {
        let (one, other) = bytes.split_at(at);
        assert_eq!(of_pieces([one, other]), inputs, "{shown} at {at}");
    }
    assert_eq!(of_pieces(bytes.chunks(1)), inputs, "{shown} byte by byte");
}

#[track_caller]
fn assert_keys(bytes: &[u8], keys: &str) {
    let keys = keys.split_whitespace().map(|key| Input::Chord(key.parse().unwrap()));
    assert_inputs(bytes, &keys.collect::<Vec<_>>());
}

#[track_caller]
fn assert_nothing(bytes: &[u8]) {
    assert_keys(bytes, "");
    // And the key after it is itself.
    assert_keys(&[bytes, b"j"].concat(), "j");
}

#[test]
fn plain_keys_are_themselves() {
    for (bytes, keys) in [
        (&b"jG?-"[..], "j G ? -"),
        (b"\r\n\t\x7f\x08", "enter ctrl-j tab backspace ctrl-h"),
        (b"\x01\x03\x1a\x1c\x1f\x00", "ctrl-a ctrl-c ctrl-z ctrl-4 ctrl-7 ctrl-space"),
        (" ".as_bytes(), "space"),
        ("é€😀".as_bytes(), "é € 😀"),
    ] {
        assert_keys(bytes, keys);
    }
}

#[test]
fn alt_is_an_escape_before_the_key() {
    for (bytes, keys) in [
        (&b"\x1bj\x1bG"[..], "alt-j alt-G"),
        (b"\x1b\x7f\x1b\r\x1b\t\x1b\x01", "alt-backspace alt-enter alt-tab ctrl-alt-a"),
        ("\x1bé".as_bytes(), "alt-é"),
        (b"\x1b", "esc"),
        (b"\x1b\x1b", "esc esc"),
        (b"\x1b\x1b\x1b", "esc esc esc"),
        (b"\x1b\x1b[A", "esc up"),
        (b"\x1b[", "alt-["),
        (b"\x1bO", "alt-O"),
        (b"\x1bP", "alt-P"),
        (b"\x1b]", "alt-]"),
    ] {
        assert_keys(bytes, keys);
    }
}

#[test]
fn cursor_and_function_keys_are_known_in_the_ways_of_every_terminal() {
    for (bytes, keys) in [
        ("\x1b[A \x1b[B \x1b[C \x1b[D", "up down right left"),
        ("\x1bOA \x1bOB \x1bOC \x1bOD", "up down right left"),
        // Home, end, insert, delete, page up, page down: xterm, rxvt, the Linux console, tmux.
        ("\x1b[H \x1b[F \x1bOH \x1bOF", "home end home end"),
        ("\x1b[1~ \x1b[4~ \x1b[7~ \x1b[8~", "home end home end"),
        ("\x1b[2~ \x1b[3~ \x1b[5~ \x1b[6~", "insert delete pageup pagedown"),
        ("\x1b[Z \x1b[1;2Z", "backtab backtab"),
        ("\x1bOP \x1bOQ \x1bOR \x1bOS", "f1 f2 f3 f4"),
        ("\x1b[P \x1b[Q \x1b[S", "f1 f2 f4"),
        ("\x1b[[A \x1b[[B \x1b[[C \x1b[[D \x1b[[E", "f1 f2 f3 f4 f5"),
        ("\x1b[11~ \x1b[15~ \x1b[17~ \x1b[21~ \x1b[23~ \x1b[24~", "f1 f5 f6 f10 f11 f12"),
        ("\x1b[25~ \x1b[28~ \x1b[34~", "f13 f15 f20"),
        // With modifiers.
        ("\x1b[1;2A \x1b[1;3A \x1b[1;5A \x1b[1;6A", "shift-up alt-up ctrl-up ctrl-shift-up"),
        ("\x1b[5;5~ \x1b[3;2~ \x1b[1;5H", "ctrl-pageup shift-delete ctrl-home"),
        ("\x1b[1;2P \x1b[15;5~ \x1bO5P \x1b[5C", "shift-f1 ctrl-f5 ctrl-f1 ctrl-right"),
        ("\x1b[a \x1b[d \x1bOa \x1bOd", "shift-up shift-left ctrl-up ctrl-left"),
        ("\x1b[5^ \x1b[5$ \x1b[5@", "ctrl-pageup shift-pageup ctrl-shift-pageup"),
        ("\x1bOM \x1bOp \x1bOk", "enter 0 +"),
    ] {
        let bytes = bytes.replace(' ', "");
        assert_keys(bytes.as_bytes(), keys);
    }
}

#[test]
fn keys_of_the_kitty_protocol_and_of_modify_other_keys_are_the_same_keys() {
    for (bytes, keys) in [
        ("\x1b[106u \x1b[106;1u", "j j"),
        ("\x1b[103;2u \x1b[103:71;2u \x1b[71;2u", "G G G"),
        ("\x1b[47:63;2u", "?"),
        ("\x1b[99;5u \x1b[27;5;99~", "ctrl-c ctrl-c"),
        ("\x1b[27u \x1b[13u \x1b[9u \x1b[127u", "esc enter tab backspace"),
        ("\x1b[9;2u \x1b[127;3u \x1b[27;2;13~", "backtab alt-backspace shift-enter"),
        ("\x1b[106;1:1u \x1b[106;1:2u \x1b[106;1:3u", "j j"),
        ("\x1b[1;1:1A \x1b[1;1:3A \x1b[5;1:3~", "up"),
        ("\x1b[106;1;106u", "j"),
        ("\x1b[57399u \x1b[57414u \x1b[57419u \x1b[57376u", "0 enter up f13"),
        // The modifiers themselves, media keys.
        ("\x1b[57441;2u \x1b[57441;1:3u \x1b[57428u", ""),
        ("\x1b[1086u", "о"),
    ] {
        let bytes = bytes.replace(' ', "");
        assert_keys(bytes.as_bytes(), keys);
    }
}

#[test]
fn replies_of_the_terminal_are_no_keys() {
    for reply in [
        // Colours, in either ending.
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
        "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b]4;1;rgb:cd/00/00\x07",
        "\x1b]52;c;aGk=\x1b\\",
        // What it is and can.
        "\x1b[?62;22c",
        "\x1b[>41;377;0c",
        "\x1bP>|XTerm(377)\x1b\\",
        "\x1bP!|00000000\x1b\\",
        "\x1bP1+r544e=787465726d\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b[?2026;2$y",
        "\x1b[4;1$y",
        "\x1b[?1u",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b^private\x1b\\",
        "\x1bXstring\x1b\\",
        // The cursor, the size, the status.
        "\x1b[12;40R",
        "\x1b[1;2R",
        "\x1b[?12;40R",
        "\x1b[8;30;100t",
        "\x1b[4;600;800t",
        "\x1b[0n",
        "\x1b[?997;1n",
        "\x1b[O",
        "\x1b[201~",
        "\x1b[?25;1;1S",
    ] {
        assert_nothing(reply.as_bytes());
    }
    assert_inputs(b"\x1b[I", &[Input::FocusGained]);
}

#[test]
fn a_key_breaks_off_what_does_not_end() {
    for (bytes, keys) in [
        (&b"\x1b]11;rgb\x03"[..], "ctrl-c"),
        (b"\x1b]11;rgb\r", "enter"),
        (b"\x1b]11;rgb\x1b[A", "up"),
        (b"\x1b[<0;1\x03", "ctrl-c"),
        (b"\x1b[1;\x1b[A", "up"),
        (b"\x1b[M!\x03", "ctrl-c"),
        (b"\xe2\x82j", "j"),
    ] {
        assert_keys(bytes, keys);
    }
}

#[test]
fn bytes_that_are_no_utf_8_and_control_characters_beyond_ascii_are_nothing() {
    for bytes in
        [&b"\xff"[..], b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc2\x9b"]
    {
        assert_nothing(bytes);
    }
}

#[test]
fn a_sequence_of_any_length_is_swallowed_to_its_end() {
    assert_nothing(&[b"\x1b[".as_slice(), &b"1;".repeat(1_000), b"A"].concat());
    let mut parser = InputParser::default();
    let now = Instant::now();
    parser.feed(&[b"\x1b]52;c;".as_slice(), &vec![b'A'; 1 << 20], b"\x07j"].concat(), now);
    assert_eq!(drain(&mut parser), [Input::Chord("j".parse().unwrap())]);
}

#[test]
fn the_mouse_is_read_in_the_three_ways_of_terminals() {
    let at = |pointer| Input::Mouse(pointer, (9, 4));
    let all = [at(Pointer::Press), at(Pointer::Drag), at(Pointer::Release), at(Pointer::Wheel(-3))];
    assert_inputs(b"\x1b[<0;10;5M\x1b[<32;10;5M\x1b[<0;10;5m\x1b[<64;10;5M", &all);
    assert_inputs(b"\x1b[M *%\x1b[M@*%\x1b[M#*%\x1b[M`*%", &all);
    assert_inputs(b"\x1b[32;10;5M\x1b[64;10;5M\x1b[35;10;5M\x1b[96;10;5M", &all);
    // With ctrl, far away, moved without a button, of another button, of no place.
    assert_inputs(b"\x1b[<16;300;5M", &[Input::Mouse(Pointer::Press, (299, 4))]);
    for bytes in
        [&b"\x1b[<35;10;5M"[..], b"\x1b[<2;10;5M", b"\x1b[<0;0;5M", b"\x1b[<0;5M", b"\x1b[M \x00%"]
    {
        assert_nothing(bytes);
    }
}

#[test]
fn a_paste_is_literal_wherever_it_is_split() {
    for text in [
        "",
        "/a\r/b~\r",
        "\x1b[A\x1b]11;x\x07\x03",
        "\x1b[200~",
        "\x1b[201",
        "\x1b[201\x1b[20",
        "é€😀",
    ] {
        let bytes = format!("\x1b[200~{text}\x1b[201~j");
        let pasted = Input::Paste(text.to_owned());
        assert_inputs(bytes.as_bytes(), &[pasted, Input::Chord("j".parse().unwrap())]);
    }
    assert_inputs(b"\x1b[200~/a", &[Input::Paste("/a".to_owned())]);
}

#[test]
fn a_paste_that_is_too_large_is_told_and_not_cut() {
    let mut parser = InputParser::default();
    let now = Instant::now();
    let part = vec![b'~'; 1 << 20];
    for (parts, kept) in [(16, true), (17, false)] {
        parser.feed(b"\x1b[200~", now);
        for _ in 0..parts {
            parser.feed(&part, now);
        }
        parser.feed(b"\x1b[201", now);
        parser.feed(b"~j", now);
        let inputs = drain(&mut parser);
        assert_eq!(matches!(inputs[..], [Input::Paste(_), _]), kept);
        assert_eq!(matches!(inputs[..], [Input::TooLargePaste, _]), !kept);
    }
}

#[test]
fn ctrl_c_overtakes_a_flood_but_nothing_that_a_person_types() {
    assert_eq!(of_pieces([&b"j".repeat(200)[..], b"\x03"]).len(), 201);
    let interrupt = Input::Chord("ctrl-c".parse().unwrap());
    assert_eq!(of_pieces([&b"j".repeat(2_000)[..], b"\x03"]), [interrupt]);
}
