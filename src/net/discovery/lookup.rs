//! The addresses of a host that somebody typed by hand: asked on all interfaces, and whoever answers is believed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::Discovery;
use crate::net::message::{self, Heard};
use crate::net::multicast::{Overheard, is_dialable};
use crate::net::sightings::at_port;

/// So many are looked up at one time; the next one is not found.
const MOST: usize = 64;
/// So long an answer is waited for.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Whoever has just told others does not do so again within a second (RFC 6762 §6), and is asked once more after it.
const AGAIN: Duration = Duration::from_millis(1050);
/// With the first answer it is waited for others a little: avahi-daemon says the addresses of each family apart.
const OTHERS: Duration = Duration::from_millis(100);
/// So many addresses are taken.
const MOST_ADDRESSES: usize = 16;

/// A host that is being looked up.
#[derive(Debug)]
pub(super) struct Lookup {
    /// With the trailing dot.
    host: String,
    again: Option<Instant>,
    until: Instant,
    found: Vec<SocketAddr>,
    answer: oneshot::Sender<Vec<SocketAddr>>,
}

impl Lookup {
    /// When there is something to be done.
    pub(super) fn next(&self) -> Instant {
        self.again.unwrap_or(self.until)
    }

    fn found(&mut self, address: SocketAddr, now: Instant) {
        self.again = None;
        self.until = self.until.min(now + OTHERS);
        if self.found.len() < MOST_ADDRESSES && !self.found.contains(&address) {
            self.found.push(address);
        }
    }

    fn end(self) {
        // Whoever asked may not wait any more.
        let _ = self.answer.send(self.found);
    }
}

impl Discovery {
    pub(super) fn look_up(
        &mut self,
        host: &str,
        answer: oneshot::Sender<Vec<SocketAddr>>,
        now: Instant,
    ) {
        let lookup = Lookup {
            host: format!("{}.", host.trim_end_matches('.')),
            again: Some(now + AGAIN),
            until: now + PATIENCE,
            found: Vec::new(),
            answer,
        };
        let question = message::ask_host(&lookup.host);
        match question {
            Some(question) if self.lookups.len() < MOST => {
                self.send_everywhere(&question);
                self.lookups.push(lookup);
            }
            _ => lookup.end(),
        }
    }

    /// A datagram may tell where a host is.
    pub(super) fn found_in(&mut self, overheard: &Overheard, now: Instant) {
        if self.lookups.is_empty() {
            return;
        }
        let Some(station) = self.stations.get(&overheard.link) else {
            return;
        };
        for heard in &overheard.heard {
            let Heard::At { host, address, ttl } = heard else {
                continue;
            };
            if *ttl == 0 || !is_dialable(*address, station.used.loopback) {
                continue;
            }
            let asked = self.lookups.iter_mut();
            for lookup in asked.filter(|it| it.host.eq_ignore_ascii_case(host)) {
                lookup.found(at_port(*address, 0, overheard.link), now);
            }
        }
    }

    /// Asks once more, and gives up.
    pub(super) fn tend_lookups(&mut self, now: Instant) {
        let over = |lookup: &mut Lookup| lookup.until <= now;
        self.lookups.extract_if(.., over).for_each(Lookup::end);
        let mut questions = Vec::new();
        for lookup in &mut self.lookups {
            if lookup.again.take_if(|again| *again <= now).is_some() {
                questions.extend(message::ask_host(&lookup.host));
            }
        }
        questions
            .iter()
            .for_each(|question| self.send_everywhere(question));
    }
}
