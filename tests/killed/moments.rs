//! The moments at which the sender dies: any, and every step of a purge that has a name.

use std::process::Child;
use std::time::{Duration, Instant};

use purgedeck::domain::journal::JournalState;
use purgedeck::simulator::FaultRule;

use super::world::World;

/// How long a moment is waited for; then the next one's turn comes.
const PATIENCE: Duration = Duration::from_secs(3);
/// A stalled answer is never given in a test's time.
const STALL: u64 = 600_000;

/// What stands in every purge that is sent here and in nothing else.
pub(crate) const PURGE: &str = "/killed/";

/// A moment in the life of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Moment {
    /// Any, from the first instruction on.
    Any,
    /// A question about the history is under way: at the start, or the last look before a purge
    /// goes out.
    Asking,
    /// The row says `sending` since just now.
    Sending,
    /// The purge is at the vendor, who has not carried it out and never will.
    AtTheVendor,
    /// The vendor has carried it out and not answered.
    CarriedOut,
    /// The vendor has answered just now.
    Answered,
    /// The row says `accepted` since just now.
    Accepted,
    /// A row that an earlier kill left says `unknown` since just now.
    Unknown,
}

impl Moment {
    pub(crate) const EVERY: [Self; 9] = [
        Self::Any,
        Self::CarriedOut,
        Self::Unknown,
        Self::Asking,
        Self::Sending,
        Self::AtTheVendor,
        Self::Any,
        Self::Answered,
        Self::Accepted,
    ];

    /// Waits for it; false where it did not come.
    pub(crate) async fn comes(self, world: &mut World, children: &mut [Child]) -> bool {
        let stall = |fault: FaultRule, nth| FaultRule { nth: vec![nth], delay_ms: STALL, ..fault };
        let purge = |after_effect| FaultRule {
            method: Some("POST".to_owned()),
            contains: Some(PURGE.to_owned()),
            after_effect,
            ..FaultRule::default()
        };
        let question = FaultRule {
            vendor: Some("gcore".to_owned()),
            path: Some("/cdn/purge_statuses".to_owned()),
            ..FaultRule::default()
        };
        let (few, some) = (world.dice.u64(1..4), world.dice.u64(1..12));
        match self {
            Self::Any => {
                let wait = Duration::from_micros(world.dice.u64(0..200_000));
                tokio::time::sleep(wait).await;
                true
            }
            Self::Asking => {
                let stall = world.stall(stall(question, some));
                until(children, || world.simulator.faults().applied(stall) > 0).await
            }
            Self::AtTheVendor => {
                let stall = world.stall(stall(purge(false), few));
                until(children, || world.simulator.faults().applied(stall) > 0).await
            }
            Self::CarriedOut => {
                let stall = world.stall(stall(purge(true), few));
                let before = world.purges().len();
                let struck = || world.simulator.faults().applied(stall) > 0;
                until(children, struck).await
                    && until(children, || world.purges().len() > before).await
            }
            Self::Answered => {
                // It answers as soon as it has carried the purge out.
                let enough = world.purges().len() + few as usize;
                until(children, || world.purges().len() >= enough).await
            }
            Self::Sending => stands(world, children, JournalState::Sending).await,
            Self::Accepted => stands(world, children, JournalState::Accepted).await,
            Self::Unknown => stands(world, children, JournalState::Unknown).await,
        }
    }
}

/// Until a row stands in this state that did not before.
async fn stands(world: &World, children: &mut [Child], state: JournalState) -> bool {
    let reader = world.store.reader().unwrap();
    let standing = || {
        let open = reader.journal_open().unwrap().into_iter();
        open.filter(|entry| entry.state == state).map(|entry| entry.id).collect::<Vec<_>>()
    };
    let before = standing();
    until(children, || standing().iter().any(|id| !before.contains(id))).await
}

/// Until something is so; false where it does not come, or where nobody works any more.
async fn until(children: &mut [Child], is_so: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if is_so() {
            return true;
        }
        if children.iter_mut().all(|child| child.try_wait().unwrap().is_some()) {
            return false;
        }
        tokio::time::sleep(Duration::from_micros(300)).await;
    }
    false
}
