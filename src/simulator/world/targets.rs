//! What drawn purges aim at. It is worked out of a number when somebody asks, so that a million of them cost no memory.

use fastrand::Rng;

use super::Kind;
use super::site::Flavour;
use crate::simulator::random;

/// The targets of a drawn purge: paths with query for single files, `/dir/*` for patterns, none for all.
pub(crate) fn draw(seed: u64, flavour: Flavour, kind: Kind) -> Vec<String> {
    let mut rng = random::stream(seed, "targets");
    match kind {
        Kind::All => Vec::new(),
        Kind::Pattern => {
            let count = if random::chance(&mut rng, 80.0) {
                1
            } else {
                rng.usize(2..=6)
            };
            distinct(&mut rng, count, |rng| {
                let directory = directory(rng, flavour);
                match rng.u8(0..4) {
                    0 => format!("{directory}{}*", rng.u16(1..200)),
                    _ => format!("{directory}*"),
                }
            })
        }
        Kind::Url => {
            let count = match rng.u8(0..100) {
                0..=54 => 1,
                55..=84 => rng.usize(2..=5),
                85..=96 => rng.usize(6..=30),
                _ => rng.usize(31..=100),
            };
            distinct(&mut rng, count, |rng| {
                let file = random::pick(rng, flavour.files(), "index.html");
                let number = rng.u32(1..9000).to_string();
                format!("{}{}", directory(rng, flavour), file.replace('#', &number))
            })
        }
    }
}

fn directory(rng: &mut Rng, flavour: Flavour) -> String {
    let directory = random::pick(rng, flavour.directories(), "/");
    if directory.ends_with('/') {
        directory.to_owned()
    } else {
        format!("{directory}/")
    }
}

/// Up to `count` different ones, in the order in which they were drawn.
fn distinct(rng: &mut Rng, count: usize, mut draw: impl FnMut(&mut Rng) -> String) -> Vec<String> {
    let mut drawn = Vec::with_capacity(count);
    for _ in 0..count * 2 {
        let one = draw(rng);
        if drawn.len() < count && !drawn.contains(&one) {
            drawn.push(one);
        }
    }
    drawn
}
