//! The window as a person uses it, by role and name, with no display: what is shown for a model, and what is asked for.
//! One file a view.
#![cfg(feature = "gui")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod composer;
mod conversation;
mod desk;
mod files;
mod first_run;
mod focus;
mod languages;
mod layout;
mod list;
mod network;
mod room_keys;
mod rooms;
mod search;
mod selection;
mod settings;
mod talk;
mod trust;
