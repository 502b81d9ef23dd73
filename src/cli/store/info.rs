//! `purgedeck store info`: the size of a store, its history and what is kept of it.

use std::io::Write as _;

use super::missing;
use crate::cli::error::CliError;
use crate::cli::time::rfc3339;
use crate::cli::{output, session};
use crate::config::load::Config;
use crate::config::retention::{KeptAge, StoreSize};
use crate::engine::{ServerFacts, StoreFacts};

/// Smallest size of free space that is worth a word, in bytes: less would be 0.0 MB.
const SHOWN_BYTES: u64 = 50_000;

/// Tells of the configured store.
pub(super) fn run(config: &Config) -> Result<(), CliError> {
    let store = session::existing_store(config)?.ok_or_else(|| missing(config))?;
    let (facts, server) = (store.facts()?, store.server()?);
    let settings = &config.settings;
    let lines = match &server {
        None => {
            let mut lines = vec![format!("file     {}", store.address())];
            lines.extend(told(&facts, settings.keep.value, Some(settings.store_size.value)));
            lines
        }
        Some(server) => {
            let mut lines = vec![format!("database {}", store.address())];
            lines.extend(told_of_server(server));
            lines.extend(told(&facts, settings.keep.value, None));
            lines.extend(told_of_duties(server));
            lines
        }
    };
    let mut out = output::stdout();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// Words the server and the connection to it, one a line.
fn told_of_server(server: &ServerFacts) -> Vec<String> {
    let reached = match (server.is_encrypted, server.is_local) {
        (true, _) => "with TLS",
        (false, true) => "over a socket of this machine",
        (false, false) => "without TLS",
    };
    let may = if server.may_write { "reads and writes" } else { "reads only" };
    vec![
        format!("server   PostgreSQL {}, {reached}", server.version),
        format!("user     {}, {may}", server.role),
        format!("schema   {}", server.schema),
    ]
}

/// Words who has which duty, one a line.
fn told_of_duties(server: &ServerFacts) -> Vec<String> {
    let duty = |held: &crate::engine::HeldDuty| {
        format!("duty     {}: {} since {}", held.name, held.who, rfc3339(held.since))
    };
    server.duties.iter().map(duty).collect()
}

/// Words the size of a store, its history and what is kept of it, one a line.
fn told(facts: &StoreFacts, keep: KeptAge, size: Option<StoreSize>) -> Vec<String> {
    let free = if facts.free_bytes < SHOWN_BYTES {
        String::new()
    } else {
        let once = if facts.gives_back { "" } else { ", while no other purgedeck has it open" };
        let free = super::megabytes(facts.free_bytes);
        format!(", {free} of it free: `purgedeck store compact` gives it back{once}")
    };
    let range = facts.oldest.zip(facts.newest).map_or_else(String::new, |(oldest, newest)| {
        format!(", from {} to {}", rfc3339(oldest), rfc3339(newest))
    });
    let left = match facts.older {
        0 => String::new(),
        older => format!(", but for {older} that are unfinished or not removed yet"),
    };
    let removed = facts.kept_from.map_or_else(String::new, |from| {
        format!("; purges from before {} are removed{left}", rfc3339(from))
    });
    let size = size.map_or_else(String::new, |size| format!(", store_size = \"{size}\""));
    vec![
        format!("size     {}{free}", super::megabytes(facts.bytes)),
        format!("purges   {}{range}", facts.purges),
        format!("requests {}", facts.requests),
        format!("kept     keep = \"{keep}\"{size}{removed}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_says_its_size_its_range_and_what_is_kept() {
        let at = |text: &str| Some(text.parse().unwrap_or_default());
        let facts = StoreFacts {
            bytes: 589_479_936,
            free_bytes: 13_800_000,
            gives_back: false,
            purges: 1_000,
            oldest: at("2026-08-22T00:00:03.5Z"),
            newest: at("2026-11-19T23:59:59Z"),
            requests: 12,
            kept_from: at("2026-08-22T00:00:00Z"),
            older: 0,
        };
        let keep = KeptAge::UpTo(std::time::Duration::from_hours(90 * 24));
        assert_eq!(
            told(&facts, keep, Some(StoreSize::Unlimited)),
            [
                "size     589.5 MB, 13.8 MB of it free: `purgedeck store compact` gives it back, \
                 while no other purgedeck has it open",
                "purges   1000, from 2026-08-22T00:00:03.500000Z to 2026-11-19T23:59:59.000000Z",
                "requests 12",
                "kept     keep = \"90d\", store_size = \"unlimited\"; purges from before \
                 2026-08-22T00:00:00.000000Z are removed",
            ]
        );
        let unfinished = StoreFacts { older: 3, gives_back: true, ..facts };
        let lines = told(&unfinished, keep, Some(StoreSize::Unlimited));
        assert_eq!(
            lines.first().map(String::as_str),
            Some("size     589.5 MB, 13.8 MB of it free: `purgedeck store compact` gives it back")
        );
        let kept = lines.last().map(String::as_str).unwrap_or_default();
        assert!(
            kept.ends_with("removed, but for 3 that are unfinished or not removed yet"),
            "{kept}"
        );
        let empty = StoreFacts { bytes: 100_000, gives_back: true, ..StoreFacts::default() };
        assert_eq!(
            told(&empty, KeptAge::Forever, Some(StoreSize::Bytes(2_000_000_000))),
            [
                "size     0.1 MB",
                "purges   0",
                "requests 0",
                "kept     keep = \"forever\", store_size = \"2GB\"",
            ]
        );
    }

    #[test]
    fn a_server_says_how_it_is_reached_what_its_user_may_and_who_has_which_duty() {
        let at = |text: &str| text.parse().unwrap_or_default();
        let server = ServerFacts {
            version: "15.14".to_owned(),
            schema: 1,
            role: "mia".to_owned(),
            may_write: true,
            is_encrypted: true,
            is_local: false,
            now: at("2026-08-22T00:00:03Z"),
            duties: vec![crate::engine::HeldDuty {
                name: "send production".to_owned(),
                who: "jon@deploy1".to_owned(),
                since: at("2026-08-22T00:00:00Z"),
            }],
        };
        assert_eq!(
            told_of_server(&server),
            ["server   PostgreSQL 15.14, with TLS", "user     mia, reads and writes", "schema   1"]
        );
        assert_eq!(
            told_of_duties(&server),
            ["duty     send production: jon@deploy1 since 2026-08-22T00:00:00.000000Z"]
        );
        let viewer = ServerFacts { may_write: false, is_encrypted: false, ..server };
        let lines = told_of_server(&viewer).join("; ");
        assert!(lines.contains("without TLS; user     mia, reads only"), "{lines}");
    }
}
