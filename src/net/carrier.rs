//! A connection that carries a file between Balconies: TLS between the keys of the stream, or as open as the stream is.
//! Blocking; see [`super::bytestream`].

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::handshake::{Shaken, shake};
use super::records::{MOST_RECORD, Opener, Outgoing, Renewal, Said, Sealer};
use super::tls::{Credentials, Takeable};
use crate::wire::key::{Fingerprint, SecretKey};

/// How much is read of the network, and written to it, with one system call.
const READ: usize = 256 << 10;
/// So many records without a byte of data may come one after the other.
const EMPTY: usize = 32;

/// Our key, for connections that carry files.
#[derive(Clone, Debug)]
pub struct CarrierKey(Takeable);

impl CarrierKey {
    /// Of this key.
    ///
    /// # Errors
    /// If no certificate can be made of it.
    pub fn new(key: &SecretKey) -> io::Result<CarrierKey> {
        let credentials = Credentials::new(key).map_err(io::Error::other)?;
        Ok(CarrierKey(Takeable::new(&credentials)))
    }

    /// Shakes hands, as client or as server; gives the connection and whose it is.
    ///
    /// # Errors
    /// If the other end does not, or has no key of our kind.
    pub fn secure(&self, stream: TcpStream, client: bool) -> io::Result<(Carrier, Fingerprint)> {
        let ends = self.0.begin(client).map_err(io::Error::other)?;
        let mut stream = stream;
        let shaken = shake(ends, &mut stream)?;
        let who = shaken.key.fingerprint();
        let secure = Secure::new(stream, shaken)?;
        Ok((Carrier::Secure(Box::new(secure)), who))
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
pub struct Secure {
    stream: TcpStream,
    sealer: Sealer,
    opener: Opener,
    renewal: Box<dyn Renewal>,
    /// Records to be written.
    out: Outgoing,
    /// Records that were read: those from `start` to `end` are not opened yet.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Data that had no room where it was wanted: what is left of it is from `given` on.
    plain: Vec<u8>,
    given: usize,
    /// The other end has said that nothing more comes.
    ended: bool,
}

impl std::fmt::Debug for Secure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secure")
            .field("stream", &self.stream)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
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
                secure.out.clear();
                secure.sealer.end(&mut secure.out)?;
                secure.stream.write_all(secure.out.as_slice())?;
                secure.stream.shutdown(Shutdown::Write)
            }
            Carrier::Detour(detour) => detour.end_writing(),
        }
    }
}

