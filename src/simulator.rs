//! The vendors' APIs over real HTTP on loopback, driven by a scenario. Imports nothing of ours.
