//! Whole ways of an operator, by keys: the real loop, core, tasks, store and adapters, over real
//! HTTP against the simulated vendors. Time stands still unless a journey lets some pass, so what
//! is slow stays slow for as long as a test wants.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bad_news;
mod deck;
mod mixed;
#[path = "../dashboard/picture.rs"]
mod picture;
mod purging;
mod shift;
mod stage;
