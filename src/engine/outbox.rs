//! Reports on their way to the core: posting never blocks, and what a slow reader has not taken yet is drawn together.
//!
//! The channel to the core is bounded. Tasks and store threads must not wait for a screen, and a sync of a hundred
//! thousand purges must not pile up a report for each page; so reports wait here, where news of the same thing becomes one
//! report. What happened to a send is never drawn together and never dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Notify;
use tokio::sync::mpsc::{Sender, UnboundedSender};
use tokio_util::sync::CancellationToken;

use crate::domain::event::{Event, Level, Notice};
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;
use crate::effect::{Answer, Report};

/// Where tasks post their reports. Clones post to the same place.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    reports: Mutex<VecDeque<Report>>,
    bell: Notify,
    ear: OnceLock<UnboundedSender<JournalEntry>>,
}

impl Outbox {
    /// From now on tells `ear` of every entry of the journal that is posted, too. Only the first ear hears.
    pub(super) fn overheard_by(&self, ear: UnboundedSender<JournalEntry>) {
        let _ = self.0.ear.set(ear);
    }

    fn tell(&self, report: &Report) {
        let Some(ear) = self.0.ear.get() else { return };
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "no other report is of the journal's entries"
        )]
        let entries = match report {
            Report::Event(Event::Journal(entry)) => std::slice::from_ref(entry.as_ref()),
            Report::Answer(Answer::Enqueued { result: Ok(entries), .. }) => entries.as_slice(),
            _ => return,
        };
        for entry in entries {
            // Where nobody listens any more, everything is being stopped.
            let _ = ear.send(entry.clone());
        }
    }

    /// Posts a report.
    pub(super) fn post(&self, report: Report) {
        self.tell(&report);
        let mut waiting = self.0.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(report) = draw_together(&mut waiting, report) {
            waiting.push_back(report);
        }
        drop(waiting);
        self.0.bell.notify_one();
    }

    /// Posts a notice.
    pub(super) fn notice(&self, level: Level, account: Option<&AccountName>, words: String) {
        self.post(Report::Event(Event::Notice(Notice { level, account: account.cloned(), words })));
    }

    /// Hands the reports over one by one until `stop`; then hands over what the channel has room for, and ends. Ends too
    /// when nobody listens any more.
    pub(super) async fn forward(self, to: Sender<Report>, stop: CancellationToken) {
        loop {
            while !self.is_empty() {
                let permit = tokio::select! {
                    biased;
                    () = stop.cancelled() => return self.flush(&to),
                    permit = to.reserve() => permit,
                };
                let Ok(permit) = permit else { return };
                if let Some(report) = self.pop() {
                    permit.send(report);
                }
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.flush(&to),
                () = to.closed() => return,
                () = self.0.bell.notified() => {}
            }
        }
    }

    fn flush(&self, to: &Sender<Report>) {
        while let Ok(permit) = to.try_reserve() {
            let Some(report) = self.pop() else { return };
            permit.send(report);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.reports.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn pop(&self) -> Option<Report> {
        self.0.reports.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Merges a report into one that waits, where they are news of the same thing; gives it back where none is.
fn draw_together(waiting: &mut VecDeque<Report>, report: Report) -> Option<Report> {
    for old in waiting.iter_mut() {
        match (&mut *old, &report) {
            (
                Report::Event(Event::HistoryChanged { account, from, until, new }),
                Report::Event(Event::HistoryChanged {
                    account: same,
                    from: also_from,
                    until: also_until,
                    new: also_new,
                }),
            ) if account == same => {
                *from = (*from).min(*also_from);
                *until = (*until).max(*also_until);
                *new = new.saturating_add(*also_new);
                return None;
            }
            (
                Report::Event(Event::Account { account, .. }),
                Report::Event(Event::Account { account: same, .. }),
            )
            | (
                Report::Event(Event::Resources { account, .. }),
                Report::Event(Event::Resources { account: same, .. }),
            )
            | (
                Report::Event(Event::Limits { account, .. }),
                Report::Event(Event::Limits { account: same, .. }),
            ) if account == same => {
                *old = report;
                return None;
            }
            (
                Report::Answer(Answer::Window { pane, .. }),
                Report::Answer(Answer::Window { pane: same, .. }),
            )
            | (
                Report::Answer(Answer::Summary { pane, .. }),
                Report::Answer(Answer::Summary { pane: same, .. }),
            )
            | (
                Report::Answer(Answer::Detail { pane, .. }),
                Report::Answer(Answer::Detail { pane: same, .. }),
            ) if pane == same => {
                *old = report;
                return None;
            }
            _ => {}
        }
    }
    Some(report)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use chrono::{DateTime, TimeDelta};
    use tokio::sync::mpsc;

    use super::*;
    use crate::domain::event::AccountStatus;

    fn changed(account: &str, from: i64, until: i64, new: u32) -> Report {
        Report::Event(Event::HistoryChanged {
            account: account.into(),
            from: DateTime::UNIX_EPOCH + TimeDelta::seconds(from),
            until: DateTime::UNIX_EPOCH + TimeDelta::seconds(until),
            new,
        })
    }

    #[tokio::test]
    async fn news_of_one_account_become_one_report_while_nobody_reads() {
        let (outbox, stop) = (Outbox::default(), CancellationToken::new());
        let (to, mut from) = mpsc::channel(1);
        for second in 0..1000 {
            outbox.post(changed("a", second, second + 1, 3));
            outbox.post(changed("b", 5, 6, 0));
        }
        let forwarding = tokio::spawn(outbox.forward(to, stop.clone()));
        assert_eq!(from.recv().await, Some(changed("a", 0, 1000, 3000)));
        assert_eq!(from.recv().await, Some(changed("b", 5, 6, 0)));
        stop.cancel();
        forwarding.await.unwrap();
        assert_eq!(from.recv().await, None);
    }

    #[tokio::test]
    async fn stopping_does_not_wait_for_a_reader_that_reads_no_more() {
        let (outbox, stop) = (Outbox::default(), CancellationToken::new());
        let (to, mut from) = mpsc::channel(2);
        for account in ["a", "b", "c", "d"] {
            outbox.post(changed(account, 0, 1, 1));
        }
        let forwarding = tokio::spawn(outbox.forward(to, stop.clone()));
        tokio::task::yield_now().await;
        stop.cancel();
        forwarding.await.unwrap();
        assert_eq!(from.recv().await, Some(changed("a", 0, 1, 1)));
        assert_eq!(from.recv().await, Some(changed("b", 0, 1, 1)));
        assert_eq!(from.recv().await, None);
    }

    #[tokio::test]
    async fn of_an_accounts_standings_only_the_newest_waits() {
        let outbox = Outbox::default();
        for unfinished in 0..5 {
            outbox.post(Report::Event(Event::Account {
                account: "a".into(),
                status: AccountStatus { unfinished, ..AccountStatus::default() },
            }));
        }
        let Some(Report::Event(Event::Account { status, .. })) = outbox.pop() else {
            panic!("a status was posted");
        };
        assert_eq!(status.unfinished, 4);
        assert!(outbox.is_empty());
    }
}
