//! Which network interfaces are used, and why the others are not (everyone is found, or the user is told why).
//!
//! Interfaces of containers, virtual machines and VPNs are left out by default: their addresses are of no use to the
//! people on the LAN, and publishing them makes others dial into the void. The judgement is by name and flags, not by
//! the kernel's kind of the device, and is the user's to overrule.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use nix::net::if_::InterfaceFlags;

use crate::event::Interface;
use crate::model::settings::InterfaceChoice;

/// An interface as the system lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The system's name for it.
    pub name: String,
    /// The system's index of it.
    pub index: u32,
    /// What it is and can do.
    pub flags: Flags,
    /// Its usable addresses in the system's order.
    pub subnets: Vec<Subnet>,
}

/// The flags that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// Switched on.
    pub up: bool,
    /// Has a carrier: a cable, an association.
    pub running: bool,
    /// Carries multicast.
    pub multicast: bool,
    /// Reaches this computer only.
    pub loopback: bool,
    /// Has exactly one other end: dial-up, most VPNs.
    pub point_to_point: bool,
}

/// An address with its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subnet {
    /// The address.
    pub ip: IpAddr,
    /// Bits of the network part.
    pub prefix: u8,
}

impl Subnet {
    /// Is this address in the same network?
    fn contains(&self, ip: IpAddr) -> bool {
        match (self.ip, ip) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix.min(32)))
                    .unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix.min(128)))
                    .unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// An interface that is used: what is published on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Used {
    /// The system's name for it.
    pub name: String,
    /// The system's index of it.
    pub index: u32,
    /// Whether it reaches this computer only.
    pub loopback: bool,
    /// The one IPv4 address that is published and dialled from. libpurple learns one address an interface and family,
    /// and refuses streams from any other.
    pub v4: Option<Ipv4Addr>,
    /// The one IPv6 address likewise.
    pub v6: Option<Ipv6Addr>,
    /// All its networks.
    subnets: Vec<Subnet>,
}

impl Used {
    /// What was published and is not any more.
    pub(super) fn lost(&self, now: &Used) -> Vec<IpAddr> {
        let v4 = self.v4.filter(|_| self.v4 != now.v4).map(IpAddr::V4);
        let v6 = self.v6.filter(|_| self.v6 != now.v6).map(IpAddr::V6);
        v4.into_iter().chain(v6).collect()
    }

    /// Is that an address of this network (RFC 6762 §11)?
    pub(super) fn is_near(&self, ip: IpAddr) -> bool {
        let link_local = matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
        link_local || self.subnets.iter().any(|subnet| subnet.contains(ip))
    }
}

/// Lists all interfaces with their addresses. IPv6 addresses that are still checked for duplicates are left out: nothing
/// can be sent from them yet, and the system tells when they are ready.
///
/// # Errors
/// If the system does not tell.
pub(super) fn list() -> io::Result<Vec<Link>> {
    let tentative = std::fs::read_to_string("/proc/net/if_inet6")
        .map(|table| tentative(&table))
        .unwrap_or_default();
    let mut links = BTreeMap::<String, Link>::new();
    for entry in nix::ifaddrs::getifaddrs()? {
        let Ok(index) = nix::net::if_::if_nametoindex(entry.interface_name.as_str()) else {
            continue; // It went away while we were reading.
        };
        let link = links
            .entry(entry.interface_name.clone())
            .or_insert_with(|| Link {
                name: entry.interface_name.clone(),
                index,
                flags: flags(entry.flags),
                subnets: Vec::new(),
            });
        let Some(address) = entry.address else {
            continue;
        };
        let subnet = if let Some(v4) = address.as_sockaddr_in() {
            let mask = entry
                .netmask
                .and_then(|mask| mask.as_sockaddr_in().map(|mask| mask.ip().to_bits()));
            Subnet {
                ip: v4.ip().into(),
                prefix: mask.map_or(32, |mask| mask.leading_ones() as u8),
            }
        } else if let Some(v6) = address.as_sockaddr_in6() {
            let mask = entry
                .netmask
                .and_then(|mask| mask.as_sockaddr_in6().map(|mask| mask.ip().to_bits()));
            Subnet {
                ip: v6.ip().into(),
                prefix: mask.map_or(128, |mask| mask.leading_ones() as u8),
            }
        } else {
            continue;
        };
        if !tentative.contains(&(index, subnet.ip)) {
            link.subnets.push(subnet);
        }
    }
    let mut links: Vec<Link> = links.into_values().collect();
    links.sort_by_key(|link| link.index);
    Ok(links)
}