impl Secure {
    fn new(stream: TcpStream, shaken: Shaken) -> io::Result<Secure> {
        let mut buffer = shaken.rest;
        let end = buffer.len();
        // Room for the beginning of a record that is not there yet, before what is read at once.
        buffer.resize(READ + MOST_RECORD, 0);
        Ok(Secure {
            stream,
            sealer: Sealer::new(shaken.sending)?,
            opener: Opener::new(shaken.coming)?,
            renewal: shaken.renewal,
            out: Outgoing::default(),
            buffer,
            start: 0,
            end,
            plain: shaken.early,
            given: 0,
            ended: false,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = bytes.get(..READ).unwrap_or(bytes);
        self.out.clear();
        self.sealer.data(bytes, &mut *self.renewal, &mut self.out)?;
        self.stream.write_all(self.out.as_slice())?;
        Ok(bytes.len())
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        for _ in 0..EMPTY {
            let mut left = self.plain.get(self.given..).unwrap_or_default();
            if !left.is_empty() {
                let read = left.read(into)?;
                self.given += read;
                return Ok(read);
            }
            if self.ended {
                return Ok(0);
            }
            let length = self.fetch_record()?;
            match self.open(length, into)? {
                Said::Data(0) => {}
                Said::Data(read) => return Ok(read),
                Said::End => self.ended = true,
                Said::Aside(true) => self.sealer.renew(),
                Said::Aside(false) => {}
            }
        }
        Err(ErrorKind::InvalidData.into())
    }

    /// Opens the record at the beginning of the buffer: into `into`, or, if there is too little room, aside, and then says
    /// that there is nothing.
    fn open(&mut self, length: usize, into: &mut [u8]) -> io::Result<Said> {
        let record = self.buffer.get(self.start..self.start + length);
        let record = record.unwrap_or_default();
        self.start += length;
        let room = Opener::room(length);
        if let Some(into) = into.get_mut(..room) {
            return self.opener.open(record, &mut *self.renewal, into);
        }
        self.plain.resize(room, 0);
        self.given = 0;
        let said = self
            .opener
            .open(record, &mut *self.renewal, &mut self.plain);
        match said {
            Ok(Said::Data(bytes)) => {
                self.plain.truncate(bytes);
                Ok(Said::Data(0))
            }
            said => {
                self.plain.clear();
                said
            }
        }
    }

    /// Has a whole record at the beginning of the buffer; how long it is.
    fn fetch_record(&mut self) -> io::Result<usize> {
        loop {
            let have = self.buffer.get(self.start..self.end).unwrap_or_default();
            if let Some(length) = Opener::length(have)?
                && length <= have.len()
            {
                return Ok(length);
            }
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            let room = match room.len() {
                READ.. => room.get_mut(..READ).unwrap_or_default(),
                _ => room,
            };
            match self.stream.read(room)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => self.end += read,
            }
        }
    }
}

impl Write for Carrier {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Carrier::Plain(stream) => stream.write(bytes),
            Carrier::Detour(detour) => detour.write(bytes),
            Carrier::Secure(secure) => secure.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Carrier {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Carrier::Plain(stream) => stream.read(into),
            Carrier::Detour(detour) => detour.read(into),
            Carrier::Secure(secure) => secure.read(into),
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

    /// So that whoever has another Balcony, or another TLS, reads us: the records are what rustls makes of them, through
    /// new keys of either side.
    #[test]
    fn rustls_reads_what_is_written_and_its_own_is_read() {
        let sent: Vec<u8> = (0..600_000_u32).map(|at| ((at * 5) >> 4) as u8).collect();
        for client in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let theirs = sent.clone();
            let other = thread::spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                let credentials = Credentials::new(&key(1)).unwrap();
                let mut connection = credentials.connection(!client).unwrap();
                while connection.is_handshaking() {
                    connection.complete_io(&mut stream).unwrap();
                }
                for piece in theirs.chunks(50_000) {
                    connection.writer().write_all(piece).unwrap();
                    connection.complete_io(&mut stream).unwrap();
                    // This asks us to renew ours, too.
                    connection.refresh_traffic_keys().unwrap();
                }
                let mut all = Vec::new();
                while all.len() < theirs.len() {
                    assert_ne!(connection.read_tls(&mut stream).unwrap(), 0);
                    connection.process_new_packets().unwrap();
                    let read = connection.reader().read_to_end(&mut all);
                    assert_eq!(read.unwrap_err().kind(), ErrorKind::WouldBlock);
                }
                assert_eq!(all, theirs);
                connection.send_close_notify();
                connection.complete_io(&mut stream).unwrap();
                all
            });
            let stream = TcpStream::connect(address).unwrap();
            let ours = CarrierKey::new(&key(2)).unwrap();
            let (mut carrier, who) = ours.secure(stream, client).unwrap();
            assert_eq!(who, key(1).public().fingerprint());
            let Carrier::Secure(secure) = &mut carrier else {
                panic!("it is encrypted");
            };
            secure.sealer.renew_after = 7;
            let mut all = vec![0; sent.len()];
            // Pieces that are no records.
            for piece in all.chunks_mut(33_333) {
                carrier.read_exact(piece).unwrap();
            }
            assert_eq!(all, sent);
            carrier.write_all(&sent).unwrap();
            assert_eq!(other.join().unwrap(), sent);
            assert_eq!(carrier.read(&mut [0; 9]).unwrap(), 0);
        }
    }

    #[test]
    fn what_is_no_record_or_was_changed_on_the_way_ends_the_connection() {
        let plain = [0x17, 3, 3, 0, 40].to_vec();
        let changed = [&plain[..], &[9; 40]].concat();
        let unencrypted_alert = vec![21, 3, 3, 0, 2, 1, 0];
        let too_long = vec![0x17, 3, 3, 0x41, 1];
        let too_short = vec![0x17, 3, 3, 0, 3, 1, 2, 3];
        for bytes in [changed, unencrypted_alert, too_long, too_short] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let reading = thread::spawn(move || {
                let stream = listener.accept().unwrap().0;
                let (mut carrier, _) = CarrierKey::new(&key(1))
                    .unwrap()
                    .secure(stream, false)
                    .unwrap();
                carrier.read(&mut [0; 100]).unwrap_err().kind()
            });
            let stream = TcpStream::connect(address).unwrap();
            let (carrier, _) = CarrierKey::new(&key(2))
                .unwrap()
                .secure(stream, true)
                .unwrap();
            carrier.tcp().unwrap().write_all(&bytes).unwrap();
            assert_eq!(reading.join().unwrap(), ErrorKind::InvalidData);
        }
    }

    #[test]
    fn whoever_says_nothing_again_and_again_is_not_listened_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let reading = thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            let (mut carrier, _) = CarrierKey::new(&key(1))
                .unwrap()
                .secure(stream, false)
                .unwrap();
            carrier.read(&mut [0; 100]).unwrap_err().kind()
        });
        let stream = TcpStream::connect(address).unwrap();
        let (mut carrier, _) = CarrierKey::new(&key(2))
            .unwrap()
            .secure(stream, true)
            .unwrap();
        let Carrier::Secure(secure) = &mut carrier else {
            panic!("it is encrypted");
        };
        for _ in 0..=EMPTY {
            secure.sealer.nothing(&mut secure.out).unwrap();
        }
        secure.stream.write_all(secure.out.as_slice()).unwrap();
        assert_eq!(reading.join().unwrap(), ErrorKind::InvalidData);
    }
}
