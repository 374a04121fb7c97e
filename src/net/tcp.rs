//! TCP settings, and noticing a peer whose cable was pulled (tcp(7)).
//!
//! An idle connection is probed by TCP's keep-alive. With data on the way the kernel would retry for a quarter of an
//! hour, and its user timeout (RFC 5482) is no help: Linux also lets it run while a living peer merely does not read,
//! and would cut off whoever writes to a slow disk. So the driver looks itself, once a second and only while something
//! is unacknowledged: data in flight and no acknowledgement of any kind for six seconds is a dead peer.

use std::time::Duration;

use nix::libc;
use nix::sys::socket::GetSockOpt;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// How long a peer may stay silent with data of ours in flight.
const SILENCE: Duration = Duration::from_secs(6);

/// How often the driver looks while data is in flight.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
struct Info;
nix::getsockopt_impl!(
    Info,
    libc::IPPROTO_TCP,
    libc::TCP_INFO,
    libc::tcp_info,
    nix::sys::socket::sockopt::GetStruct<libc::tcp_info>
);

/// What is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flight {
    /// Everything that was sent is acknowledged.
    Landed,
    /// Something is on the way, or waits for the peer to read.
    Flying,
    /// Something is on the way and the peer has been silent for too long.
    Lost,
}

/// Prepares a fresh connection: small writes are not delayed, and it is watched closely.
pub(super) fn configure(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "connection not configured");
    }
    watch(stream, true);
}

/// How soon a peer that vanished is noticed while nothing is in flight: after 3 s of idleness and 3 probes a second apart; or,
/// where hundreds of connections rest, after a minute and 3 probes ten seconds apart.
pub(super) fn watch(stream: &TcpStream, closely: bool) {
    let (time, interval) = if closely { (3, 1) } else { (60, 10) };
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(time))
        .with_interval(Duration::from_secs(interval))
        .with_retries(3);
    if let Err(error) = SockRef::from(stream).set_tcp_keepalive(&keepalive) {
        tracing::debug!(%error, "connection not watched");
    }
}

/// How what was sent is doing.
pub(super) fn flight(stream: &TcpStream) -> Flight {
    match Info.get(stream) {
        Ok(info) if info.tcpi_unacked == 0 => Flight::Landed,
        Ok(info) if u128::from(info.tcpi_last_ack_recv) >= SILENCE.as_millis() => Flight::Lost,
        Ok(_) => Flight::Flying,
        Err(_) => Flight::Landed,
    }
}

/// The next close sends a reset and forgets what was not sent.
pub(super) fn reset_on_close(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
