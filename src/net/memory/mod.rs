//! A pretend LAN: mDNS/DNS-SD and TCP for hundreds of nodes in one process, with virtual time, faults and a seed. It
//! answers the same [`Request`]s with the same [`Report`]s as the real network.
//!
//! The grammar of [`Lan`]:
//! - **Inputs**: [`Lan::perform`] with what a node asks for; [`Lan::inflict`] and [`Lan::schedule`] with faults.
//! - **Output**: [`Lan::poll`], the next report in order of time, up to a moment that the caller chooses;
//!   [`Lan::next_time`] says when something will happen.
//!
//! Equal seeds and equal inputs give equal runs, byte for byte; [`Lan::trace_hash`] is the proof. What of mDNS is
//! there: probing with tie-break and defence (RFC 6762 §8), announcements and updates at most once a second (§8.3–8.4),
//! goodbyes with their second of grace (§10.1), time to live with refreshment (§5.2), late conflicts (§9), queries of
//! who joins late (§6). Of TCP: the handshake, windows, back-pressure, loss as delay, splitting and joining of writes,
//! FIN and RST, keep-alive, connections that only one side remembers.

mod cache;
mod dial;
mod faults;
mod host;
mod inquiry;
mod pipe;
mod publish;
mod queue;
mod rng;
mod tcp;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::{Report, Request};
use crate::wire::key::PublicKey;
use crate::wire::time::Moment;
pub use faults::{Fault, Weather};
use host::Host;
pub use host::{Link, socket as socket_of};
use queue::{Plan, Queue};
pub use rng::Rng;

/// A machine on the pretend LAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub usize);

/// An instance name, numbered: names that differ only in ASCII case are one (RFC 6762 §16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct NameId(usize);

/// The pretend LAN. See the module's documentation for its grammar.
#[derive(Debug)]
pub struct Lan {
    now: Moment,
    rng: Rng,
    queue: Queue,
    ready: VecDeque<(HostId, Report)>,
    hosts: Vec<Host>,
    by_address: HashMap<IpAddr, Vec<HostId>>,
    names: HashMap<String, NameId>,
    /// Who publishes a name, or probes for it.
    holders: Vec<Vec<HostId>>,
    links: BTreeMap<u64, tcp::Link>,
    weather: Weather,
    /// The last number given out, for tickets, versions and links.
    numbers: u64,
    trace: u64,
    delivered: u64,
}

impl Lan {
    /// An empty LAN at moment 0 with the usual weather.
    pub fn new(seed: u64) -> Lan {
        Lan {
            now: Moment(0),
            rng: Rng::new(seed),
            queue: Queue::default(),
            ready: VecDeque::new(),
            hosts: Vec::new(),
            by_address: HashMap::new(),
            names: HashMap::new(),
            holders: Vec::new(),
            links: BTreeMap::new(),
            weather: Weather::default(),
            numbers: 0,
            trace: 0,
            delivered: 0,
        }
    }

