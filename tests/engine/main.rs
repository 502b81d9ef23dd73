//! The tasks at work with a real adapter over real HTTP, against the simulator: history that grows
//! while it is read, and purges that are sent through whatever goes wrong.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod faults;
mod history;
mod sending;
mod stage;
mod who;
