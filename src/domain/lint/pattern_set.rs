//! Finds the pattern that covers a target among many, without trying them one by one.
//!
//! Patterns that end in their only star, and directories, are prefixes. Of prefixes those are kept
//! that none of the others is a prefix of; then at most one can cover a target, and in sorted order
//! it is the last one not after it.

use crate::domain::glob;

/// Patterns with stars elsewhere are tried one by one; no more than this many, so that a paste of
/// ten thousand of them stays quick. What lies beyond goes unnoticed, which costs a hint and
/// nothing else.
const GLOBS: usize = 32;

/// Patterns that targets can be looked up in. The numbers are the caller's own.
pub(super) struct PatternSet<'a> {
    prefixes: Vec<(&'a str, usize)>,
    globs: Vec<(&'a str, usize)>,
}

impl<'a> PatternSet<'a> {
    /// Of these patterns, each with a number to give back.
    pub(super) fn new(patterns: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut prefixes = Vec::new();
        let mut globs = Vec::new();
        for (pattern, number) in patterns {
            match prefix(pattern) {
                Some(prefix) => prefixes.push((prefix, number)),
                None if pattern.contains('*') && globs.len() < GLOBS => {
                    globs.push((pattern, number));
                }
                None => {}
            }
        }
        prefixes.sort_unstable();
        let mut kept: Vec<(&str, usize)> = Vec::with_capacity(prefixes.len());
        for (prefix, number) in prefixes {
            if kept.last().is_none_or(|(last, _)| !prefix.starts_with(last)) {
                kept.push((prefix, number));
            }
        }
        Self { prefixes: kept, globs }
    }

    /// The number of a pattern that covers a single URL.
    pub(super) fn of_url(&self, url: &str) -> Option<usize> {
        self.by_prefix(url).map(|(_, number)| number).or_else(|| {
            self.globs.iter().find(|(glob, _)| glob::matches(glob, url)).map(|&(_, number)| number)
        })
    }

    /// The number of another pattern that covers all that a pattern covers.
    pub(super) fn of_pattern(&self, pattern: &str) -> Option<usize> {
        self.by_prefix(glob::literal_start(pattern))
            .filter(|(found, _)| prefix(pattern) != Some(found))
            .map(|(_, number)| number)
            .or_else(|| {
                // A star fits a star: whatever the inner pattern stands for, the outer one fits it
                // too.
                self.globs
                    .iter()
                    .find(|(glob, _)| *glob != pattern && glob::matches(glob, pattern))
                    .map(|&(_, number)| number)
            })
    }

    fn by_prefix(&self, text: &str) -> Option<(&'a str, usize)> {
        let after = self.prefixes.partition_point(|(prefix, _)| *prefix <= text);
        let &(prefix, number) = self.prefixes.get(after.checked_sub(1)?)?;
        text.starts_with(prefix).then_some((prefix, number))
    }
}

/// Returns the prefix of all that a pattern covers, where the pattern is nothing but a prefix.
fn prefix(pattern: &str) -> Option<&str> {
    let bare = pattern.trim_end_matches('*');
    let is_prefix = !bare.contains('*') && (bare.len() < pattern.len() || bare.ends_with('/'));
    is_prefix.then_some(bare)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_url_is_covered_by_a_directory_a_prefix_or_a_glob() {
        let cover = PatternSet::new([
            ("/img/*", 1),
            ("/img/a/*", 2),
            ("/v*", 3),
            ("/x/*.js", 4),
            ("/d/", 5),
            ("/e", 6),
        ]);
        for (url, number) in [
            ("/img/a/b", Some(1)),
            ("/img", None),
            ("/video", Some(3)),
            ("/x/y/z.js", Some(4)),
            ("/x/y.css", None),
            ("/d/f", Some(5)),
            ("/e/f", None),
        ] {
            assert_eq!(cover.of_url(url), number, "{url}");
        }
    }

    #[test]
    fn a_pattern_is_covered_by_a_wider_one_and_not_by_itself() {
        let cover = PatternSet::new([("/img/*", 1), ("/img/a/*", 2), ("/x*y*", 3), ("/x*y", 4)]);
        for (pattern, number) in [
            ("/img/*", None),
            ("/img/a/*", Some(1)),
            ("/img/*.jpg", Some(1)),
            ("/i*", None),
            ("/x*y", Some(3)),
            ("/x*y*", None),
            ("/*", None),
        ] {
            assert_eq!(cover.of_pattern(pattern), number, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn the_sorted_list_finds_what_trying_all_finds(
            patterns in proptest::collection::vec("/[ab/]{0,4}\\*", 0..8), url in "/[ab/]{0,6}",
        ) {
            let cover = PatternSet::new(patterns.iter().map(String::as_str).zip(0..));
            let any = patterns.iter().any(|pattern| glob::matches(pattern, &url));
            prop_assert_eq!(cover.of_url(&url).is_some(), any);
        }
    }
}
