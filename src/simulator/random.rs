//! Repeatable random numbers: every part of the world draws from its own stream, so that a change
//! in one part never shifts another.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

/// Returns the stream of one part of the world; the same seed and label give the same draws.
pub(crate) fn stream(seed: u64, label: &str) -> Rng {
    // FNV-1a over the label: streams of neighbouring seeds and labels must not resemble each other.
    let mut mixed = seed ^ 0xcbf2_9ce4_8422_2325;
    for byte in label.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    Rng::with_seed(mixed)
}

/// Draws a waiting time of mean `mean` between independent arrivals.
pub(crate) fn exponential(rng: &mut Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.f64()).ln()
}

/// Returns true in `percent` of 100 draws.
pub(crate) fn chance(rng: &mut Rng, percent: f64) -> bool {
    rng.f64() * 100.0 < percent
}

/// Draws an element of `of`, or returns `fallback` when there is none.
pub(crate) fn pick<T: Copy>(rng: &mut Rng, of: &[T], fallback: T) -> T {
    rng.choice(of).copied().unwrap_or(fallback)
}

/// Draws an index into `weights` by weight; 0 when all weights are 0.
pub(crate) fn weighted(rng: &mut Rng, weights: &[u32]) -> usize {
    let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    if total == 0 {
        return 0;
    }
    let mut left = rng.u64(0..total);
    for (index, weight) in weights.iter().enumerate() {
        match left.checked_sub(u64::from(*weight)) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    0
}

/// Draws a time some days and a part of a day before `now`; `unit_us` is the resolution.
pub(crate) fn before(
    rng: &mut Rng,
    now: DateTime<Utc>,
    days: Range<i64>,
    unit_us: i64,
) -> DateTime<Utc> {
    let whole_days = TimeDelta::days(rng.i64(days));
    now - whole_days - TimeDelta::microseconds(rng.i64(0..86_400_000_000 / unit_us) * unit_us)
}

/// Draws letters and digits.
pub(crate) fn text(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| rng.alphanumeric()).collect()
}

/// Draws a UUID.
pub(crate) fn uuid(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}

/// Spreads a serial number over the word, so that two neighbours do not look alike.
pub(crate) fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
