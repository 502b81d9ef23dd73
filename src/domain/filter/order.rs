//! Finds ranges of time that no instant can be in, as far as that shows without knowing what time it is.

use std::ops::Range;

use super::error::FilterError;
use super::syntax::Condition;
use super::when::{Scale, Span, When};

/// The narrowest bounds that the terms so far have set, one pair for each scale: times on different scales can only be
/// compared when it is known what time it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    written: Pair,
    universal: Pair,
    back: Pair,
    day_word: Pair,
}

#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    from: Option<i64>,
    until: Option<i64>,
}

impl Bounds {
    /// Takes in one more condition that must hold; `at` is where its value stands.
    pub(super) fn narrow(
        &mut self,
        condition: &Condition,
        at: Range<usize>,
    ) -> Result<(), FilterError> {
        match condition {
            Condition::Since(when) => self.bound(Some(*when), None, at),
            Condition::Until(when) => self.bound(None, Some(*when), at),
            Condition::On(spans) => spans.iter().try_for_each(|span| own(*span, at.clone())),
            Condition::Cname(_)
            | Condition::Account(_)
            | Condition::Provider(_)
            | Condition::Status(_)
            | Condition::Kind(_)
            | Condition::Id(_)
            | Condition::Target(_)
            | Condition::By(_)
            | Condition::SentHere
            | Condition::Text(_) => Ok(()),
        }
    }

    fn bound(
        &mut self,
        from: Option<When>,
        until: Option<When>,
        at: Range<usize>,
    ) -> Result<(), FilterError> {
        if let Some(place) = from.and_then(When::place) {
            let pair = self.on(place.scale);
            pair.from = pair.from.max(Some(place.start));
            pair.check(at.clone())?;
        }
        if let Some(place) = until.and_then(When::place) {
            let pair = self.on(place.scale);
            pair.until = Some(pair.until.map_or(place.end, |until| until.min(place.end)));
            pair.check(at)?;
        }
        Ok(())
    }

    fn on(&mut self, scale: Scale) -> &mut Pair {
        match scale {
            Scale::Written => &mut self.written,
            Scale::Universal => &mut self.universal,
            Scale::Back => &mut self.back,
            Scale::DayWord => &mut self.day_word,
        }
    }
}

impl Pair {
    fn check(self, at: Range<usize>) -> Result<(), FilterError> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if from >= until => Err(FilterError::new(
                at,
                "nothing can be since the one time and until the other: it begins where it has ended",
            )),
            _ => Ok(()),
        }
    }
}

/// A range of its own that ends before it begins.
fn own(span: Span, at: Range<usize>) -> Result<(), FilterError> {
    let Span::Between(from, until) = span else {
        return Ok(());
    };
    let Some((first, last)) = from
        .place()
        .zip(until.place())
        .filter(|(first, last)| first.scale == last.scale && first.start >= last.end)
    else {
        return Ok(());
    };
    let turned = (last.start < first.end).then(|| format!("{until}..{from}"));
    Err(FilterError::new(at, "this range ends before it begins").nearest(turned))
}
