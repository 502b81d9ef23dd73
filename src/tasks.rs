//! The only place that spawns: sync, follow, send, query.
