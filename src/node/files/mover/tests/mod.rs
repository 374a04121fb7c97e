//! The mover over loopback: what its tests share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;

mod hashes;
mod http_changes;
mod http_server;
mod lies;
mod over_http;
mod resume;

use super::*;
use crate::net::http;

/// A mover, and what it tells.
struct Stage {
    mover: Mover,
    told: mpsc::Receiver<Input>,
    folder: tempfile::TempDir,
    /// Attempts so far.
    runs: std::cell::Cell<u32>,
    _runtime: std::thread::JoinHandle<()>,
    end: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Stage {
    fn new() -> Stage {
        let (tell, told) = mpsc::channel(256);
        let (made, mover) = std::sync::mpsc::channel();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let runtime = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let key = SecretKey::from_seed(&[9; 32]).unwrap();
                made.send(Mover::start(tell, &key).unwrap()).unwrap();
                let _ = ended.await;
            });
        });
        Stage {
            mover: mover.recv().unwrap(),
            told,
            folder: tempfile::tempdir().unwrap(),
            runs: std::cell::Cell::new(0),
            _runtime: runtime,
            end: Some(end),
        }
    }

    /// As after a restart: nothing is known but what is in the folder.
    fn next_life(mut self) -> Stage {
        let mut next = Stage::new();
        std::mem::swap(&mut self.folder, &mut next.folder);
        next
    }

    fn next(&mut self) -> Told {
        match self.told.blocking_recv() {
            Some(Input::File(told)) => told,
            other => panic!("{other:?}"),
        }
    }

    /// The end of an attempt.
    fn outcome(&mut self) -> Told {
        loop {
            match self.next() {
                Told::Progress { .. }
                | Told::Connected { .. }
                | Told::Listed { .. }
                | Told::Sized { .. }
                | Told::FromStart { .. }
                | Told::Hashed { .. }
                | Told::Listening { .. } => {}
                told => return told,
            }
        }
    }

    /// Fetches from a sender that takes the request and then says this.
    fn fetch_from(&mut self, size: u64, entries: Option<u64>, says: Vec<u8>) -> Told {
        self.asked_and_told(size, entries, says).1
    }

    /// The same, and what was asked.
    fn asked_and_told(
        &mut self,
        size: u64,
        entries: Option<u64>,
        says: Vec<u8>,
    ) -> (flow::Request, Told) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let sender = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = flow::Opened::request(&mut stream).unwrap();
            // The receiver may hang up in the middle of it.
            let _ = stream.write_all(&says);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read(&mut [0]);
            request
        });
        let told = self.fetch(size, entries, direct(address.port()));
        (sender.join().unwrap(), told)
    }

    fn fetch(&mut self, size: u64, entries: Option<u64>, from: From) -> Told {
        self.begin_to_fetch(size, entries, from);
        self.outcome()
    }

    /// The number of the next attempt.
    fn next_run(&self) -> u32 {
        self.runs.set(self.runs.get() + 1);
        self.runs.get()
    }

    fn begin_to_fetch(&self, size: u64, entries: Option<u64>, from: From) {
        self.mover.perform(Ask::Fetch(Box::new(Fetch {
            transfer: "t".into(),
            run: self.next_run(),
            folder: self.folder.path().to_owned(),
            name: "rose".into(),
            size,
            sha256: None,
            entries,
            from,
        })));
    }

    /// What is in its folder.
    fn names(&self) -> Vec<String> {
        let listing = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = listing
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn serve(&self, path: &Path, gate: Gate, from: IpAddr) {
        let stamp = sources::look(path).unwrap().stamp;
        self.mover.perform(Ask::Serve(Box::new(Serve {
            transfer: "t".into(),
            run: self.next_run(),
            path: path.to_owned(),
            stamp,
            sha256: None,
            gate,
            from: vec![from],
            key: None,
        })));
    }

    fn ask(&self, request: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.mover.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }
}

/// From a sender on this computer, without encryption.
fn direct(port: u16) -> From {
    From::Direct {
        addresses: vec![(Ipv4Addr::LOCALHOST, port).into()],
        token: [7; 32],
        key: None,
    }
}

const TOKEN: Gate = Gate::Token([7; 32]);

/// Takes what one of them says through the stream to the other, until both have told an outcome; how many blocks.
fn through_the_stream(one: &mut Stage, other: &mut Stage) -> (usize, [Told; 2]) {
    let (mut blocks, mut outcomes) = (0, [None, None]);
    while outcomes.iter().any(Option::is_none) {
        for (turn, outcome) in outcomes.iter_mut().enumerate() {
            let (from, to) = match turn {
                0 => (&mut *one, &mut *other),
                _ => (&mut *other, &mut *one),
            };
            let Ok(Input::File(told)) = from.told.try_recv() else {
                std::thread::yield_now();
                continue;
            };
            match told {
                // What is left of an earlier attempt is nobody's.
                Told::Block {
                    transfer,
                    run,
                    bytes,
                } if run == from.runs.get() => {
                    assert!(bytes.len() <= super::super::ask::BLOCK);
                    blocks += 1;
                    let run = to.runs.get();
                    to.mover.perform(Ask::Block {
                        transfer,
                        run,
                        bytes,
                    });
                }
                Told::Taken { transfer, run } if run == from.runs.get() => {
                    let run = to.runs.get();
                    to.mover.perform(Ask::Taken { transfer, run });
                }
                Told::Block { .. } | Told::Taken { .. } => {}
                Told::Progress { .. } | Told::Listening { .. } | Told::Hashed { .. } => {}
                told => *outcome = Some(told),
            }
        }
    }
    (blocks, outcomes.map(Option::unwrap))
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.end.take());
    }
}

fn entry(head: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(head.len()).unwrap().to_be_bytes().to_vec();
    out.extend(head.as_bytes());
    out.extend(bytes);
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    out.extend(hash.as_ref());
    out
}

fn why(told: &Told) -> String {
    match told {
        Told::Broken {
            fault: Fault::Final(why),
            ..
        } => format!("final: {why}"),
        Told::Broken {
            fault: Fault::Wrong(why),
            ..
        } => format!("wrong: {why}"),
        Told::Broken {
            fault: Fault::Passing(why),
            ..
        } => format!("passing: {why}"),
        Told::Broken {
            fault: Fault::Stuck(why),
            ..
        } => format!("stuck: {why}"),
        told => format!("{told:?}"),
    }
}

const END: [u8; 4] = [0; 4];
