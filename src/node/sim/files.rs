//! The pretend mover of files: no bytes, but connections that take their time, break in the middle, and whose last word
//! may get lost. What a node takes is on its disk at that moment, with a note of it, whatever becomes of the node. Behind
//! a wall nobody connects to a host; between two of them files go through the stream, in a few short blocks.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use super::Sim;
use crate::net::bytestream::SILENCE;
use crate::net::memory::{HostId, Rng};
use crate::node::effect::Input;
use crate::node::files::ask::{Ask, Fault, Fetch, From, Gate, Look, Serve, Told};
use crate::wire::time::Moment;

/// One of a node's attempts; `life` counts its starts.
#[derive(Clone, Debug, PartialEq)]
struct End {
    host: HostId,
    life: u64,
    transfer: String,
    run: u32,
}

/// Bytes that are moving.
#[derive(Debug)]
struct Flow {
    from: End,
    to: End,
    serve: Serve,
    fetch: Fetch,
    size: u64,
}

/// One end of a way through the stream.
#[derive(Debug)]
struct InBand {
    end: End,
    what: Band,
}

#[derive(Debug)]
enum Band {
    /// So many blocks are left, of this file; the request has come.
    From {
        left: u32,
        asked: bool,
    },
    To(Box<Fetch>),
}

/// Blocks of a file that goes through the stream.
const BLOCKS: u32 = 5;

/// All files of a simulation.
#[derive(Debug, Default)]
pub(super) struct Moving {
    bands: Vec<InBand>,
    /// What was offered, by its name.
    sources: BTreeMap<String, PathBuf>,
    walls: HashSet<HostId>,
    /// Whose bytes are others than they say.
    liars: HashSet<HostId>,
    /// Hashes are known when files are offered (`true`), or some time later.
    hashed: Option<bool>,
    /// What was taken and is not remembered elsewhere.
    notes: HashSet<(HostId, String)>,
    serves: Vec<(End, Serve)>,
    flows: BTreeMap<(Moment, u64), Flow>,
    mail: BTreeMap<(Moment, u64), (HostId, u64, Told)>,
    count: u64,
    /// What was taken, by whom: the sender's path, once for each time.
    pub(super) taken: Vec<(HostId, PathBuf)>,
    /// What was looked at, in this order.
    looked: Vec<PathBuf>,
}

impl Moving {
    pub(super) fn next_time(&self) -> Option<Moment> {
        let flow = self.flows.keys().next().map(|(at, _)| *at);
        let mail = self.mail.keys().next().map(|(at, _)| *at);
        [flow, mail].into_iter().flatten().min()
    }

    fn post(&mut self, at: Moment, to: &End, told: Told) {
        self.count += 1;
        self.mail.insert((at, self.count), (to.host, to.life, told));
    }

    fn block(&mut self, at: Moment, to: &End, bytes: &[u8]) {
        let told = Told::Block {
            transfer: to.transfer.clone(),
            run: to.run,
            bytes: bytes.to_vec(),
        };
        self.post(at, to, told);
    }

    fn broken(&mut self, at: Moment, to: &End) {
        let told = Told::Broken {
            transfer: to.transfer.clone(),
            run: to.run,
            fault: Fault::Passing("the cable was pulled".to_owned()),
        };
        self.post(at, to, told);
    }

    /// Ends what an end is part of; the other side hears of it after a while.
    fn sever(&mut self, now: Moment, rng: &mut Rng, gone: impl Fn(&End) -> bool) {
        self.serves.retain(|(end, _)| !gone(end));
        self.bands.retain(|band| !gone(&band.end));
        let dead: Vec<(Moment, u64)> = self
            .flows
            .iter()
            .filter(|(_, flow)| gone(&flow.from) || gone(&flow.to))
            .map(|(at, _)| *at)
            .collect();
        for at in dead {
            if let Some(flow) = self.flows.remove(&at) {
                let late = now + rng.span(&(Duration::from_millis(1)..Duration::from_secs(12)));
                for end in [&flow.from, &flow.to] {
                    if !gone(end) {
                        self.broken(late, end);
                    }
                }
            }
        }
    }

