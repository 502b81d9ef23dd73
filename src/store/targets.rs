//! Statuses of targets as they are stored: one digit for each.

use super::codes;
use crate::domain::purge::Target;
use crate::store::failure::StoreFailure;

/// The digit of a target with no known status.
const NO_STATUS: char = '-';

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

/// Gives targets their statuses; another number of targets than was stored is damage.
pub(super) fn with_statuses(
    mut targets: Vec<Target>,
    count: u32,
    status_digits: Option<&str>,
) -> Result<Vec<Target>, StoreFailure> {
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
            statuses in prop::collection::vec(
                prop::option::of(prop::sample::select(Status::EVERY.to_vec())), 0..6
            ),
        ) {
            let target = |status| Target { text: "/a".to_owned(), status };
            let targets: Vec<Target> = statuses.into_iter().map(target).collect();
            let texts = targets.iter().map(|target| Target::new(&*target.text)).collect();
            let digits = status_digits(&targets);
            let count = u32::try_from(targets.len()).unwrap();
            prop_assert_eq!(with_statuses(texts, count, digits.as_deref()).unwrap(), targets);
        }
    }

    #[test]
    fn another_number_of_targets_is_damage() {
        let read = with_statuses(vec![Target::new("/a")], 2, None);
        assert_eq!(read, Err(StoreFailure::Corrupt));
    }
}
