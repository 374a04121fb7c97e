//! Tells when interfaces come, go, or change their addresses or their carrier: Linux's routing netlink socket
//! (rtnetlink(7)). Only that something changed is of interest; what, is read by [`super::interfaces::list`].

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixDatagram as StdDatagram;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use tokio::net::UnixDatagram;

/// Groups of rtnetlink(7): links, IPv4 addresses, IPv6 addresses.
const GROUPS: u32 = 0x1 | 0x10 | 0x100;

/// A subscription to changes of interfaces.
#[derive(Debug)]
pub(super) struct LinkWatch(UnixDatagram);

impl LinkWatch {
    /// Subscribes. Needs a tokio runtime.
    ///
    /// # Errors
    /// If the system does not grant the socket.
    pub(super) fn new() -> io::Result<LinkWatch> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        // Protocol 0 is NETLINK_ROUTE.
        let socket =
            rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
        // Tokio has no netlink socket, but receiving from one is no different from any other datagram socket.
        Ok(LinkWatch(UnixDatagram::from_std(StdDatagram::from(
            socket,
        ))?))
    }

    /// Waits for the next change. Cancellation-safe.
    pub(super) async fn changed(&self) {
        let mut buffer = [0; 8192];
        let mut any = false;
        while !any {
            if self.0.readable().await.is_err() {
                return std::future::pending().await;
            }
            loop {
                match self.0.try_recv(&mut buffer) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Ok(_) => any = true,
                    // An overrun (ENOBUFS) loses details that nobody reads.
                    Err(_) => {
                        any = true;
                        break;
                    }
                }
            }
        }
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

    #[tokio::test]
    async fn the_system_grants_the_subscription() {
        LinkWatch::new().unwrap();
    }
}
