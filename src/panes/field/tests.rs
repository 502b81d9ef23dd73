//! Text being edited: fields, lines, pastes.

use super::*;

#[test]
fn the_cursor_counts_in_bytes_and_stands_between_characters() {
    let mut field = Field::new("aä漢");
    assert_eq!(field.cursor(), 6);
    field.on_command(Command::TextLeft);
    assert_eq!(field.cursor(), 3);
    field.set_at("aä漢x", 3);
    assert_eq!(field.cursor(), 3);
    field.on_typed("!");
    assert_eq!(field.text(), "aä!漢x");
}

#[test]
fn a_paste_into_a_field_stays_one_line_and_carries_no_control_characters() {
    let mut field = Field::default();
    field.on_paste("a\tb\r\n\x1b[31mc\n");
    assert_eq!(field.text(), "a b  [31mc");
}

#[test]
fn what_was_said_before_comes_back_and_what_was_not_sent_is_not_lost() {
    let mut field = Field::default();
    for said in ["one", "two", "one"] {
        field.set(said);
        field.remember();
    }
    field.set("half");
    field.on_command(Command::FieldOlder);
    assert_eq!(field.text(), "one");
    field.on_command(Command::FieldOlder);
    assert_eq!(field.text(), "two");
    assert_eq!(field.on_command(Command::FieldOlder), Edit::Moved);
    field.on_command(Command::FieldNewer);
    field.on_command(Command::FieldNewer);
    assert_eq!(field.text(), "half");
}

#[test]
fn a_paste_of_any_line_breaks_becomes_lines() {
    let mut lines = Lines::default();
    lines.on_paste("a\r\nb\rc\nd");
    assert_eq!(lines.lines(), ["a", "b", "c", "d"]);
    assert_eq!(lines.cursor(), (3, 1));
}

#[test]
fn pastes_of_whole_lines_in_a_row_never_join_lines() {
    let targets = ["https://h.com/a", "/b.jpg", "/news/", "https://h.com/*"];
    for first in targets {
        for second in targets {
            for (one, other) in [
                (first.to_owned(), second.to_owned()),
                (format!("{first}\n/x\n{first}"), second.to_owned()),
                (format!("{first}\n"), format!("{second}\n/y")),
                (first.to_owned(), format!("{second}\n")),
            ] {
                let whole = [one.trim_end(), other.trim_end()].join("\n");
                let mut wanted: Vec<&str> = whole.lines().collect();
                wanted.sort_unstable();
                // The cursor stays at the end, or went to the start of a line with a finding.
                for line in [None, Some(0), Some(2)] {
                    let mut lines = Lines::default();
                    lines.on_paste(&one);
                    if let Some(line) = line {
                        lines.go_to_line(line);
                    }
                    lines.on_paste(&other);
                    let text = lines.text();
                    let mut found: Vec<&str> = text.lines().filter(|it| !it.is_empty()).collect();
                    found.sort_unstable();
                    assert_eq!(found, wanted, "{one:?} {other:?} {line:?}");
                }
            }
        }
    }
    // A host is no whole line yet.
    let mut lines = Lines::new("https://h.com");
    lines.on_paste("/a");
    lines.go_to_line(0);
    lines.on_paste("x");
    assert_eq!(lines.text(), "xhttps://h.com/a");
    let mut lines = Lines::new("/a");
    lines.go_to_line(0);
    lines.on_paste("https://h.com");
    assert_eq!(lines.text(), "https://h.com/a");
}

#[test]
fn every_line_of_a_long_text_can_be_gone_to() {
    let mut lines = Lines::new(&vec!["x"; 70_000].join("\n"));
    for (line, at) in [(69_000, 69_000), (3, 3), (99_999, 69_999)] {
        lines.go_to_line(line);
        assert_eq!(lines.cursor(), (at, 0));
    }
}

#[test]
fn a_line_is_deleted_whole_and_comes_back_by_one_undo() {
    let mut lines = Lines::new("one\ntwo\nthree");
    for (line, left) in [(1, "one\nthree"), (2, "one\ntwo"), (0, "two\nthree")] {
        lines.go_to_line(line);
        assert_eq!(lines.on_command(Command::TextDeleteLine), Edit::Edited);
        assert_eq!(lines.text(), left);
        lines.on_command(Command::TextUndo);
        assert_eq!(lines.text(), "one\ntwo\nthree");
    }
    let mut only = Lines::new("one");
    only.on_command(Command::TextDeleteLine);
    assert_eq!(only.text(), "");
    assert_eq!(only.on_command(Command::TextDeleteLine), Edit::Moved);
}

#[test]
fn a_text_that_was_replaced_comes_back_with_its_own_history() {
    let mut lines = Lines::new("one");
    lines.on_typed("!");
    lines.replace("two");
    lines.on_typed("?");
    for text in ["two", "one!", "one", "one"] {
        lines.on_command(Command::TextUndo);
        assert_eq!(lines.text(), text);
    }
}

#[test]
fn a_text_of_many_lines_keeps_its_control_characters() {
    let mut lines = Lines::default();
    lines.on_paste("/a\x1b[31m.jpg\t#\r\n/b\x07");
    assert_eq!(lines.text(), "/a\x1b[31m.jpg\t#\n/b\x07");
    assert_eq!(Lines::new(&lines.text()).text(), lines.text());
}

#[test]
fn a_field_takes_what_fits_of_what_is_typed_and_leaves_out_a_paste_that_does_not() {
    let full = |edited| Edit::Full { edited, longest: 8 };
    let mut field = Field::new("").at_most(8);
    assert_eq!(field.on_paste("123456789"), full(false));
    assert_eq!(field.on_typed("äöü"), Edit::Edited);
    assert_eq!(field.on_typed("1漢"), full(true));
    assert_eq!(field.on_typed("漢"), full(false));
    assert_eq!(field.on_paste("23"), full(false));
    assert_eq!(field.text(), "äöü1");
    assert_eq!(field.on_paste("2"), Edit::Edited);
    field.on_command(Command::TextDeleteBack);
    assert_eq!(field.on_typed("3"), Edit::Edited);
    field.set("longer than it takes");
    assert_eq!(field.text(), "longer than it takes", "what was there already stays");
    assert_eq!(field.on_typed("x"), full(false));
}

#[test]
fn what_was_typed_at_once_is_undone_at_once_and_letters_one_by_one() {
    let mut lines = Lines::default();
    lines.on_typed("a");
    lines.on_typed("b");
    lines.on_typed("/c\n/d");
    assert_eq!(lines.lines(), ["ab/c", "/d"]);
    for text in ["ab", "a", ""] {
        lines.on_command(Command::TextUndo);
        assert_eq!(lines.text(), text);
    }
}
