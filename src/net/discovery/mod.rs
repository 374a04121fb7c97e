//! The task that keeps us findable and finds the others (XEP-0174 §3–7, RFC 6762): one [`Station`] an interface, our
//! claim to a name, the peers seen, pictures. Everything that must wait is a deadline here, so that an idle network
//! costs nothing.

mod claim;
mod crowd;
mod heard;
mod lookup;
mod publisher;
mod station;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::connections::Connections;
use super::link_watch::LinkWatch;
use super::mdns::Browsed;
use super::message;
use super::multicast::{self, Overheard};
use super::null_record::Pictures;
use super::sightings::Sightings;
use super::{Report, Request};
use crate::event::Interface;
use crate::model::settings::InterfaceChoice;
use crate::wire::jid::Jid;
use claim::Claim;
pub(super) use claim::host_name;
use heard::UNASKABLE_REFRESH;
use lookup::Lookup;
use station::{Phase, Station};

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
                Some(Ask::Host { host, answer }) => discovery.look_up(&host, answer, Instant::now()),
                Some(Ask::Leave(done)) => {
                    discovery.leave().await;
                    let _ = done.send(());
                    return;
                }
                None => return discovery.leave().await,
            },
            () = changed(watch.as_ref()) => discovery.interfaces_changed(Instant::now()),
            Some(overheard) = overheard.recv() => discovery.overheard(overheard, Instant::now()),
            Some(browsed) = browsed.recv() => discovery.browsed(browsed, Instant::now()),
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
    /// The name that somebody else was found to have.
    given_up: Option<Jid>,
    peers: Sightings,
    pictures: Pictures,
    verifying: BTreeMap<Jid, Instant>,
    lookups: Vec<Lookup>,
    outbox: VecDeque<Report>,
    /// When records were last announced, and when to do so next.
    announced: Option<Instant>,
    announce_due: Option<Instant>,
    announce_again: Option<Instant>,
    look_due: Option<Instant>,
    check_until: Option<Instant>,
    unaskable_due: Option<Instant>,
    ring_due: Option<Instant>,
    ask_due: Option<Instant>,
    /// When our own name was last asked for, and when to do so next.
    name_asked: Option<Instant>,
    name_due: Option<Instant>,
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
            given_up: None,
            peers: Sightings::default(),
            pictures: Pictures::default(),
            verifying: BTreeMap::new(),
            lookups: Vec::new(),
            outbox: VecDeque::new(),
            announced: None,
            announce_due: None,
            announce_again: None,
            look_due: None,
            check_until: None,
            unaskable_due: None,
            ring_due: None,
            ask_due: None,
            name_asked: None,
            name_due: None,
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
            Request::Withdraw => self.withdraw(now),
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
            .chain(self.stations.values().filter_map(|it| it.crowd.next()))
            .chain(self.stations.values().filter_map(|it| it.publisher.next()))
            .chain(self.lookups.iter().map(Lookup::next))
            .chain(self.pictures.next())
            .chain(
                [
                    self.announce_due,
                    self.announce_again,
                    self.look_due,
                    self.check_until,
                    self.unaskable_due,
                    self.ring_due,
                    self.ask_due,
                    self.name_due,
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
            self.stations.values().for_each(Station::announce_again);
            self.announced = Some(now);
        }
        if passed(&mut self.look_due, now) {
            self.look_at_interfaces(now);
        }
        if passed(&mut self.check_until, now) {
            for daemon in self
                .stations
                .values()
                .filter_map(|station| station.publisher.daemon())
            {
                daemon.refresh_addresses(false);
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
                .for_each(|question| self.send_where_few(question));
            if !questions.is_empty() {
                self.unaskable_due = Some(now + UNASKABLE_REFRESH);
            }
        }
        if passed(&mut self.ring_due, now) {
            self.refresh_ring(now);
        }
        self.tend_crowds(now);
        for station in self.stations.values_mut() {
            station.answer_due(now);
        }
        self.tend_lookups(now);
        if passed(&mut self.ask_due, now) {
            self.ask_where_few();
        }
        if passed(&mut self.name_due, now) {
            self.ask_for_name(now);
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
}

/// Is the deadline over? Then it is cleared.
fn passed(deadline: &mut Option<Instant>, now: Instant) -> bool {
    deadline.take_if(|deadline| now >= *deadline).is_some()
}
