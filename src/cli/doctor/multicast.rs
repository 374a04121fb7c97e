//! A question to the mDNS group on one interface (RFC 6762), and who is heard.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket};
use std::time::{Duration, Instant};

use balcony::event::Interface;
use balcony::wire::jid::Jid;
use socket2::{Domain, Protocol, Socket, Type};

const PORT: u16 = 5353;
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// Between two questions.
const AGAIN: Duration = Duration::from_millis(1300);

/// What came in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    /// Our own question.
    pub ourselves: bool,
    /// An answer that names our instance.
    pub our_records: bool,
    /// Other machines that said anything at all.
    pub others: usize,
}

/// Asks who is present and listens for so long (less if all that can be heard of ourselves was heard, and others too).
pub fn listen(interface: &Interface, jid: Option<&Jid>, span: Duration) -> io::Result<Heard> {
    let (socket, group) = open(interface)?;
    let question = question();
    let until = Instant::now() + span;
    let mut again = Instant::now();
    let (mut heard, mut others) = (Heard::default(), BTreeSet::new());
    let mut buffer = vec![0; 65_535];
    while Instant::now() < until {
        // What was just multicast for somebody else is not repeated within a second (RFC 6762 §6): ask more than once.
        if Instant::now() >= again {
            socket.send_to(&question, group)?;
            again += AGAIN;
        }
        let left = again.min(until).saturating_duration_since(Instant::now());
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let (count, from) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) =>
            {
                continue;
            }
            Err(error) => return Err(error),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        let own = interface.addresses.contains(&from.ip());
        heard.ourselves |= own && bytes == question;
        heard.our_records |= own && jid.is_some_and(|jid| answers(bytes, jid));
        if !own {
            others.insert(from.ip());
        }
        heard.others = others.len();
        if heard.ourselves && (heard.our_records || jid.is_none()) && heard.others > 0 {
            break;
        }
    }
    Ok(heard)
}

/// A socket on this interface beside whoever else uses the port, and where to send.
fn open(interface: &Interface) -> io::Result<(UdpSocket, SocketAddr)> {
    let v4 = interface.addresses.iter().find_map(|address| {
        if let IpAddr::V4(v4) = address {
            Some(*v4)
        } else {
            None
        }
    });
    let domain = if v4.is_some() {
        Domain::IPV4
    } else {
        Domain::IPV6
    };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    // Bound to the group: what is meant for the others on this port stays theirs.
    let group: SocketAddr = if let Some(address) = v4 {
        socket.bind(&SocketAddr::from((GROUP_V4, PORT)).into())?;
        socket.join_multicast_v4(&GROUP_V4, &address)?;
        socket.set_multicast_if_v4(&address)?;
        socket.set_multicast_all_v4(false)?;
        socket.set_multicast_loop_v4(true)?;
        socket.set_multicast_ttl_v4(255)?;
        SocketAddr::from((GROUP_V4, PORT))
    } else {
        let group = SocketAddrV6::new(GROUP_V6, PORT, 0, interface.index);
        socket.set_only_v6(true)?;
        socket.bind(&group.into())?;
        socket.join_multicast_v6(&GROUP_V6, interface.index)?;
        socket.set_multicast_if_v6(interface.index)?;
        socket.set_multicast_loop_v6(true)?;
        socket.set_multicast_hops_v6(255)?;
        group.into()
    };
    Ok((socket.into(), group))
}

/// PTR of `_presence._tcp.local.`, answered to the group (RFC 6762 §5.2).
fn question() -> Vec<u8> {
    // The id means nothing in mDNS, but tells our question from others'.
    let id = (std::process::id() as u16 | 1).to_be_bytes();
    let mut bytes = [&id[..], &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
    for label in ["_presence", "_tcp", "local"] {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.extend([0, 0, 12, 0, 1]);
    bytes
}

/// Is this a response that names our instance? A name's first occurrence in a message is never compressed.
fn answers(bytes: &[u8], jid: &Jid) -> bool {
    let name = jid.as_str().as_bytes();
    let label: Vec<u8> = std::iter::once(name.len() as u8)
        .chain(name.iter().copied())
        .collect();
    bytes.get(2).is_some_and(|flags| flags & 0x80 != 0)
        && bytes.windows(label.len()).any(|window| window == label)
}
