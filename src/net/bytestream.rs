//! Connections that carry files, beside the streams: blocking, on threads of their own, so that hashing and disks hold
//! up nobody.
//!
//! One listening port for all of them; the first byte tells what a connection wants to be: [`Opening`]. Every wait has
//! an end: a connection on which nothing moves for [`SILENCE`], or that moves less than [`SLOWEST`] bytes a second over a
//! minute, is over.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv6Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpListener;

use crate::wire::apple_single;

/// Nothing moved for so long: the connection is over.
pub const SILENCE: Duration = Duration::from_secs(30);
/// Fewer bytes a second than this, over a minute: somebody keeps a connection for its own sake.
pub const SLOWEST: u64 = 256;
/// How long a connect may take, and each step of a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So many addresses of one computer are tried.
const MOST_ADDRESSES: usize = 6;
/// One address is tried so long after the one before it.
const STAGGER: Duration = Duration::from_millis(200);
/// What of a Mac's file may come before the file itself: its icon, its resources.
const MOST_BEFORE_DATA: u64 = 16 << 20;

/// What a connection to us wants to be, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Between Balconies, not encrypted (`B`).
    Plain,
    /// Between Balconies, TLS (a handshake record).
    Tls,
    /// SOCKS5.
    Socks,
    /// HTTP (`GET` or `HEAD`).
    Http,
}

/// Listens on a free port, over IPv4 and IPv6. Within a tokio runtime.
///
/// # Errors
/// If there is none.
pub fn listen() -> io::Result<(u16, Vec<TcpListener>)> {
    let listeners = super::listen::listen(Some(0)).map_err(io::Error::other)?;
    Ok((listeners.port, listeners.sockets))
}

