//! The access log: one entry per request, also for those whose connection was cut.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// How much of the log is kept in memory, by entries and by bytes of their bodies.
const KEPT: usize = 20_000;
const KEPT_BYTES: usize = 32 << 20;

/// One request and what was answered. It holds no credentials: headers are left out, signatures and keys are blanked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// When it arrived, RFC 3339 in UTC.
    pub time: String,
    /// Which of the vendors was asked.
    pub vendor: &'static str,
    /// The method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The body as text.
    pub body: String,
    /// The HTTP status; 0 when no answer was sent.
    pub status: u16,
    /// True when the request started a purge, answered or not.
    pub took_effect: bool,
}

/// Where entries go: the file, if there is one, and the memory for tests to look at.
#[derive(Clone, Debug)]
pub(crate) struct AccessLog(Arc<Mutex<Entries>>);

#[derive(Debug)]
struct Entries {
    file: Option<File>,
    kept: VecDeque<Seen>,
    bytes: usize,
}

impl AccessLog {
    /// A log that appends to the file at `path`.
    pub(crate) fn new(path: Option<&Path>) -> io::Result<Self> {
        let file =
            path.map(|path| File::options().create(true).append(true).open(path)).transpose()?;
        Ok(Self(Arc::new(Mutex::new(Entries { file, kept: VecDeque::new(), bytes: 0 }))))
    }

    /// The entries in memory, oldest first.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).kept.iter().cloned().collect()
    }

    /// An entry that is written when it is dropped, so that a request whose client went away is not forgotten.
    pub(crate) fn open(&self, at: DateTime<Utc>, seen: Seen) -> Entry {
        let time = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        Entry { log: self.clone(), seen: Some(Seen { time, ..seen }) }
    }

    fn write(&self, seen: Seen) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(file), Ok(mut line)) = (entries.file.as_mut(), serde_json::to_vec(&seen)) {
            line.push(b'\n');
            // One write per line: a reader never sees half of one. A full disk must not stop the vendors.
            let _ = file.write_all(&line).and_then(|()| file.flush());
        }
        entries.bytes += seen.body.len();
        entries.kept.push_back(seen);
        while entries.kept.len() > KEPT || (entries.bytes > KEPT_BYTES && entries.kept.len() > 1) {
            if let Some(oldest) = entries.kept.pop_front() {
                entries.bytes = entries.bytes.saturating_sub(oldest.body.len());
            }
        }
    }
}

/// An open entry; dropping it without an answer writes status 0.
#[derive(Debug)]
pub(crate) struct Entry {
    log: AccessLog,
    seen: Option<Seen>,
}

impl Entry {
    /// Notes that the request has started a purge.
    pub(crate) fn took_effect(&mut self) {
        if let Some(seen) = &mut self.seen {
            seen.took_effect = true;
        }
    }

    /// Writes the entry with the status that is about to be sent.
    pub(crate) fn answered(mut self, status: u16) {
        if let Some(seen) = &mut self.seen {
            seen.status = status;
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(seen) = self.seen.take() {
            self.log.write(seen);
        }
    }
}
