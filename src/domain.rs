//! What purgedeck knows about purges: pure data and pure functions.
//!
//! There is no I/O here, no clock, no async and no terminal: whoever needs the time passes it in.
//! Every other room may look into this one; this one looks into none.

pub mod account;
pub mod activity;
pub mod bad_news;
pub mod board;
pub mod budget;
pub mod call;
pub mod check;
pub mod column;
pub mod coverage;
pub mod document;
pub mod draft;
pub mod edge;
pub mod event;
pub mod expression;
pub mod failure;
pub mod filter;
pub mod findings;
pub mod glob;
pub mod hook_event;
pub mod hosts;
pub mod ids;
pub mod instant;
pub mod journal;
pub mod kind;
pub mod known;
pub mod limits;
pub mod lint;
pub mod lint_context;
pub mod matching;
pub mod merge;
pub mod mode_choice;
pub mod money;
pub mod nearest;
pub mod new_account;
pub mod notice_log;
pub mod operator;
pub mod payload;
pub mod permission;
pub mod plan;
pub mod purge;
pub mod query;
pub mod resource;
pub mod secret;
pub mod sort;
pub mod status;
pub mod store_address;
pub mod subject;
pub mod target;
pub mod text;
pub mod timeline;
pub mod view;
mod words;
pub mod zone;
