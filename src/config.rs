//! The configuration: keys of the file, accounts, sources of secrets, paths.
//!
//! From strong to weak, a setting comes from a flag, the environment, the file or its default;
//! [`load`] joins them. Every key is declared once, in [`schema`]; those of one provider in
//! [`vendors`]. Names of themes, commands and chords and the texts of filters are plain strings
//! here; the rooms that know them check them.

pub mod accounts;
pub mod command_words;
pub mod diagnostic;
pub mod duration;
pub mod edge;
pub mod example;
pub mod exposure;
pub mod file;
pub mod hooks;
pub mod load;
pub mod local_zone;
pub mod new_account;
pub mod operator;
pub mod operator_name;
pub mod paths;
pub mod retention;
pub mod schema;
pub mod secret;
pub mod show;
mod store_setting;
pub mod value;
pub mod vendors;
pub mod views;
