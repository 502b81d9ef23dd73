//! The tasks at work, against a scripted vendor and a real store, in virtual time.

mod follow;
mod lists;
mod query;
mod send;
mod several;
mod sync;
mod verify;
mod world;
