//! Cutting texts into pieces: what neighboring purges share is stored once, and a search looks at
//! each piece once.
//!
//! A piece ends behind a run of separators. A cut depends on nothing but the two bytes around it,
//! so a text that stands inside another one is cut there as it is cut alone, but for its two ends.

/// Bytes that part names from each other in paths and queries.
const SEPARATORS: &[u8] = b"/-_?&=";

/// One flag for each byte.
const IS_SEPARATOR: [bool; 256] = {
    let mut flags = [false; 256];
    let mut index = 0;
    while index < SEPARATORS.len() {
        flags[SEPARATORS[index] as usize] = true;
        index += 1;
    }
    flags
};

/// The pieces of a text, in order.
pub(super) struct Pieces<'t>(&'t [u8]);

/// Cuts a text into pieces; an empty one has none.
pub(super) fn cut(text: &[u8]) -> Pieces<'_> {
    Pieces(text)
}

impl<'t> Iterator for Pieces<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let mut was_separator = false;
        let end = self.0.iter().position(|byte| {
            let is_separator = IS_SEPARATOR.get(usize::from(*byte)) == Some(&true);
            let is_cut = was_separator && !is_separator;
            was_separator = is_separator;
            is_cut
        });
        let (piece, rest) = self.0.split_at_checked(end.unwrap_or(self.0.len()))?;
        self.0 = rest;
        (!piece.is_empty()).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Vec<&str> {
        cut(text.as_bytes()).map(|piece| std::str::from_utf8(piece).unwrap_or("?")).collect()
    }

    #[test]
    fn a_url_is_cut_behind_its_separators() {
        assert_eq!(
            of("https://www.a-b.com/img//hero-01.jpg?v=2"),
            ["https://", "www.a-", "b.com/", "img//", "hero-", "01.jpg?", "v=", "2"]
        );
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("/"), ["/"]);
        assert_eq!(of("é/ü"), ["é/", "ü"]);
    }

    proptest! {
        #[test]
        fn a_text_is_cut_alike_wherever_it_stands(
            before in "[ab/é-]{0,4}", text in "[ab/é-]{1,6}", after in "[ab/é-]{0,4}",
        ) {
            let whole = format!("{before}{text}{after}");
            let mut ends = Vec::new();
            for piece in cut(whole.as_bytes()) {
                ends.push(ends.last().copied().unwrap_or(0) + piece.len());
            }
            let (from, until) = (before.len(), before.len() + text.len());
            let inside: Vec<_> = ends.iter().filter(|end| from < **end && **end < until).collect();
            let mut reached = from;
            let mut alone: Vec<usize> = cut(text.as_bytes())
                .map(|piece| { reached += piece.len(); reached })
                .collect();
            alone.pop();
            prop_assert_eq!(inside, alone.iter().collect::<Vec<_>>());
        }
    }
}
