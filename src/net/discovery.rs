//! The task that keeps us findable and finds the others (XEP-0174 §3–7, RFC 6762): one [`Station`] an interface, our
//! claim to a name, the peers seen, pictures. Everything that must wait is a deadline here, so that an idle network
//! costs nothing.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::connections::{Connections, Surroundings};
use super::interfaces::{self, Used};
use super::link_watch::LinkWatch;
use super::mdns::{Browsed, Responder, TxtPairs};
use super::message::{self, Heard, Place};
use super::multicast::{self, Multicast, Overheard};
use super::null_record::Pictures;
use super::sightings::{self, Sightings, same_name};
use super::{Report, Request};
use crate::event::Interface;
use crate::model::settings::InterfaceChoice;
use crate::wire::jid::Jid;

/// Probes, and the gap between them (RFC 6762 §8.1).
const PROBES: u8 = 3;
const PROBE_GAP: Duration = Duration::from_millis(250);
/// Whoever loses against a simultaneous probe waits that long and probes again (RFC 6762 §8.2).
const PROBE_LOST: Duration = Duration::from_secs(1);
/// Records are not announced more often than that (RFC 6762 §6: a second; mdns-sd drops what comes sooner, so an update
/// that flips back within it would be lost).
const ANNOUNCE_GAP: Duration = Duration::from_millis(1200);
/// How long a peer has to confirm its records.
const VERIFY: Duration = Duration::from_secs(3);
/// Bursts of interface changes are looked at once.
const SETTLE: Duration = Duration::from_millis(100);
/// How long mdns-sd needs to notice that an address is gone: it looks once a second when told to.
const ADDRESS_CHECK: Duration = Duration::from_millis(2500);
/// Names that mdns-sd cannot ask for are asked for here, before the 120 s of their SRV record are over.
const UNASKABLE_REFRESH: Duration = Duration::from_secs(90);

/// What [`super::lan::Lan`] asks of discovery.
#[derive(Debug)]
pub(super) enum Ask {
    /// One of the requests that concern discovery.
    Request(Request),
    /// The addresses of a `.local` host, with port 0; none after 1.5 s.
    Host {
        /// The name.
        host: String,
        /// Where to tell them.
        answer: oneshot::Sender<Vec<SocketAddr>>,
    },
    /// Say goodbye everywhere and end.
    Leave(oneshot::Sender<()>),
}

