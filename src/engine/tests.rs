//! The tasks at work, against a scripted vendor and a real store, in virtual time.

mod bad_news;
mod damage;
mod day;
mod history_sync;
mod lists;
mod pipe;
mod poll;
mod query;
mod refusing_store;
mod retention;
mod send;
mod several;
mod sync;
mod team;
mod verify;
mod wait;
mod world;
