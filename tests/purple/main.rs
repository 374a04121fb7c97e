//! Balcony and real libpurple 2.14 (what Pidgin and Finch are made of) on one LAN: each is just another contact for the
//! other. What libpurple itself loses is told apart from what Balcony loses by [`control`], where libpurple meets itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../lab/mod.rs"]
mod lab;

mod control;

use lab::{Avahi, Host, Lab};

/// A lab in which libpurple can run, or `None` after saying why not.
fn lab_with_purple() -> Option<Lab> {
    let lab = Lab::new_or_skip()?;
    lab::or_skip(lab::purple::driver())?;
    Some(lab)
}

/// A host with what libpurple needs.
fn purple_host(lab: &Lab, name: &str) -> (Host, Avahi) {
    let host = lab.host(name);
    let avahi = host.start_avahi();
    (host, avahi)
}