/// Looks at the first byte and leaves it where it is.
///
/// # Errors
/// If none comes in time, or it is none that is known.
pub fn opening(stream: &TcpStream) -> io::Result<Opening> {
    handshake_limits(stream)?;
    let mut first = [0; 1];
    if stream.peek(&mut first)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    match first {
        [b'B'] => Ok(Opening::Plain),
        [0x16] => Ok(Opening::Tls),
        [5] => Ok(Opening::Socks),
        [b'G' | b'H'] => Ok(Opening::Http),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

/// Connects to these addresses, each a moment after the one before it, and takes the first that answers.
///
/// # Errors
/// What the last one said.
pub fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let (tell, told) = channel();
    let done = Arc::new(AtomicBool::new(false));
    for (number, address) in addresses.iter().copied().take(MOST_ADDRESSES).enumerate() {
        let (tell, done) = (tell.clone(), Arc::clone(&done));
        let late = STAGGER * u32::try_from(number).unwrap_or(0);
        let dial = move || {
            thread::sleep(late);
            let skipped = done.load(Ordering::Relaxed);
            if !skipped {
                // Somebody else was first: nobody waits for this one.
                let _ = tell.send(TcpStream::connect_timeout(&address, HANDSHAKE));
            }
        };
        thread::Builder::new()
            .name("balcony-dial".into())
            .spawn(dial)?;
    }
    drop(tell);
    let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
    for connected in told {
        match connected {
            Ok(stream) => {
                done.store(true, Ordering::Relaxed);
                handshake_limits(&stream)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// From a handshake to the bytes: other time limits.
///
/// # Errors
/// Of the system.
pub fn carry(stream: &TcpStream, silence: Duration) -> io::Result<()> {
    stream.set_read_timeout(Some(silence))?;
    stream.set_write_timeout(Some(silence))?;
    stream.set_nodelay(true)?;
    // A computer that is gone is noticed although nothing is written to it.
    let alive = socket2::TcpKeepalive::new()
        .with_time(Duration::from_secs(5))
        .with_interval(Duration::from_secs(2))
        .with_retries(3);
    SockRef::from(stream).set_tcp_keepalive(&alive)
}

fn handshake_limits(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(HANDSHAKE))?;
    stream.set_write_timeout(Some(HANDSHAKE))
}

/// Ends a connection now, also under the hands of a thread that waits for it.
pub fn sever(stream: &TcpStream) {
    // It may have ended by itself.
    let _ = stream.shutdown(Shutdown::Both);
}

/// Was this only the network's fault, so that another attempt may succeed?
pub fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
            | ErrorKind::BrokenPipe
            | ErrorKind::TimedOut
            | ErrorKind::WouldBlock
            | ErrorKind::UnexpectedEof
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable
            | ErrorKind::Interrupted
    )
}

/// Watches that a sender does not drip: counts only the time in which it was waited for.
#[derive(Debug)]
pub struct Pace {
    waited: Duration,
    bytes: u64,
    window: Duration,
    slowest: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace::new(Duration::from_secs(60), SLOWEST)
    }
}

impl Pace {
    /// At least `slowest` bytes a second, looked at whenever it was waited for `window`.
    pub fn new(window: Duration, slowest: u64) -> Pace {
        Pace {
            waited: Duration::ZERO,
            bytes: 0,
            window,
            slowest,
        }
    }

    /// Reads, and counts.
    ///
    /// # Errors
    /// Of the connection; `TimedOut` if it is too slow.
    pub fn read(&mut self, from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
        let began = Instant::now();
        let read = loop {
            match from.read(into) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.waited += began.elapsed();
        self.bytes += read as u64;
        if self.waited >= self.window {
            let floor = self.slowest.saturating_mul(self.window.as_secs().max(1));
            if self.bytes < floor && read > 0 {
                return Err(io::Error::new(
                    ErrorKind::TimedOut,
                    "the sender is too slow",
                ));
            }
            (self.waited, self.bytes) = (Duration::ZERO, 0);
        }
        Ok(read)
    }
}

/// SOCKS5 as server (RFC 1928; XEP-0065 §5.3.2): the destination that was asked for. The reply is [`socks_granted`]'s.
///
/// # Errors
/// If it is no such request.
pub fn socks_asked(stream: &mut TcpStream) -> io::Result<String> {
    let bad = || io::Error::from(ErrorKind::InvalidData);
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting)?;
    let mut methods = vec![0; usize::from(greeting[1])];
    stream.read_exact(&mut methods)?;
    if !methods.contains(&0) {
        stream.write_all(&[5, 0xFF])?;
        return Err(bad());
    }
    stream.write_all(&[5, 0])?;
    let mut request = [0; 5];
    stream.read_exact(&mut request)?;
    // Connect, by domain name; the port is 0 and means nothing.
    let [5, 1, _, 3, length] = request else {
        return Err(bad());
    };
    let mut rest = vec![0; usize::from(length) + 2];
    stream.read_exact(&mut rest)?;
    rest.truncate(usize::from(length));
    String::from_utf8(rest).map_err(|_| bad())
}

/// Grants what [`socks_asked`] gave.
///
/// # Errors
/// Of the connection.
pub fn socks_granted(stream: &mut TcpStream, destination: &str) -> io::Result<()> {
    stream.write_all(&socks_message(0, destination))
}

/// SOCKS5 as client.
///
/// Quirk `socks-one-piece`: libpurple's server wants one method, and the request in one piece after its answer.
/// Quirk `socks-reply`: what address stands in its reply is not looked at.
///
/// # Errors
/// If the server does not grant it.
pub fn socks_ask(stream: &mut TcpStream, destination: &str) -> io::Result<()> {
    let bad = || io::Error::from(ErrorKind::InvalidData);
    stream.set_nodelay(true)?;
    stream.write_all(&[5, 1, 0])?;
    let mut method = [0; 2];
    stream.read_exact(&mut method)?;
    if method != [5, 0] {
        return Err(bad());
    }
    stream.write_all(&socks_message(1, destination))?;
    let mut reply = [0; 4];
    stream.read_exact(&mut reply)?;
    let [5, 0, _, kind] = reply else {
        return Err(ErrorKind::ConnectionRefused.into());
    };
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => {
            let mut length = [0; 1];
            stream.read_exact(&mut length)?;
            usize::from(length[0])
        }
        _ => return Err(bad()),
    };
    let mut rest = vec![0; length + 2];
    stream.read_exact(&mut rest)
}

fn socks_message(second: u8, destination: &str) -> Vec<u8> {
    let length = u8::try_from(destination.len()).unwrap_or(u8::MAX);
    let mut message = vec![5, second, 0, 3, length];
    message.extend(destination.bytes().take(usize::from(length)));
    message.extend([0, 0]);
    message
}

