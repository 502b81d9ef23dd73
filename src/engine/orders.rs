//! What the operator orders of the journal: to queue, to take back, to send again; and the draft that is kept.

use super::Runner;
use super::clerk::{Books, trouble};
use super::send::Nudge;
use crate::domain::draft::Draft;
use crate::domain::event::{Event, Level, StoreError};
use crate::domain::ids::{AccountName, JournalId, Ticket};
use crate::domain::journal::NewEntry;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::payload::PurgeRequest;
use crate::domain::permission::{Action, Permissions, Refusal};
use crate::domain::plan::Preview;
use crate::effect::{Answer, Report};
use crate::store::{Reader, StepDetails, StepOutcome, StoreFailure};

/// How many closed entries of the journal are shown.
const NEWEST: u32 = 200;

/// Said where a request is of an account in which nothing may be changed.
fn untouched_in(account: &AccountName) -> String {
    Refusal::ReadOnlyAccount(account.clone()).error(Action::ChangeQueue).to_string()
}

/// The account whose protection keeps a request as it is, if one does.
fn protector(books: &Books, id: &JournalId, untouchable: &[AccountName]) -> Option<AccountName> {
    if untouchable.is_empty() {
        return None;
    }
    // What cannot be read cannot be changed either, and the attempt says why.
    let account = books.reader.journal_entry(id).ok()??.request.account;
    untouchable.contains(&account).then_some(account)
}

/// The journal's newest entries, open ones first; open ones in the order of the queue, the others newest first.
pub(super) fn newest(reader: &Reader) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut entries = reader.journal_open()?;
    let closed = reader.journal_newest(NEWEST)?.into_iter();
    entries.extend(closed.filter(|entry| !entry.state.is_open()));
    Ok(entries)
}

impl Runner {
    pub(super) fn preview(&self, ticket: Ticket, requests: Vec<PurgeRequest>) {
        let (seats, outbox) = (std::sync::Arc::clone(&self.seats), self.outbox.clone());
        self.tasks.spawn(async move {
            let preview = |request: &PurgeRequest| match seats.get(&request.account) {
                Some(place) => place.provider.preview(request),
                None => Preview {
                    method: String::new(),
                    url: String::new(),
                    headers: Vec::new(),
                    body: String::new(),
                    curl: String::new(),
                },
            };
            outbox.post(Report::Answer(Answer::Previewed {
                ticket,
                previews: requests.iter().map(preview).collect(),
            }));
        });
    }

    /// Why a request must not be queued, if so.
    fn refusal(&self, request: &PurgeRequest) -> Option<StoreError> {
        let account = self.seats.get(&request.account).map(|place| &place.account);
        let checked = self.permissions().check_in(Action::Purge, &request.account, account);
        checked.err().map(|refusal| refusal.error(Action::Purge))
    }

    fn permissions(&self) -> Permissions {
        Permissions { read_only: self.read_only, offline: self.offline }
    }

    pub(super) fn enqueue(&self, ticket: Ticket, sends: Vec<NewEntry>) {
        if let Some(trouble) = sends.iter().find_map(|send| self.refusal(&send.request)) {
            self.outbox.notice(Level::Error, None, trouble.to_string());
            self.outbox.post(Report::Answer(Answer::Enqueued { ticket, result: Err(trouble) }));
            return;
        }
        let (outbox, nudges, now) = (self.outbox.clone(), self.nudges.clone(), self.clock.now());
        self.clerk.tell(move |books| {
            let queued = books.writer().and_then(|writer| writer.enqueue(&sends, now));
            outbox.post(Report::Answer(Answer::Enqueued {
                ticket,
                result: queued.map_err(|failure| trouble(&failure)),
            }));
            // Where there is no sender, everything is being stopped: the next start sends it.
            let _ = nudges.send(Nudge::Journal);
        });
    }

    pub(super) fn cancel(&self, ids: Vec<JournalId>) {
        self.step(ids, JournalState::Queued, JournalState::Cancelled);
    }

    pub(super) fn resend(&self, id: JournalId) {
        self.step(vec![id], JournalState::Unknown, JournalState::Queued);
    }

    /// Whether the program may do this; the operator is told where it may not.
    fn may(&self, action: Action) -> bool {
        match self.permissions().check(action) {
            Ok(()) => true,
            Err(refusal) => {
                self.outbox.notice(Level::Error, None, refusal.error(action).to_string());
                false
            }
        }
    }

