//! The lines of a list that is longer than its room: moving among them, keeping one in view.

use crate::commands::Command;

/// Lines of a page.
const PAGE: usize = 10;

/// The line that a movement leads to from line `here` of `count`, counted from 0; `None` for
/// commands that are no movement.
pub fn moved(command: Command, here: usize, count: usize) -> Option<usize> {
    let last = count.saturating_sub(1);
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other command is no movement")]
    let to = match command {
        Command::MoveDown => here.saturating_add(1),
        Command::MoveUp => here.saturating_sub(1),
        Command::PageDown => here.saturating_add(PAGE),
        Command::PageUp => here.saturating_sub(PAGE),
        Command::MoveFirst => 0,
        Command::MoveLast => last,
        _ => return None,
    };
    Some(to.min(last))
}

/// The first line in view after as little scrolling as keeps the cursor's line in view and leaves
/// no empty lines below the last one.
pub fn keep_in_view(top: usize, cursor: usize, rows: usize, of: usize) -> usize {
    if rows == 0 {
        return cursor;
    }
    let top = top.min(cursor).max((cursor + 1).saturating_sub(rows));
    top.min(of.saturating_sub(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_stays_on_the_list_and_anything_else_is_none() {
        for (command, here, count, to) in [
            (Command::MoveDown, 0, 3, Some(1)),
            (Command::MoveDown, 2, 3, Some(2)),
            (Command::MoveUp, 0, 3, Some(0)),
            (Command::PageDown, 1, 30, Some(11)),
            (Command::PageUp, 11, 30, Some(1)),
            (Command::MoveFirst, 2, 3, Some(0)),
            (Command::MoveLast, 0, 3, Some(2)),
            (Command::MoveLast, 0, 0, Some(0)),
            (Command::Open, 0, 3, None),
        ] {
            assert_eq!(moved(command, here, count), to, "{command:?} from {here} of {count}");
        }
    }

    #[test]
    fn the_view_scrolls_no_further_than_the_cursor_needs() {
        assert_eq!(keep_in_view(0, 4, 5, 20), 0);
        assert_eq!(keep_in_view(0, 5, 5, 20), 1);
        assert_eq!(keep_in_view(10, 3, 5, 20), 3);
        assert_eq!(keep_in_view(18, 18, 5, 20), 15);
        assert_eq!(keep_in_view(3, 1, 5, 2), 0);
    }
}
