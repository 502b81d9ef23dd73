//! Finds ranges of time that no instant can be in, as far as that shows without knowing what time
//! it is.

use std::ops::Range;

use super::error::FilterError;
use super::fields::Condition;
use super::time::{Scale, Span, TimeExpr};

/// The narrowest bounds that the terms so far have set, one pair for each scale: times on different
/// scales can only be compared when it is known what time it is.
#[derive(Clone, Debug, Default)]
pub(super) struct TimeBounds {
    written: Bound,
    universal: Bound,
    back: Bound,
    day_word: Bound,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bound {
    from: Option<i64>,
    until: Option<i64>,
}

impl TimeBounds {
    /// Takes in one more condition that must hold; `at` is where its value stands.
    pub(super) fn narrow(
        &mut self,
        condition: &Condition,
        at: Range<usize>,
    ) -> Result<(), FilterError> {
        if let Condition::Since(time) = condition {
            self.bound(Some(*time), None, at)
        } else if let Condition::Until(time) = condition {
            self.bound(None, Some(*time), at)
        } else if let Condition::On(spans) = condition {
            spans.iter().try_for_each(|span| check_span(*span, at.clone()))
        } else {
            Ok(())
        }
    }

    fn bound(
        &mut self,
        from: Option<TimeExpr>,
        until: Option<TimeExpr>,
        at: Range<usize>,
    ) -> Result<(), FilterError> {
        if let Some(place) = from.and_then(TimeExpr::on_scale) {
            let pair = self.on(place.scale);
            pair.from = pair.from.max(Some(place.start));
            pair.check(at.clone())?;
        }
        if let Some(place) = until.and_then(TimeExpr::on_scale) {
            let pair = self.on(place.scale);
            pair.until = Some(pair.until.map_or(place.end, |until| until.min(place.end)));
            pair.check(at)?;
        }
        Ok(())
    }

    fn on(&mut self, scale: Scale) -> &mut Bound {
        match scale {
            Scale::Written => &mut self.written,
            Scale::Universal => &mut self.universal,
            Scale::Back => &mut self.back,
            Scale::DayWord => &mut self.day_word,
        }
    }
}

impl Bound {
    fn check(self, at: Range<usize>) -> Result<(), FilterError> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if from >= until => Err(FilterError::new(
                at,
                "nothing can be since the one time and until the other: it begins where it has \
                 ended",
            )),
            _ => Ok(()),
        }
    }
}

/// A range of its own that ends before it begins.
fn check_span(span: Span, at: Range<usize>) -> Result<(), FilterError> {
    let Span::Between(from, until) = span else {
        return Ok(());
    };
    let Some((first, last)) = from
        .on_scale()
        .zip(until.on_scale())
        .filter(|(first, last)| first.scale == last.scale && first.start >= last.end)
    else {
        return Ok(());
    };
    let turned = (last.start < first.end).then(|| format!("{until}..{from}"));
    Err(FilterError::new(at, "this range ends before it begins").nearest(turned))
}
