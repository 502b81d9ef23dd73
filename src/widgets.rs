//! Pixels that know nothing of purges: text cut to width, panels, popups, scroll bars, timelines.

pub mod panel;
pub mod scroll;
pub mod text;
pub mod timeline;
pub mod wrap;
