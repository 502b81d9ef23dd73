//! Times of purges: more by day than by night, more on weekdays than at the weekend, and in bursts
//! when something is released.

use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc, Weekday};
use fastrand::Rng;

use crate::simulator::random;

/// Relative activity in each hour of a UTC day.
const BY_HOUR: [u32; 24] =
    [5, 4, 4, 4, 5, 8, 16, 30, 48, 60, 64, 60, 52, 58, 64, 62, 54, 40, 28, 22, 18, 14, 10, 7];
/// Percentage of purges that belong to a burst.
const BURST_PERCENT: f64 = 18.0;
const HOUR_US: i64 = 3_600_000_000;

/// Returns the relative activity in the hour of `at`, from nearly 0 to 64.
pub(crate) fn activity(at: DateTime<Utc>) -> u32 {
    let base = BY_HOUR.get(at.hour() as usize).copied().unwrap_or(10);
    match at.weekday() {
        Weekday::Sat | Weekday::Sun => (base * 2 / 5).max(2),
        Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => base,
    }
}

/// Returns `count` times within `span` before `now`, in Unix microseconds, oldest first.
pub(crate) fn generate(
    rng: &mut Rng,
    now: DateTime<Utc>,
    span: TimeDelta,
    count: usize,
) -> Vec<i64> {
    let now_us = now.timestamp_micros();
    let span_us = span.num_microseconds().unwrap_or(i64::MAX).max(1);
    let hours = usize::try_from(span_us / HOUR_US).unwrap_or(0).clamp(1, 24 * 400);
    let mut sums = Vec::with_capacity(hours);
    let mut sum = 0.0;
    for back in 0..hours {
        let at = now - TimeDelta::hours(back as i64);
        sum += f64::from(activity(at)) * (0.5 + rng.f64());
        sums.push(sum);
    }
    let spread = |rng: &mut Rng| {
        let drawn = rng.f64() * sum;
        let back = sums.partition_point(|upto| *upto < drawn).min(hours - 1) as i64;
        now_us - (back * HOUR_US + rng.i64(0..HOUR_US)).min(span_us)
    };
    let bursts: Vec<i64> = (0..=count / 120).map(|_| spread(rng)).collect();
    let mut times: Vec<i64> = (0..count)
        .map(|_| {
            if random::chance(rng, BURST_PERCENT) {
                let start = random::pick(rng, &bursts, now_us);
                // A burst lasts minutes and thins out.
                let after = (random::exponential(rng, 240.0) * 1e6) as i64;
                (start + after).min(now_us)
            } else {
                spread(rng)
            }
        })
        .collect();
    times.sort_unstable();
    times
}
