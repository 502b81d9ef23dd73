//! The store of a home, opened by that home's operator: what is queued there is confirmed.

use std::path::Path;

use purgedeck::config::operator::operator;
use purgedeck::config::paths::Paths;
use purgedeck::store::{Access, Store};

/// Opens the store of this name, as a purgedeck does that has this home.
pub(crate) fn own_store(home: &Path, name: &str) -> Store {
    let state = home.join(".local/state/purgedeck");
    let operator = operator(&Paths { state, ..Paths::default() }, &|_| Some("mia".to_owned()));
    Store::open(&home.join(name), Access::ReadWrite).unwrap().operated_by(operator.unwrap())
}
