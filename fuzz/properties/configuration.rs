//! The configuration's file: it is taken, or every error stands in it.

use purgedeck::config::load::{Flags, resolve};
use purgedeck::config::paths::Paths;

/// Holds a file's text to the properties.
pub(crate) fn hold(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let lines = text.split('\n').count();
    match resolve(&Flags::default(), &|_| None, Paths::default(), Some(text)) {
        Ok(config) => assert!(config.has_file),
        Err(error) => {
            assert!(!error.diagnostics.is_empty());
            for diagnostic in &error.diagnostics {
                assert!(!diagnostic.message.is_empty());
                let line = diagnostic.position.map_or(1, |position| position.line);
                assert!((1..=lines).contains(&line), "{diagnostic:?} of {lines} lines");
            }
        }
    }
}
