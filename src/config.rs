//! The configuration: the file's shape, accounts, where secrets are to be had, paths.
//!
//! What counts, from strong to weak, for every setting: flag, environment, file, default; [`load`] is the only place
//! where they meet. Every key stands once, in [`schema`] (those of one provider in [`vendors`]). Names of themes,
//! commands and chords and the texts of filters are plain strings here; who knows them checks them.

pub mod accounts;
pub mod duration;
pub mod edge;
pub mod example;
pub mod fault;
pub mod file;
pub mod load;
pub mod paths;
pub mod reader;
pub mod schema;
pub mod secret;
pub mod show;
pub mod vendors;
pub mod views;
