//! The language as a whole: what texts mean, what is wrong with others, and what holds for all of
//! them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod errors;
mod meanings;
mod properties;
mod times;

use chrono::{DateTime, Utc};

use super::{Filter, Predicate};
use crate::domain::zone::Zone;

/// A Friday, a little after two in the afternoon.
fn now() -> DateTime<Utc> {
    at("2026-11-20T14:05:10Z")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn resolved(text: &str) -> Predicate {
    Filter::parse(text).unwrap().resolve(now(), Zone::Utc)
}
