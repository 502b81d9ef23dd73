//! `purgedeck import`: exported history into the store.

pub mod lines;