    /// The accounts in which nothing may be changed.
    fn untouchable(&self) -> Vec<AccountName> {
        let places = self.seats.values();
        let read_only = places.filter(|place| place.account.read_only);
        read_only.map(|place| place.account.name.clone()).collect()
    }

    pub(super) fn reorder(&self, ids: Vec<JournalId>) {
        if !self.may(Action::ChangeQueue) {
            return;
        }
        let untouchable = self.untouchable();
        let (outbox, nudges) = (self.outbox.clone(), self.nudges.clone());
        self.clerk.tell(move |books| {
            let protected = ids.iter().find_map(|id| protector(books, id, &untouchable));
            if let Some(account) = protected {
                return outbox.notice(Level::Error, Some(&account), untouched_in(&account));
            }
            match books.writer().and_then(|writer| writer.reorder(&ids)) {
                Ok(moved) => {
                    for entry in moved {
                        outbox.post(Report::Event(Event::Journal(Box::new(entry))));
                    }
                }
                Err(failure) => outbox.notice(Level::Error, None, trouble(&failure).to_string()),
            }
            // Where there is no sender, everything is being stopped.
            let _ = nudges.send(Nudge::Journal);
        });
    }

    pub(super) fn pause(&self, paused: bool) {
        if !self.may(Action::ChangeQueue) {
            return;
        }
        let (outbox, nudges, now) = (self.outbox.clone(), self.nudges.clone(), self.clock.now());
        self.clerk.tell(move |books| {
            match books.writer().and_then(|writer| writer.pause(paused, now)) {
                Ok(put_off) => {
                    outbox.post(Report::Event(Event::QueuePaused(paused)));
                    for entry in put_off {
                        outbox.post(Report::Event(Event::Journal(Box::new(entry))));
                    }
                }
                Err(failure) => outbox.notice(Level::Error, None, trouble(&failure).to_string()),
            }
            let _ = nudges.send(Nudge::Journal);
        });
    }

    fn step(&self, ids: Vec<JournalId>, from: JournalState, to: JournalState) {
        let sends = to == JournalState::Queued;
        if !self.may(if sends { Action::Resend } else { Action::ChangeQueue }) {
            return;
        }
        let untouchable = self.untouchable();
        let (outbox, nudges, now) = (self.outbox.clone(), self.nudges.clone(), self.clock.now());
        self.clerk.tell(move |books| {
            let mut refused = 0_u32;
            for id in &ids {
                if let Some(account) = protector(books, id, &untouchable) {
                    outbox.notice(Level::Error, Some(&account), untouched_in(&account));
                    continue;
                }
                let details = StepDetails {
                    planned_at: (to == JournalState::Queued).then_some(now),
                    ..StepDetails::at(now)
                };
                let stepped = books.writer().and_then(|writer| writer.step(id, from, to, &details));
                match stepped {
                    Ok(StepOutcome::Done(entry)) => {
                        outbox.post(Report::Event(Event::Journal(entry)));
                    }
                    Ok(StepOutcome::Refused { .. }) => refused += 1,
                    Err(failure) => {
                        outbox.notice(Level::Error, None, trouble(&failure).to_string());
                        break;
                    }
                }
            }
            if refused > 0 {
                outbox.notice(
                    Level::Warning,
                    None,
                    format!("{refused} of {} requests were not {from} any more.", ids.len()),
                );
            }
            // Where there is no sender, everything is being stopped.
            let _ = nudges.send(Nudge::Journal);
        });
    }

    /// Read-only there is nothing to compose, and what another run left stays as it is.
    pub(super) fn keep_draft(&self, draft: Option<Draft>) {
        if self.read_only {
            return;
        }
        let outbox = self.outbox.clone();
        self.clerk.tell(move |books| {
            let kept = books.writer().and_then(|writer| writer.save_draft(draft.as_ref()));
            if let Err(failure) = kept {
                let words = format!("The draft was not kept. {}", trouble(&failure));
                outbox.notice(Level::Warning, None, words);
            }
        });
    }

    /// Tells the core of a draft that an earlier run left.
    pub(super) fn find_draft(&self) {
        let outbox = self.outbox.clone();
        self.clerk.tell(move |books| {
            if let Ok(Some(draft)) = books.reader.draft() {
                outbox.post(Report::Answer(Answer::DraftKept(draft)));
            }
        });
    }
}
