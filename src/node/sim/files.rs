//! The pretend mover of files: no bytes, but connections that take their time, break in the middle, and whose last word
//! may get lost. What a node takes is on its disk at that moment, whatever becomes of the node.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::Sim;
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

/// All files of a simulation.
#[derive(Debug, Default)]
pub(super) struct Moving {
    serves: Vec<(End, Serve)>,
    flows: BTreeMap<(Moment, u64), Flow>,
    mail: BTreeMap<(Moment, u64), (HostId, u64, Told)>,
    count: u64,
    /// What was taken, by whom: the sender's path, once for each time.
    pub(super) taken: Vec<(HostId, PathBuf)>,
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
                let result = size.ok_or("no such file".to_owned()).map(|size| Look {
                    name: name.unwrap_or_default(),
                    size: size as u64,
                    folder: None,
                    media_type: None,
                    stamp: format!("{size}"),
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
                self.moving.serves.push((serving, *serve));
            }
            Ask::Fetch(fetch) => {
                let to = end(fetch.transfer.clone(), fetch.run);
                self.begin_flow(to, *fetch);
            }
            Ask::Stop { transfer, .. } => {
                let same = |end: &End| end.host == host && end.transfer == transfer;
                self.moving.sever(now, &mut self.rng, same);
            }
            Ask::Go { .. } => {}
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
        let (from, serve) = self.moving.serves.remove(at);
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
            self.moving
                .taken
                .push((flow.to.host, flow.serve.path.clone()));
            let received = Told::Received {
                transfer: flow.to.transfer.clone(),
                run: flow.to.run,
                path: flow.fetch.folder.join(&flow.fetch.name),
                size: flow.size,
                sha256: Some("hash".to_owned()),
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
                    sha256: Some("hash".to_owned()),
                };
                self.moving
                    .post(now + Duration::from_millis(1), &flow.from, sent);
            }
        }
        true
    }
}
