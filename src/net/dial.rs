//! Opening a connection: all addresses of a peer, each with a head start over the next (Happy Eyeballs, RFC 8305 §5),
//! so that a dead address costs a fraction of a second and not the system's two minutes.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::listen::USUAL_PORT;

/// The head start of each address over the next.
const HEAD_START: Duration = Duration::from_millis(150);

/// How long all attempts together may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most addresses that are tried.
const MAX_CANDIDATES: usize = 16;

/// Connects to the first address that answers. `source_for` says from which address of ours to dial which target.
///
/// # Errors
/// A sentence for people: what each address said.
pub(super) async fn connect(
    candidates: &[SocketAddr],
    source_for: impl Fn(SocketAddr) -> Option<SocketAddr>,
) -> Result<TcpStream, String> {
    let mut waiting = candidates.iter().copied().take(MAX_CANDIDATES);
    let mut attempts = JoinSet::new();
    let mut failures = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    let mut next_start = Instant::now();
    loop {
        if Instant::now() >= next_start
            && let Some(target) = waiting.next()
        {
            let source = source_for(target);
            attempts.spawn(async move {
                attempt(target, source)
                    .await
                    .map_err(|error| (target, error))
            });
            next_start = Instant::now() + HEAD_START;
        }
        let more = waiting.len() > 0;
        if attempts.is_empty() && !more {
            return Err(explain(&failures));
        }
        tokio::select! {
            Some(ended) = attempts.join_next() => match ended {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err((target, error))) => {
                    failures.push(format!("{target}: {}", plain(&error)));
                    next_start = Instant::now();
                }
                Err(_) => next_start = Instant::now(),
            },
            () = tokio::time::sleep_until(next_start), if more => {}
            () = tokio::time::sleep_until(deadline) => {
                failures.push("no answer within 5 seconds".to_owned());
                return Err(explain(&failures));
            }
        }
    }
}

async fn attempt(target: SocketAddr, source: Option<SocketAddr>) -> std::io::Result<TcpStream> {
    let socket = if target.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(source) = source
        && let Err(error) = socket.bind(source)
    {
        // The address is gone this moment; the system's choice may still do.
        tracing::debug!(%source, %error, "not dialled from our published address");
    }
    let stream = socket.connect(target).await?;
    // Dialling a port of our own on which nobody listens, the kernel can connect a socket to itself.
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(std::io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}

fn explain(failures: &[String]) -> String {
    match failures {
        [] => "no address is known".to_owned(),
        some => some.join("; "),
    }
}

/// The system's errors in plain words.
fn plain(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
        ErrorKind::HostUnreachable | ErrorKind::TimedOut => {
            "the computer does not answer".to_owned()
        }
        ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "no way to that network".to_owned()
        }
        _ => error.to_string(),
    }
}

/// What a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// An address.
    Address(SocketAddr),
    /// A name to be looked up.
    Name {
        /// Without the trailing dot.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Reads `host`, `host:port`, `[v6%scope]:port`, or a bare IPv6 address; 5298 if there is no port. A scope may be the
/// name of an interface, looked up by `index_of`, or its number.
///
/// # Errors
/// A sentence for people.
pub(super) fn parse(typed: &str, index_of: impl Fn(&str) -> Option<u32>) -> Result<Typed, String> {
    let typed = typed.trim();
    let (host, port) = if let Some(rest) = typed.strip_prefix('[') {
        let (host, rest) = rest
            .split_once(']')
            .ok_or("the ] is missing after the IPv6 address")?;
        (
            host,
            rest.strip_prefix(':')
                .or_else(|| rest.is_empty().then_some(""))
                .ok_or("after ] comes :port")?,
        )
    } else if typed.matches(':').count() == 1 {
        typed.split_once(':').unwrap_or((typed, ""))
    } else {
        (typed, "") // A bare name, or a bare IPv6 address.
    };
    let port = match port {
        "" => USUAL_PORT,
        port => port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(|| format!("{port} is no port (1 to 65535)"))?,
    };
    let (bare, scope) = host.split_once('%').unwrap_or((host, ""));
    if let Ok(ip) = bare.parse::<Ipv6Addr>() {
        let scope = match scope {
            "" if ip.is_unicast_link_local() => {
                return Err(format!(
                    "{ip} needs the interface: type [{ip}%eth0] with the name of yours"
                ));
            }
            "" => 0,
            scope => scope
                .parse()
                .ok()
                .or_else(|| index_of(scope))
                .ok_or_else(|| format!("there is no interface {scope}"))?,
        };
        return Ok(Typed::Address(SocketAddrV6::new(ip, port, 0, scope).into()));
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(Typed::Address(SocketAddr::new(ip, port)));
    }
    let host = host.trim_end_matches('.');
    if host.is_empty()
        || host.len() > 253
        || host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
    {
        return Err(format!(
            "{typed:?} is neither an address nor the name of a computer"
        ));
    }
    Ok(Typed::Name {
        host: host.to_owned(),
        port,
    })
}

/// Looks a name up in the system's resolver.
///
/// # Errors
/// A sentence for people.
pub(super) async fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    match tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(found)) => Ok(found.take(MAX_CANDIDATES).collect()),
        Ok(Err(_)) => Err(format!(
            "no computer named {host} is known: check the name, or type its IP address"
        )),
        Err(_) => Err(format!(
            "the name {host} could not be looked up in time: type the IP address instead"
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;

    fn parsed(typed: &str) -> Result<Typed, String> {
        parse(typed, |name| (name == "eth0").then_some(2))
    }

    fn address(text: &str) -> Result<Typed, String> {
        Ok(Typed::Address(text.parse().unwrap()))
    }

    #[test]
    fn what_people_type_is_understood() {
        assert_eq!(parsed("10.0.0.1"), address("10.0.0.1:5298"));
        assert_eq!(parsed(" 10.0.0.1:1234 "), address("10.0.0.1:1234"));
        assert_eq!(parsed("[fe80::1%eth0]:1234"), address("[fe80::1%2]:1234"));
        assert_eq!(parsed("[fe80::1%7]"), address("[fe80::1%7]:5298"));
        assert_eq!(parsed("2001:db8::1"), address("[2001:db8::1]:5298"));
        let name = |host: &str, port| {
            Ok(Typed::Name {
                host: host.to_owned(),
                port,
            })
        };
        assert_eq!(parsed("pronto.local"), name("pronto.local", 5298));
        assert_eq!(parsed("pronto.local.:99"), name("pronto.local", 99));
    }

    #[test]
    fn mistakes_get_a_clear_word() {
        for typed in [
            "",
            "host:0",
            "host:99999",
            "host:x",
            "[::1",
            "[::1]x",
            "fe80::1",
            "[fe80::1%eth9]",
            "a b",
            "a/b",
        ] {
            assert!(
                parsed(typed).is_err_and(|error| !error.is_empty()),
                "{typed:?}"
            );
        }
    }

    #[tokio::test]
    async fn the_first_address_that_answers_wins() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let alive = listener.local_addr().unwrap();
        // Nobody answers from the reserved test network, and nobody listens on the second one.
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let candidates = ["192.0.2.1:5298".parse().unwrap(), closed, alive];
        let stream = connect(&candidates, |_| None).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), alive);
    }

    #[tokio::test]
    async fn failures_are_explained() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let error = connect(&[closed], |_| None).await.unwrap_err();
        assert!(error.contains("nobody listens"), "{error}");
        assert!(connect(&[], |_| None).await.is_err());
    }
}