    /// It is on the disk, unless it was before.
    fn take(&mut self, to: &End, path: PathBuf) {
        if self.notes.insert((to.host, to.transfer.clone())) {
            self.taken.push((to.host, path));
        }
    }

    /// The network changed: what is under way breaks, and both ends hear of it.
    pub(super) fn cut(&mut self, now: Moment, rng: &mut Rng) {
        let flows = std::mem::take(&mut self.flows);
        for flow in flows.values() {
            for end in [&flow.from, &flow.to] {
                let late = now + rng.span(&(Duration::from_millis(1)..Duration::from_secs(12)));
                self.broken(late, end);
            }
        }
    }

    /// A node went down.
    pub(super) fn crash(&mut self, now: Moment, rng: &mut Rng, host: HostId) {
        self.sever(now, rng, |end| end.host == host);
    }
}

impl Sim {
    /// What was taken so far, by whom: the sender's path, once for each time.
    pub fn taken(&self) -> &[(HostId, PathBuf)] {
        &self.moving.taken
    }

    /// What was looked at so far by whoever sends it: each time means walking through a folder.
    pub fn looked(&self) -> &[PathBuf] {
        &self.moving.looked
    }

    /// From now on nobody connects to this host for a file, or everybody can again.
    pub fn wall(&mut self, host: HostId, up: bool) {
        match up {
            true => self.moving.walls.insert(host),
            false => self.moving.walls.remove(&host),
        };
    }

    /// From now on this host sends other bytes than those that it offers.
    pub fn lies(&mut self, host: HostId) {
        self.moving.liars.insert(host);
    }

    /// From now on the hash of a file is known when it is offered, or some time later.
    pub fn hash(&mut self, early: bool) {
        self.moving.hashed = Some(early);
    }