/// The host name for our address records: of this computer, but ours alone.
///
/// Not `<host>.local`: that belongs to avahi-daemon or whoever else runs here, and two responders that answer for one
/// name with different sets of addresses fight over it. Two of ours on one computer differ by the same token: each
/// publishes one address an interface, and may choose different ones. Random, because machines that were cloned share
/// their name.
pub(super) fn host_name(host: &str) -> String {
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

/// Runs until told to leave, or until nobody listens.
pub(super) async fn run(
    host: String,
    choice: InterfaceChoice,
    connections: Connections,
    mut asked: mpsc::UnboundedReceiver<Ask>,
    reports: mpsc::Sender<Report>,
) {
    let (browsed_to, mut browsed) = mpsc::channel(1024);
    let (overheard_to, mut overheard) = mpsc::channel(1024);
    let mut discovery = Discovery::new(host, choice, connections, browsed_to, overheard_to);
    let watch = LinkWatch::new()
        .inspect_err(|error| {
            discovery.trouble(format!("changes of the network are not noticed: {error}"))
        })
        .ok();
    discovery.look_at_interfaces(Instant::now());
    loop {
        let deadline = discovery
            .next_deadline()
            .map(tokio::time::Instant::from_std);
        tokio::select! {
            biased;
            ask = asked.recv() => match ask {
                Some(Ask::Request(request)) => discovery.perform(request, Instant::now()),
                Some(Ask::Host { host, answer }) => discovery.look_up(&host, answer),
                Some(Ask::Leave(done)) => {
                    discovery.leave().await;
                    let _ = done.send(());
                    return;
                }
                None => return discovery.leave().await,
            },
            () = changed(watch.as_ref()) => discovery.interfaces_changed(Instant::now()),
            Some(overheard) = overheard.recv() => discovery.overheard(overheard, Instant::now()),
            Some(browsed) = browsed.recv() => discovery.browsed(browsed),
            permit = reports.reserve(), if discovery.has_report() => match permit {
                Ok(permit) => if let Some(report) = discovery.next_report() {
                    permit.send(report);
                },
                Err(_) => return discovery.leave().await,
            },
            () = sleep_until(deadline) => discovery.tick(Instant::now()),
        }
    }
}

async fn changed(watch: Option<&LinkWatch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Everything on one interface.
#[derive(Debug)]
struct Station {
    used: Used,
    responder: Option<Responder>,
    multicast: Option<Multicast>,
    phase: Phase,
}

/// How far our claim to the name is on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing to claim.
    Idle,
    /// So many probes are out; the next, or the end of probing, is due then.
    Probing { sent: u8, next: Instant },
    /// Ours, and announced.
    Published,
}

/// What we want to publish.
#[derive(Clone, Debug)]
struct Claim {
    jid: Jid,
    port: u16,
    place: Place,
    txt: TxtPairs,
    told: bool,
}

struct Discovery {
    host: String,
    choice: InterfaceChoice,
    connections: Connections,
    browsed_to: mpsc::Sender<Browsed>,
    overheard_to: mpsc::Sender<Overheard>,
    datagram: multicast::Scratch,
    stations: BTreeMap<u32, Station>,
    interfaces: Vec<Interface>,
    claim: Option<Claim>,
    peers: Sightings,
    pictures: Pictures,
    verifying: BTreeMap<Jid, Instant>,
    outbox: VecDeque<Report>,
    /// When records were last announced, and when to do so next.
    announced: Option<Instant>,
    announce_due: Option<Instant>,
    announce_again: Option<Instant>,
    look_due: Option<Instant>,
    check_until: Option<Instant>,
    unaskable_due: Option<Instant>,
}

impl Discovery {
    fn new(
        host: String,
        choice: InterfaceChoice,
        connections: Connections,
        browsed_to: mpsc::Sender<Browsed>,
        overheard_to: mpsc::Sender<Overheard>,
    ) -> Discovery {
        Discovery {
            host,
            choice,
            connections,
            browsed_to,
            overheard_to,
            datagram: multicast::scratch(),
            stations: BTreeMap::new(),
            interfaces: Vec::new(),
            claim: None,
            peers: Sightings::default(),
            pictures: Pictures::default(),
            verifying: BTreeMap::new(),
            outbox: VecDeque::new(),
            announced: None,
            announce_due: None,
            announce_again: None,
            look_due: None,
            check_until: None,
            unaskable_due: None,
        }
    }

    fn report(&mut self, report: Report) {
        self.outbox.push_back(report);
    }

    fn trouble(&mut self, message: String) {
        tracing::warn!("{message}");
        self.report(Report::Trouble { message });
    }

    fn has_report(&self) -> bool {
        self.peers.has_due() || !self.outbox.is_empty()
    }

    fn next_report(&mut self) -> Option<Report> {
        // In this order a name that is taken is told before the peer that has it.
        self.outbox.pop_front().or_else(|| self.peers.next_report())
    }

    fn perform(&mut self, request: Request, now: Instant) {
        match request {
            Request::Advertise { jid, port, advert } => {
                self.advertise(jid, port, advert.to_txt(), now)
            }
            Request::Withdraw => self.withdraw(),
            Request::Verify { jid } => self.verify(jid, now),
            Request::ServeAvatar { jid, image } => match self.pictures.set_own(jid, image) {
                Ok(datagrams) => datagrams
                    .iter()
                    .for_each(|datagram| self.send_where_published(datagram)),
                Err(message) => self.trouble(message),
            },
            Request::FetchAvatar { jid, sha1 } => {
                let refused = self.pictures.fetch(jid, sha1, now);
                self.outbox.extend(refused);
                self.ask_for_pictures(now);
            }
            Request::CancelAvatar { jid } => self.pictures.cancel(&jid, now),
            Request::Interfaces { choice } => {
                self.choice = choice;
                self.look_at_interfaces(now);
            }
            // The others concern connections and do not come here.
            _ => {}
        }
    }

    // ---- our own name -------------------------------------------------------------------------------------------

    fn advertise(&mut self, jid: Jid, port: u16, txt: TxtPairs, now: Instant) {
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
        self.withdraw();
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
    fn withdraw(&mut self) {
        self.claim = None;
        self.announce_due = None;
        self.announce_again = None;
        self.peers.set_own(None);
        if let Some(goodbye) = self.pictures.goodbye() {
            self.send_where_published(&goodbye);
        }
        for station in self.stations.values_mut() {
            station.phase = Phase::Idle;
            if let Some(responder) = &mut station.responder {
                // The daemon sends it in its own time; only leaving has to wait for it.
                drop(responder.withdraw());
            }
        }
    }

    /// Somebody else has our name.
    fn name_taken(&mut self) {
        if let Some(claim) = &self.claim {
            let jid = claim.jid.clone();
            tracing::info!(%jid, "the name is taken");
            self.withdraw();
            self.report(Report::NameTaken { jid });
        }
    }

    fn probe(&mut self, now: Instant) {
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
            self.announce(&ready, now);
            if !self.was_told() {
                self.report(Report::Advertised { jid: claim.jid });
            }
        }
    }

    /// Was the node told that we are published? From now on it was.
    fn was_told(&mut self) -> bool {
        self.claim
            .as_mut()
            .is_none_or(|claim| std::mem::replace(&mut claim.told, true))
    }

    /// Publishes the claim as it is now on these interfaces.
    fn announce(&mut self, links: &[u32], now: Instant) {
        let Some(claim) = &self.claim else { return };
        let picture = self.pictures.announcement();
        let mut failed = None;
        for link in links {
            let Some(station) = self.stations.get_mut(link) else {
                continue;
            };
            if let Some(responder) = &mut station.responder
                && let Err(error) = responder.publish(
                    &claim.jid,
                    &self.host,
                    claim.port,
                    &station.used,
                    &claim.txt,
                )
            {
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

    fn published(&self) -> Vec<u32> {
        let published = self
            .stations
            .iter()
            .filter(|(_, station)| station.phase == Phase::Published);
        published.map(|(link, _)| *link).collect()
    }

    fn send_where_published(&self, datagram: &[u8]) {
        for station in self
            .stations
            .values()
            .filter(|station| station.phase == Phase::Published)
        {
            if let Some(multicast) = &station.multicast {
                multicast.send(datagram);
            }
        }
    }

    fn send_everywhere(&self, datagram: &[u8]) {
        for multicast in self
            .stations
            .values()
            .filter_map(|station| station.multicast.as_ref())
        {
            multicast.send(datagram);
        }
    }

    // ---- what is heard ------------------------------------------------------------------------------------------

    fn overheard(&mut self, overheard: Overheard, now: Instant) {
        for heard in overheard.heard {
            self.heard(heard, overheard.link, now);
        }
    }

    fn heard(&mut self, heard: Heard, link: u32, now: Instant) {
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
            Heard::Offered { instance } => self.peers.offered(&instance, link),
            Heard::Goodbye { instance } => {
                self.peers.said_goodbye(&instance, link);
                self.spoken_for(&instance, now);
            }
            Heard::Owner { instance, place } => {
                self.confirmed(&instance);
                self.rival_owner(&instance, &place, link, now);
            }
            Heard::Probe { instance, place } => self.rival_probe(&instance, &place, link, now),
        }
    }

    /// Does this name and place belong to somebody else while we claim the name?
    fn rival<'a>(&self, instance: &str, place: &'a Place) -> Option<(&'a Place, Place)> {
        let claim = self.claim.as_ref()?;
        let rival =
            claim.jid.as_str().eq_ignore_ascii_case(instance) && !place.same_host(&claim.place);
        rival.then(|| (place, claim.place.clone()))
    }

    /// Somebody else answers for our name. While we probe, it is theirs. If both believe to own it (two networks were
    /// joined), the greater record keeps it (RFC 6762 §9), and says so.
    fn rival_owner(&mut self, instance: &str, place: &Place, link: u32, now: Instant) {
        let Some((theirs, ours)) = self.rival(instance, place) else {
            return;
        };
        let published = self
            .stations
            .get(&link)
            .is_some_and(|station| station.phase == Phase::Published);
        if !published || !ours.wins_over(theirs) {
            return self.name_taken();
        }
        self.announce_soon(now);
    }

    /// Somebody said goodbye to our name: a rival that gave way. Whoever believed it must hear that the name lives.
    fn spoken_for(&mut self, instance: &str, now: Instant) {
        let ours = self
            .claim
            .as_ref()
            .is_some_and(|claim| claim.jid.as_str().eq_ignore_ascii_case(instance));
        if ours {
            self.announce_soon(now);
        }
    }

    /// Announces where we are published, as soon as that may be done again.
    fn announce_soon(&mut self, now: Instant) {
        let earliest = self
            .announced
            .map_or(now, |announced| announced + ANNOUNCE_GAP);
        self.announce_due.get_or_insert(earliest.max(now));
    }

    /// Somebody probes for our name while we do, too: the lesser record waits and probes again (RFC 6762 §8.2). If the
    /// name is ours already, mdns-sd defends it.
    fn rival_probe(&mut self, instance: &str, place: &Place, link: u32, now: Instant) {
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

    fn browsed(&mut self, browsed: Browsed) {
        match browsed {
            Browsed::Found { link, jid } => {
                if sightings::is_unaskable(jid.as_str()) {
                    self.ask_instance(&jid, link);
                    self.unaskable_due
                        .get_or_insert(Instant::now() + UNASKABLE_REFRESH);
                }
            }
            Browsed::Resolved { link, jid, seen } => {
                // A station that is gone may still have spoken.
                if !self.stations.contains_key(&link) {
                    return;
                }
                let ours = self
                    .claim
                    .as_ref()
                    .is_some_and(|claim| same_name(&claim.jid, &jid));
                if ours && seen.host.eq_ignore_ascii_case(&self.host) {
                    return;
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

    fn ask_instance(&self, jid: &Jid, link: u32) {
        if let Some(multicast) = self
            .stations
            .get(&link)
            .and_then(|station| station.multicast.as_ref())
            && let Some(question) = message::ask_instance(jid.as_str())
        {
            multicast.send(&question);
        }
    }

    // ---- are they still there? ----------------------------------------------------------------------------------

    fn verify(&mut self, jid: Jid, now: Instant) {
        if !self.peers.is_here(&jid) {
            return self.report(Report::Verified { jid, alive: false });
        }
        for station in self.stations.values() {
            if let Some(responder) = &station.responder {
                responder.verify(&jid, VERIFY);
            }
        }
        if sightings::is_unaskable(jid.as_str())
            && let Some(question) = message::ask_instance(jid.as_str())
        {
            self.send_everywhere(&question);
        }
        // mdns-sd forgets it when its patience ends; a moment more for that to arrive.
        self.verifying
            .insert(jid, now + VERIFY + Duration::from_millis(300));
    }

    fn confirmed(&mut self, instance: &str) {
        let Ok(jid) = Jid::new(instance) else { return };
        if self.verifying.remove(&jid).is_some() {
            self.report(Report::Verified { jid, alive: true });
        }
    }

    // ---- deadlines ----------------------------------------------------------------------------------------------

    fn next_deadline(&self) -> Option<Instant> {
        let probing = self
            .stations
            .values()
            .filter_map(|station| match station.phase {
                Phase::Probing { next, .. } => Some(next),
                _ => None,
            });
        probing
            .chain(self.verifying.values().copied())
            .chain(self.pictures.next())
            .chain(
                [
                    self.announce_due,
                    self.announce_again,
                    self.look_due,
                    self.check_until,
                    self.unaskable_due,
                ]
                .into_iter()
                .flatten(),
            )
            .min()
    }

    fn tick(&mut self, now: Instant) {
        self.probe(now);
        if passed(&mut self.announce_due, now) {
            let links = self.published();
            self.announce(&links, now);
        }
        if passed(&mut self.announce_again, now) {
            for responder in self
                .stations
                .values()
                .filter_map(|station| station.responder.as_ref())
            {
                responder.announce_again();
            }
            self.announced = Some(now);
        }
        if passed(&mut self.look_due, now) {
            self.look_at_interfaces(now);
        }
        if passed(&mut self.check_until, now) {
            for responder in self
                .stations
                .values()
                .filter_map(|station| station.responder.as_ref())
            {
                responder.refresh_addresses(false);
            }
        }
        if passed(&mut self.unaskable_due, now) {
            let questions: Vec<_> = self
                .peers
                .unaskable()
                .filter_map(|jid| message::ask_instance(jid.as_str()))
                .collect();
            questions
                .iter()
                .for_each(|question| self.send_everywhere(question));
            if !questions.is_empty() {
                self.unaskable_due = Some(now + UNASKABLE_REFRESH);
            }
        }
        self.ask_for_pictures(now);
        let unanswered: Vec<Jid> = self
            .verifying
            .iter()
            .filter(|(_, until)| now >= **until)
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in unanswered {
            self.verifying.remove(&jid);
            let alive = self.peers.is_here(&jid);
            self.report(Report::Verified { jid, alive });
        }
    }

    fn ask_for_pictures(&mut self, now: Instant) {
        let (questions, failed) = self.pictures.due(now);
        questions
            .iter()
            .for_each(|question| self.send_everywhere(question));
        self.outbox.extend(failed);
    }

    fn look_up(&self, host: &str, answer: oneshot::Sender<Vec<SocketAddr>>) {
        let lookups: Vec<_> = self
            .stations
            .values()
            .filter_map(|station| station.responder.as_ref())
            .map(|responder| tokio::spawn(responder.resolve_host(host)))
            .collect();
        tokio::spawn(async move {
            let mut found = Vec::new();
            for lookup in lookups {
                found.extend(lookup.await.unwrap_or_default());
            }
            let _ = answer.send(found);
        });
    }

    // ---- interfaces ---------------------------------------------------------------------------------------------

    fn interfaces_changed(&mut self, now: Instant) {
        self.look_due.get_or_insert(now + SETTLE);
    }

    /// Takes up interfaces that came, leaves those that went, follows addresses that changed.
    fn look_at_interfaces(&mut self, now: Instant) {
        let links = match interfaces::list() {
            Ok(links) => links,
            Err(error) => {
                return self.trouble(format!("the network interfaces cannot be listed: {error}"));
            }
        };
        let judged = interfaces::judge(&links, &self.choice);
        let before: Vec<Used> = self
            .stations
            .values()
            .map(|station| station.used.clone())
            .collect();
        let used = interfaces::used(&links, &judged, &before);
        self.connections.set_surroundings(Surroundings {
            links,
            used: used.clone(),
        });
        let gone: Vec<u32> = self
            .stations
            .values()
            .filter(|station| {
                !used
                    .iter()
                    .any(|used| used.index == station.used.index && used.name == station.used.name)
            })
            .map(|station| station.used.index)
            .collect();
        gone.into_iter().for_each(|link| self.close_station(link));
        for used in used {
            match self.stations.get(&used.index) {
                None => self.open_station(used, now),
                Some(station) if station.used != used => self.move_station(used, now),
                Some(_) => {}
            }
        }
        if judged != self.interfaces {
            self.interfaces.clone_from(&judged);
            self.report(Report::Interfaces(judged));
        }
        self.tick(now);
    }

    fn open_station(&mut self, used: Used, now: Instant) {
        let responder = Responder::start(&used, self.browsed_to.clone())
            .inspect_err(|error| {
                self.trouble(format!("mDNS does not work on {}: {error}", used.name))
            })
            .ok();
        let multicast = Multicast::join(&used, &self.datagram, &self.overheard_to)
            .inspect_err(|error| {
                self.trouble(format!(
                    "multicast does not work on {}: {error}. If another program holds UDP port 5353 for itself alone, end it",
                    used.name
                ));
            })
            .ok();
        let phase = match &self.claim {
            Some(_) => Phase::Probing { sent: 0, next: now },
            None => Phase::Idle,
        };
        self.stations.insert(
            used.index,
            Station {
                used,
                responder,
                multicast,
                phase,
            },
        );
    }

    fn close_station(&mut self, link: u32) {
        self.peers.link_lost(link);
        if let Some(station) = self.stations.remove(&link)
            && let Some(responder) = station.responder
        {
            tokio::spawn(responder.stop());
        }
    }

    /// The addresses of an interface changed: the same name, told anew.
    fn move_station(&mut self, used: Used, now: Instant) {
        let link = used.index;
        let multicast = Multicast::join(&used, &self.datagram, &self.overheard_to);
        let Some(station) = self.stations.get_mut(&link) else {
            return;
        };
        if let Ok(multicast) = multicast {
            station.multicast = Some(multicast);
        }
        let before = std::mem::replace(&mut station.used, used);
        if station.phase == Phase::Published
            && let Some(multicast) = &station.multicast
            && let Some(goodbye) =
                message::withdraw_addresses(&self.host, &before.lost(&station.used))
        {
            multicast.send(&goodbye);
        }
        if let Some(responder) = &station.responder {
            responder.refresh_addresses(true);
        }
        self.check_until = Some(now + ADDRESS_CHECK);
        if station.phase == Phase::Published {
            self.announce_due = Some(now);
        }
    }

    /// Goodbye, and the end of all daemons.
    async fn leave(&mut self) {
        if let Some(goodbye) = self.pictures.goodbye() {
            self.send_where_published(&goodbye);
        }
        let mut goodbyes = tokio::task::JoinSet::new();
        for mut station in std::mem::take(&mut self.stations).into_values() {
            let Some(mut responder) = station.responder.take() else {
                continue;
            };
            let published = station.phase == Phase::Published;
            goodbyes.spawn(async move {
                responder.withdraw().await;
                if published {
                    // mdns-sd says it a second time 120 ms later, for whoever missed the first.
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                responder.stop().await;
            });
        }
        while goodbyes.join_next().await.is_some() {}
    }
}

/// Is the deadline over? Then it is cleared.
fn passed(deadline: &mut Option<Instant>, now: Instant) -> bool {
    deadline.take_if(|deadline| now >= *deadline).is_some()
}
