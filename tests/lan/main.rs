//! Balcony with Balcony on a real LAN: real processes, real mDNS, real cables. What the pretend LAN proves for thousands of
//! seeds (`net/memory.rs`) is seen here once with everything that the pretence leaves out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../lab/mod.rs"]
mod lab;

mod between;
mod crowd;
mod discovery;
mod doctor;
mod ear;
mod files;
mod guests;
mod interfaces;
mod kills;
mod lab_itself;
mod mallory;
mod messages;
mod names;
mod rooms;
mod secrecy;
mod strangers;
mod talk;
mod vanishing;

use lab::headless::balcony;
use lab::peer::{Peer, SOON};
use lab::{Host, Lab};

/// Romeo on the host forza and Juliet on the host pronto, who have found each other.
struct Pair {
    forza: Host,
    pronto: Host,
    romeo: Peer,
    juliet: Peer,
}

impl Pair {
    fn on(lab: &Lab) -> Pair {
        Pair::at(lab.host("forza"), lab.host("pronto"))
    }

    fn at(forza: Host, pronto: Host) -> Pair {
        let (romeo, juliet) = (
            balcony(&forza, "romeo").start(),
            balcony(&pronto, "juliet").start(),
        );
        romeo.shows("juliet@pronto", SOON, |_| true);
        juliet.shows("romeo@forza", SOON, |_| true);
        Pair {
            forza,
            pronto,
            romeo,
            juliet,
        }
    }

    /// A word each way, so that a stream is open.
    fn talk(&self) {
        self.romeo.send("juliet@pronto", "She speaks", "talk-1");
        self.romeo
            .reaches("talk-1", &["delivered", "displayed"], SOON);
        self.juliet.send("romeo@forza", "Ay me", "talk-2");
        self.juliet
            .reaches("talk-2", &["delivered", "displayed"], SOON);
    }
}

/// What `--body N` of a series says.
fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("line {number}")).collect()
}

/// Sends them all, with `PREFIX-N` as references.
fn send_all(from: &Peer, to: &str, prefix: &str, bodies: &[String]) {
    for (number, body) in bodies.iter().enumerate() {
        from.send(to, body, &format!("{prefix}-{number}"));
    }
}

/// Waits until the last of them is shown, and then a further one, and fails unless each was shown once and in order.
fn shown_once_in_order(by: &Peer, from: &Peer, bodies: &[String]) {
    by.receives(
        &from.jid(),
        bodies.len(),
        std::time::Duration::from_secs(60),
    );
    from.send(&by.jid(), "the end", "fence");
    let from = from.jid();
    by.event("message-received", SOON, |event| {
        event["from"] == from.as_str() && event["body"] == "the end"
    });
    let mut shown = by.bodies_from(&from);
    shown.retain(|body| body != "She speaks" && body != "Ay me" && body != "the end");
    assert_eq!(shown, bodies, "as shown by {}", by.name());
}
