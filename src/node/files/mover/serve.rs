//! Letting in who fetches files, and sending.

use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use aws_lc_rs::digest;
use tokio::net::TcpListener;

use super::band::Band;
use super::{Desk, Shared, finish};
use crate::disk::{downloads, sources};
use crate::model::roster::hex;
use crate::net::bytestream::{self, Opening, SILENCE};
use crate::net::carrier::Carrier;
use crate::net::http;
use crate::node::files::ask::{Fault, Gate, Serve, Told};
use crate::node::files::flow::{self, Opened, Request};
use crate::wire::key::Fingerprint;

/// Connections that have not said what they want.
const HANDSHAKES: usize = 32;
/// How long a SOCKS5 client that was let in may take to say so on the stream.
const GO: Duration = Duration::from_secs(30);
/// A receiver that has not connected after this long is connected to.
const BACK_AFTER: Duration = Duration::from_secs(1);

pub(super) async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::info!(%error, "a connection for a file could not be accepted");
                // Too many open files: the next one would say the same at once.
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let blocking = stream.into_std().and_then(|stream| {
            stream.set_nonblocking(false)?;
            Ok(stream)
        });
        if let Ok(stream) = blocking {
            admit(&shared, stream);
        }
    }
}

/// Hears only who is expected, and not too many at a time.
fn admit(shared: &Arc<Shared>, stream: TcpStream) {
    let Ok(remote) = stream.peer_addr() else {
        return;
    };
    let expected = shared
        .desks()
        .values()
        .any(|desk| desk.expects(remote.ip()));
    if !expected {
        return tracing::debug!(%remote, "a connection for a file that nobody expects");
    }
    if shared.handshakes.fetch_add(1, Ordering::Relaxed) >= HANDSHAKES {
        shared.handshakes.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let serving = Arc::clone(shared);
    let spawned = std::thread::Builder::new()
        .name("balcony-file".into())
        .spawn(move || serving.serve(stream));
    if spawned.is_err() {
        shared.handshakes.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    /// A connection that was accepted: which transfer is it for, and does it prove that?
    fn serve(&self, stream: TcpStream) {
        let claimed = self.claim(stream);
        self.handshakes.fetch_sub(1, Ordering::Relaxed);
        match claimed {
            Ok(Some((serve, begin))) => self.begin(serve, begin),
            // It is with who waited for it.
            Ok(None) => {}
            Err(error) => tracing::info!(%error, "a connection for a file proved nothing"),
        }
    }

    /// Sends to who has proved to be meant.
    fn begin(&self, serve: Serve, begin: Begin) {
        let (transfer, run) = (serve.transfer.clone(), serve.run);
        let held = self.hold(&transfer, run, begin.tcp());
        let sent = held.and_then(|()| match begin {
            Begin::Direct(carrier, request) => self.send(&serve, carrier, &request),
            Begin::Raw(stream, go) => {
                go.recv_timeout(GO)
                    .map_err(|_| Fault::Final("the other program did not go on".to_owned()))?;
                self.send_raw(&serve, stream)
            }
            Begin::Http(stream, request) => self.send_http(&serve, stream, &request),
        });
        let again = matches!((&serve.gate, &sent), (Gate::Http(_), Ok(false)));
        match sent {
            Ok(_) if again => {
                // Only a head, or a part: the file is still offered.
                if let Some(desk) = self.desks().get_mut(&transfer)
                    && desk.run == run
                {
                    desk.working = false;
                    // Our copy would keep the connection open.
                    desk.stream = None;
                    desk.serve = Some(serve);
                }
            }
            Ok(_) => self.done(&transfer, run, Ok(())),
            Err(fault) => self.done(&transfer, run, Err(fault)),
        }
    }

    /// Sends in-band, to who is at the other end of the stream.
    pub(super) fn serve_in_band(&self, serve: &Serve, band: Band) -> Result<(), Fault> {
        let mut carrier = Carrier::Detour(Box::new(band));
        let request = Opened::request(&mut carrier).map_err(|error| flow::network(&error))?;
        self.send(serve, carrier, &request).map(drop)
    }

    /// The receiver takes it: if it does not come to us, we go to it.
    pub(super) fn dial_back(&self, transfer: &str, run: u32, addresses: &[SocketAddr]) {
        std::thread::sleep(BACK_AFTER);
        let waits = |desk: &Desk| desk.serve.clone().filter(|_| desk.run == run);
        let Some(serve) = self.desks().get(transfer).and_then(waits) else {
            return;
        };
        let Gate::Token(token) = serve.gate else {
            return;
        };
        let gone = self.dial(addresses, serve.key).and_then(|mut carrier| {
            let failed = |error: io::Error| flow::network(&error);
            Opened::Back(token).write(&mut carrier).map_err(failed)?;
            let request = Opened::request(&mut carrier).map_err(failed)?;
            Ok((carrier, request))
        });
        let (carrier, request) = match gone {
            Ok(gone) => gone,
            Err(fault) => return tracing::debug!(?fault, "the receiver is not reached either"),
        };
        let from = carrier.tcp().and_then(|tcp| tcp.peer_addr().ok());
        let taken = from.map(|from| self.take(from.ip(), &serve.gate, serve.key, None));
        if let Some(Ok(serve)) = taken {
            self.begin(serve, Begin::Direct(carrier, request));
        }
    }

    /// What a connection wants; nothing, if it was waited for.
    fn claim(&self, mut stream: TcpStream) -> io::Result<Option<(Serve, Begin)>> {
        let ip = stream.peer_addr()?.ip();
        match bytestream::opening(&stream)? {
            kind @ (Opening::Plain | Opening::Tls) => {
                let (mut carrier, key) = if kind == Opening::Tls {
                    let (carrier, key) = self.key.secure(stream, false)?;
                    (carrier, Some(key))
                } else {
                    (Carrier::Plain(stream), None)
                };
                match Opened::read(&mut carrier)? {
                    Opened::Request(request) => {
                        let serve = self.take(ip, &Gate::Token(request.token), key, None)?;
                        Ok(Some((serve, Begin::Direct(carrier, request))))
                    }
                    Opened::Back(token) => self.give(ip, token, key, carrier).map(|()| None),
                }
            }
            Opening::Socks => {
                let destination = bytestream::socks_asked(&mut stream)?;
                // Quirk `socks-swallows`: what follows the reply too early is lost.
                let (go, word) = sync_channel(1);
                let serve = self.take(ip, &Gate::Socks(destination.clone()), None, Some(go))?;
                bytestream::socks_granted(&mut stream, &destination)?;
                Ok(Some((serve, Begin::Raw(stream, word))))
            }
            Opening::Http => {
                let request = http::asked(&mut stream)?;
                let taken = self.take(ip, &Gate::Http(request.path.clone()), None, None);
                if taken.is_err() {
                    stream.write_all(
                        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    )?;
                }
                Ok(Some((taken?, Begin::Http(stream, request))))
            }
        }
    }

    /// A sender has come to who waits for it.
    fn give(
        &self,
        ip: IpAddr,
        token: [u8; 32],
        key: Option<Fingerprint>,
        carrier: Carrier,
    ) -> io::Result<()> {
        let mut desks = self.desks();
        let meant = |desk: &&mut Desk| {
            let awaits = desk.awaits.as_ref();
            awaits.is_some_and(|awaits| awaits.token == token && awaits.key == key)
        };
        let desk = desks
            .values_mut()
            .filter(|desk| desk.expects(ip))
            .find(meant);
        let awaits = desk.and_then(|desk| desk.awaits.take());
        let awaits = awaits.ok_or(ErrorKind::PermissionDenied)?;
        // Another way was faster.
        let _ = awaits.carrier.send(Ok(carrier));
        Ok(())
    }

    /// What is served to who proves this, once.
    fn take(
        &self,
        ip: IpAddr,
        gate: &Gate,
        key: Option<Fingerprint>,
        go: Option<SyncSender<()>>,
    ) -> io::Result<Serve> {
        let mut desks = self.desks();
        let desk = desks
            .values_mut()
            .find(|desk| {
                let meant = |serve: &Serve| serve.gate == *gate && serve.key == key;
                desk.expects(ip) && desk.serve.as_ref().is_some_and(meant)
            })
            .ok_or(ErrorKind::PermissionDenied)?;
        desk.go = go;
        desk.working = true;
        desk.serve
            .take()
            .ok_or_else(|| ErrorKind::PermissionDenied.into())
    }

    /// The file, if it still is the one that was offered.
    fn source(&self, serve: &Serve) -> Result<Arc<sources::Source>, Fault> {
        if let Some(source) = self.ahead.folder(serve) {
            return Ok(source);
        }
        let source = sources::look(&serve.path).map_err(|error| Fault::Final(error.to_string()))?;
        if sources::is_same_file(&source.stamp, &serve.stamp) {
            Ok(Arc::new(source))
        } else {
            Err(Fault::Final(
                "the file was changed since it was offered".to_owned(),
            ))
        }
    }

    fn send(&self, serve: &Serve, mut carrier: Carrier, request: &Request) -> Result<bool, Fault> {
        let source = self.source(serve)?;
        carrier
            .carry(SILENCE)
            .map_err(|error| flow::network(&error))?;
        let (path, stamp) = (&serve.path, &source.stamp);
        // Asked in this order: what is hashed between the two questions is known.
        let hashing = source.folder.is_none() && self.ahead.is_hashing(path, stamp);
        let known = self.ahead.known(serve, &source);
        let later = || self.ahead.when_hashed(path, stamp);
        let hashes = flow::Hashes {
            known: &known,
            later: hashing.then_some(&later),
        };
        let mut progress = self.progress(&serve.transfer, serve.run);
        let sha256 = self.hashing_beside(serve, &source, || {
            flow::pour(&mut carrier, |spout| {
                let moved = &mut |bytes| progress.tell(bytes);
                flow::send(&source, request, &hashes, spout, moved)
            })
        })?;
        let verdict = finish(&mut carrier).map_err(|error| flow::network(&error))?;
        if verdict != Some(1) {
            return Err(Fault::Passing(
                "the other side has not said that it has it".to_owned(),
            ));
        }
        self.sent(serve, sha256);
        Ok(true)
    }

    fn send_raw(&self, serve: &Serve, stream: TcpStream) -> Result<bool, Fault> {
        let mut carrier = Carrier::Plain(stream);
        let sha256 = self.send_from(serve, &mut carrier, 0)?;
        // Whoever takes raw bytes cannot say that it has them, but it closes when it has.
        match finish(&mut carrier) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => {
                return Err(Fault::Final(format!(
                    "the other side broke it off at the end: {error}"
                )));
            }
        }
        self.sent(serve, Some(sha256));
        Ok(true)
    }

    /// One file's bytes from there on, and nothing else.
    fn send_from(&self, serve: &Serve, carrier: &mut Carrier, from: u64) -> Result<String, Fault> {
        let source = self.source(serve)?;
        let entry = source.entries.first().filter(|_| source.folder.is_none());
        let entry =
            entry.ok_or_else(|| Fault::Final("the other program takes no folders".to_owned()))?;
        let mut file = sources::open(entry).map_err(|error| Fault::Final(error.to_string()))?;
        let mut hash = downloads::hash_of_beginning(&mut file, from)
            .map_err(|error| Fault::Final(error.to_string()))?;
        carrier
            .carry(SILENCE)
            .map_err(|error| flow::network(&error))?;
        let mut progress = self.progress(&serve.transfer, serve.run);
        let raw = flow::pour(carrier, |spout| {
            spout.read_from(
                &mut file,
                entry.size - from,
                Some(&mut hash),
                &mut |bytes| progress.tell(from + bytes),
            )?;
            sources::unchanged(entry, &file).map_err(|error| Fault::Final(error.to_string()))
        });
        match raw {
            Ok(()) => Ok(hex(hash.finish().as_ref())),
            // There is no going on with it.
            Err(Fault::Passing(why)) => Err(Fault::Final(why)),
            Err(fault) => Err(fault),
        }
    }

    fn send_http(
        &self,
        serve: &Serve,
        mut stream: TcpStream,
        request: &http::Asked,
    ) -> Result<bool, Fault> {
        let source = self.source(serve)?;
        let tag = tag_of(&source);
        // RFC 9110 §13.1.5: of anything else than this the whole is wanted.
        let same = request.of.as_ref().is_none_or(|of| *of == tag);
        let from = request.from.filter(|from| same && *from <= source.size);
        let status = match from {
            None => "200 OK".to_owned(),
            Some(from) => format!(
                "206 Partial Content\r\nContent-Range: bytes {from}-{}/{}",
                source.size.saturating_sub(1),
                source.size
            ),
        };
        let from = from.unwrap_or(0);
        let kind = source.media_type.unwrap_or("application/octet-stream");
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAccept-Ranges: bytes\r\nETag: {tag}\r\nConnection: close\r\n\r\n",
            source.size - from
        );
        stream
            .write_all(head.as_bytes())
            .map_err(|error| flow::network(&error))?;
        if request.head_only {
            return Ok(false);
        }
        let mut carrier = Carrier::Plain(stream);
        let sent = self.send_from(serve, &mut carrier, from);
        match sent {
            Ok(sha256) => {
                if finish(&mut carrier).is_err() {
                    tracing::debug!("the other side did not close in order");
                }
                self.sent(serve, Some(sha256));
                Ok(true)
            }
            // It may come again for the rest.
            Err(_) => Ok(false),
        }
    }

    fn sent(&self, serve: &Serve, sha256: Option<String>) {
        self.say(Told::Sent {
            transfer: serve.transfer.clone(),
            run: serve.run,
            sha256,
        });
    }
}

/// A strong entity tag: the file is sent only while it looks as it did, and what it looks like is nobody else's matter.
fn tag_of(source: &sources::Source) -> String {
    let digest = digest::digest(&digest::SHA256, source.stamp.as_bytes());
    format!("\"{}\"", hex(digest.as_ref().get(..16).unwrap_or_default()))
}

/// How a connection that proved what it is for begins.
pub(super) enum Begin {
    Direct(Carrier, Request),
    Raw(TcpStream, Receiver<()>),
    Http(TcpStream, http::Asked),
}

impl Begin {
    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Begin::Direct(carrier, _) => carrier.tcp(),
            Begin::Raw(stream, _) | Begin::Http(stream, _) => Some(stream),
        }
    }
}
