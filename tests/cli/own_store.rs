//! The store of a home, opened by that home's operator: what is queued there is confirmed.

use std::path::Path;

use purgedeck::config::operator::operator;
use purgedeck::config::operator_name::OperatorName;
use purgedeck::config::paths::Paths;
use purgedeck::domain::operator::Operator;
use purgedeck::domain::store_address::StoreAddress;
use purgedeck::store::{Access, ServerAccess, Store};

/// Opens the store of this name, as a purgedeck does that has this home.
pub(crate) fn own_store(home: &Path, name: &str) -> Store {
    Store::open(&home.join(name), Access::ReadWrite).unwrap().operated_by(mia(home))
}

/// Opens the store at a URL, likewise.
#[allow(dead_code, reason = "not every suite has a server")]
pub(crate) fn team_store(home: &Path, url: &str) -> Store {
    let Ok(StoreAddress::Server(address)) = StoreAddress::parse(url) else { unreachable!() };
    let server = ServerAccess { address, password: None };
    let store = Store::connect(&server, &home.join("own.db"), Access::ReadWrite);
    store.unwrap().operated_by(mia(home))
}

fn mia(home: &Path) -> Operator {
    let state = home.join(".local/state/purgedeck");
    let paths = Paths { state, ..Paths::default() };
    operator(&OperatorName::default(), &paths, &|_| Some("mia".to_owned())).unwrap()
}