fn flags(flags: InterfaceFlags) -> Flags {
    Flags {
        up: flags.contains(InterfaceFlags::IFF_UP),
        running: flags.contains(InterfaceFlags::IFF_RUNNING),
        multicast: flags.contains(InterfaceFlags::IFF_MULTICAST),
        loopback: flags.contains(InterfaceFlags::IFF_LOOPBACK),
        point_to_point: flags.contains(InterfaceFlags::IFF_POINTOPOINT),
    }
}

/// Addresses that are not usable, of Linux's `/proc/net/if_inet6`: address, index, prefix, scope, flags (all
/// hexadecimal), name. Flag 0x40: duplicate address detection runs; 0x08: it found one.
fn tentative(table: &str) -> Vec<(u32, IpAddr)> {
    const UNUSABLE: u32 = 0x40 | 0x08;
    table
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace();
            let address = u128::from_str_radix(fields.next()?, 16).ok()?;
            let index = u32::from_str_radix(fields.next()?, 16).ok()?;
            let flags = u32::from_str_radix(fields.nth(2)?, 16).ok()?;
            (flags & UNUSABLE != 0).then(|| (index, Ipv6Addr::from_bits(address).into()))
        })
        .collect()
}

/// Says of each interface whether it is used and why.
///
/// The loopback interface is used if it is asked for, or if nothing else is there: so two programs on a computer
/// without a network still find each other.
pub(super) fn judge(links: &[Link], choice: &InterfaceChoice) -> Vec<Interface> {
    let mut judged: Vec<Interface> = links
        .iter()
        .map(|link| {
            let (used, reason) = judge_one(link, choice);
            Interface {
                name: link.name.clone(),
                index: link.index,
                addresses: link.subnets.iter().map(|subnet| subnet.ip).collect(),
                used,
                reason: reason.to_owned(),
            }
        })
        .collect();
    if choice.only.is_empty() && !judged.iter().any(|interface| interface.used) {
        let spare = links.iter().find(|link| {
            link.flags.loopback
                && link.flags.up
                && !link.subnets.is_empty()
                && !choice.exclude.contains(&link.name)
        });
        if let Some(interface) =
            spare.and_then(|spare| judged.iter_mut().find(|judged| judged.index == spare.index))
        {
            interface.used = true;
            interface.reason =
                "no other network is there, so only programs on this computer are reached"
                    .to_owned();
        }
    }
    judged
}

fn judge_one(link: &Link, choice: &InterfaceChoice) -> (bool, &'static str) {
    let Link { name, flags, .. } = link;
    if choice.exclude.contains(name) {
        (false, "left out in the settings")
    } else if !choice.only.is_empty() && !choice.only.contains(name) {
        (false, "not among the chosen ones")
    } else if !flags.up {
        (false, "switched off")
    } else if !flags.running {
        (false, "not connected: no cable or no Wi-Fi network")
    } else if link.subnets.is_empty() {
        (false, "has no address")
    } else if choice.only.contains(name) || choice.include.contains(name) {
        (true, "chosen in the settings")
    } else if flags.loopback {
        (false, "reaches this computer only")
    } else if let Some(reason) = virtual_by_name(name) {
        (false, reason)
    } else if flags.point_to_point {
        (false, "VPN or dial-up link")
    } else if !flags.multicast {
        (
            false,
            "carries no multicast, so nobody could be found on it",
        )
    } else {
        (true, "local network")
    }
}

