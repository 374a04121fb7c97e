//! Moves the bytes of files on the real network and disk: what [`Ask`] asks, on threads of their own, at most one a
//! transfer and [`HANDSHAKES`] that do not know yet which.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA256};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::ask::{Ask, Fault, Fetch, From, Gate, Look, Serve, Told};
use super::flow::{self, Place, Request};
use crate::disk::{downloads, sources};
use crate::model::roster::hex;
use crate::net::bytestream::{self, Opening, Pace, SILENCE};
use crate::net::carrier::{Carrier, CarrierKey};
use crate::node::effect::Input;
use crate::wire::key::{Fingerprint, SecretKey};

/// Connections that have not said what they want.
const HANDSHAKES: usize = 32;
/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(150);
/// How long the receiver may take to sync a large file.
const SYNCING: Duration = Duration::from_secs(600);
/// How long a SOCKS5 client that was let in may take to say so on the stream.
const GO: Duration = Duration::from_secs(30);

/// See the module. Dropped, it ends all connections; what is there of files stays.
#[derive(Debug)]
pub struct Mover {
    port: u16,
    shared: Arc<Shared>,
    _acceptors: Vec<AbortOnDropHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    desks: Mutex<HashMap<String, Desk>>,
    handshakes: AtomicUsize,
    tell: mpsc::Sender<Input>,
    key: CarrierKey,
}

/// What goes on for one transfer.
#[derive(Debug, Default)]
struct Desk {
    run: u32,
    serve: Option<Serve>,
    /// The connection, to be severed.
    stream: Option<TcpStream>,
    /// Where a SOCKS5 connection waits for its word.
    go: Option<SyncSender<()>>,
    /// A thread works for it.
    working: bool,
    /// To be removed when it has ended.
    remove: Option<PathBuf>,
    stopped: bool,
}

impl Mover {
    /// Listens. Within a tokio runtime.
    ///
    /// # Errors
    /// If there is no port.
    pub fn start(tell: mpsc::Sender<Input>, key: &SecretKey) -> io::Result<Mover> {
        let (port, listeners) = bytestream::listen()?;
        let shared = Arc::new(Shared {
            desks: Mutex::default(),
            handshakes: AtomicUsize::new(0),
            tell,
            key: CarrierKey::new(key)?,
        });
        let accept =
            |listener| AbortOnDropHandle::new(tokio::spawn(accept(Arc::clone(&shared), listener)));
        let acceptors = listeners.into_iter().map(accept).collect();
        Ok(Mover {
            port,
            shared,
            _acceptors: acceptors,
        })
    }

    /// Does, or begins to do, what is asked.
    pub fn perform(&self, ask: Ask) {
        match ask {
            Ask::Look { transfer, path } => self.look(transfer, path),
            Ask::Serve(serve) => {
                let desk = Desk {
                    run: serve.run,
                    serve: Some(*serve.clone()),
                    ..Desk::default()
                };
                self.shared.put(&serve.transfer, desk);
            }
            Ask::Go { transfer } => {
                if let Some(go) = self
                    .shared
                    .desks()
                    .get(&transfer)
                    .and_then(|desk| desk.go.as_ref())
                {
                    // It may have been told already.
                    let _ = go.try_send(());
                }
            }
            Ask::Fetch(fetch) => {
                let desk = Desk {
                    run: fetch.run,
                    working: true,
                    ..Desk::default()
                };
                self.shared.put(&fetch.transfer, desk);
                let shared = Arc::clone(&self.shared);
                let (transfer, run) = (fetch.transfer.clone(), fetch.run);
                self.work(transfer, run, move || shared.fetch(*fetch));
            }
            Ask::Stop { transfer, remove } => {
                let part =
                    |(into, name): (PathBuf, String)| downloads::place(&into, &name, &transfer).2;
                self.shared.stop(&transfer, remove.map(part));
            }
        }
    }

