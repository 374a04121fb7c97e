//! Plays on the pretend LAN: virtual time, faults, many seeds. Each scene says what people do and what
//! they must see; how packets fared in between is up to the seed.
//!
//! `BALCONY_SEED=n` plays every scene once with that seed; `BALCONY_SEEDS=n` plays n seeds of each instead of the few of
//! a normal run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod alone;
mod asking;
mod broadcasts;
mod crashes;
mod crowd;
mod entering;
mod files;
mod glare;
mod hostile;
mod journeys;
mod late_news;
mod liveness;
mod names;
mod records;
mod room_rules;
mod room_search;
mod rooms;
mod sources;
mod stage;
mod storm;
mod talk;
mod trust;
