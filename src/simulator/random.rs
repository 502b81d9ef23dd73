//! Chance that repeats: every part of the world draws from its own stream, so that one part never shifts another.

use fastrand::Rng;

/// The stream of draws of one part of the world; the same seed and label give the same draws.
pub(crate) fn stream(seed: u64, label: &str) -> Rng {
    // FNV-1a over the label: streams of neighbouring seeds and labels must not resemble each other.
    let mut mixed = seed ^ 0xcbf2_9ce4_8422_2325;
    for byte in label.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    Rng::with_seed(mixed)
}

/// A waiting time of mean `mean`, as of arrivals that do not know of each other.
pub(crate) fn exponential(rng: &mut Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.f64()).ln()
}

/// True in `percent` of 100 draws.
pub(crate) fn chance(rng: &mut Rng, percent: f64) -> bool {
    rng.f64() * 100.0 < percent
}

/// An element of `of`, or `fallback` when there is none.
pub(crate) fn pick<T: Copy>(rng: &mut Rng, of: &[T], fallback: T) -> T {
    rng.choice(of).copied().unwrap_or(fallback)
}

/// An index into `weights`, each as likely as its weight says; 0 when all weigh nothing.
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