/// Names by which virtual interfaces are known. A `tap` is not among them: it carries multicast like any network.
fn virtual_by_name(name: &str) -> Option<&'static str> {
    const CONTAINERS: &str = "virtual network of containers";
    const MACHINES: &str = "virtual network of virtual machines";
    const VPN: &str = "VPN that carries no multicast";
    const KNOWN: &[(&str, &str)] = &[
        ("docker", CONTAINERS),
        ("br-", CONTAINERS),
        ("veth", CONTAINERS),
        ("podman", CONTAINERS),
        ("cni", CONTAINERS),
        ("cali", CONTAINERS),
        ("flannel", CONTAINERS),
        ("kube-", CONTAINERS),
        ("lxcbr", CONTAINERS),
        ("lxdbr", CONTAINERS),
        ("incusbr", CONTAINERS),
        ("waydroid", CONTAINERS),
        ("virbr", MACHINES),
        ("vnet", MACHINES),
        ("vmnet", MACHINES),
        ("vboxnet", MACHINES),
        ("tun", VPN),
        ("wg", VPN),
        ("tailscale", VPN),
        ("ppp", VPN),
        ("dummy", "virtual network without anybody on it"),
    ];
    KNOWN
        .iter()
        .find(|(prefix, _)| name.starts_with(prefix))
        .map(|(_, reason)| *reason)
}

/// What is published on each interface that is used. `before` keeps the choice among several addresses stable.
pub(super) fn used(links: &[Link], judged: &[Interface], before: &[Used]) -> Vec<Used> {
    links
        .iter()
        .filter(|link| {
            judged
                .iter()
                .any(|interface| interface.index == link.index && interface.used)
        })
        .map(|link| {
            let before = before
                .iter()
                .find(|used| used.index == link.index && used.name == link.name);
            Used {
                name: link.name.clone(),
                index: link.index,
                loopback: link.flags.loopback,
                v4: published_v4(link, before.and_then(|used| used.v4)),
                v6: published_v6(link, before.and_then(|used| used.v6)),
                subnets: link.subnets.clone(),
            }
        })
        .collect()
}

/// The first IPv4 address that is not a self-assigned one.
fn published_v4(link: &Link, before: Option<Ipv4Addr>) -> Option<Ipv4Addr> {
    let all = || {
        link.subnets.iter().filter_map(|subnet| {
            if let IpAddr::V4(ip) = subnet.ip {
                Some(ip)
            } else {
                None
            }
        })
    };
    let best = all()
        .find(|ip| !ip.is_link_local())
        .or_else(|| all().next());
    before
        .filter(|before| all().any(|ip| ip == *before) && !before.is_link_local())
        .or(best)
}

/// The IPv6 link-local address, which never changes and reaches everyone who can hear our multicast; else the first.
fn published_v6(link: &Link, before: Option<Ipv6Addr>) -> Option<Ipv6Addr> {
    let all = || {
        link.subnets.iter().filter_map(|subnet| {
            if let IpAddr::V6(ip) = subnet.ip {
                Some(ip)
            } else {
                None
            }
        })
    };
    let best = all()
        .find(Ipv6Addr::is_unicast_link_local)
        .or_else(|| all().next());
    before
        .filter(|before| all().any(|ip| ip == *before) && before.is_unicast_link_local())
        .or(best)
}

/// The address to dial from: the one that we publish on the interface on which the target is. `None`: leave the choice
/// to the system (a target beyond a router).
pub(super) fn source_for(used: &[Used], target: SocketAddr) -> Option<SocketAddr> {
    match target {
        SocketAddr::V4(target) => used
            .iter()
            .find(|used| {
                used.subnets
                    .iter()
                    .any(|subnet| subnet.contains(IpAddr::V4(*target.ip())))
            })
            .and_then(|used| used.v4)
            .map(|ip| SocketAddrV4::new(ip, 0).into()),
        SocketAddr::V6(target) if target.ip().is_unicast_link_local() => used
            .iter()
            .find(|used| used.index == target.scope_id())
            .and_then(|used| {
                used.v6
                    .map(|ip| SocketAddrV6::new(ip, 0, 0, used.index).into())
            }),
        SocketAddr::V6(target) => used
            .iter()
            .find(|used| {
                used.subnets
                    .iter()
                    .any(|subnet| subnet.contains(IpAddr::V6(*target.ip())))
            })
            .and_then(|used| {
                used.v6
                    .map(|ip| SocketAddrV6::new(ip, 0, 0, used.index).into())
            }),
    }
}

/// Is this one of our own addresses?
pub(super) fn is_own(links: &[Link], ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback()
        || links
            .iter()
            .any(|link| link.subnets.iter().any(|subnet| subnet.ip == ip))
}

#[cfg(test)]
#[path = "interfaces_test.rs"]
mod tests;
