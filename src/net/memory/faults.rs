//! What can go wrong on the pretend LAN, by script or by seed.

use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

use super::host::Link;
use super::queue::Plan;
use super::rng::Rng;
use super::{HostId, Lan};
use crate::wire::key::PublicKey;
use crate::wire::time::Moment;

/// How well packets travel, everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Weather {
    /// One way.
    pub latency: Range<Duration>,
    /// Packets in 1000 that are lost: datagrams for good, TCP segments for a retransmission.
    pub loss: u32,
    /// Datagrams in 1000 that arrive twice.
    pub duplicate: u32,
    /// Datagrams in 1000 that are overtaken by others: they come up to 50 ms late.
    pub reorder: u32,
    /// TCP writes in 1000 that arrive in two pieces, and as many that arrive together with the next.
    pub split: u32,
}

impl Default for Weather {
    fn default() -> Weather {
        let latency = Duration::from_micros(150)..Duration::from_micros(600);
        Weather {
            latency,
            loss: 0,
            duplicate: 0,
            reorder: 0,
            split: 50,
        }
    }
}

impl Weather {
    /// A crowded wireless network: slow, lossy, out of order.
    pub fn bad() -> Weather {
        let latency = Duration::from_millis(1)..Duration::from_millis(40);
        Weather {
            latency,
            loss: 100,
            duplicate: 30,
            reorder: 100,
            split: 300,
        }
    }
}

/// Something that goes wrong, or right again.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The weather changes.
    Weather(Weather),
    /// A cable is pulled or put back.
    Link(HostId, Link),
    /// The LAN falls apart: everybody reaches only the others of the same group. Who is in no group is alone with the
    /// others who are in none.
    Partition(Vec<Vec<HostId>>),
    /// The LAN is whole again.
    Heal,
    /// kill -9 of the program: the kernel closes its connections; no goodbye on mDNS.
    Kill(HostId),
    /// The power goes: nothing is closed, nothing is said.
    PowerOff(HostId),
    /// The machine and its program are back, with empty memory.
    Restart(HostId),
    /// The machine gets other addresses (DHCP, another network).
    Addresses(HostId, Vec<IpAddr>),
    /// It can send only so many bytes a second by TCP; `None`: as fast as it likes.
    Bandwidth(HostId, Option<u64>),
    /// In handshakes it pretends to have this key from now on; `None`: it shows its own again.
    Lie(HostId, Option<PublicKey>),
    /// Its wall clock jumps by so many microseconds. Timers do not notice.
    ClockJump(HostId, i64),
}

impl Lan {
    /// Lets something go wrong now.
    pub fn inflict(&mut self, now: Moment, fault: Fault) {
        self.now = self.now.max(now);
        match fault {
            Fault::Weather(weather) => self.weather = weather,
            Fault::Link(host, link) => self.set_link(host, link),
            Fault::Partition(groups) => self.set_groups(&groups),
            Fault::Heal => self.set_groups(&[]),
            Fault::Kill(host) => {
                self.hang_up(host);
                self.switch_off(host);
            }
            Fault::PowerOff(host) => self.switch_off(host),
            Fault::Restart(host) => {
                if self.hosts.get(host.0).is_some_and(|host| !host.running) {
                    self.boot(host);
                }
            }
            Fault::Addresses(host, addresses) => self.set_addresses(host, addresses),
            Fault::Bandwidth(host, bandwidth) => {
                if let Some(host) = self.hosts.get_mut(host.0) {
                    host.bandwidth = bandwidth;
                }
            }
            Fault::Lie(host, key) => {
                if let Some(host) = self.hosts.get_mut(host.0) {
                    host.lie = key;
                }
            }
            Fault::ClockJump(host, micros) => {
                if let Some(host) = self.hosts.get_mut(host.0) {
                    host.wall_error = host.wall_error.saturating_add(micros);
                }
            }
        }
        self.check_links();
    }

    /// Lets something go wrong later.
    pub fn schedule(&mut self, at: Moment, fault: Fault) {
        self.queue.push(at, Plan::Fault(Box::new(fault)));
    }

