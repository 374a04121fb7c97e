//! A connection that carries a file between Balconies: TLS between the keys of the stream, or as open as the stream is.
//! Blocking; see [`super::bytestream`].

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use rustls::Connection;

use super::tls::{Credentials, key_in};
use crate::wire::key::{Fingerprint, SecretKey};

/// How much is read of the network with one system call.
const READ: usize = 256 << 10;

/// Our key, for connections that carry files.
#[derive(Clone, Debug)]
pub struct CarrierKey(Credentials);

impl CarrierKey {
    /// Of this key.
    ///
    /// # Errors
    /// If no certificate can be made of it.
    pub fn new(key: &SecretKey) -> io::Result<CarrierKey> {
        Credentials::new(key)
            .map(CarrierKey)
            .map_err(io::Error::other)
    }

    /// Shakes hands, as client or as server; gives the connection and whose it is.
    ///
    /// # Errors
    /// If the other end does not, or has no key of our kind.
    pub fn secure(&self, stream: TcpStream, client: bool) -> io::Result<(Carrier, Fingerprint)> {
        let mut connection = self.0.connection(client).map_err(io::Error::other)?;
        // What is encrypted and not yet sent: a block and its framing.
        connection.set_buffer_limit(Some(READ + (READ >> 4)));
        let mut stream = stream;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        let certificate = connection.peer_certificates().and_then(<[_]>::first);
        let key = certificate.and_then(|certificate| key_in(certificate));
        let key = key.ok_or(ErrorKind::PermissionDenied)?;
        let secure = Secure {
            connection,
            stream,
            buffer: vec![0; READ],
            start: 0,
            end: 0,
        };
        Ok((Carrier::Secure(Box::new(secure)), key.fingerprint()))
    }
}

/// See the module.
#[derive(Debug)]
pub enum Carrier {
    /// Anybody on the way reads it.
    Plain(TcpStream),
    /// Nobody does.
    Secure(Box<Secure>),
    /// No connection of its own.
    Detour(Box<dyn Detour>),
}

/// Another way for the bytes than a connection of their own: as safe as that way is.
pub trait Detour: Read + Write + std::fmt::Debug + Send {
    /// Says that nothing more will be written; reading goes on.
    ///
    /// # Errors
    /// Of the way.
    fn end_writing(&mut self) -> io::Result<()>;

    /// How long a read or a write may wait; an error `WouldBlock` after that.
    fn set_patience(&mut self, patience: Duration);
}

/// An encrypted one.
#[derive(Debug)]
pub struct Secure {
    connection: Connection,
    stream: TcpStream,
    /// Ciphertext that was read and not yet looked at.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Carrier {
    /// The connection below, if there is one.
    pub fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Carrier::Plain(stream) => Some(stream),
            Carrier::Secure(secure) => Some(&secure.stream),
            Carrier::Detour(_) => None,
        }
    }

    /// From a handshake to the bytes: other time limits.
    ///
    /// # Errors
    /// Of the system.
    pub fn carry(&mut self, silence: Duration) -> io::Result<()> {
        if let Carrier::Detour(detour) = self {
            detour.set_patience(silence);
        }
        self.tcp()
            .map_or(Ok(()), |stream| super::bytestream::carry(stream, silence))
    }

    /// How long a read may wait.
    ///
    /// # Errors
    /// Of the system.
    pub fn wait_for(&mut self, patience: Duration) -> io::Result<()> {
        if let Carrier::Detour(detour) = self {
            detour.set_patience(patience);
        }
        self.tcp()
            .map_or(Ok(()), |stream| stream.set_read_timeout(Some(patience)))
    }

    /// Says that nothing more will be written; reading goes on.
    ///
    /// # Errors
    /// Of the connection.
    pub fn end_writing(&mut self) -> io::Result<()> {
        match self {
            Carrier::Plain(stream) => stream.shutdown(Shutdown::Write),
            Carrier::Secure(secure) => {
                secure.connection.send_close_notify();
                secure.send()?;
                secure.stream.shutdown(Shutdown::Write)
            }
            Carrier::Detour(detour) => detour.end_writing(),
        }
    }
}

impl Secure {
    fn send(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.stream)?;
        }
        Ok(())
    }
}

impl Write for Carrier {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Carrier::Plain(stream) => stream.write(bytes),
            Carrier::Detour(detour) => detour.write(bytes),
            Carrier::Secure(secure) => {
                let written = secure.connection.writer().write(bytes)?;
                secure.send()?;
                Ok(written)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Carrier {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let secure = match self {
            Carrier::Plain(stream) => return stream.read(into),
            Carrier::Detour(detour) => return detour.read(into),
            Carrier::Secure(secure) => secure,
        };
        loop {
            match secure.connection.reader().read(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
            if secure.start == secure.end {
                secure.end = secure.stream.read(&mut secure.buffer)?;
                secure.start = 0;
            }
            // Nothing read is the end, which must be told, too.
            let mut have = secure
                .buffer
                .get(secure.start..secure.end)
                .unwrap_or_default();
            let taken = secure.connection.read_tls(&mut have)?;
            secure.start += taken;
            secure
                .connection
                .process_new_packets()
                .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
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

    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_seed(&[byte; 32]).unwrap()
    }

    #[test]
    fn bytes_go_both_ways_and_each_end_is_told_who_the_other_is() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            let (mut carrier, who) = CarrierKey::new(&key(1))
                .unwrap()
                .secure(stream, false)
                .unwrap();
            assert_eq!(who, key(2).public().fingerprint());
            let mut all = Vec::new();
            carrier.read_to_end(&mut all).unwrap();
            carrier.write_all(&[1]).unwrap();
            all
        });
        let stream = TcpStream::connect(address).unwrap();
        let (mut carrier, who) = CarrierKey::new(&key(2))
            .unwrap()
            .secure(stream, true)
            .unwrap();
        assert_eq!(who, key(1).public().fingerprint());
        let sent: Vec<u8> = (0..1_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
        carrier.write_all(&sent).unwrap();
        carrier.end_writing().unwrap();
        let mut verdict = [0; 1];
        carrier.read_exact(&mut verdict).unwrap();
        assert_eq!((verdict, serving.join().unwrap() == sent), ([1], true));
    }

    #[test]
    fn a_connection_that_is_cut_is_not_taken_for_ended() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            let (mut carrier, _) = CarrierKey::new(&key(1))
                .unwrap()
                .secure(stream, false)
                .unwrap();
            carrier.read_to_end(&mut Vec::new()).unwrap_err().kind()
        });
        let stream = TcpStream::connect(address).unwrap();
        let (mut carrier, _) = CarrierKey::new(&key(2))
            .unwrap()
            .secure(stream, true)
            .unwrap();
        carrier.write_all(b"half").unwrap();
        carrier.tcp().unwrap().shutdown(Shutdown::Both).unwrap();
        assert_eq!(serving.join().unwrap(), ErrorKind::UnexpectedEof);
    }
}