    /// A hash of what is there, of a pretend kind.
    fn hash_of(&mut self, host: HostId, path: &std::path::Path) -> Option<String> {
        let bytes = self.disk(host)?.files.get(path)?;
        let sum = bytes.iter().fold(bytes.len() as u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
        });
        Some(format!("{sum:064x}"))
    }

    pub(super) fn move_file(&mut self, host: HostId, life: u64, ask: Ask) {
        let now = self.now;
        let soon = now
            + self
                .rng
                .span(&(Duration::from_millis(1)..Duration::from_millis(40)));
        let end = |transfer: String, run| End {
            host,
            life,
            transfer,
            run,
        };
        match ask {
            Ask::Look { transfer, path } => {
                self.moving.looked.push(path.clone());
                let size = self
                    .disk(host)
                    .and_then(|disk| Some(disk.files.get(&path)?.len()));
                let mut token = [0; 32];
                for part in token.chunks_exact_mut(8) {
                    part.copy_from_slice(&self.rng.bits().to_be_bytes());
                }
                let name = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                let sha256 = self.hash_of(host, &path);
                let stamp = sha256.clone().unwrap_or_default();
                let sha256 = sha256.filter(|_| self.moving.hashed == Some(true));
                let missing = || super::disk::missing(&path);
                let result = size.ok_or_else(missing).map(|size| Look {
                    name: name.unwrap_or_default(),
                    size: size as u64,
                    folder: None,
                    media_type: None,
                    stamp,
                    sha256,
                    port: 40_000,
                    token,
                });
                let to = end(transfer.clone(), 0);
                self.moving
                    .post(soon, &to, Told::Looked { transfer, result });
            }
            Ask::Serve(serve) => {
                let serving = end(serve.transfer.clone(), serve.run);
                let same = |end: &End| end.host == host && end.transfer == serving.transfer;
                self.moving.sever(now, &mut self.rng, same);
                if let Some(name) = serve.path.file_name() {
                    let name = name.to_string_lossy().into_owned();
                    self.moving.sources.insert(name, serve.path.clone());
                }
                if serve.gate == Gate::Band {
                    let what = Band::From {
                        left: BLOCKS,
                        asked: false,
                    };
                    self.begin_band(serving, what);
                } else {
                    let known = serve.sha256.is_some() || self.moving.hashed.is_none();
                    if let Some(sha256) = self.hash_of(host, &serve.path).filter(|_| !known) {
                        let late = now + self.rng.span(&(Duration::ZERO..Duration::from_secs(8)));
                        let told = Told::Hashed {
                            transfer: serving.transfer.clone(),
                            run: serving.run,
                            sha256,
                        };
                        self.moving.post(late, &serving, told);
                    }
                    self.moving.serves.push((serving, *serve));
                }
            }
            Ask::Fetch(fetch) => {
                let to = end(fetch.transfer.clone(), fetch.run);
                match fetch.from {
                    From::Band => self.begin_band(to, Band::To(fetch)),
                    _ => self.begin_flow(to, *fetch),
                }
            }
            Ask::Block {
                transfer,
                run,
                bytes,
            } => self.on_block(soon, &end(transfer, run), &bytes),
            Ask::Taken { transfer, run } => self.next_block(soon, &end(transfer, run)),
            Ask::Remembered { transfer, .. } => {
                self.moving.notes.remove(&(host, transfer));
            }
            Ask::Stop { transfer, .. } => {
                let same = |end: &End| end.host == host && end.transfer == transfer;
                self.moving.sever(now, &mut self.rng, same);
            }
            Ask::Go { .. } | Ask::Dial { .. } => {}
        }
    }

    fn begin_flow(&mut self, to: End, fetch: Fetch) {
        let now = self.now;
        let until = now
            + self
                .rng
                .span(&(Duration::from_millis(5)..Duration::from_secs(6)));
        let token = match &fetch.from {
            From::Direct { token, .. } => Some(Gate::Token(*token)),
            _ => None,
        };
        let serves = &self.moving.serves;
        let found = serves
            .iter()
            .position(|(_, serve)| Some(&serve.gate) == token.as_ref());
        let Some(at) = found else {
            return self.moving.broken(until, &to);
        };
        let walled = |(end, _): &(End, Serve)| self.moving.walls.contains(&end.host);
        let unreachable =
            self.moving.serves.get(at).is_some_and(walled) && self.moving.walls.contains(&to.host);
        if unreachable {
            let told = Told::Broken {
                transfer: to.transfer.clone(),
                run: to.run,
                fault: Fault::Unreachable("a wall".to_owned()),
            };
            return self.moving.post(until, &to, told);
        }
        let (from, serve) = self.moving.serves.remove(at);
        let half = Told::Progress {
            transfer: to.transfer.clone(),
            run: to.run,
            bytes: fetch.size / 2,
        };
        self.moving.post(now + (until - now) / 2, &to, half);
        if self.rng.bits().is_multiple_of(4) {
            self.moving.broken(until, &from);
            return self.moving.broken(until, &to);
        }
        self.moving.count += 1;
        let size = fetch.size;
        let flow = Flow {
            from,
            to,
            serve,
            fetch,
            size,
        };
        self.moving.flows.insert((until, self.moving.count), flow);
    }

    fn begin_band(&mut self, end: End, what: Band) {
        let same = |other: &End| other.host == end.host && other.transfer == end.transfer;
        self.moving.sever(self.now, &mut self.rng, same);
        if matches!(what, Band::To(_)) {
            self.moving.block(self.now, &end, b"request");
        }
        // Nothing moves for so long.
        self.moving.broken(self.now + SILENCE, &end);
        self.moving.bands.push(InBand { end, what });
    }

    /// A block came through the stream.
    fn on_block(&mut self, at: Moment, end: &End, bytes: &[u8]) {
        let band = self.moving.bands.iter_mut().find(|band| band.end == *end);
        let Some(band) = band else { return };
        let told = Told::Taken {
            transfer: end.transfer.clone(),
            run: end.run,
        };
        let (mut done, mut received) = (None, None);
        match &mut band.what {
            // The receiver's word that it has all.
            Band::From { left: 0, asked, .. } if *asked => {
                done = Some(Told::Sent {
                    transfer: end.transfer.clone(),
                    run: end.run,
                    sha256: Some("hash".to_owned()),
                });
            }
            Band::From { asked, .. } => *asked = true,
            Band::To(fetch) if bytes.is_empty() => {
                let told = Told::Received {
                    transfer: end.transfer.clone(),
                    run: end.run,
                    path: fetch.folder.join(&fetch.name),
                    size: fetch.size,
                    sha256: Some("hash".to_owned()),
                    stamp: None,
                };
                let path = self.moving.sources.get(&fetch.name).cloned();
                received = Some((told, path.unwrap_or_default()));
            }
            Band::To(_) => {}
        }
        self.moving.post(at, end, told);
        if let Some((received, path)) = received {
            self.moving.take(end, path);
            self.moving.post(at, end, received);
            self.moving.block(at, end, &[1]);
        }
        match done {
            Some(done) => {
                self.moving.post(at, end, done);
                self.moving.bands.retain(|band| band.end != *end);
            }
            None => self.next_block(at, end),
        }
    }

    /// The sender goes on, if its last block is with the other side.
    fn next_block(&mut self, at: Moment, end: &End) {
        let band = self.moving.bands.iter_mut().find(|band| band.end == *end);
        let Some(Band::From {
            left, asked: true, ..
        }) = band.map(|band| &mut band.what)
        else {
            return;
        };
        if *left == 0 {
            return;
        }
        *left -= 1;
        let bytes: &[u8] = if *left == 0 { b"" } else { b"block" };
        self.moving.block(at, end, bytes);
    }

    /// Does what comes next with files, if it is due.
    pub(super) fn step_files(&mut self) -> bool {
        let now = self.now;
        if self
            .moving
            .mail
            .keys()
            .next()
            .is_some_and(|(at, _)| *at <= now)
        {
            if let Some((_, (host, life, told))) = self.moving.mail.pop_first()
                && self
                    .seats
                    .get(host.0)
                    .is_some_and(|seat| seat.starts == life)
            {
                self.input(host, Input::File(told));
            }
            return true;
        }
        let next = self.moving.flows.keys().next();
        if next.is_none_or(|(at, _)| *at > now) {
            return false;
        }
        if let Some((_, flow)) = self.moving.flows.pop_first() {
            let sha256 = self.hash_of(flow.from.host, &flow.serve.path);
            let lies = self.moving.liars.contains(&flow.from.host);
            if lies || (flow.fetch.sha256.is_some() && flow.fetch.sha256 != sha256) {
                let told = Told::Broken {
                    transfer: flow.to.transfer.clone(),
                    run: flow.to.run,
                    fault: Fault::Wrong("what came is not what was offered".to_owned()),
                };
                self.moving.post(now, &flow.to, told);
                self.moving
                    .broken(now + Duration::from_millis(1), &flow.from);
                return true;
            }
            self.moving.take(&flow.to, flow.serve.path.clone());
            let received = Told::Received {
                transfer: flow.to.transfer.clone(),
                run: flow.to.run,
                path: flow.fetch.folder.join(&flow.fetch.name),
                size: flow.size,
                sha256: sha256.clone(),
                stamp: None,
            };
            self.moving.post(now, &flow.to, received);
            if self.rng.bits().is_multiple_of(5) {
                // The last word was lost.
                self.moving
                    .broken(now + Duration::from_millis(30), &flow.from);
            } else {
                let sent = Told::Sent {
                    transfer: flow.from.transfer.clone(),
                    run: flow.from.run,
                    sha256,
                };
                self.moving
                    .post(now + Duration::from_millis(1), &flow.from, sent);
            }
        }
        true
    }
}
