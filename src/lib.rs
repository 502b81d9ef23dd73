//! purgedeck: what was purged on all your CDN accounts, live and back in time, and purges that are checked before they are
//! sent.
//!
//! # The map
//!
//! | room | what is in it |
//! |---|---|
//! | [`domain`] | pure: purges, filters, limits, drafts, findings, plans, budgets, coverage. No I/O, no clock, no terminal |
//! | [`commands`] | everything an operator can ask for by name, in one table |
//! | [`keymap`] | chords and the commands that they mean |
//! | [`effect`] | what the core asks for and what came of it: the whole seam between the core and the world |
//! | [`app`] | the core: state and `update`; routes only |
//! | [`panes`] | one file per pane, its view beside it |
//! | [`screen`] | the layout; the only place that sees all of the core while drawing |
//! | [`widgets`], [`theme`] | pixels that know nothing of purges; colours by meaning |
//! | [`providers`] | the vendors' APIs behind one trait; one folder per vendor |
//! | [`store`] | SQLite: history, coverage, journal |
//! | [`engine`] | the only place that spawns: sync, follow, send, verify, query |
//! | [`tui`] | terminal set-up and restore, input, the event loop |
//! | [`cli`] | subcommands, output formats, exit codes |
//! | [`config`] | TOML, accounts, secrets, paths |
//! | [`simulator`] | the vendors' APIs over real HTTP on loopback; imports nothing of ours |
//!
//! # Who may import whom
//!
//! High to low, never upward; `tests/house.rs` walks `src/` and holds the code to it.
//!
//! - `cli` sets up and never draws; `tui` never talks to a vendor
//! - `screen` → `app`, panes' views, `widgets`, `theme`
//! - `app` → `panes`, `commands`, `keymap`, `effect`, `domain`: no clock, no spawn, no await, no vendor's name
//! - `panes` → `effect`, `commands`, `domain`; a pane never imports another; a view sees its own pane and `widgets`, `theme`
//! - `engine` → `providers`, `store`, `effect`, `domain`
//! - `providers` → `domain`, `config`'s account types; `store` → `domain`; neither sees the other or the screen
//! - `config` → `domain`; `domain`, `theme` and `simulator` → nothing of ours
//!
//! # The words
//!
//! *provider* a vendor's API behind an adapter · *account* one set of credentials at one provider · *resource* what a purge
//! applies to; it has a cname · *purge* a recorded purge · *kind* url, pattern or all · *target* one entry of a purge ·
//! *draft → plan → submission* what the operator types → the requests it becomes → one request that may be sent ·
//! *finding* one thing the linter says · *limits* what a provider accepts, *budget* what is left of it · *journal* what we
//! sent, *history* what providers told us · *coverage* for which times the history is complete · *filter, view* a predicate
//! with a text form, a named filter · *command* a named thing to ask for · *effect, report* asked and answered, as data ·
//! *pane, overlay* a region that can have focus, something stacked above

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod domain;
pub mod effect;
pub mod engine;
pub mod keymap;
pub mod panes;
pub mod providers;
pub mod screen;
pub mod simulator;
pub mod store;
pub mod theme;
pub mod tui;
pub mod widgets;
