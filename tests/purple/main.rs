//! Balcony and real libpurple 2.14 (what Pidgin and Finch are made of) on one LAN: each is just another contact for the
//! other. What libpurple itself loses is told apart from what Balcony loses by [`control`], where libpurple meets itself.
//!
//! Romeo uses Balcony on the host forza, Juliet libpurple on the host pronto, unless a test says otherwise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../lab/mod.rs"]
mod lab;

mod contacts;
mod control;
mod ends;
mod files;
mod messages;
mod rooms;
mod talk;

use lab::headless::balcony;
use lab::peer::{Peer, SOON};
use lab::purple::purple;
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

/// The two, who have found each other.
struct Pair {
    forza: Host,
    pronto: Host,
    balcony: Peer,
    purple: Peer,
    avahi: Option<Avahi>,
}

impl Pair {
    fn on(lab: &Lab) -> Pair {
        let (pronto, avahi) = purple_host(lab, "pronto");
        Pair {
            avahi: Some(avahi),
            ..Pair::at(lab.host("forza"), &pronto)
        }
    }

    /// On these hosts; pronto has its avahi-daemon.
    fn at(forza: Host, pronto: &Host) -> Pair {
        let (romeo, juliet) = (balcony(&forza, "romeo").start(), purple(pronto, "juliet"));
        romeo.shows("juliet@pronto", SOON, |_| true);
        juliet.shows("romeo@forza", SOON, |_| true);
        Pair {
            forza,
            pronto: pronto.clone(),
            balcony: romeo,
            purple: juliet,
            avahi: None,
        }
    }

    /// A word each way, so that a stream is open.
    fn talk(&self) {
        let (romeo, juliet) = (&self.balcony, &self.purple);
        let mark = (romeo.mark(), juliet.mark());
        romeo.send("juliet@pronto", "She speaks", "talk-1");
        juliet.event_after(mark.1, "message-received", SOON, |event| {
            event["body"] == "She speaks"
        });
        juliet.send("romeo@forza", "Ay me", "talk-2");
        romeo.event_after(mark.0, "message-received", SOON, |event| {
            event["body"] == "Ay me"
        });
    }
}
