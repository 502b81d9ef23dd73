//! When purges happen: by day more than by night, by week more than at the weekend, and in bursts when something is released.

use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc, Weekday};
use fastrand::Rng;

use crate::simulator::random;

/// How much is done in each hour of a UTC day.
const BY_HOUR: [u32; 24] =
    [5, 4, 4, 4, 5, 8, 16, 30, 48, 60, 64, 60, 52, 58, 64, 62, 54, 40, 28, 22, 18, 14, 10, 7];
/// How many of 100 purges belong to a burst.
const BURSTY: f64 = 18.0;
const HOUR: i64 = 3_600_000_000;

/// How busy the hour at `at` is, from nearly nothing to 64.
pub(crate) fn busy(at: DateTime<Utc>) -> u32 {
    let base = BY_HOUR.get(at.hour() as usize).copied().unwrap_or(10);
    match at.weekday() {
        Weekday::Sat | Weekday::Sun => (base * 2 / 5).max(2),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => base,
    }
}

/// `count` moments within `span` before `now`, in microseconds of the Unix epoch, oldest first.
pub(crate) fn moments(
    rng: &mut Rng,
    now: DateTime<Utc>,
    span: TimeDelta,
    count: usize,
) -> Vec<i64> {
    let now_us = now.timestamp_micros();
    let span_us = span.num_microseconds().unwrap_or(i64::MAX).max(1);
    let hours = usize::try_from(span_us / HOUR).unwrap_or(0).clamp(1, 24 * 400);
    let mut sums = Vec::with_capacity(hours);
    let mut sum = 0.0;
    for back in 0..hours {
        let at = now - TimeDelta::hours(back as i64);
        sum += f64::from(busy(at)) * (0.5 + rng.f64());
        sums.push(sum);
    }
    let spread = |rng: &mut Rng| {
        let drawn = rng.f64() * sum;
        let back = sums.partition_point(|upto| *upto < drawn).min(hours - 1) as i64;
        now_us - (back * HOUR + rng.i64(0..HOUR)).min(span_us)
    };
    let bursts: Vec<i64> = (0..=count / 120).map(|_| spread(rng)).collect();
    let mut moments: Vec<i64> = (0..count)
        .map(|_| {
            if random::chance(rng, BURSTY) {
                let start = random::pick(rng, &bursts, now_us);
                // Minutes, thinning out.
                let after = (random::exponential(rng, 240.0) * 1e6) as i64;
                (start + after).min(now_us)
            } else {
                spread(rng)
            }
        })
        .collect();
    moments.sort_unstable();
    moments
}
