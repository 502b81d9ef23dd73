//! Targets of generated purges. They follow from a seed when they are needed, so that a million
//! purges cost no memory for them.

use fastrand::Rng;

use super::PurgeScope;
use super::site::ContentKind;
use crate::simulator::random;

/// Returns the targets of a generated purge: paths with query for single files, `/dir/*` for
/// patterns, none for all. As many as [`count`] says, no two alike.
pub(crate) fn generate(seed: u64, content: ContentKind, scope: PurgeScope) -> Vec<String> {
    let (mut rng, count) = counted(seed, scope);
    let mut targets: Vec<String> = Vec::with_capacity(count);
    while targets.len() < count {
        let directory = directory(&mut rng, content);
        let target = match scope {
            PurgeScope::Pattern if rng.u8(0..4) == 0 => {
                format!("{directory}{}*", rng.u16(1..200))
            }
            PurgeScope::Pattern | PurgeScope::All => format!("{directory}*"),
            PurgeScope::Url => {
                let file = random::pick(&mut rng, content.files(), "index.html");
                format!("{directory}{}", file.replace('#', &rng.u32(1..9000).to_string()))
            }
        };
        let number = targets.len();
        targets.push(match scope {
            _ if !targets.contains(&target) => target,
            PurgeScope::Url => format!("{directory}extra-{number}.html"),
            PurgeScope::Pattern | PurgeScope::All => format!("{directory}part-{number}*"),
        });
    }
    targets
}

/// Returns the number of targets of a generated purge.
pub(crate) fn count(seed: u64, scope: PurgeScope) -> usize {
    counted(seed, scope).1
}

fn counted(seed: u64, scope: PurgeScope) -> (Rng, usize) {
    let mut rng = random::stream(seed, "targets");
    let count = match scope {
        PurgeScope::All => 0,
        PurgeScope::Pattern if random::chance(&mut rng, 80.0) => 1,
        PurgeScope::Pattern => rng.usize(2..=6),
        PurgeScope::Url => match rng.u8(0..100) {
            0..=54 => 1,
            55..=84 => rng.usize(2..=5),
            85..=96 => rng.usize(6..=30),
            _ => rng.usize(31..=100),
        },
    };
    (rng, count)
}

fn directory(rng: &mut Rng, content: ContentKind) -> String {
    let directory = random::pick(rng, content.directories(), "/");
    if directory.ends_with('/') { directory.to_owned() } else { format!("{directory}/") }
}
