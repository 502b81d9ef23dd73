//! The arithmetic of keeping a cursor in view.

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
    fn the_view_scrolls_no_further_than_the_cursor_needs() {
        assert_eq!(keep_in_view(0, 4, 5, 20), 0);
        assert_eq!(keep_in_view(0, 5, 5, 20), 1);
        assert_eq!(keep_in_view(10, 3, 5, 20), 3);
        assert_eq!(keep_in_view(18, 18, 5, 20), 15);
        assert_eq!(keep_in_view(3, 1, 5, 2), 0);
    }
}
