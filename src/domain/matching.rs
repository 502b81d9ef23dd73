//! Finding what we sent in what a vendor recorded, where the vendor gave no id.
//!
//! A purge is ours if it is for the same resource, of the same kind, with the same set of targets,
//! and was created when we sent it, as near as two clocks allow. Where several fit, they are given
//! out one to one and in order, so that two alike requests of the same minute each find one.

mod assign;
mod attribution;
#[cfg(test)]
mod tests;

pub use assign::{LATEST, assign, find_match};
pub use attribution::{APART, attribute};
