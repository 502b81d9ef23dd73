//! Numbers of as many bytes as they need.

/// Appends a number, seven bits a byte, the lowest first; the highest bit tells that more follow.
pub(super) fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads a number of [`push_varint`].
pub(super) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back_and_what_is_cut_is_none(numbers in prop::collection::vec(
            prop_oneof![any::<u64>(), 0..300_u64, Just(u64::MAX)], 0..9,
        )) {
            let mut bytes = Vec::new();
            for number in &numbers {
                push_varint(&mut bytes, *number);
            }
            let mut rest = bytes.as_slice();
            for number in &numbers {
                prop_assert_eq!(take_varint(&mut rest), Some(*number));
            }
            prop_assert!(rest.is_empty());
            prop_assert_eq!(take_varint(&mut [0x80].as_slice()), None);
            prop_assert_eq!(take_varint(&mut [0x80; 11].as_slice()), None);
        }
    }
}
