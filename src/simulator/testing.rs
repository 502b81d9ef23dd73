//! A client for tests that knows only bytes: it sees everything on the wire, also bytes that no
//! HTTP library would pass on.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use chrono::{DateTime, TimeZone as _, Utc};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{ManualClock, Scenario, Simulator, SimulatorClock, SimulatorOptions, start};

/// An answer, or what there was of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Sends one request on a connection of its own and reads all that comes back.
pub(crate) async fn raw(base_url: &str, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(base_url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut may end with a reset: what came until then counts.
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// Sends one request and reads the answer; `None` when there was no HTTP answer at all.
pub(crate) async fn send(
    base_url: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let host = base_url.trim_start_matches("http://");
    let mut request =
        format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    write!(request, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let answer = raw(base_url, &request).await;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(answer.get(..end)?.to_vec()).ok()?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(Answer { status, head, body: answer.get(end + 4..)?.to_vec() })
}

/// A Saturday noon in the middle of a month.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap()
}

/// A simulator whose clock stands still at [`noon`] and whose colleagues are on holiday.
pub(crate) async fn quiet(change: impl FnOnce(&mut SimulatorOptions)) -> (Simulator, ManualClock) {
    let (clock, hand) = SimulatorClock::manual(noon());
    let mut options = SimulatorOptions {
        records: 600,
        scenario: Scenario::quiet(),
        clock,
        ..SimulatorOptions::default()
    };
    change(&mut options);
    (start(options).await.unwrap(), hand)
}
