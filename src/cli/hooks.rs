//! The form in which hooks get a request: that of `purgedeck queue list --format json`.

use std::sync::Arc;

use serde::Serialize;

use super::console::Console;
use super::request_record::RequestRecord;
use crate::domain::hook_event::HookEvent;
use crate::domain::journal::JournalEntry;
use crate::engine::HookPort;

/// The object on a hook's standard input. Its fields and their order are a promise.
#[derive(Serialize)]
struct HookRecord<'e> {
    schema_version: u32,
    /// `failed`, `refused`, `verified` or `done`.
    event: &'static str,
    #[serde(flatten)]
    request: RequestRecord<'e>,
}

/// Returns the way to run hooks from the dashboard: notices tell of failures.
pub fn for_dashboard() -> HookPort {
    HookPort { form: Arc::new(json), failed: None }
}

/// Returns the way to run hooks without a screen: warnings tell of failures.
pub fn for_command(console: Console) -> HookPort {
    HookPort { form: Arc::new(json), failed: Some(Arc::new(move |words| console.warn(words))) }
}

fn json(event: HookEvent, entry: &JournalEntry) -> String {
    let request = RequestRecord::from(entry);
    let record = HookRecord { schema_version: 1, event: event.word(), request };
    // Nothing of it can fail to be written.
    let text = serde_json::to_string(&record).unwrap_or_default();
    text + "\n"
}
