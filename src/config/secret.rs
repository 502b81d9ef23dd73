//! Secrets of the configuration: the places that they are read from, and those that they are kept
//! out of.

mod core_dump;
pub mod source;
pub mod variables;
