//! purgedeck shows what was purged on all your CDN accounts, live and back in time, and checks
//! purges before they are sent.
//!
//! # Vocabulary
//!
//! One word per idea, the same in code, on the screen, in flags and in documents.
//!
//! | word | means |
//! |---|---|
//! | provider | a CDN vendor's API behind an adapter |
//! | account | one set of credentials at one provider, named by the user |
//! | resource | what a purge applies to: a CDN resource, domain or zone; it has a cname |
//! | purge, target, kind | a recorded purge; one entry of its payload; url, tag, host, all … |
//! | document, entry, format | what was handed over; what of it names a target; how it is read |
//! | draft → plan → submission | the operator's text → its exact requests → one on its way |
//! | finding | one result of linting a draft: code, severity, line, explanation |
//! | limits, budget | what a provider accepts, as data; how much of it is left at an instant |
//! | history, journal | what providers told us; the durable record of what we sent or will send |
//! | coverage | the time ranges of an account for which the local history is complete |
//! | filter, view | a predicate over history with a text form; a named filter |
//! | command, keymap | something a user can ask for by name; chords bound to commands |
//! | effect, report, event | work that the screen asks for; its answer; something unasked |
//! | pane, overlay | a region that can have focus; something stacked above the panes |
//! | call | one HTTP request to a vendor's API, and its answer |
//! | probe, verification | one request to an edge server; the verdict over a purge's probes |
//!
//! # Rooms, high to low
//!
//! | room | holds |
//! |---|---|
//! | [`cli`] | subcommands, output formats, exit codes |
//! | [`tui`] | terminal set-up and restore, input, the event loop, effects carried out |
//! | [`screen`] | the layout; the only place that sees all of the app while drawing |
//! | [`app`] | state and `update`: routes only; no clock, no I/O, no await |
//! | [`panes`] | one folder per pane and overlay: state, update, view |
//! | [`commands`], [`keymap`], [`effect`] | plain data: commands, chords, effects and reports |
//! | [`engine`] | everything that runs: sync, sending, verification, queries; the opened store |
//! | [`providers`] | the vendors' APIs behind one trait, one folder each |
//! | [`store`] | history, coverage and journal: a SQLite file, or a PostgreSQL database |
//! | [`config`] | the TOML file, accounts, secrets, paths |
//! | [`widgets`], [`theme`] | drawing that knows nothing of purges; colours by meaning |
//! | [`domain`] | pure data and functions; imports nothing of ours |
//! | [`simulator`] | the vendors' APIs over real HTTP on loopback; imports nothing of ours |
//!
//! Imports go down only, and never in a circle; `tests/house/` parses `src/` and holds it to that.
//!
//! - `cli` and `tui` both call [`engine::Engine`]; neither derives an answer from events. `cli`
//!   parses, calls and prints: it sees neither `store` nor `providers`.
//! - `app` and `panes` see commands, effects and `domain`; a pane never sees another pane, and only
//!   what draws sees `theme` and `widgets`.
//! - `providers` and `store` never see each other; `engine` is above both.
//!
//! # The walk of a key press
//!
//! `tui/input/` makes inputs of the terminal's bytes. Characters that are only typed into a text
//! are gathered by the loop and taken in at once. `app` finds the [`commands::Command`] of its
//! chord in the current context ([`keymap`]) and gives it to the focused pane, which changes its
//! state and returns effects: plain data. `tui/effects.rs` calls the engine, knows the tickets and
//! drops answers that are superseded. The answer comes back as a report, the loop draws once what
//! changed. Nothing polls: the loop sleeps until a key, a report or the next instant at which the
//! screen changes (`app/timer.rs`): a second while something moves, else a minute, for the clock
//! and the ages; offline never.
//!
//! A purge: `panes/compose.rs` (draft) → `domain/check.rs` (lint, plan) → `panes/plan.rs`
//! (confirmed by risk) → [`effect::Order::Enqueue`] → `engine/journal_commands.rs` (the rules, then
//! the journal) → `engine/send.rs` (budget, `sending` on the disk) → `engine/send/submission.rs` →
//! the vendor's adapter → `providers/http.rs` (POST) → `engine/send/outcome.rs` → the journal.
//!
//! # The walk of the data
//!
//! A page of a vendor's history: `providers/http.rs` → the vendor's adapter →
//! `engine/account_client.rs`, which `engine/sync/` has ask for what `list_strategy.rs` or
//! `range_strategy.rs` (by the vendor's API) says: news one question after the other, older history
//! and the lists of resources (`sync/resource_list.rs`) with several at once (`sync/history.rs`),
//! no faster than the vendor allows (`sync/pace.rs`); targets that a list does not tell are asked
//! for by themselves (`sync/details.rs`) →
//! `engine/store_writer.rs` → `store`, then
//! [`domain::event::Event::HistoryChanged`]. A pane whose time range it touches asks again:
//! [`effect::Query::Window`] → `engine/queries.rs` → `store/sqlite/window.rs` → `panes/history` →
//! `panes/history/view.rs`. The store is the only source of what is shown; coverage says what of it
//! is complete.
//!
//! A filter: `domain/filter/parser.rs` (text) → `resolver.rs` (times made absolute) → `Predicate` →
//! `store/sqlite/compiled_filter.rs` (columns, times, words) → `scan.rs` (access path and SQL) →
//! for a text `text_scan.rs` (which chunks), `text_search.rs` (which purges of a chunk).
//!
//! # The walk of a verification
//!
//! [`effect::Order::Verify`] (the key `v`), `purgedeck verify`, or a purge of an account with
//! `verify = true` → `engine/verify.rs` (`on_demand.rs` for the first two, `job.rs` probes) →
//! `domain/edge/sample.rs` (which URLs) → `providers/edge.rs` (the probes), read by
//! `domain/edge/rules.rs` and the vendor's `edge.rs` → `domain/edge/verdict.rs` (fresh, unclear or
//! stale, and the evidence) → `store/sqlite/verification.rs` → [`domain::event::Event::Journal`] →
//! the mark of the row (`panes/format.rs`) and the detail (`panes/history/view/detail.rs`).
//!
//! # Where to change …
//!
//! | … | in |
//! |---|---|
//! | the settings that take effect while running | `tui/live_settings.rs`, `engine/safety.rs` |
//! | the first start; the file it writes | `panes/start.rs`; `config/new_account.rs` |
//! | a command, its help and keys | `commands.rs` |
//! | a setting and its help; its default | `config/schema.rs`; beside its type in `config/` |
//! | an exit code | `cli/error.rs` |
//! | the log and its size | `cli/log.rs` |
//! | the store's place, password, words | `config/store_setting.rs`; `engine/local_store/` |
//! | a call of the store; the server's schema | `store/contract.rs`; `store/postgres/schema.rs` |
//! | the roles of a team; what a copy takes along | `assets/postgres-roles.sql`; `engine/copy.rs` |
//! | what a check of the store looks at; what is salvaged | `store/sqlite/check.rs`; `…/salvage/` |
//! | how targets are laid out, indexed, brought up | `store/sqlite/chunk.rs`, `…/conversion.rs` |
//! | what history is kept; its removal | `config/retention.rs`; `engine/retention.rs` |
//! | a hook's event, JSON, run | `domain/hook_event.rs`, `cli/hooks.rs`, `engine/hooks.rs` |
//! | a vendor's rate limits and syntax | `providers/<vendor>/limits.rs` |
//! | a mode at all vendors; the cost of purges | `domain/mode_choice.rs`; `domain/money.rs` |
//! | which of a team reads; sends | `engine/sync/duty.rs`; `engine/send/leases.rs` |
//! | what a team's store tells; its loss and return | `engine/store_news.rs` |
//! | what a list does not tell of a purge, asked for | `engine/sync/detail_queue.rs` |
//! | a request that a vendor takes in part | `engine/send/partial.rs` |
//! | advice for a refusal (401, 429, …); the pause after it | `domain/failure.rs`; `engine/send/` |
//! | what a lost or odd answer to a POST means | `engine/send/outcome.rs` |
//! | how pasted text is read | `domain/document.rs`, then `domain/lint/entry.rs` |
//! | a label that says a kind (`tag:…`) | `domain/document/label.rs`, `domain/lint/named.rs` |
//! | what a vendor refuses, or ignores, in a target | `KindRule::traps` in its `limits.rs` |
//! | a finding's code; its check and words | `domain/findings/codes.rs`; `domain/lint/` |
//! | a filter field; words for a status | `domain/filter/fields.rs`; `domain/filter/choice.rs` |
//! | a column of the list; its cell | `panes/history/columns.rs`; `…/history/view/list.rs` |
//! | how long an edge may be stale; the verdict | `config/edge.rs`; `domain/edge/verdict.rs` |
//! | how the queue, or any pane, is drawn | `panes/queue/view.rs`, `panes/<pane>/view.rs` |
//! | the longest line that can be typed; filter | `panes/field.rs`; `domain/filter/parser.rs` |
//! | the environment of programs that are started | `config/secret/variables.rs` |
//! | the bytes of a key; how long ESC waits | `tui/input/sequence.rs`; `tui/input/parser.rs` |
//! | the bytes of a frame | `tui/frame_encoder.rs` |
//! | what TERM and the locale decide | `tui/abilities.rs`, `theme/colour.rs` |
//! | a colour, such as that of failed | `assets/themes/`; its role: `theme.rs` |
//! | a fault that the simulator plays | `simulator/fault.rs` |
//!
//! The README's recipes name every file for adding a thing.

#[cfg(test)]
extern crate self as purgedeck;

pub mod app;
pub mod cli;
#[cfg(test)]
#[path = "testing/cluster.rs"]
pub(crate) mod cluster;
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
#[cfg(test)]
pub(crate) mod testing;
pub mod theme;
pub mod tui;
pub mod widgets;
