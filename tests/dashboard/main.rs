//! The dashboard without a terminal: keys in, screens and effects out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod bad_news;
mod bare;
mod board;
mod calls;
mod composing;
mod control_characters;
mod drafts;
mod faces;
mod finding;
mod flooded;
mod frames;
mod help;
mod keeping;
mod keys;
mod looks;
mod looping;
mod marks;
mod mouse;
mod operator;
mod overlays;
mod picture;
mod prompts;
mod properties;
mod queue;
mod reloading;
mod screens;
mod sorting;
mod splits;
mod stage;
mod starting;
mod team;
#[expect(dead_code, reason = "the dashboard needs a part of it")]
#[path = "../../src/testing.rs"]
mod testing;
mod typing;
mod verifying;
