//! The configuration: TOML shape, accounts, secrets, paths.
