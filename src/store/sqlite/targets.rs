//! Targets as they are stored: the first by itself, the others as lines of one text, and one digit
//! for each target's status.

use std::borrow::Cow;

use super::codes;
use crate::domain::purge::Target;
use crate::store::failure::StoreFailure;

/// The digit of a target with no known status.
const NO_STATUS: char = '-';

/// Joins the targets after the first, one a line; `None` if there are none. A backslash or a line
/// break inside a target is escaped.
pub(super) fn join_rest(targets: &[Target]) -> Option<String> {
    let rest = targets.get(1..).filter(|rest| !rest.is_empty())?;
    let length = rest.iter().map(|target| target.text.len() + 1).sum();
    let mut text = String::with_capacity(length);
    for (index, target) in rest.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        if target.text.contains(['\\', '\n']) {
            text.push_str(&target.text.replace('\\', "\\\\").replace('\n', "\\n"));
        } else {
            text.push_str(&target.text);
        }
    }
    Some(text)
}

/// Splits a text of [`join_rest`] into its targets.
pub(super) fn split_rest(rest: &str) -> impl Iterator<Item = Cow<'_, str>> {
    rest.split('\n').map(|line| {
        if line.contains('\\') { Cow::Owned(unescape(line)) } else { Cow::Borrowed(line) }
    })
}

fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}

/// Returns one digit for each target's status; `None` if the vendor reports none.
pub(super) fn status_digits(targets: &[Target]) -> Option<String> {
    if targets.iter().all(|target| target.status.is_none()) {
        return None;
    }
    let digit = |target: &Target| {
        let code = |status| char::from(b'0'.saturating_add(codes::of_status(status)));
        target.status.map_or(NO_STATUS, code)
    };
    Some(targets.iter().map(digit).collect())
}

/// Restores the targets of a purge from its columns.
pub(super) fn restore(
    count: u32,
    first: String,
    rest: Option<&str>,
    status_digits: Option<&str>,
) -> Result<Vec<Target>, StoreFailure> {
    // A count that is damaged must not take all memory.
    let mut targets = Vec::with_capacity((count as usize).min(1024));
    if count > 0 {
        targets.push(Target::new(first));
    }
    if let Some(rest) = rest {
        targets.extend(split_rest(rest).map(Target::new));
    }
    if targets.len() != count as usize {
        return Err(StoreFailure::Corrupt);
    }
    if let Some(digits) = status_digits {
        for (target, digit) in targets.iter_mut().zip(digits.bytes()) {
            target.status = codes::to_status(digit.wrapping_sub(b'0')).ok();
        }
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::domain::status::Status;

    proptest! {
        #[test]
        fn targets_come_back_as_they_were(
            texts in prop::collection::vec("[a\\\\\nn/]{0,5}", 0..6),
            statuses in prop::collection::vec(
                prop::option::of(prop::sample::select(Status::EVERY.to_vec())), 6
            ),
        ) {
            let targets: Vec<Target> = texts
                .into_iter()
                .zip(statuses)
                .map(|(text, status)| Target { text, status })
                .collect();
            let first = targets.first().map(|target| target.text.clone()).unwrap_or_default();
            let count = u32::try_from(targets.len()).unwrap();
            let (rest, digits) = (join_rest(&targets), status_digits(&targets));
            let back = restore(count, first, rest.as_deref(), digits.as_deref());
            prop_assert_eq!(back.unwrap(), targets);
        }
    }

    #[test]
    fn a_text_that_does_not_fit_the_count_is_damage() {
        let read = restore(3, "/a".to_owned(), Some("/b"), None);
        assert_eq!(read, Err(StoreFailure::Corrupt));
    }
}
