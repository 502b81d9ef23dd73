//! The terminal: set-up and restore, input, the event loop.