    /// A new machine with an address of each family, plugged in and switched on, listening on port 5298. `name` is its
    /// DNS host name without `.local`.
    pub fn add_host(&mut self, now: Moment, name: &str) -> HostId {
        let number = u16::try_from(self.hosts.len() + 1).unwrap_or(u16::MAX);
        let [high, low] = number.to_be_bytes();
        let addresses = vec![
            IpAddr::V4(Ipv4Addr::new(10, 174, high, low)),
            IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0x174, number)),
        ];
        self.add_host_with(now, name, addresses)
    }

    /// The same with given addresses, which may be those of another host: two users on one machine. They then need
    /// different ports: see [`Lan::listen`].
    pub fn add_host_with(&mut self, now: Moment, name: &str, addresses: Vec<IpAddr>) -> HostId {
        self.now = self.now.max(now);
        let id = HostId(self.hosts.len());
        for address in &addresses {
            self.by_address.entry(*address).or_default().push(id);
        }
        self.hosts.push(Host::new(name.to_owned(), addresses));
        self.boot(id);
        id
    }

    /// From now on this host listens on this port, or on none.
    pub fn listen(&mut self, host: HostId, port: Option<u16>) {
        if let Some(host) = self.hosts.get_mut(host.0) {
            host.port = port;
        }
    }

    /// The key of this host's program: without one its handshakes fail.
    pub fn identify(&mut self, host: HostId, key: PublicKey) {
        if let Some(host) = self.hosts.get_mut(host.0) {
            host.key = Some(key);
        }
    }

    /// A host's addresses, best first.
    pub fn addresses(&self, host: HostId) -> &[IpAddr] {
        self.hosts
            .get(host.0)
            .map_or(&[], |host| host.addresses.as_slice())
    }

    /// Microseconds that a host's wall clock is wrong by; see [`Fault::ClockJump`].
    pub fn wall_error(&self, host: HostId) -> i64 {
        self.hosts.get(host.0).map_or(0, |host| host.wall_error)
    }

    /// Carries out what a node asks for. Answers come by [`Lan::poll`].
    pub fn perform(&mut self, now: Moment, host: HostId, request: Request) {
        self.now = self.now.max(now);
        if !self.hosts.get(host.0).is_some_and(|host| host.running) {
            return;
        }
        match request {
            Request::Advertise { jid, port, advert } => self.advertise(host, jid, port, *advert),
            Request::Withdraw => self.withdraw(host),
            Request::Verify { jid } => self.start_verify(host, &jid),
            Request::ServeAvatar { jid: _, image } => self.serve_picture(host, image),
            Request::FetchAvatar { jid, sha1 } => self.start_fetch(host, &jid, sha1),
            Request::CancelAvatar { jid } => self.cancel_fetch(host, &jid),
            Request::Interfaces { choice: _ } => self.report_interfaces(host),
            Request::Dial { conn, addresses } => self.dial(host, conn, addresses),
            Request::DialName { conn, address } => self.dial_name(host, conn, &address),
            Request::Write { conn, bytes } => self.write(host, conn, bytes),
            Request::StartTls { conn, client: _ } => self.start_tls(host, conn),
            Request::Pause { conn } => self.pause(host, conn),
            Request::Watch { conn, closely } => self.watch(host, conn, closely),
            Request::Resume { conn } => self.resume(host, conn),
            Request::Close { conn, flush } => self.close(host, conn, flush),
        }
    }

    /// The next report that is due by `until`, with its moment and whom it is for.
    pub fn poll(&mut self, until: Moment) -> Option<(Moment, HostId, Report)> {
        loop {
            if let Some((host, report)) = self.ready.pop_front() {
                self.note(host, &report);
                return Some((self.now, host, report));
            }
            let (at, plan) = self.queue.pop_until(until)?;
            self.now = self.now.max(at);
            self.carry_out(plan);
        }
    }

    /// When something will happen next, if ever.
    pub fn next_time(&self) -> Option<Moment> {
        if self.ready.is_empty() {
            self.queue.next_time()
        } else {
            Some(self.now)
        }
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// A hash of every report delivered so far, in order.
    pub fn trace_hash(&self) -> u64 {
        self.trace
    }

    /// How many reports were delivered.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Entries in all tables together: what must not grow with time.
    pub fn table_sizes(&self) -> usize {
        let of_host = |host: &Host| {
            host.cache.len()
                + host.verifying.len()
                + host.fetching.len()
                + host.dials.len()
                + host.conns.len()
        };
        self.hosts.iter().map(of_host).sum::<usize>() + self.links.len() + self.queue.len()
    }

    /// Connections that at least one side still knows.
    pub fn connections(&self) -> usize {
        self.links.len()
    }

    /// Whether this host has two open connections to one and the same other host.
    pub fn has_two_to_one(&self, host: HostId) -> bool {
        let mut others = std::collections::BTreeSet::new();
        self.links.values().any(|link| {
            let (one, two) = (&link.dialler, &link.listener);
            let other = match host {
                _ if one.gone || two.gone => return false,
                host if one.host == host => two.host,
                host if two.host == host => one.host,
                _ => return false,
            };
            !others.insert(other)
        })
    }

    fn carry_out(&mut self, plan: Plan) {
        match plan {
            Plan::Probe { host, ticket } => self.probe(host, ticket),
            Plan::HearProbe { to, from, ticket } => self.hear_probe(to, from, ticket),
            Plan::Defended { to, ticket } => self.defended(to, ticket),
            Plan::Announce {
                host,
                ticket,
                again,
            } => self.announce(host, ticket, again),
            Plan::Refresh { host, ticket } => self.refresh(host, ticket),
            Plan::Hear { to, life, record } => self.hear(to, life, &record),
            Plan::HearAnswer { to, life, from } => self.hear_answer(to, life, from),
            Plan::HearGoodbye {
                to,
                life,
                name,
                from,
            } => self.hear_goodbye(to, life, name, from),
            Plan::GoodbyeDue { host, name, ticket } => self.goodbye_due(host, name, ticket),
            Plan::Query { host, ticket, turn } => self.query(host, ticket, turn),
            Plan::Expire { host, ticket } => self.expire(host, ticket),
            Plan::Verify {
                host,
                name,
                ticket,
                turn,
            } => self.verify(host, name, ticket, turn),
            Plan::Confirm {
                host,
                name,
                ticket,
                from,
            } => self.confirm(host, name, ticket, from),
            Plan::Fetch {
                host,
                name,
                ticket,
                turn,
            } => self.fetch(host, name, ticket, turn),
            Plan::Picture {
                host,
                name,
                ticket,
                from,
            } => self.picture(host, name, ticket, from),
            Plan::Attempt {
                host,
                conn,
                ticket,
                turn,
            } => self.attempt(host, conn, ticket, turn),
            Plan::Syn {
                host,
                conn,
                ticket,
                to,
            } => self.syn(host, conn, ticket, to),
            Plan::Refused { host, conn, ticket } => self.refused(host, conn, ticket),
            Plan::DialDeadline { host, conn, ticket } => self.dial_deadline(host, conn, ticket),
            Plan::Arrive { link, side, epoch } => self.arrive(link, side, epoch),
            Plan::Dead { link, side, ticket } => self.dead(link, side, ticket),
            Plan::Forgotten { link, side } => self.forgotten(link, side),
            Plan::LingerOver { link, side } => self.linger_over(link, side),
            Plan::Fault(fault) => self.inflict(self.now, *fault),
        }
    }

    /// A machine comes up: it learns its interfaces and starts to browse.
    fn boot(&mut self, id: HostId) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        host.running = true;
        self.report_interfaces(id);
        self.start_browsing(id);
    }

    fn report_interfaces(&mut self, id: HostId) {
        if let Some(host) = self.hosts.get(id.0) {
            let interfaces = vec![host.interface()];
            self.tell(id, Report::Interfaces(interfaces));
        }
    }

    fn tell(&mut self, host: HostId, report: Report) {
        self.ready.push_back((host, report));
    }

    fn plan(&mut self, after: Duration, plan: Plan) {
        self.queue.push(self.now + after, plan);
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Can packets pass between these two now?
    fn reaches(&self, a: HostId, b: HostId) -> bool {
        match (self.hosts.get(a.0), self.hosts.get(b.0)) {
            (Some(a), Some(b)) => a.is_on() && b.is_on() && a.group == b.group,
            _ => false,
        }
    }

    fn life(&self, host: HostId) -> Option<u32> {
        self.hosts.get(host.0).map(|host| host.life)
    }

    fn name_id(&mut self, name: &str) -> NameId {
        let key = name.to_ascii_lowercase();
        if let Some(id) = self.names.get(&key) {
            return *id;
        }
        let id = NameId(self.holders.len());
        self.holders.push(Vec::new());
        self.names.insert(key, id);
        id
    }

    fn note(&mut self, host: HostId, report: &Report) {
        let mut hasher = DefaultHasher::new();
        (self.trace, self.now, host, std::mem::discriminant(report)).hash(&mut hasher);
        match report {
            Report::Seen(sighting) => {
                (
                    &sighting.jid,
                    sighting.port,
                    &sighting.addresses,
                    &sighting.advert.message,
                )
                    .hash(&mut hasher);
            }
            Report::Advertised { jid }
            | Report::NameTaken { jid }
            | Report::AvatarFailed { jid } => {
                jid.hash(&mut hasher);
            }
            Report::Gone { jid, goodbye: flag } | Report::Verified { jid, alive: flag } => {
                (jid, flag).hash(&mut hasher);
            }
            Report::AvatarFetched { jid, image } => (jid, image).hash(&mut hasher),
            Report::Accepted {
                conn,
                local,
                remote,
            }
            | Report::Connected {
                conn,
                local,
                remote,
            } => {
                (conn, local, remote).hash(&mut hasher);
            }
            Report::DialFailed { conn, error } | Report::TlsFailed { conn, error } => {
                (conn, error).hash(&mut hasher);
            }
            Report::Secured {
                conn,
                key,
                exporter,
            } => (conn, key, exporter).hash(&mut hasher),
            Report::Received { conn, bytes } => (conn, bytes).hash(&mut hasher),
            Report::Written { conn, bytes } => (conn, bytes).hash(&mut hasher),
            Report::Closed { conn, why } => (conn, *why as u8).hash(&mut hasher),
            Report::Interfaces(_) | Report::Trouble { .. } => {}
        }
        self.trace = hasher.finish();
        self.delivered += 1;
    }
}
