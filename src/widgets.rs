//! Pixels that know nothing of purges: text cut to width, panels, popups, hints, scroll bars, timelines.

pub mod hints;
pub mod panel;
pub mod scroll;
pub mod text;
pub mod timeline;