/// Reads AppleSingle as far as the file itself begins; how long that is.
///
/// # Errors
/// If it is none, or what comes before the file is more than that could be.
pub fn unwrap_apple_single(stream: &mut impl Read, pace: &mut Pace) -> io::Result<u64> {
    let bad = || {
        io::Error::new(
            ErrorKind::InvalidData,
            "the other program sends the file in a form that is not understood",
        )
    };
    let mut header = [0; 26];
    read_all(stream, pace, &mut header)?;
    let length = apple_single::table_length(&header).ok_or_else(bad)?;
    let mut table = vec![0; length];
    read_all(stream, pace, &mut table)?;
    let (start, bytes) = apple_single::data_fork(&table).ok_or_else(bad)?;
    let mut before = start.saturating_sub((header.len() + length) as u64);
    if before > MOST_BEFORE_DATA {
        return Err(bad());
    }
    let mut block = [0; 4096];
    while before > 0 {
        let most = block
            .len()
            .min(usize::try_from(before).unwrap_or(usize::MAX));
        let room = block.get_mut(..most).unwrap_or_default();
        read_all(stream, pace, room)?;
        before -= most as u64;
    }
    Ok(bytes)
}

fn read_all(stream: &mut impl Read, pace: &mut Pace, mut into: &mut [u8]) -> io::Result<()> {
    while !into.is_empty() {
        let read = pace.read(stream, into)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        into = into.get_mut(read..).unwrap_or_default();
    }
    Ok(())
}

/// Where a computer may be reached that said `host`, if that is an address of its own: `own` are those that it is known
/// under. Link-local ones get the scope from there. Anything else would make us connect to a third computer.
pub fn own_address(host: IpAddr, port: u16, own: &[SocketAddr]) -> Option<SocketAddr> {
    let known = own
        .iter()
        .find(|known| known.ip().to_canonical() == host.to_canonical())?;
    let mut address = *known;
    address.set_port(port);
    Some(address)
}

/// May the streams of others be told of this address? The own computer's and those that mean nobody may not.
pub fn is_tellable(ip: IpAddr) -> bool {
    !ip.is_loopback() && !ip.is_unspecified() && !ip.is_multicast()
}

/// Is it an IPv6 address that only means something together with an interface?
pub fn is_link_local(ip: &IpAddr) -> bool {
    matches!(ip, IpAddr::V6(v6) if Ipv6Addr::is_unicast_link_local(v6))
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

    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn socks_both_ways() {
        let (mut client, mut server) = pair();
        let hash = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let serving = thread::spawn(move || {
            assert_eq!(opening(&server).unwrap(), Opening::Socks);
            let asked = socks_asked(&mut server).unwrap();
            socks_granted(&mut server, &asked).unwrap();
            server.write_all(b"bytes").unwrap();
            asked
        });
        socks_ask(&mut client, hash).unwrap();
        let mut bytes = [0; 5];
        client.read_exact(&mut bytes).unwrap();
        assert_eq!((&bytes, serving.join().unwrap().as_str()), (b"bytes", hash));
    }

    #[test]
    fn what_is_no_socks_request_is_refused() {
        for request in [
            b"\x05\x01\x02".as_slice(),
            b"\x05\x01\x00\x05\x02\x00\x03\x01",
            b"\x05\x01\x00\x05\x01\x00\x01\x01",
        ] {
            let (mut client, mut server) = pair();
            client.write_all(request).unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            assert!(socks_asked(&mut server).is_err());
        }
        let (client, server) = pair();
        (&client).write_all(b"SSH-2.0").unwrap();
        assert!(opening(&server).is_err());
    }

    #[test]
    fn a_third_computer_is_not_connected_to() {
        let own = ["10.77.0.2:5298", "[fe80::2%3]:5298"].map(|text| text.parse().unwrap());
        let at =
            |ip: &str| own_address(ip.parse().unwrap(), 40, &own).map(|found| found.to_string());
        assert_eq!(at("10.77.0.2").as_deref(), Some("10.77.0.2:40"));
        assert_eq!(at("fe80::2").as_deref(), Some("[fe80::2%3]:40"));
        assert_eq!(at("10.77.0.9"), None);
        assert_eq!(at("127.0.0.1"), None);
    }

    #[test]
    fn a_sender_that_drips_is_given_up() {
        struct Drip;
        impl Read for Drip {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                into[0] = 0;
                Ok(1)
            }
        }
        let mut pace = Pace::new(Duration::from_nanos(1), SLOWEST);
        let slow = (0..1000).find_map(|_| pace.read(&mut Drip, &mut [0; 16]).err());
        assert_eq!(slow.unwrap().kind(), ErrorKind::TimedOut);
    }
}
