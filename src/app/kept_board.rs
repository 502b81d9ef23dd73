//! Keeps the board for the next start: a moment after it changed, and when the program is left.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::board::KeptBoard;
use crate::domain::zone::Zone;
use crate::effect::{Effect, Order};

use super::App;

/// Pause between a change and its being kept, so that a run of changes is kept once.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

/// The board as it was kept last.
#[derive(Clone, Debug, Default)]
pub(super) struct BoardKeeper {
    /// `None`: it is not kept.
    last: Option<KeptBoard>,
    /// The fingerprint of the board that was looked at last.
    seen: (u64, Zone),
    due: Option<DateTime<Utc>>,
}

impl BoardKeeper {
    /// Returns the instant at which a change is to be kept.
    pub(super) fn due(&self) -> Option<DateTime<Utc>> {
        self.due
    }
}

impl App {
    /// Keeps every change of the board from now on.
    pub(super) fn begin_keeping(&mut self) {
        self.keeper.last = Some(self.board());
        self.keeper.seen = self.fingerprint();
    }

    /// Returns the effects that must be carried out before the program ends.
    pub fn leave(&mut self) -> Option<Effect> {
        let board = self.board();
        self.keeper.due = None;
        let changed = self.keeper.last.as_ref().is_some_and(|last| *last != board);
        changed.then(|| self.keep(board))
    }

    /// Notices a change of the board, and keeps it when the pause is over.
    pub(super) fn follow_board(&mut self, now: DateTime<Utc>) -> Option<Effect> {
        let last = self.keeper.last.as_ref()?;
        let seen = self.fingerprint();
        let waits = self.keeper.due.is_none_or(|due| due > now);
        if seen == self.keeper.seen && waits {
            return None;
        }
        let board = self.board();
        let is_kept = *last == board;
        self.keeper.seen = seen;
        if is_kept {
            self.keeper.due = None;
            return None;
        }
        if *self.keeper.due.get_or_insert(now + PAUSE) > now {
            return None;
        }
        self.keeper.due = None;
        Some(self.keep(board))
    }

    fn keep(&mut self, board: KeptBoard) -> Effect {
        self.keeper.last = Some(board.clone());
        Effect::Order(Order::KeepBoard(board))
    }

    fn fingerprint(&self) -> (u64, Zone) {
        (self.workspace.fingerprint(), self.zone)
    }

    fn board(&self) -> KeptBoard {
        let (zone, other_zone) = (self.zones.0, self.zone != self.zones.0);
        KeptBoard::new(self.workspace.view().to_owned(), zone, other_zone, self.workspace.kept())
    }
}
