//! The records of an encrypted connection that carries a file (RFC 8446 §5), after the handshake, which is rustls's: the
//! same records that rustls makes and takes, without the copies that its own connection makes of every byte on its way.
//!
//! Without I/O. [`Sealer`]: plaintext in, records out. [`Opener`]: one record in, what it says out. Keys, their renewal,
//! nonces and additional data are rustls's, the ciphers aws-lc's; what is ours is the frame, and that each number is used
//! once. A record that is not in order ends the connection.

use std::fmt;
use std::io::{self, ErrorKind};

use aws_lc_rs::aead::{
    AES_128_GCM, AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
};
use rustls::ConnectionTrafficSecrets;
use rustls::crypto::cipher::{Iv, Nonce as NonceOf, make_tls13_aad};
use rustls::kernel::KernelConnection;

/// The plaintext of a record, at most (RFC 8446 §5.1).
pub(super) const MOST: usize = 1 << 14;
/// What stands before the ciphertext.
pub(super) const HEAD: usize = 5;
/// The kind of what is inside, and the tag.
const TAIL: usize = 1 + TAG;
/// Of all three ciphers.
const TAG: usize = 16;
/// What a record is longer than what it carries, if nobody pads it.
pub(super) const FRAME: usize = HEAD + TAIL;
/// The ciphertext of a record, at most (§5.2).
const MOST_SEALED: usize = MOST + 256;
/// A whole record, at most.
pub(super) const MOST_RECORD: usize = HEAD + MOST_SEALED;
/// So many records go under one key: half of what AES-GCM may (§5.5).
const RENEW_AFTER: u64 = 1 << 23;

/// Kinds of what is inside (§5.1), and of handshake messages (§4).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;
const CLOSE_NOTIFY: u8 = 0;
const NEW_SESSION_TICKET: u8 = 4;
const KEY_UPDATE: u8 = 24;

/// Where further keys come from: rustls keeps the secrets that they are derived of.
pub(super) trait Renewal: Send {
    /// The next key of what we send.
    fn sending(&mut self) -> Result<(u64, ConnectionTrafficSecrets), rustls::Error>;
    /// The next key of what comes.
    fn coming(&mut self) -> Result<(u64, ConnectionTrafficSecrets), rustls::Error>;
}

impl<Data: Send> Renewal for KernelConnection<Data> {
    fn sending(&mut self) -> Result<(u64, ConnectionTrafficSecrets), rustls::Error> {
        self.update_tx_secret()
    }

    fn coming(&mut self) -> Result<(u64, ConnectionTrafficSecrets), rustls::Error> {
        self.update_rx_secret()
    }
}

/// A key of one direction, and the number of the next record under it.
struct Key {
    key: LessSafeKey,
    iv: Iv,
    next: u64,
}

impl Key {
    fn new((next, secrets): (u64, ConnectionTrafficSecrets)) -> io::Result<Key> {
        let (cipher, key, iv) = match secrets {
            ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (&AES_128_GCM, key, iv),
            ConnectionTrafficSecrets::Aes256Gcm { key, iv } => (&AES_256_GCM, key, iv),
            ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (&CHACHA20_POLY1305, key, iv),
            _ => return Err(ErrorKind::Unsupported.into()),
        };
        let key = UnboundKey::new(cipher, key.as_ref()).map_err(|_| ErrorKind::InvalidData)?;
        Ok(Key {
            key: LessSafeKey::new(key),
            iv,
            next,
        })
    }

    /// Each is given once.
    fn nonce(&mut self) -> io::Result<Nonce> {
        let number = self.next;
        self.next = number.checked_add(1).ok_or(ErrorKind::InvalidData)?;
        let nonce = NonceOf::new(&self.iv, number);
        Ok(Nonce::assume_unique_for_key(nonce.0))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// Records that are to be written. Its memory is used again and again, and not made zero between: every byte of it is
/// written before it is read.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    filled: usize,
}

impl Outgoing {
    /// All of them.
    pub(super) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// They are written.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    fn room(&mut self, length: usize) -> &mut [u8] {
        let start = self.filled;
        self.filled += length;
        if self.bytes.len() < self.filled {
            self.bytes.resize(self.filled, 0);
        }
        self.bytes.get_mut(start..self.filled).unwrap_or_default()
    }
}

/// Makes records of what goes out.
#[derive(Debug)]
pub(super) struct Sealer {
    key: Key,
    /// The other end asked for a new key.
    renew: bool,
    pub(super) renew_after: u64,
}

impl Sealer {
    /// With the number of the next record and its key.
    pub(super) fn new(secrets: (u64, ConnectionTrafficSecrets)) -> io::Result<Sealer> {
        Ok(Sealer {
            key: Key::new(secrets)?,
            renew: false,
            renew_after: RENEW_AFTER,
        })
    }

