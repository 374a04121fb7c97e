//! Our claim to a name: probing, announcing, and what becomes of it when others have the name too (RFC 6762 §8 and §9).

use std::time::{Duration, Instant};

use super::Discovery;
use super::station::Phase;
use crate::net::Report;
use crate::net::entropy;
use crate::net::mdns::TxtPairs;
use crate::net::message::{self, Place};
use crate::net::sightings;
use crate::wire::jid::Jid;

/// Probes, and the gap between them (RFC 6762 §8.1).
const PROBES: u8 = 3;
const PROBE_GAP: Duration = Duration::from_millis(250);
/// Whoever loses against a simultaneous probe waits that long and probes again (RFC 6762 §8.2).
const PROBE_LOST: Duration = Duration::from_secs(1);
/// Records are not announced more often than that (RFC 6762 §6: a second; mdns-sd drops what comes sooner, so an update
/// that flips back within it would be lost).
const ANNOUNCE_GAP: Duration = Duration::from_millis(1200);

/// The host name for our address records: of this computer, but ours alone.
///
/// Not `<host>.local`: that belongs to avahi-daemon or whoever else runs here, and two responders that answer for one
/// name with different sets of addresses fight over it. Two of ours on one computer differ by the same token: each
/// publishes one address an interface, and may choose different ones. Random, because machines that were cloned share
/// their name.
pub(in crate::net) fn host_name(host: &str) -> String {
    let host = host.split('.').next().unwrap_or_default();
    let mut label: String = host
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(48)
        .collect();
    label = label.trim_matches('-').to_ascii_lowercase();
    if label.is_empty() {
        "balcony".clone_into(&mut label);
    }
    let token = uuid::Uuid::new_v4().simple().to_string();
    format!("{label}-{}.local.", token.get(..8).unwrap_or("0"))
}

/// Our own name is asked for at most that often, however many newcomers are heard.
const NAME_ASKED_GAP: Duration = Duration::from_secs(5);

/// What we want to publish.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) jid: Jid,
    pub(super) port: u16,
    pub(super) place: Place,
    pub(super) txt: TxtPairs,
    pub(super) told: bool,
}

impl Discovery {
    pub(super) fn advertise(&mut self, jid: Jid, port: u16, txt: TxtPairs, now: Instant) {
        if sightings::is_unaskable(jid.as_str()) {
            return self.trouble(format!(
                "the name {jid} cannot be published: other programs cannot look up a name with a dot or backslash in it"
            ));
        }
        if let Some(claim) = &mut self.claim
            && claim.jid == jid
            && claim.port == port
        {
            claim.txt = txt;
            self.announce_soon(now);
            return self.tick(now);
        }
        self.withdraw(now);
        let Some(place) = Place::new(&self.host, port) else {
            return self.trouble(format!("{} is no host name", self.host));
        };
        self.peers.set_own(Some(jid.clone()));
        self.claim = Some(Claim {
            jid,
            port,
            place,
            txt,
            told: false,
        });
        for station in self.stations.values_mut() {
            station.phase = Phase::Probing { sent: 0, next: now };
        }
        self.tick(now);
    }

    /// Goodbye, on every interface.
    pub(super) fn withdraw(&mut self, now: Instant) {
        self.claim = None;
        self.announce_due = None;
        self.announce_again = None;
        self.peers.set_own(None);
        if let Some(goodbye) = self.pictures.goodbye() {
            self.send_where_published(&goodbye);
        }
        for station in self.stations.values_mut() {
            station.withdraw(now);
        }
    }

    /// Somebody else has our name.
    pub(super) fn name_taken(&mut self, now: Instant) {
        if let Some(claim) = &self.claim {
            let jid = claim.jid.clone();
            tracing::info!(%jid, "the name is taken");
            self.withdraw(now);
            self.given_up = Some(jid.clone());
            self.report(Report::NameTaken { jid });
        }
    }

    pub(super) fn probe(&mut self, now: Instant) {
        let Some(claim) = self.claim.clone() else {
            return;
        };
        let mut ready = Vec::new();
        for (link, station) in &mut self.stations {
            let Phase::Probing { sent, next } = station.phase else {
                continue;
            };
            if now < next {
                continue;
            }
            if sent == PROBES {
                station.phase = Phase::Published;
                ready.push(*link);
                continue;
            }
            if let (Some(multicast), Some(probe)) = (
                &station.multicast,
                message::probe(claim.jid.as_str(), &claim.place, &claim.txt),
            ) {
                multicast.send(&probe);
            }
            station.phase = Phase::Probing {
                sent: sent + 1,
                next: now + PROBE_GAP,
            };
        }
        if !ready.is_empty() {
            entropy::gather();
            self.announce(&ready, now);
            if !self.was_told() {
                self.report(Report::Advertised { jid: claim.jid });
            }
        }
    }

