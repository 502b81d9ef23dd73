//! Secrets of the configuration: the places that they are read from.

pub mod source;
