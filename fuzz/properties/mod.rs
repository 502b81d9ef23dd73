//! What must hold for any bytes. The fuzz targets and, bounded, `tests/fuzzed/` call the same
//! functions; each panics where something does not hold.

pub(crate) mod configuration;
pub(crate) mod filter;
pub(crate) mod import;
pub(crate) mod reader;
pub(crate) mod session;
pub(crate) mod store;
pub(crate) mod terminal;
pub(crate) mod wire;
