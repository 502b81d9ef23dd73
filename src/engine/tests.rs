//! The tasks at work, against a scripted vendor and a real store, in virtual time.

mod bad_news;
mod bare;
mod damage;
mod day;
mod history_sync;
mod lists;
mod partial;
mod pipe;
mod poll;
mod query;
mod refusing_store;
mod retention;
mod send;
mod several;
mod sync;
mod team;
mod under_way;
mod verify;
mod wait;
mod world;