    /// Was the node told that we are published? From now on it was.
    pub(super) fn was_told(&mut self) -> bool {
        self.claim
            .as_mut()
            .is_none_or(|claim| std::mem::replace(&mut claim.told, true))
    }

    /// Publishes the claim as it is now on these interfaces.
    pub(super) fn announce(&mut self, links: &[u32], now: Instant) {
        let Some(claim) = &self.claim else { return };
        let picture = self.pictures.announcement();
        let mut failed = None;
        for link in links {
            let Some(station) = self.stations.get_mut(link) else {
                continue;
            };
            if let Err(error) = station.publish(claim, &self.host, now) {
                failed = Some(format!(
                    "we could not be published on {}: {error}",
                    station.used.name
                ));
            }
            if let (Some(multicast), Some(picture)) = (&station.multicast, &picture) {
                multicast.send(picture);
            }
        }
        self.announced = Some(now);
        if claim
            .jid
            .as_str()
            .contains(|c: char| c.is_ascii_uppercase())
        {
            self.announce_again = Some(now + ANNOUNCE_GAP);
        }
        if let Some(failed) = failed {
            self.trouble(failed);
        }
    }

    /// Announces where we are published, as soon as that may be done again.
    pub(super) fn announce_soon(&mut self, now: Instant) {
        let earliest = self
            .announced
            .map_or(now, |announced| announced + ANNOUNCE_GAP);
        self.announce_due.get_or_insert(earliest.max(now));
    }

    /// Does this name and place belong to somebody else while we claim the name?
    pub(super) fn rival<'a>(&self, instance: &str, place: &'a Place) -> Option<(&'a Place, Place)> {
        let claim = self.claim.as_ref()?;
        let rival =
            claim.jid.as_str().eq_ignore_ascii_case(instance) && !place.same_host(&claim.place);
        rival.then(|| (place, claim.place.clone()))
    }

    /// Somebody else answers for our name. While we probe, it is theirs. If both believe to own it (two networks were
    /// joined), the greater record keeps it (RFC 6762 §9), and says so.
    pub(super) fn rival_owner(&mut self, instance: &str, place: &Place, link: u32, now: Instant) {
        let Some((theirs, ours)) = self.rival(instance, place) else {
            return;
        };
        let published = self
            .stations
            .get(&link)
            .is_some_and(|station| station.phase == Phase::Published);
        if !published || !ours.wins_over(theirs) {
            return self.name_taken(now);
        }
        self.insist(now);
    }

    /// Announces soon, and once more: mdns-sd says each thing twice, and drops what comes within a second of that.
    fn insist(&mut self, now: Instant) {
        self.announce_soon(now);
        self.announce_again = self.announce_due.map(|due| due + ANNOUNCE_GAP);
    }

    /// Somebody is heard who was not heard before. Perhaps two networks became one, and our name is somebody else's there,
    /// too. Nobody would say so for as long as records live, so our own name is asked for: soon, but not often.
    pub(super) fn doubt_name(&mut self, now: Instant) {
        // While we probe we ask anyhow; and in a crowd everybody's records are asked for, one by one, and all hear the answers.
        let sure = self.claim.as_ref().is_none_or(|claim| !claim.told)
            || self.stations.values().any(|station| station.crowd.leads());
        if sure || self.name_due.is_some() {
            return;
        }
        let earliest = self
            .name_asked
            .map_or(now + PROBE_GAP, |asked| asked + NAME_ASKED_GAP);
        self.name_due = Some(earliest.max(now));
    }

    /// Asks who has our name; whoever does besides us answers, and then [`Discovery::rival_owner`] decides.
    pub(super) fn ask_for_name(&mut self, now: Instant) {
        self.name_asked = Some(now);
        let question = self
            .claim
            .as_ref()
            .and_then(|claim| message::ask_instance(claim.jid.as_str()));
        if let Some(question) = question {
            self.send_where_published(&question);
        }
    }

    /// Somebody said goodbye to our name: a rival that gave way. Whoever believed it must hear that the name lives.
    pub(super) fn spoken_for(&mut self, instance: &str, now: Instant) {
        let ours = self
            .claim
            .as_ref()
            .is_some_and(|claim| claim.jid.as_str().eq_ignore_ascii_case(instance));
        if ours {
            self.insist(now);
        }
    }

    /// Somebody probes for our name while we do, too: the lesser record waits and probes again (RFC 6762 §8.2). If the
    /// name is ours already, whoever answers for us defends it.
    pub(super) fn rival_probe(&mut self, instance: &str, place: &Place, link: u32, now: Instant) {
        let Some((theirs, ours)) = self.rival(instance, place) else {
            return;
        };
        if let Some(station) = self.stations.get_mut(&link)
            && let Phase::Probing { .. } = station.phase
            && theirs.wins_over(&ours)
        {
            station.phase = Phase::Probing {
                sent: 0,
                next: now + PROBE_LOST,
            };
        }
    }
}
