//! How a purge's targets are written: the first by itself, the others as lines of one text, their statuses as digits.

use std::borrow::Cow;

use super::StoreFailure;
use super::codes;
use crate::domain::purge::Target;

/// The digit of a target whose status nobody told.
const UNTOLD: char = '-';

/// The targets after the first as one text, a line each; `None` where there are none. A backslash or a line break inside
/// of a target is escaped.
pub(super) fn tail(targets: &[Target]) -> Option<String> {
    let rest = targets.get(1..).filter(|rest| !rest.is_empty())?;
    let length = rest.iter().map(|target| target.text.len() + 1).sum();
    let mut text = String::with_capacity(length);
    for (place, target) in rest.iter().enumerate() {
        if place > 0 {
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

/// The targets of a text that [`tail`] made.
pub(super) fn lines(tail: &str) -> impl Iterator<Item = Cow<'_, str>> {
    tail.split('\n').map(|line| {
        if line.contains('\\') { Cow::Owned(unescaped(line)) } else { Cow::Borrowed(line) }
    })
}

fn unescaped(line: &str) -> String {
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

/// The targets' statuses as one digit each; `None` where the vendor told none.
pub(super) fn fates(targets: &[Target]) -> Option<String> {
    if targets.iter().all(|target| target.status.is_none()) {
        return None;
    }
    let digit = |target: &Target| {
        target
            .status
            .map_or(UNTOLD, |status| char::from(b'0'.saturating_add(codes::of_status(status))))
    };
    Some(targets.iter().map(digit).collect())
}

/// Puts targets together again.
pub(super) fn read(
    count: u32,
    head: String,
    tail: Option<&str>,
    fates: Option<&str>,
) -> Result<Vec<Target>, StoreFailure> {
    let mut targets = Vec::with_capacity(count as usize);
    if count > 0 {
        targets.push(Target::new(head));
    }
    if let Some(tail) = tail {
        targets.extend(lines(tail).map(Target::new));
    }
    if targets.len() != count as usize {
        return Err(StoreFailure::Corrupt);
    }
    if let Some(fates) = fates {
        for (target, digit) in targets.iter_mut().zip(fates.bytes()) {
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
            told in prop::collection::vec(prop::option::of(prop::sample::select(Status::EVERY.to_vec())), 6),
        ) {
            let targets: Vec<Target> = texts
                .into_iter()
                .zip(told)
                .map(|(text, status)| Target { text, status })
                .collect();
            let head = targets.first().map(|target| target.text.clone()).unwrap_or_default();
            let count = u32::try_from(targets.len()).unwrap();
            let back = read(count, head, tail(&targets).as_deref(), fates(&targets).as_deref());
            prop_assert_eq!(back.unwrap(), targets);
        }
    }

    #[test]
    fn a_tail_that_does_not_fit_the_count_is_damage() {
        let read = read(3, "/a".to_owned(), Some("/b"), None);
        assert_eq!(read, Err(StoreFailure::Corrupt));
    }
}
