//! The nearest known word for a mistyped one.

/// Returns the candidate that is a slip or two away from what was typed, or that begins with it.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().count();
    candidates
        .into_iter()
        .filter_map(|word| {
            if length > 1 && word.starts_with(typed) {
                return Some((0, word));
            }
            let allowed = word.chars().count().div_ceil(3).min(length.saturating_sub(1));
            // A word of another length needs no measuring, however long it is.
            if word.chars().count().abs_diff(length) > allowed {
                return None;
            }
            let slips = strsim::osa_distance(typed, word);
            (slips <= allowed).then_some((slips, word))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        for (typed, found) in [
            ("color", Some("colour")),
            ("mosue", Some("mouse")),
            ("mo", Some("mouse")),
            ("colours", Some("colour")),
            ("m", None),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, ["colour", "mouse"]), found, "{typed}");
        }
    }
}