    /// Adds records with these bytes to `out`.
    pub(super) fn data(
        &mut self,
        bytes: &[u8],
        renewal: &mut dyn Renewal,
        out: &mut Outgoing,
    ) -> io::Result<()> {
        for piece in bytes.chunks(MOST) {
            if self.renew || self.key.next >= self.renew_after {
                // Not asked of the other end: it renews its own when it has to.
                self.seal(HANDSHAKE, &[KEY_UPDATE, 0, 0, 1, 0], out)?;
                self.key = Key::new(renewal.sending().map_err(io::Error::other)?)?;
                self.renew = false;
            }
            self.seal(DATA, piece, out)?;
        }
        Ok(())
    }

    /// The next records go under a new key: the other end asked for that.
    pub(super) fn renew(&mut self) {
        self.renew = true;
    }

    /// Adds the word that nothing more comes.
    pub(super) fn end(&mut self, out: &mut Outgoing) -> io::Result<()> {
        const WARNING: u8 = 1;
        self.seal(ALERT, &[WARNING, CLOSE_NOTIFY], out)
    }

    #[cfg(test)]
    pub(super) fn nothing(&mut self, out: &mut Outgoing) -> io::Result<()> {
        self.seal(DATA, &[], out)
    }

    fn seal(&mut self, kind: u8, bytes: &[u8], out: &mut Outgoing) -> io::Result<()> {
        let head = make_tls13_aad(bytes.len() + TAIL);
        let record = out.room(FRAME + bytes.len());
        let (front, rest) = record.split_at_mut(HEAD);
        front.copy_from_slice(&head);
        let (sealed, tail) = rest.split_at_mut(bytes.len());
        let nonce = self.key.nonce()?;
        self.key
            .key
            .seal_out_of_place_scatter(nonce, Aad::from(head), bytes, sealed, &[kind], tail)
            .map_err(|_| ErrorKind::InvalidData.into())
    }
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

/// What a record said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// So many bytes of data.
    Data(usize),
    /// Nothing more comes.
    End,
    /// Something between the two ends of the connection; `true`: the other end wants us to renew our key.
    Aside(bool),
}

/// Takes records apart that come in.
#[derive(Debug)]
pub(super) struct Opener {
    key: Key,
}

impl Opener {
    /// With the number of the next record and its key.
    pub(super) fn new(secrets: (u64, ConnectionTrafficSecrets)) -> io::Result<Opener> {
        Ok(Opener {
            key: Key::new(secrets)?,
        })
    }

    /// How long the record is that begins here; nothing while its head is not there.
    pub(super) fn length(bytes: &[u8]) -> io::Result<Option<usize>> {
        let Some(&[kind, 3, 3, high, low]) = bytes.first_chunk::<HEAD>() else {
            return match bytes.len() {
                ..HEAD => Ok(None),
                _ => Err(invalid("what came is no record")),
            };
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if kind != DATA || !(TAIL..=MOST_SEALED).contains(&length) {
            return Err(invalid("what came is no record"));
        }
        Ok(Some(HEAD + length))
    }

    /// How much room what is inside of a record of this length wants.
    pub(super) const fn room(record: usize) -> usize {
        record.saturating_sub(HEAD + TAG)
    }

    /// Opens a whole record. `into` is exactly [`Opener::room`] long; data is at its beginning.
    pub(super) fn open(
        &mut self,
        record: &[u8],
        renewal: &mut dyn Renewal,
        into: &mut [u8],
    ) -> io::Result<Said> {
        let wrong = || invalid("what came cannot be decrypted");
        let (head, sealed) = record.split_first_chunk::<HEAD>().ok_or_else(wrong)?;
        let (sealed, tag) = sealed.split_last_chunk::<TAG>().ok_or_else(wrong)?;
        let nonce = self.key.nonce()?;
        self.key
            .key
            .open_separate_gather(nonce, Aad::from(*head), sealed, tag, into)
            .map_err(|_| wrong())?;
        // The last byte that is not zero says what it is; zeros behind it make it longer and mean nothing.
        let last = into.iter().rposition(|byte| *byte != 0).ok_or_else(wrong)?;
        let (inside, kind) = into.split_at(last);
        match kind.first() {
            Some(&DATA) if inside.len() <= MOST => Ok(Said::Data(inside.len())),
            Some(&ALERT) => match inside {
                [_, CLOSE_NOTIFY] => Ok(Said::End),
                _ => Err(invalid("the other side broke the encryption off")),
            },
            Some(&HANDSHAKE) => self.aside(inside, renewal).map(Said::Aside),
            _ => Err(wrong()),
        }
    }

    /// Whole handshake messages: tickets, which nobody of us uses, and a new key, which is the last under the old one.
    fn aside(&mut self, mut messages: &[u8], renewal: &mut dyn Renewal) -> io::Result<bool> {
        loop {
            messages = match *messages {
                [KEY_UPDATE, 0, 0, 1, asked @ 0..=1] => {
                    self.key = Key::new(renewal.coming().map_err(io::Error::other)?)?;
                    return Ok(asked == 1);
                }
                [NEW_SESSION_TICKET, 0, high, low, ref rest @ ..] => rest
                    .get(usize::from(u16::from_be_bytes([high, low]))..)
                    .ok_or(ErrorKind::InvalidData)?,
                _ => return Err(ErrorKind::InvalidData.into()),
            };
            if messages.is_empty() {
                return Ok(false);
            }
        }
    }
}