    /// Plans `count` troubles of the network (cables, partitions, weather, addresses) between `from` and `until`, drawn
    /// from `seed`. At `until` everything is whole again.
    pub fn schedule_troubles(&mut self, seed: u64, from: Moment, until: Moment, count: usize) {
        let mut rng = Rng::new(seed);
        let hosts: Vec<HostId> = (0..self.hosts.len()).map(HostId).collect();
        for _ in 0..count {
            let at = Moment(rng.in_range(from.0..until.0));
            let host = HostId(rng.index(hosts.len()));
            let back = Moment(rng.in_range(at.0..until.0));
            match rng.in_range(0..5) {
                0 => {
                    self.schedule(at, Fault::Link(host, Link::Silent));
                    self.schedule(back, Fault::Link(host, Link::Up));
                }
                1 => {
                    self.schedule(at, Fault::Link(host, Link::Down));
                    self.schedule(back, Fault::Link(host, Link::Up));
                }
                2 => {
                    let half = hosts.iter().copied().filter(|_| rng.chance(500)).collect();
                    self.schedule(at, Fault::Partition(vec![half]));
                    self.schedule(back, Fault::Heal);
                }
                3 => self.schedule(at, Fault::Weather(Weather::bad())),
                _ => {
                    let number = rng.in_range(1..250);
                    let octet = |n: u64| u8::try_from(n).unwrap_or(1);
                    let [high, _] = u16::try_from(host.0).unwrap_or(0).to_be_bytes();
                    let address =
                        IpAddr::from([10, 200 + high, octet(host.0 as u64 % 250), octet(number)]);
                    self.schedule(at, Fault::Addresses(host, vec![address]));
                }
            }
        }
        self.schedule(until, Fault::Heal);
        self.schedule(until, Fault::Weather(Weather::default()));
        for host in hosts {
            self.schedule(until, Fault::Link(host, Link::Up));
        }
    }

    /// When a datagram arrives: never, once or twice.
    pub(super) fn datagram(&mut self) -> impl Iterator<Item = Duration> + use<> {
        let mut copies = [None, None];
        if !self.rng.chance(self.weather.loss) {
            copies[0] = Some(self.datagram_delay());
            if self.rng.chance(self.weather.duplicate) {
                copies[1] = Some(self.datagram_delay());
            }
        }
        copies.into_iter().flatten()
    }

    fn datagram_delay(&mut self) -> Duration {
        let late = if self.rng.chance(self.weather.reorder) {
            50
        } else {
            0
        };
        self.latency()
            + self
                .rng
                .span(&(Duration::ZERO..Duration::from_millis(late)))
    }

    /// One way, this time.
    pub(super) fn latency(&mut self) -> Duration {
        self.rng.span(&self.weather.latency)
    }

    fn set_link(&mut self, id: HostId, link: Link) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        let was = std::mem::replace(&mut host.link, link);
        if was == link || !host.running {
            return;
        }
        if link == Link::Down {
            self.drop_cache(id);
            self.report_interfaces(id);
        } else if was == Link::Down {
            // RFC 6762 §8: who gets a network probes again, because the name may have been taken meanwhile.
            self.report_interfaces(id);
            self.start_probing(id);
            self.start_browsing(id);
        }
    }

    fn set_groups(&mut self, groups: &[Vec<HostId>]) {
        for host in &mut self.hosts {
            host.group = 0;
        }
        for (number, group) in groups.iter().enumerate() {
            for id in group {
                if let Some(host) = self.hosts.get_mut(id.0) {
                    host.group = number + 1;
                }
            }
        }
    }

    fn switch_off(&mut self, id: HostId) {
        if let Some(publication) = self.publication(id) {
            self.release(publication.name, id);
        }
        let ends: Vec<_> = self
            .hosts
            .get(id.0)
            .map_or_else(Vec::new, |host| host.conns.values().copied().collect());
        for (number, side) in ends {
            self.vanish(number, side);
        }
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.forget();
        }
        self.ready.retain(|(host, _)| *host != id);
    }

    fn set_addresses(&mut self, id: HostId, addresses: Vec<IpAddr>) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        let old = std::mem::replace(&mut host.addresses, addresses.clone());
        for address in old {
            if let Some(owners) = self.by_address.get_mut(&address) {
                owners.retain(|owner| *owner != id);
            }
        }
        for address in addresses {
            self.by_address.entry(address).or_default().push(id);
        }
        if self.hosts.get(id.0).is_some_and(|host| host.running) {
            self.report_interfaces(id);
            self.update(id, |_| {});
        }
    }
}
