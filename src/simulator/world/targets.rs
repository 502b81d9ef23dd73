//! What drawn purges aim at. It is worked out of a number when somebody asks, so that a million of them cost no memory.

use fastrand::Rng;

use super::Kind;
use super::site::Flavour;
use crate::simulator::random;

/// The targets of a drawn purge: paths with query for single files, `/dir/*` for patterns, none for all. Exactly as many as
/// [`count`] says, no two alike.
pub(crate) fn draw(seed: u64, flavour: Flavour, kind: Kind) -> Vec<String> {
    let (mut rng, count) = counted(seed, kind);
    let mut drawn: Vec<String> = Vec::with_capacity(count);
    while drawn.len() < count {
        let directory = directory(&mut rng, flavour);
        let one = match kind {
            Kind::Pattern if rng.u8(0..4) == 0 => format!("{directory}{}*", rng.u16(1..200)),
            Kind::Pattern | Kind::All => format!("{directory}*"),
            Kind::Url => {
                let file = random::pick(&mut rng, flavour.files(), "index.html");
                format!("{directory}{}", file.replace('#', &rng.u32(1..9000).to_string()))
            }
        };
        if drawn.contains(&one) {
            let number = drawn.len();
            drawn.push(match kind {
                Kind::Url => format!("{directory}extra-{number}.html"),
                Kind::Pattern | Kind::All => format!("{directory}part-{number}*"),
            });
        } else {
            drawn.push(one);
        }
    }
    drawn
}

/// How many targets a drawn purge has, without drawing them.
pub(crate) fn count(seed: u64, kind: Kind) -> usize {
    counted(seed, kind).1
}

fn counted(seed: u64, kind: Kind) -> (Rng, usize) {
    let mut rng = random::stream(seed, "targets");
    let count = match kind {
        Kind::All => 0,
        Kind::Pattern => {
            if random::chance(&mut rng, 80.0) {
                1
            } else {
                rng.usize(2..=6)
            }
        }
        Kind::Url => match rng.u8(0..100) {
            0..=54 => 1,
            55..=84 => rng.usize(2..=5),
            85..=96 => rng.usize(6..=30),
            _ => rng.usize(31..=100),
        },
    };
    (rng, count)
}

fn directory(rng: &mut Rng, flavour: Flavour) -> String {
    let directory = random::pick(rng, flavour.directories(), "/");
    if directory.ends_with('/') { directory.to_owned() } else { format!("{directory}/") }
}