    fn look(&self, transfer: String, path: PathBuf) {
        let (shared, port) = (Arc::clone(&self.shared), self.port);
        let id = transfer.clone();
        self.work(transfer, 0, move || {
            let result = look(&path, port).map_err(|error| error.to_string());
            shared.say(Told::Looked {
                transfer: id,
                result,
            });
            Ok(())
        });
    }

    fn work(
        &self,
        transfer: String,
        run: u32,
        work: impl FnOnce() -> Result<(), Fault> + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        let id = transfer.clone();
        let spawned = std::thread::Builder::new()
            .name("balcony-file".into())
            .spawn(move || shared.done(&id, run, work()));
        if let Err(error) = spawned {
            self.shared
                .done(&transfer, run, Err(Fault::Stuck(error.to_string())));
        }
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        for desk in self.shared.desks().values() {
            desk.stream.iter().for_each(bytestream::sever);
        }
    }
}

fn look(path: &Path, port: u16) -> Result<Look, sources::SourceError> {
    let source = sources::look(path)?;
    let mut token = [0; 32];
    if aws_lc_rs::rand::fill(&mut token).is_err() {
        tracing::error!("the system gives no randomness");
    }
    Ok(Look {
        name: source.name,
        size: source.size,
        folder: source.folder,
        media_type: source.media_type.map(str::to_owned),
        stamp: source.stamp,
        port,
        token,
    })
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
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

impl Desk {
    fn expects(&self, ip: IpAddr) -> bool {
        self.serve.as_ref().is_some_and(|serve| {
            serve
                .from
                .iter()
                .any(|from| from.to_canonical() == ip.to_canonical())
        })
    }
}

impl Shared {
    fn desks(&self) -> MutexGuard<'_, HashMap<String, Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, told: Told) {
        // The node has ended: nobody waits for it any more.
        let _ = self.tell.blocking_send(Input::File(told));
    }

    /// Another attempt: what went on before ends.
    fn put(&self, transfer: &str, desk: Desk) {
        if let Some(before) = self.desks().insert(transfer.to_owned(), desk) {
            before.stream.iter().for_each(bytestream::sever);
        }
    }

    fn stop(&self, transfer: &str, remove: Option<PathBuf>) {
        let mut desks = self.desks();
        let Some(desk) = desks.get_mut(transfer) else {
            drop(desks);
            return remove.iter().for_each(|part| downloads::remove_part(part));
        };
        desk.stream.iter().for_each(bytestream::sever);
        desk.serve = None;
        desk.go = None;
        desk.stopped = true;
        if desk.working {
            desk.remove = remove;
            return;
        }
        desks.remove(transfer);
        drop(desks);
        remove.iter().for_each(|part| downloads::remove_part(part));
    }

    /// A thread's work has ended.
    fn done(&self, transfer: &str, run: u32, result: Result<(), Fault>) {
        let mut remove = None;
        let mut desks = self.desks();
        // Not the desk of a later attempt.
        if run > 0 && desks.get(transfer).is_some_and(|desk| desk.run == run) {
            let desk = desks.remove(transfer);
            remove = desk.and_then(|desk| desk.remove);
        }
        drop(desks);
        remove.iter().for_each(|part| downloads::remove_part(part));
        if let Err(fault) = result {
            self.say(Told::Broken {
                transfer: transfer.to_owned(),
                run,
                fault,
            });
        }
    }

    /// The connection of a transfer, so that it can be severed; false if it has been stopped.
    fn hold(&self, transfer: &str, run: u32, stream: &TcpStream) -> Result<(), Fault> {
        let copy = stream.try_clone().map_err(|error| flow::network(&error))?;
        match self.desks().get_mut(transfer) {
            Some(desk) if desk.run == run && !desk.stopped => {
                desk.stream = Some(copy);
                Ok(())
            }
            _ => Err(Fault::Passing("it was stopped".to_owned())),
        }
    }

    /// A connection that was accepted: which transfer is it for, and does it prove that?
    fn serve(&self, stream: TcpStream) {
        let claimed = self.claim(stream);
        self.handshakes.fetch_sub(1, Ordering::Relaxed);
        let (serve, begin) = match claimed {
            Ok(claimed) => claimed,
            Err(error) => return tracing::info!(%error, "a connection for a file proved nothing"),
        };
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

    fn claim(&self, mut stream: TcpStream) -> io::Result<(Serve, Begin)> {
        let ip = stream.peer_addr()?.ip();
        match bytestream::opening(&stream)? {
            kind @ (Opening::Plain | Opening::Tls) => {
                let (mut carrier, key) = if kind == Opening::Tls {
                    let (carrier, key) = self.key.secure(stream, false)?;
                    (carrier, Some(key))
                } else {
                    (Carrier::Plain(stream), None)
                };
                let request = Request::read(&mut carrier)?;
                let serve = self.take(ip, &Gate::Token(request.token), key, None)?;
                Ok((serve, Begin::Direct(carrier, request)))
            }
            Opening::Socks => {
                let destination = bytestream::socks_asked(&mut stream)?;
                // Quirk `socks-swallows`: what follows the reply too early is lost.
                let (go, word) = sync_channel(1);
                let serve = self.take(ip, &Gate::Socks(destination.clone()), None, Some(go))?;
                bytestream::socks_granted(&mut stream, &destination)?;
                Ok((serve, Begin::Raw(stream, word)))
            }
            Opening::Http => {
                let request = bytestream::http_asked(&mut stream)?;
                let taken = self.take(ip, &Gate::Http(request.path.clone()), None, None);
                if taken.is_err() {
                    stream.write_all(
                        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    )?;
                }
                Ok((taken?, Begin::Http(stream, request)))
            }
        }
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
    fn source(serve: &Serve) -> Result<sources::Source, Fault> {
        let source = sources::look(&serve.path).map_err(|error| Fault::Final(error.to_string()))?;
        if source.stamp == serve.stamp {
            Ok(source)
        } else {
            Err(Fault::Final(
                "the file was changed since it was offered".to_owned(),
            ))
        }
    }

    fn send(&self, serve: &Serve, mut carrier: Carrier, request: &Request) -> Result<bool, Fault> {
        let source = Self::source(serve)?;
        bytestream::carry(carrier.tcp(), SILENCE).map_err(|error| flow::network(&error))?;
        let mut progress = self.progress(&serve.transfer, serve.run);
        let sha256 = flow::pour(&mut carrier, |spout| {
            flow::send(&source, request, spout, &mut |bytes| progress.tell(bytes))
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
        let source = Self::source(serve)?;
        let entry = source.entries.first().filter(|_| source.folder.is_none());
        let entry =
            entry.ok_or_else(|| Fault::Final("the other program takes no folders".to_owned()))?;
        let mut file = sources::open(entry).map_err(|error| Fault::Final(error.to_string()))?;
        let mut hash = downloads::hash_of_beginning(&mut file, from)
            .map_err(|error| Fault::Final(error.to_string()))?;
        bytestream::carry(carrier.tcp(), SILENCE).map_err(|error| flow::network(&error))?;
        let mut progress = self.progress(&serve.transfer, serve.run);
        let raw = flow::pour(carrier, |spout| {
            flow::send_bytes(
                &mut file,
                entry.size - from,
                spout,
                &mut hash,
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
        request: &bytestream::HttpRequest,
    ) -> Result<bool, Fault> {
        let source = Self::source(serve)?;
        let from = request.from.filter(|from| *from <= source.size);
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
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAccept-Ranges: bytes\r\nConnection: close\r\n\r\n",
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

    fn fetch(&self, fetch: Fetch) -> Result<(), Fault> {
        let (folder, name, part) = downloads::place(&fetch.folder, &fetch.name, &fetch.transfer);
        let place = Place::open(&part, fetch.size, fetch.entries.is_some())
            .map_err(|error| flow::disk(&error))?;
        downloads::check_room(&folder, fetch.size.saturating_sub(place.bytes()))
            .map_err(Fault::Stuck)?;
        let (size, sha256, verdict) = match &fetch.from {
            From::Direct {
                addresses,
                token,
                key,
            } => {
                let (sha256, carrier) =
                    self.fetch_direct(&fetch, place, addresses, *token, *key)?;
                (fetch.size, sha256, Some(carrier))
            }
            From::Socks { hosts, destination } => {
                let stream = self.connect_socks(&fetch, hosts, destination)?;
                let (size, sha256) = self.fetch_raw(&fetch, place, stream, 0, Some(fetch.size))?;
                (size, Some(sha256), None)
            }
            From::Http { address, path } => {
                let (size, sha256) = self.fetch_http(&fetch, place, *address, path)?;
                (size, Some(sha256), None)
            }
        };
        let path = downloads::finish(&part, &folder, &name).map_err(|error| flow::disk(&error))?;
        self.say(Told::Received {
            transfer: fetch.transfer.clone(),
            run: fetch.run,
            path,
            size,
            sha256,
        });
        if let Some(mut carrier) = verdict {
            // If it does not reach the sender, it asks again and is told on the stream.
            let _ = carrier.write_all(&[1]).and_then(|()| carrier.end_writing());
        }
        Ok(())
    }

    fn fetch_direct(
        &self,
        fetch: &Fetch,
        place: Place,
        addresses: &[SocketAddr],
        token: [u8; 32],
        key: Option<Fingerprint>,
    ) -> Result<(Option<String>, Carrier), Fault> {
        let failed = |error: io::Error| flow::network(&error);
        let stream = bytestream::connect(addresses).map_err(failed)?;
        self.hold(&fetch.transfer, fetch.run, &stream)?;
        let mut carrier = match key {
            None => Carrier::Plain(stream),
            Some(key) => {
                let (carrier, found) = self.key.secure(stream, true).map_err(failed)?;
                if found != key {
                    // Somebody else answers at the sender's address: nothing is said to it.
                    return Err(Fault::Final(
                        "another computer answered for the sender".to_owned(),
                    ));
                }
                carrier
            }
        };
        place.request(token).write(&mut carrier).map_err(failed)?;
        bytestream::carry(carrier.tcp(), SILENCE).map_err(failed)?;
        let mut progress = self.progress(&fetch.transfer, fetch.run);
        let (size, entries) = (fetch.size, fetch.entries.unwrap_or(1));
        let sha256 = flow::drink(&mut carrier, None, Pace::default(), |sink| {
            place.receive(size, entries, sink, &mut |bytes| progress.tell(bytes))
        })?;
        Ok((sha256, carrier))
    }

    fn connect_socks(
        &self,
        fetch: &Fetch,
        hosts: &[(crate::xep::xep0065_socks5::Host, SocketAddr)],
        destination: &str,
    ) -> Result<TcpStream, Fault> {
        for (host, address) in hosts {
            let connected = bytestream::connect(&[*address]).and_then(|mut stream| {
                bytestream::socks_ask(&mut stream, destination)?;
                Ok(stream)
            });
            match connected {
                Ok(stream) => {
                    self.hold(&fetch.transfer, fetch.run, &stream)?;
                    self.say(Told::Connected {
                        transfer: fetch.transfer.clone(),
                        run: fetch.run,
                        host: host.jid.clone(),
                    });
                    return Ok(stream);
                }
                Err(error) => tracing::debug!(%address, %error, "a streamhost does not answer"),
            }
        }
        Err(Fault::Final(
            "the other computer cannot be reached for the file".to_owned(),
        ))
    }

    fn fetch_http(
        &self,
        fetch: &Fetch,
        place: Place,
        address: SocketAddr,
        path: &str,
    ) -> Result<(u64, String), Fault> {
        let failed = |error: io::Error| Fault::Final(error.to_string());
        let mut stream = bytestream::connect(&[address]).map_err(failed)?;
        self.hold(&fetch.transfer, fetch.run, &stream)?;
        // A part is asked for only where it can be told apart from a whole.
        let have = if fetch.size > 0 { place.bytes() } else { 0 };
        bytestream::http_ask(&mut stream, address, path, have).map_err(failed)?;
        let answer = bytestream::http_answered(&mut stream).map_err(failed)?;
        if answer.from != 0 && answer.from != have {
            return Err(Fault::Final(
                "another part of the file came than was asked for".to_owned(),
            ));
        }
        let whole = answer
            .length
            .map(|length| length.saturating_add(answer.from));
        if fetch.size > 0 && whole.is_some_and(|whole| whole != fetch.size) {
            return Err(Fault::Final(
                "the file is not the size that was said".to_owned(),
            ));
        }
        if let Some(length) = answer.length {
            downloads::check_room(&folder_of(fetch), length).map_err(Fault::Stuck)?;
        }
        let most = answer
            .length
            .or((fetch.size > 0).then_some(fetch.size - answer.from));
        self.fetch_raw(fetch, place, stream, answer.from, most)
    }

    /// Takes `most` bytes behind the first `from`; without `most` all that come while there is room.
    fn fetch_raw(
        &self,
        fetch: &Fetch,
        place: Place,
        mut stream: TcpStream,
        from: u64,
        most: Option<u64>,
    ) -> Result<(u64, String), Fault> {
        let Place::File {
            mut file,
            mut hash,
            bytes,
        } = place
        else {
            return Err(Fault::Final("a folder cannot come this way".to_owned()));
        };
        if from != bytes || from == 0 {
            file.set_len(from).map_err(|error| flow::disk(&error))?;
            hash = Context::new(&SHA256);
            if from > 0 {
                hash = downloads::hash_of_beginning(&mut file, from)
                    .map_err(|error| flow::disk(&error))?;
            } else {
                io::Seek::rewind(&mut file).map_err(|error| flow::disk(&error))?;
            }
        }
        bytestream::carry(&stream, SILENCE).map_err(|error| flow::network(&error))?;
        let mut progress = self.progress(&fetch.transfer, fetch.run);
        let received = flow::drink(&mut stream, most, Pace::default(), |sink| {
            let bytes = flow::receive_bytes(sink, most, &mut file, &mut hash, &mut |bytes| {
                progress.tell(from + bytes);
            })?;
            Ok((from + bytes, hex(hash.finish().as_ref())))
        });
        received.map_err(|fault| match fault {
            Fault::Passing(_) => Fault::Final("the sender ended it, or is gone".to_owned()),
            fault => fault,
        })
    }

    fn progress(&self, transfer: &str, run: u32) -> Progress {
        Progress {
            tell: self.tell.clone(),
            transfer: transfer.to_owned(),
            run,
            told: None,
        }
    }
}

fn folder_of(fetch: &Fetch) -> PathBuf {
    downloads::place(&fetch.folder, &fetch.name, &fetch.transfer).0
}

/// How a connection that proved what it is for begins.
enum Begin {
    Direct(Carrier, Request),
    Raw(TcpStream, Receiver<()>),
    Http(TcpStream, bytestream::HttpRequest),
}

impl Begin {
    fn tcp(&self) -> &TcpStream {
        match self {
            Begin::Direct(carrier, _) => carrier.tcp(),
            Begin::Raw(stream, _) | Begin::Http(stream, _) => stream,
        }
    }
}

/// Tells how far it is, a few times a second; left out when the node is busy.
struct Progress {
    tell: mpsc::Sender<Input>,
    transfer: String,
    run: u32,
    told: Option<Instant>,
}

impl Progress {
    fn tell(&mut self, bytes: u64) {
        if self.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        // The next one tells more.
        let _ = self.tell.try_send(Input::File(Told::Progress {
            transfer: self.transfer.clone(),
            run: self.run,
            bytes,
        }));
    }
}

/// Says that nothing more comes, and waits for the other side's word or end.
fn finish(carrier: &mut Carrier) -> io::Result<Option<u8>> {
    carrier.end_writing()?;
    carrier.tcp().set_read_timeout(Some(SYNCING))?;
    let mut verdict = [0; 1];
    let read = carrier.read(&mut verdict)?;
    Ok((read > 0).then_some(verdict[0]))
}

#[cfg(test)]
#[path = "mover_test.rs"]
mod tests;
