//! Checks of the network, by what the node says and by our own look at the wire.

use std::net::{IpAddr, SocketAddr, SocketAddrV6, TcpStream};
use std::time::Duration;

use balcony::command::{Command, Request};
use balcony::control::Link;
use balcony::event::{Event, Interface, Peer};
use balcony::wire::jid::Jid;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout_at};

use super::Finding;
use super::multicast::{self, Heard};

/// How long the node may take to be on the network: probing takes about a second (RFC 6762 §8.1).
const PATIENCE: Duration = Duration::from_secs(6);
/// How long we look for others.
const LOOK: Duration = Duration::from_secs(2);

/// What the node knows.
#[derive(Debug, Default)]
struct Known {
    jid: Option<Jid>,
    port: u16,
    interfaces: Vec<Interface>,
    peers: Vec<Peer>,
    errors: Vec<String>,
}

/// Everything about the network.
pub fn check(runtime: &Runtime, mut link: Link) -> Vec<Finding> {
    let known = runtime.block_on(ask(&mut link));
    let mut findings: Vec<_> = known
        .errors
        .iter()
        .map(|error| Finding::fault("node", error, ""))
        .collect();
    findings.extend(interfaces(&known.interfaces));
    findings.push(announced(&known));
    for interface in known.interfaces.iter().filter(|interface| interface.used) {
        findings.extend(on_the_wire(interface, known.jid.as_ref()));
        findings.extend(port(interface, known.port));
    }
    findings.push(match known.peers.len() {
        0 => Finding::note(
            "peers",
            "nobody else was seen",
            "is somebody else here? Ask them to start Balcony, or Pidgin with a Bonjour account",
        ),
        count => Finding::fine("peers", format!("{count} seen")),
    });
    findings
}

/// Waits until the node is announced and has looked around for a moment.
async fn ask(link: &mut Link) -> Known {
    let mut known = Known::default();
    let begun = Instant::now();
    loop {
        let until = begun + if known.jid.is_some() { LOOK } else { PATIENCE };
        match timeout_at(until, link.next()).await {
            Ok(Some(event)) => learn(&mut known, event),
            Ok(None) | Err(_) => break,
        }
    }
    if link
        .request(Request {
            command: Command::Snapshot,
            reference: Some("doctor".into()),
        })
        .await
        .is_err()
    {
        return known;
    }
    let until = Instant::now() + Duration::from_secs(2);
    while let Ok(Some(event)) = timeout_at(until, link.next()).await {
        if let Event::Snapshot {
            me,
            peers,
            interfaces,
            ..
        } = event
        {
            if me.online {
                known.jid = Some(me.jid);
            }
            known.port = me.port;
            (known.peers, known.interfaces) = (peers, interfaces);
            break;
        }
        learn(&mut known, event);
    }
    known
}

fn learn(known: &mut Known, event: Event) {
    match event {
        Event::Ready { jid, port, .. } => (known.jid, known.port) = (Some(jid), port),
        Event::Network { interfaces } => known.interfaces = interfaces,
        Event::Error {
            message,
            reference: None,
        } => known.errors.push(message),
        _ => {}
    }
}

fn interfaces(all: &[Interface]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for interface in all {
        let addresses: Vec<_> = interface
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        let (name, reason, addresses) = (&interface.name, &interface.reason, addresses.join(", "));
        findings.push(if interface.used {
            Finding::fine(
                "interface",
                format!("{name} is used ({reason}): {addresses}"),
            )
        } else {
            Finding::note("interface", format!("{name} is left out: {reason}"), "")
        });
    }
    if !all.iter().any(|interface| interface.used) {
        findings.push(Finding::fault(
            "interface",
            "no network interface is used",
            "connect to a network; if one above is the right one, put it back in the settings or with --interface NAME",
        ));
    }
    findings
}

fn announced(known: &Known) -> Finding {
    match &known.jid {
        Some(jid) => Finding::fine("announced", format!("as {jid}, port {}", known.port)),
        None => Finding::fault(
            "announced",
            "our name did not get onto the network",
            "see the interfaces and the firewall; another program may hold UDP port 5353 for itself alone",
        ),
    }
}

/// Does multicast leave, does it come back, are our records among what comes back, does anybody else answer?
fn on_the_wire(interface: &Interface, jid: Option<&Jid>) -> Vec<Finding> {
    let name = &interface.name;
    let heard = match multicast::listen(interface, jid, Duration::from_millis(4500)) {
        Ok(heard) => heard,
        Err(error) => {
            let remedy = "another program may hold UDP port 5353 for itself alone: sudo ss -ulpn 'sport = 5353'";
            return vec![Finding::fault(
                "multicast",
                format!("{name}: no multicast can be sent: {error}"),
                remedy,
            )];
        }
    };
    let Heard {
        ourselves,
        our_records,
        others,
    } = heard;
    let mut findings = Vec::new();
    findings.push(if ourselves {
        Finding::fine(
            "multicast",
            format!("{name}: what we send is seen on the network"),
        )
    } else {
        let remedy = "look at the firewall: UDP port 5353 must be let out and in";
        Finding::fault(
            "multicast",
            format!("{name}: what we send does not come back"),
            remedy,
        )
    });
    if jid.is_some() && ourselves {
        findings.push(if our_records {
            Finding::fine("records", format!("{name}: our records are answered"))
        } else {
            let remedy = "look at the firewall: UDP port 5353 must be let in";
            Finding::fault(
                "records",
                format!("{name}: nobody asking for us gets an answer"),
                remedy,
            )
        });
    }
    findings.push(match others {
        0 => Finding::note(
            "answers",
            format!("{name}: no other machine answered"),
            "if others are there: does the Wi-Fi keep its guests apart?",
        ),
        count => Finding::fine(
            "answers",
            format!("{name}: {count} other machine(s) answered"),
        ),
    });
    findings
}

/// Does our own port take connections on this interface's addresses?
fn port(interface: &Interface, port: u16) -> Option<Finding> {
    if port == 0 {
        return None;
    }
    let closed = interface.addresses.iter().find_map(|&address| {
        let target = match address {
            IpAddr::V4(address) => SocketAddr::from((address, port)),
            IpAddr::V6(address) => SocketAddrV6::new(address, port, 0, interface.index).into(),
        };
        TcpStream::connect_timeout(&target, Duration::from_secs(2))
            .err()
            .map(|error| (target, error))
    });
    Some(match closed {
        None => Finding::fine(
            "port",
            format!("{}: port {port} takes connections", interface.name),
        ),
        Some((target, error)) => Finding::fault(
            "port",
            format!("{}: {target} takes no connections: {error}", interface.name),
            format!("look at the firewall: TCP port {port} must be let in"),
        ),
    })
}
