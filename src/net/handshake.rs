//! The handshake of a connection that carries a file (RFC 8446 §4): rustls's, on a blocking connection, to its end; then the
//! keys are taken out of it for [`super::records`].

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use rustls::ConnectionTrafficSecrets;
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, UnbufferedStatus};

use super::records::Renewal;
use super::tls::{Ends, key_in};
use crate::wire::key::PublicKey;

/// What of a handshake may wait to be understood: certificates of our kind have less than a kilobyte.
const MOST: usize = 32 << 10;

/// What came of a handshake.
pub(super) struct Shaken {
    /// Whose the other end is.
    pub(super) key: PublicKey,
    /// Number of the next record, and key, of what we send.
    pub(super) sending: (u64, ConnectionTrafficSecrets),
    /// The same of what comes.
    pub(super) coming: (u64, ConnectionTrafficSecrets),
    pub(super) renewal: Box<dyn Renewal>,
    /// Data that came together with the end of the handshake.
    pub(super) early: Vec<u8>,
    /// Ciphertext that nobody has looked at.
    pub(super) rest: Vec<u8>,
}

/// Shakes hands.
pub(super) fn shake(ends: Ends, stream: &mut TcpStream) -> io::Result<Shaken> {
    match ends {
        Ends::Client(mut connection) => {
            let talk = talk(&mut connection, stream, client, |end| end.is_handshaking())?;
            let key = certified(connection.peer_certificates())?;
            let taken = connection.dangerous_into_kernel_connection();
            let (secrets, renewal) = taken.map_err(io::Error::other)?;
            Ok(talk.with(key, secrets, Box::new(renewal)))
        }
        Ends::Server(mut connection) => {
            let talk = talk(&mut connection, stream, server, |end| end.is_handshaking())?;
            let key = certified(connection.peer_certificates())?;
            let taken = connection.dangerous_into_kernel_connection();
            let (secrets, renewal) = taken.map_err(io::Error::other)?;
            Ok(talk.with(key, secrets, Box::new(renewal)))
        }
    }
}

fn certified(
    certificates: Option<&[rustls::pki_types::CertificateDer<'_>]>,
) -> io::Result<PublicKey> {
    let certificate = certificates.and_then(<[_]>::first);
    let key = certificate.and_then(|certificate| key_in(certificate));
    key.ok_or_else(|| ErrorKind::PermissionDenied.into())
}

fn client<'c, 'i>(
    connection: &'c mut UnbufferedClientConnection,
    came: &'i mut [u8],
) -> UnbufferedStatus<'c, 'i, ClientConnectionData> {
    connection.process_tls_records(came)
}

fn server<'c, 'i>(
    connection: &'c mut UnbufferedServerConnection,
    came: &'i mut [u8],
) -> UnbufferedStatus<'c, 'i, ServerConnectionData> {
    connection.process_tls_records(came)
}

/// What was said until the end of the handshake, beside it.
struct Talk {
    early: Vec<u8>,
    rest: Vec<u8>,
}

impl Talk {
    fn with(
        self,
        key: PublicKey,
        secrets: rustls::ExtractedSecrets,
        renewal: Box<dyn Renewal>,
    ) -> Shaken {
        Shaken {
            key,
            sending: secrets.tx,
            coming: secrets.rx,
            renewal,
            early: self.early,
            rest: self.rest,
        }
    }
}

/// What rustls wants done next.
enum Step {
    Read,
    Write,
    Ended,
    Again,
}

fn talk<End, Data>(
    end: &mut End,
    stream: &mut TcpStream,
    process: impl for<'c, 'i> Fn(&'c mut End, &'i mut [u8]) -> UnbufferedStatus<'c, 'i, Data>,
    is_handshaking: impl Fn(&End) -> bool,
) -> io::Result<Talk> {
    let mut came = vec![0; MOST];
    let mut filled = 0;
    let mut early = Vec::new();
    let mut out = Vec::new();
    loop {
        let status = process(end, came.get_mut(..filled).unwrap_or_default());
        let used = status.discard.min(filled);
        let step = match status.state.map_err(invalid)? {
            ConnectionState::EncodeTlsData(mut message) => {
                if let Err(EncodeError::InsufficientSize(short)) = message.encode(&mut []) {
                    let start = out.len();
                    out.resize(start + short.required_size, 0);
                    let room = out.get_mut(start..).unwrap_or_default();
                    message.encode(room).map_err(invalid)?;
                }
                Step::Again
            }
            ConnectionState::TransmitTlsData(sending) => {
                sending.done();
                Step::Write
            }
            ConnectionState::ReadTraffic(mut traffic) => {
                while let Some(record) = traffic.next_record() {
                    early.extend_from_slice(record.map_err(invalid)?.payload);
                }
                Step::Again
            }
            ConnectionState::BlockedHandshake => Step::Read,
            ConnectionState::WriteTraffic(_) => Step::Ended,
            _ => return Err(ErrorKind::UnexpectedEof.into()),
        };
        came.copy_within(used..filled, 0);
        filled -= used;
        match step {
            Step::Again => {}
            Step::Write => {
                stream.write_all(&out)?;
                out.clear();
            }
            Step::Ended if !is_handshaking(end) => {
                came.truncate(filled);
                return Ok(Talk { early, rest: came });
            }
            Step::Read | Step::Ended => {
                let room = came.get_mut(filled..).unwrap_or_default();
                if room.is_empty() {
                    return Err(ErrorKind::InvalidData.into());
                }
                match stream.read(room) {
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    Ok(read) => filled += read,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
