//! Moves the bytes of files on the real network and disk: what [`Ask`] asks, on threads of their own, at most one a
//! transfer, and a few that do not know yet which.

mod ahead;
mod band;
mod fetch;
mod http;
mod serve;

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::net::{IpAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use self::ahead::Ahead;
use self::band::{Band, BandEnd};
use self::fetch::Awaits;
use super::ask::{Ask, Fault, Fetch, From, Gate, Look, Serve, Told};
use super::flow;
use crate::disk::{downloads, sources};
use crate::model::roster::hex;
use crate::net::bytestream;
use crate::net::carrier::{Carrier, CarrierKey};
use crate::node::effect::Input;
use crate::wire::key::SecretKey;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(150);
/// How long an attempt that was ended may write what it has.
const ENDING: Duration = Duration::from_secs(20);
/// How long the receiver may take to sync a large file.
const SYNCING: Duration = Duration::from_secs(600);

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
    /// What comes in at this moment: an attempt that was ended writes what it has still, and the next one waits for it.
    writing: Mutex<HashSet<String>>,
    written: Condvar,
    handshakes: AtomicUsize,
    tell: mpsc::Sender<Input>,
    key: CarrierKey,
    ahead: Ahead,
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
    /// A sender may connect to us.
    awaits: Option<Awaits>,
    /// Where blocks go that come through the stream.
    band: Option<BandEnd>,
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
        // The queue is empty still.
        let _ = tell.try_send(Input::File(Told::Listening { port }));
        let shared = Arc::new(Shared {
            desks: Mutex::default(),
            writing: Mutex::default(),
            written: Condvar::new(),
            handshakes: AtomicUsize::new(0),
            tell,
            key: CarrierKey::new(key)?,
            ahead: Ahead::default(),
        });
        let accept = |listener| {
            AbortOnDropHandle::new(tokio::spawn(serve::accept(Arc::clone(&shared), listener)))
        };
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
            Ask::Serve(serve) => self.serve(*serve),
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
            Ask::Fetch(fetch) => self.fetch(*fetch),
            Ask::Dial {
                transfer,
                run,
                addresses,
            } => {
                let shared = Arc::clone(&self.shared);
                let spawned = std::thread::Builder::new()
                    .name("balcony-file".into())
                    .spawn(move || shared.dial_back(&transfer, run, &addresses));
                if let Err(error) = spawned {
                    tracing::info!(%error, "no thread to connect to a receiver");
                }
            }
            Ask::Block {
                transfer,
                run,
                bytes,
            } => self.shared.in_band(&transfer, run, |end| end.block(bytes)),
            Ask::Taken { transfer, run } => self.shared.in_band(&transfer, run, |end| {
                end.taken();
                true
            }),
            Ask::Stop { transfer, remove } => {
                let part =
                    |(into, name): (PathBuf, String)| downloads::place(&into, &name, &transfer).2;
                self.shared.stop(&transfer, remove.map(part));
            }
            Ask::Remembered {
                transfer,
                folder,
                name,
            } => downloads::forget_note(&downloads::place(&folder, &name, &transfer).2),
        }
    }

    fn serve(&self, serve: Serve) {
        self.shared.ahead.learn(&serve);
        let in_band = serve.gate == Gate::Band;
        let (transfer, run) = (serve.transfer.clone(), serve.run);
        let mut desk = Desk {
            run,
            working: in_band,
            ..Desk::default()
        };
        if !in_band {
            desk.serve = Some(serve.clone());
            self.shared.put(&transfer, desk);
            return self.shared.hash_ahead(&serve);
        }
        let (band, end) = Band::new(self.shared.tell.clone(), &transfer, run);
        desk.band = Some(end);
        self.shared.put(&transfer, desk);
        let shared = Arc::clone(&self.shared);
        self.work(transfer, run, move || shared.serve_in_band(&serve, band));
    }

    fn fetch(&self, fetch: Fetch) {
        let (transfer, run) = (fetch.transfer.clone(), fetch.run);
        let mut desk = Desk {
            run,
            working: true,
            ..Desk::default()
        };
        let mut band = None;
        if fetch.from == From::Band {
            let (ours, end) = Band::new(self.shared.tell.clone(), &transfer, run);
            (band, desk.band) = (Some(ours), Some(end));
        }
        self.shared.put(&transfer, desk);
        let shared = Arc::clone(&self.shared);
        self.work(transfer, run, move || shared.fetch(&fetch, band));
    }

    fn look(&self, transfer: String, path: PathBuf) {
        let (shared, port) = (Arc::clone(&self.shared), self.port);
        let id = transfer.clone();
        self.work(transfer, 0, move || {
            let result = shared
                .looked(&path, port)
                .map_err(|error| error.to_string());
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

impl Desk {
    fn expects(&self, ip: IpAddr) -> bool {
        let served = self.serve.iter().flat_map(|serve| &serve.from);
        let awaited = self.awaits.iter().flat_map(|awaits| &awaits.from);
        served
            .chain(awaited)
            .any(|from| from.to_canonical() == ip.to_canonical())
    }

    /// Ends what goes on, under the hands of the thread that does it.
    fn sever(&mut self) {
        self.stream.iter().for_each(bytestream::sever);
        self.serve = None;
        self.go = None;
        self.band = None;
        if let Some(awaits) = self.awaits.take() {
            // It may have found another way.
            let _ = awaits.carrier.send(Err(stopped()));
        }
    }
}

fn stopped() -> Fault {
    Fault::Final("it was stopped".to_owned())
}

impl Shared {
    fn looked(&self, path: &Path, port: u16) -> Result<Look, sources::SourceError> {
        let source = Arc::new(sources::look(path)?);
        self.ahead.looked(path, &source);
        let mut token = [0; 32];
        if aws_lc_rs::rand::fill(&mut token).is_err() {
            tracing::error!("the system gives no randomness");
        }
        let sha256 = self.ahead.at_once(path, &source);
        Ok(Look {
            sha256: sha256.map(|sha256| hex(&sha256)),
            name: source.name.clone(),
            size: source.size,
            folder: source.folder,
            media_type: source.media_type.map(str::to_owned),
            stamp: source.stamp.clone(),
            port,
            token,
        })
    }

    fn desks(&self) -> MutexGuard<'_, HashMap<String, Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, told: Told) {
        // The node has ended: nobody waits for it any more.
        let _ = self.tell.blocking_send(Input::File(told));
    }

    /// Another attempt: what went on before ends.
    fn put(&self, transfer: &str, desk: Desk) {
        if let Some(mut before) = self.desks().insert(transfer.to_owned(), desk) {
            before.sever();
        }
    }

    /// Something for a file that goes through the stream; false: the other side does not do what it should.
    fn in_band(&self, transfer: &str, run: u32, give: impl FnOnce(&BandEnd) -> bool) {
        let mut desks = self.desks();
        let Some(desk) = desks.get_mut(transfer).filter(|desk| desk.run == run) else {
            return;
        };
        if desk.band.as_ref().is_some_and(|end| !give(end)) {
            desk.sever();
        }
    }

    fn stop(&self, transfer: &str, remove: Option<PathBuf>) {
        let mut desks = self.desks();
        let Some(desk) = desks.get_mut(transfer) else {
            drop(desks);
            return remove.iter().for_each(|part| downloads::remove_part(part));
        };
        desk.sever();
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

    /// From now on only this attempt writes what comes of a transfer.
    fn write_alone<'a>(&'a self, transfer: &'a str) -> Result<Writing<'a>, Fault> {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = |writing: &mut HashSet<String>| writing.contains(transfer);
        let (mut writing, waited) = self
            .written
            .wait_timeout_while(writing, ENDING, taken)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(Fault::Passing(
                "an earlier attempt has not ended yet".to_owned(),
            ));
        }
        writing.insert(transfer.to_owned());
        Ok(Writing {
            shared: self,
            transfer,
        })
    }

    /// The connection of a transfer, so that it can be severed.
    fn hold(&self, transfer: &str, run: u32, stream: Option<&TcpStream>) -> Result<(), Fault> {
        let copy = stream
            .map(TcpStream::try_clone)
            .transpose()
            .map_err(|error| flow::network(&error))?;
        match self.desks().get_mut(transfer) {
            Some(desk) if desk.run == run && !desk.stopped => {
                desk.stream = copy;
                Ok(())
            }
            _ => Err(stopped()),
        }
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

/// See [`Shared::write_alone`].
struct Writing<'a> {
    shared: &'a Shared,
    transfer: &'a str,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let writing = self.shared.writing.lock();
        writing
            .unwrap_or_else(PoisonError::into_inner)
            .remove(self.transfer);
        self.shared.written.notify_all();
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
    carrier.wait_for(SYNCING)?;
    let mut verdict = [0; 1];
    let read = carrier.read(&mut verdict)?;
    Ok((read > 0).then_some(verdict[0]))
}

#[cfg(test)]
mod tests;
