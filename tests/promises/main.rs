//! What the program promises where something goes wrong, as documents: each promise in a sentence,
//! and the tests that hold it. Their own tests fail where a promise has no test.
#![expect(clippy::unwrap_used, reason = "tests")]

mod document;
mod faults;
mod findings;
mod names;
