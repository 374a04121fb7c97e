//! What is heard of others: their records, their pictures, and whether they are still there.

use std::time::{Duration, Instant};

use super::Discovery;
use super::station::Phase;
use crate::net::Report;
use crate::net::crowd::up_to;
use crate::net::mdns::Browsed;
use crate::net::message::{self, Heard};
use crate::net::multicast::Overheard;
use crate::net::sightings::{self, same_name};
use crate::wire::jid::Jid;

/// How long a peer has to confirm its records.
const VERIFY: Duration = Duration::from_secs(3);
/// Names that mdns-sd cannot ask for are asked for here, before the 120 s of their SRV record are over.
pub(super) const UNASKABLE_REFRESH: Duration = Duration::from_secs(90);
/// From so many peers on, the few who come after us in the ring of names are asked for their records, well before mdns-sd
/// would ask: 80 % of the 120 s of an SRV record after it was last heard. Everybody hears a record at the same moment, so
/// without this everybody would ask for it at the same moment, too: with 300 peers, 90 000 questions and answers.
const RING_FROM: usize = 8;
/// So many after us: one may just have gone, and of two who ask one may not be heard.
const RING: usize = 2;
/// After more than half of the 120 s, and so often that a lost datagram does not matter much.
const RING_PAUSE: Duration = Duration::from_secs(62);
const RING_JITTER: Duration = Duration::from_secs(16);

impl Discovery {
    /// Asks those after us in the ring; the answers go to everybody.
    pub(super) fn refresh_ring(&mut self, now: Instant) {
        if self.peers.count() < RING_FROM {
            return; // Begins again with the next who comes.
        }
        let next = self.peers.next_in_ring(RING);
        for jid in next.iter().filter(|jid| !self.is_fresh(jid, now)) {
            if let Some(question) = message::ask_instance(jid.as_str()) {
                self.send_to_member(jid, &question);
            }
        }
        self.ring_soon(now);
    }

    fn ring_soon(&mut self, now: Instant) {
        self.ring_due
            .get_or_insert(now + RING_PAUSE + up_to(RING_JITTER));
    }

    pub(super) fn overheard(&mut self, overheard: Overheard, now: Instant) {
        if overheard.newcomer {
            self.doubt_name(now);
        }
        if let Some(station) = self.stations.get_mut(&overheard.link) {
            station.answer(&overheard, now);
        }
        self.found_in(&overheard);
        self.heard_by_crowd(&overheard, now);
        for heard in overheard.heard {
            self.heard(heard, overheard.link, now);
        }
    }

    pub(super) fn heard(&mut self, heard: Heard, link: u32, now: Instant) {
        match heard {
            Heard::PictureAsked { instance } => {
                if self
                    .stations
                    .get(&link)
                    .is_some_and(|station| station.phase == Phase::Published)
                    && let Some(answer) = self.pictures.asked(&instance, link, now)
                    && let Some(multicast) = self
                        .stations
                        .get(&link)
                        .and_then(|station| station.multicast.as_ref())
                {
                    multicast.send(&answer);
                }
            }
            Heard::Picture { instance, image } => {
                let fetched = self.pictures.heard(&instance, image, now);
                self.outbox.extend(fetched);
            }
            Heard::Offered { instance, .. } => self.peers.offered(&instance, link),
            Heard::Goodbye { instance } => {
                self.peers.said_goodbye(&instance, link);
                self.spoken_for(&instance, now);
            }
            Heard::Owner {
                instance, place, ..
            } => {
                self.confirmed(&instance);
                self.rival_owner(&instance, &place, link, now);
            }
            Heard::Probe { instance, place } => self.rival_probe(&instance, &place, link, now),
            // Said to crowds.
            Heard::Told { .. } | Heard::At { .. } | Heard::Asked { .. } | Heard::Looked => {}
            // Said to responders.
            Heard::Listed { .. } => {}
        }
    }

    /// What is seen of somebody, by mdns-sd or by a crowd.
    pub(super) fn seen(&mut self, browsed: Browsed) {
        match browsed {
            Browsed::Found { link, jid } => {
                if sightings::is_unaskable(jid.as_str()) {
                    self.ask_instance(&jid, link);
                    self.unaskable_due
                        .get_or_insert(Instant::now() + UNASKABLE_REFRESH);
                }
            }
            Browsed::Resolved { link, jid, seen } => {
                let ours = self
                    .claim
                    .as_ref()
                    .is_some_and(|claim| same_name(&claim.jid, &jid));
                if ours && seen.host.eq_ignore_ascii_case(&self.host) {
                    return;
                }
                if self.ring_due.is_none() && self.peers.count() + 1 >= RING_FROM {
                    self.ring_soon(Instant::now());
                }
                if self.peers.resolved(&jid, link, *seen) {
                    return;
                }
                let most = sightings::MAX_PEERS;
                tracing::warn!("more than {most} peers are here, not all are shown");
            }
            Browsed::Removed { link, jid } => {
                self.peers.removed(&jid, link);
                if !self.peers.is_here(&jid) && self.verifying.remove(&jid).is_some() {
                    self.report(Report::Verified { jid, alive: false });
                }
            }
        }
    }

    pub(super) fn ask_instance(&self, jid: &Jid, link: u32) {
        if let Some(multicast) = self
            .stations
            .get(&link)
            .and_then(|station| station.multicast.as_ref())
            && let Some(question) = message::ask_instance(jid.as_str())
        {
            multicast.send(&question);
        }
    }

    pub(super) fn verify(&mut self, jid: Jid, now: Instant) {
        if !self.peers.is_here(&jid) {
            // Whoever has the name now may say so: mdns-sd believes for an hour that it is there, and does not ask where.
            if let Some(question) = message::ask_instance(jid.as_str()) {
                self.send_everywhere(&question);
            }
            return self.report(Report::Verified { jid, alive: false });
        }
        for station in self.stations.values_mut() {
            station.crowd.verify(&jid, VERIFY, now);
            if !station.crowd.leads()
                && let Some(daemon) = station.publisher.daemon()
            {
                daemon.verify(&jid, VERIFY);
            }
        }
        // mdns-sd asks for SRV alone, and for some names not at all. What stands in TXT may be somebody else's, who had taken
        // the name, and would stay for as long as they wished.
        if let Some(question) = message::ask_instance(jid.as_str()) {
            self.send_where_few(&question);
        }
        // mdns-sd forgets it when its patience ends; a moment more for that to arrive.
        self.verifying
            .insert(jid, now + VERIFY + Duration::from_millis(300));
    }

    pub(super) fn confirmed(&mut self, instance: &str) {
        if self.verifying.is_empty() {
            return;
        }
        let Ok(jid) = Jid::new(instance) else { return };
        if self.verifying.remove(&jid).is_some() {
            self.report(Report::Verified { jid, alive: true });
        }
    }

    pub(super) fn ask_for_pictures(&mut self, now: Instant) {
        let (questions, failed) = self.pictures.due(now);
        questions
            .iter()
            .for_each(|question| self.send_everywhere(question));
        self.outbox.extend(failed);
    }
}
