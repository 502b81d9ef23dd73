//! The access log: one entry per request, also for those whose connection was cut.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// The most entries in memory, and the most bytes of their bodies.
const MAX_ENTRIES: usize = 20_000;
const MAX_BYTES: usize = 32 << 20;

/// One request and its answer. It holds no credentials: headers are left out, signatures and keys
/// are blanked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    /// Arrival, RFC 3339 in UTC.
    pub time: String,
    /// The server's name: a vendor's, or `edge`.
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

/// The log's file, if there is one, and the last entries in memory for tests.
#[derive(Clone, Debug)]
pub(crate) struct AccessLog(Arc<Mutex<Entries>>);

#[derive(Debug)]
struct Entries {
    file: Option<File>,
    kept: VecDeque<LoggedRequest>,
    bytes: usize,
}

impl AccessLog {
    /// Opens a log that appends to the file at `path`; one that is new is for its owner alone.
    pub(crate) fn new(path: Option<&Path>) -> io::Result<Self> {
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = path.map(|path| options.open(path)).transpose()?;
        Ok(Self(Arc::new(Mutex::new(Entries { file, kept: VecDeque::new(), bytes: 0 }))))
    }

    /// Returns the entries in memory, oldest first.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().kept.iter().cloned().collect()
    }

    /// Opens an entry that is written when it is dropped, so that a request whose client went away
    /// is logged too.
    pub(crate) fn open(&self, at: DateTime<Utc>, request: LoggedRequest) -> OpenLogEntry {
        let time = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        OpenLogEntry { log: self.clone(), request: LoggedRequest { time, ..request } }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn write(&mut self, request: LoggedRequest) {
        if let (Some(file), Ok(mut line)) = (self.file.as_mut(), serde_json::to_vec(&request)) {
            line.push(b'\n');
            // One write per line: a reader never sees half of one. A full disk must not stop the
            // vendors.
            let _ = file.write_all(&line).and_then(|()| file.flush());
        }
        self.bytes += request.body.len();
        self.kept.push_back(request);
        while self.kept.len() > MAX_ENTRIES || (self.bytes > MAX_BYTES && self.kept.len() > 1) {
            if let Some(oldest) = self.kept.pop_front() {
                self.bytes = self.bytes.saturating_sub(oldest.body.len());
            }
        }
    }
}

/// An entry that is not written yet; without an answer its status is 0.
#[derive(Debug)]
pub(crate) struct OpenLogEntry {
    log: AccessLog,
    request: LoggedRequest,
}

impl OpenLogEntry {
    /// Notes that the request has started a purge.
    pub(crate) fn took_effect(&mut self) {
        self.request.took_effect = true;
    }

    /// Writes the entry with the status that is about to be sent.
    pub(crate) fn answered(mut self, status: u16) {
        self.request.status = status;
    }
}

impl Drop for OpenLogEntry {
    fn drop(&mut self) {
        self.log.lock().write(std::mem::take(&mut self.request));
    }
}
