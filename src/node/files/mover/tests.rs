//! The mover over loopback, with senders and askers who do not do what they should.
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

use super::*;
use crate::net::http;

/// A mover, and what it tells.
pub(super) struct Stage {
    pub(super) mover: Mover,
    told: mpsc::Receiver<Input>,
    pub(super) folder: tempfile::TempDir,
    /// Attempts so far.
    runs: std::cell::Cell<u32>,
    _runtime: std::thread::JoinHandle<()>,
    end: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Stage {
    pub(super) fn new() -> Stage {
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
    pub(super) fn next_life(mut self) -> Stage {
        let mut next = Stage::new();
        std::mem::swap(&mut self.folder, &mut next.folder);
        next
    }

    pub(super) fn next(&mut self) -> Told {
        match self.told.blocking_recv() {
            Some(Input::File(told)) => told,
            other => panic!("{other:?}"),
        }
    }

    /// The end of an attempt.
    pub(super) fn outcome(&mut self) -> Told {
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

    pub(super) fn fetch(&mut self, size: u64, entries: Option<u64>, from: From) -> Told {
        self.begin_to_fetch(size, entries, from);
        self.outcome()
    }

    /// The number of the next attempt.
    fn next_run(&self) -> u32 {
        self.runs.set(self.runs.get() + 1);
        self.runs.get()
    }

    pub(super) fn begin_to_fetch(&self, size: u64, entries: Option<u64>, from: From) {
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
    pub(super) fn names(&self) -> Vec<String> {
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

pub(super) fn why(told: &Told) -> String {
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

#[test]
fn a_sender_that_lies_is_found_out() {
    let head = r#"{"path":["rose"],"size":4}"#;
    let good = [entry(head, b"rose"), END.to_vec()].concat();
    let mut other = good.clone();
    other[4 + head.len()] ^= 1;
    let endless = vec![b'x'; 3 << 20];
    for (says, word) in [
        (other, "wrong: what came is not what was sent"),
        (
            [entry(head, b"rose"), entry(head, b"rose"), END.to_vec()].concat(),
            "more came than was said",
        ),
        (
            [good.clone(), endless.clone()].concat(),
            "more came than was said",
        ),
        (
            [
                entry(r#"{"path":["rose"],"size":5}"#, b"rosee"),
                END.to_vec(),
            ]
            .concat(),
            "not the size",
        ),
        (
            [
                entry(r#"{"path":["rose"],"size":4,"from":9}"#, b"rose"),
                END.to_vec(),
            ]
            .concat(),
            "not understood",
        ),
        (
            [
                entry(r#"{"path":["rose"],"size":4,"from":2}"#, b"se"),
                END.to_vec(),
            ]
            .concat(),
            "not the size",
        ),
        (u32::MAX.to_be_bytes().to_vec(), "not understood"),
        (endless, "not understood"),
        (END.to_vec(), "nothing in it"),
        (
            good[..20].to_vec(),
            "passing: the connection ended in the middle",
        ),
        (
            good[..good.len() - 40].to_vec(),
            "passing: the connection ended in the middle",
        ),
    ] {
        let mut stage = Stage::new();
        let told = stage.fetch_from(4, None, says);
        assert!(why(&told).contains(word), "{told:?} has no {word}");
        assert!(!stage.folder.path().join("rose").exists());
    }
    let mut stage = Stage::new();
    let told = stage.fetch_from(4, None, good);
    assert!(matches!(told, Told::Received { size: 4, .. }), "{told:?}");
    assert_eq!(fs::read(stage.folder.path().join("rose")).unwrap(), b"rose");
}

#[test]
fn a_folder_stays_inside_and_is_no_larger_than_was_said() {
    let out = entry(r#"{"path":["..","..","etc","passwd"],"size":2}"#, b"up");
    let absolute = entry(r#"{"path":["/etc/shadow"],"size":2}"#, b"hi");
    let mut stage = Stage::new();
    let told = stage.fetch_from(
        4,
        Some(2),
        [out.clone(), absolute.clone(), END.to_vec()].concat(),
    );
    assert!(matches!(told, Told::Received { .. }), "{told:?}");
    let root = stage.folder.path().join("rose");
    assert_eq!(fs::read(root.join("file/file/etc/passwd")).unwrap(), b"up");
    assert_eq!(fs::read(root.join("shadow")).unwrap(), b"hi");
    for (entries, size) in [(1, 4), (2, 3), (3, 4), (2, 5)] {
        let mut stage = Stage::new();
        let told = stage.fetch_from(
            size,
            Some(entries),
            [out.clone(), absolute.clone(), END.to_vec()].concat(),
        );
        assert!(why(&told).contains("than was said"), "{told:?}");
    }
}

#[test]
fn over_http_only_what_is_offered_is_given_and_to_whom_it_is() {
    let stage = Stage::new();
    let path = stage.folder.path().join("ro se.txt");
    fs::write(&path, b"0123456789").unwrap();
    let gate = || Gate::Http("/secret/ro%20se.txt".into());
    stage.serve(&path, gate(), "192.0.2.9".parse().unwrap());
    assert_eq!(
        stage.ask("GET /secret/ro%20se.txt HTTP/1.1\r\n\r\n"),
        b"",
        "another computer"
    );
    stage.serve(&path, gate(), Ipv4Addr::LOCALHOST.into());
    assert!(
        stage
            .ask("GET /other HTTP/1.1\r\n\r\n")
            .starts_with(b"HTTP/1.1 404")
    );
    let head = stage.ask("HEAD /secret/ro%20se.txt HTTP/1.1\r\n\r\n");
    let head = String::from_utf8(head).unwrap();
    assert!(head.contains("Content-Length: 10"));
    let tag = head.split_once("ETag: ").unwrap().1;
    let tag = tag.split_once("\r\n").unwrap().0;
    // The head has not used it up.
    let part = loop {
        let answer = stage.ask(&format!(
            "GET /secret/ro%20se.txt HTTP/1.1\r\nRange: bytes=7-\r\nIf-Range: {tag}\r\n\r\n"
        ));
        if answer.starts_with(b"HTTP/1.1 206") {
            break String::from_utf8(answer).unwrap();
        }
    };
    assert!(
        part.ends_with("\r\n\r\n789") && part.contains("bytes 7-9/10"),
        "{part}"
    );
}

#[test]
fn over_http_a_redirect_and_another_size_are_refused() {
    let answers = [
        (
            "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/x\r\n\r\n",
            4,
            "another computer",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nroses",
            4,
            "not the size",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nro",
            4,
            "ended it, or is gone",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nrose and more",
            4,
            "Received",
        ),
        ("HTTP/1.1 200 OK\r\n\r\nrose", 0, "Received"),
    ];
    for (answer, size, word) in answers {
        let mut stage = Stage::new();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            http::asked(&mut stream).unwrap();
            let _ = stream.write_all(answer.as_bytes());
        });
        let told = stage.fetch(
            size,
            None,
            From::Http {
                address,
                path: "/x".into(),
            },
        );
        server.join().unwrap();
        assert!(why(&told).contains(word), "{told:?} has no {word}");
        if word == "Received" {
            assert_eq!(fs::read(stage.folder.path().join("rose")).unwrap(), b"rose");
        }
    }
}

#[test]
fn a_stopped_fetch_leaves_nothing_behind() {
    let mut stage = Stage::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let from = From::Direct {
        addresses: vec![listener.local_addr().unwrap()],
        token: [7; 32],
        key: None,
    };
    stage.mover.perform(Ask::Fetch(Box::new(Fetch {
        transfer: "t".into(),
        run: 1,
        folder: stage.folder.path().to_owned(),
        name: "rose".into(),
        size: 4,
        sha256: None,
        entries: None,
        from,
    })));
    // It is connected and waits for a sender that says nothing.
    let (_silent, _) = listener.accept().unwrap();
    stage.mover.perform(Ask::Stop {
        transfer: "t".into(),
        remove: Some((stage.folder.path().to_owned(), "rose".into())),
    });
    assert!(matches!(stage.outcome(), Told::Broken { .. }));
    assert_eq!(fs::read_dir(stage.folder.path()).unwrap().count(), 0);
}

#[test]
fn who_ended_before_it_remembered_a_file_does_not_take_it_again() {
    for entries in [None, Some(2)] {
        let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
        let path = romeo.folder.path().join("rose");
        if entries.is_some() {
            fs::create_dir(&path).unwrap();
            fs::write(path.join("a"), b"ro").unwrap();
            fs::write(path.join("b"), b"se").unwrap();
        } else {
            fs::write(&path, b"rose").unwrap();
        }
        // The second time as after a restart in which nobody knows of the first.
        for _ in 0..2 {
            romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
            let told = juliet.fetch(4, entries, direct(romeo.mover.port));
            let place = juliet.folder.path().join("rose");
            assert!(
                matches!(&told, Told::Received { path, .. } if *path == place),
                "{told:?}"
            );
            let sent = romeo.outcome();
            assert!(matches!(sent, Told::Sent { .. }), "{sent:?}");
            assert_eq!(juliet.names().len(), 2, "{:?}", juliet.names());
        }
        juliet.mover.perform(Ask::Remembered {
            transfer: "t".into(),
            folder: juliet.folder.path().to_owned(),
            name: "rose".into(),
        });
        assert_eq!(juliet.names(), ["rose"]);
    }
}

#[test]
fn what_was_put_in_the_place_of_a_file_is_not_taken_for_it() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    fs::write(&path, b"rose").unwrap();
    let place = juliet.folder.path().join("rose");
    for _ in 0..2 {
        romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
        let told = juliet.fetch(4, None, direct(romeo.mover.port));
        assert!(matches!(told, Told::Received { .. }), "{told:?}");
        romeo.outcome();
        fs::write(&place, b"mine").unwrap();
    }
    assert_eq!(fs::read(&place).unwrap(), b"mine");
    let second = juliet.folder.path().join("rose (1)");
    assert_eq!(fs::read(second).unwrap(), b"rose");
}

#[test]
fn a_sender_that_cannot_be_reached_comes_by_itself() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    fs::write(&path, b"rose").unwrap();
    // Bound and not listening: refused, and nobody else gets it meanwhile.
    let closed = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let nowhere: std::net::SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
    closed.bind(&nowhere.into()).unwrap();
    let nowhere = closed.local_addr().unwrap().as_socket().unwrap();
    juliet.begin_to_fetch(4, None, direct(nowhere.port()));
    romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    romeo.mover.perform(Ask::Dial {
        transfer: "t".into(),
        run: 1,
        addresses: vec![(Ipv4Addr::LOCALHOST, juliet.mover.port).into()],
    });
    let told = juliet.outcome();
    assert!(matches!(told, Told::Received { .. }), "{told:?}");
    let sent = romeo.outcome();
    assert!(matches!(sent, Told::Sent { .. }), "{sent:?}");
    // And where nobody comes, that is said.
    let told = juliet.fetch(4, None, direct(nowhere.port()));
    let fault = |told: &Told| {
        matches!(
            told,
            Told::Broken {
                fault: Fault::Unreachable(_),
                ..
            }
        )
    };
    assert!(fault(&told), "{told:?}");
}

#[test]
fn through_the_stream_a_file_goes_on_where_it_was() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let part = downloads::place(juliet.folder.path(), "rose", "t").2;
    for have in [0, 1_900_000] {
        fs::write(&part, &bytes[..have]).unwrap();
        romeo.serve(&path, Gate::Band, Ipv4Addr::LOCALHOST.into());
        juliet.begin_to_fetch(bytes.len() as u64, None, From::Band);
        let (blocks, [sent, received]) = through_the_stream(&mut romeo, &mut juliet);
        let Told::Received { path: place, .. } = &received else {
            panic!("{received:?}");
        };
        assert!(matches!(sent, Told::Sent { .. }), "{sent:?}");
        assert_eq!(fs::read(place).unwrap(), bytes);
        // Half a block is a block, too: heads, hashes and ends are.
        let few = (bytes.len() - have) / 65_535 + 8;
        assert!(blocks <= few + few / 2, "{blocks} blocks for {have}");
        juliet.mover.perform(Ask::Remembered {
            transfer: "t".into(),
            folder: juliet.folder.path().to_owned(),
            name: "rose".into(),
        });
    }
}

#[test]
fn who_sends_through_the_stream_without_waiting_is_cut_off() {
    let mut juliet = Stage::new();
    juliet.begin_to_fetch(1 << 30, None, From::Band);
    let block = || Ask::Block {
        transfer: "t".into(),
        run: 1,
        bytes: vec![b'x'; 60_000],
    };
    for _ in 0..50 {
        juliet.mover.perform(block());
    }
    let told = loop {
        match juliet.outcome() {
            Told::Block { .. } | Told::Taken { .. } => {}
            told => break told,
        }
    };
    assert!(matches!(told, Told::Broken { .. }), "{told:?}");
}

#[test]
fn a_large_file_in_a_folder_is_asked_for_from_the_byte() {
    let mut stage = Stage::new();
    let bytes: Vec<u8> = (0..700_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    let small = entry(r#"{"path":["a"],"size":4}"#, b"rose");
    let size = 4 + bytes.len() as u64;
    let head = |from: usize| format!(r#"{{"path":["b"],"size":700000,"from":{from}}}"#);
    let mut first = entry(&head(0), &bytes);
    first.truncate(500_000);
    let (asked, told) = stage.asked_and_told(size, Some(2), [small, first].concat());
    assert_eq!((asked.entries, asked.bytes), (0, 0));
    assert!(why(&told).starts_with("passing"), "{told:?}");
    let (asked, told) = stage.asked_and_told(size, Some(2), Vec::new());
    assert!(why(&told).starts_with("passing"), "{told:?}");
    let have = usize::try_from(asked.bytes).unwrap();
    assert!(asked.entries == 1 && have > 400_000, "{asked:?}");
    // The rest of it, with the hash of the whole.
    let mut rest = entry(&head(have), &bytes);
    let start = 4 + head(have).len();
    rest.drain(start..start + have);
    let told = stage.fetch_from(size, Some(2), [rest, END.to_vec()].concat());
    assert!(matches!(told, Told::Received { .. }), "{told:?}");
    let place = stage.folder.path().join("rose");
    assert_eq!(fs::read(place.join("b")).unwrap(), bytes);
    assert_eq!(fs::read(place.join("a")).unwrap(), b"rose");
}

#[test]
fn a_hash_that_was_made_while_the_receiver_was_asked_is_the_files() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    for fill in [1, 2] {
        let bytes = vec![fill; 3 << 20];
        fs::write(&path, &bytes).unwrap();
        let times = fs::FileTimes::new()
            .set_modified(std::time::UNIX_EPOCH + Duration::from_secs(u64::from(fill)));
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_times(times)
            .unwrap();
        romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
        let stamp = sources::look(&path).unwrap().stamp;
        let serve = romeo.mover.shared.desks()["t"].serve.clone().unwrap();
        assert_eq!(serve.stamp, stamp);
        let until = Instant::now() + Duration::from_secs(30);
        while romeo
            .mover
            .shared
            .ahead
            .of(&serve.path, &serve.stamp)
            .is_none()
        {
            assert!(Instant::now() < until, "it is never hashed");
            std::thread::yield_now();
        }
        let told = juliet.fetch(bytes.len() as u64, None, direct(romeo.mover.port));
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let expected = crate::model::roster::hex(hash.as_ref());
        let Told::Received { sha256, .. } = &told else {
            panic!("{told:?}");
        };
        assert_eq!(sha256.as_deref(), Some(expected.as_str()));
        romeo.outcome();
        juliet.mover.perform(Ask::Remembered {
            transfer: "t".into(),
            folder: juliet.folder.path().to_owned(),
            name: "rose".into(),
        });
    }
}

#[test]
fn a_small_file_is_offered_with_its_hash_and_of_several_large_ones_each_gets_its_own() {
    let digest = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        crate::model::roster::hex(digest.as_ref())
    };
    let mut stage = Stage::new();
    let path = |name: &str| stage.folder.path().join(name);
    let (small, large) = (path("small"), [path("one"), path("two"), path("three")]);
    let look = |stage: &mut Stage, path: &Path| {
        stage.mover.perform(Ask::Look {
            transfer: "l".into(),
            path: path.to_owned(),
        });
        match stage.outcome() {
            Told::Looked { result, .. } => result.unwrap(),
            told => panic!("{told:?}"),
        }
    };
    for bytes in [&b""[..], b"rose", &vec![7; 4 << 20]] {
        fs::write(&small, bytes).unwrap();
        assert_eq!(look(&mut stage, &small).sha256, Some(digest(&small)));
    }
    let mut expected = Vec::new();
    let mut serves = Vec::new();
    for (path, transfer) in large.iter().zip(["one", "two", "three"]) {
        fs::write(path, vec![transfer.len() as u8; 5 << 20]).unwrap();
        let found = look(&mut stage, path);
        assert_eq!(found.sha256, None, "its receiver is asked first");
        expected.push((transfer.to_owned(), digest(path)));
        serves.push(Serve {
            transfer: transfer.to_owned(),
            run: 1,
            stamp: found.stamp,
            path: path.clone(),
            sha256: None,
            gate: TOKEN,
            from: vec![Ipv4Addr::LOCALHOST.into()],
            key: None,
        });
    }
    for serve in serves {
        stage.mover.perform(Ask::Serve(Box::new(serve)));
    }
    let mut told = Vec::new();
    while told.len() < 3 {
        if let Told::Hashed {
            transfer, sha256, ..
        } = stage.next()
        {
            told.push((transfer, sha256));
        }
    }
    assert_eq!(told, expected);
}

#[test]
fn a_hash_that_the_core_knows_is_not_made_again() {
    let right = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"rose");
    let right = crate::model::roster::hex(right.as_ref());
    // A wrong one is believed by who sends, and by nobody else; what is no hash is not even that.
    for (known, comes) in [
        ("0".repeat(64), false),
        ("x".repeat(64), true),
        (right, true),
    ] {
        let (romeo, mut juliet) = (Stage::new(), Stage::new());
        let path = romeo.folder.path().join("rose");
        fs::write(&path, b"rose").unwrap();
        romeo.mover.perform(Ask::Serve(Box::new(Serve {
            transfer: "t".into(),
            run: romeo.next_run(),
            stamp: sources::look(&path).unwrap().stamp,
            path,
            sha256: Some(known),
            gate: TOKEN,
            from: vec![Ipv4Addr::LOCALHOST.into()],
            key: None,
        })));
        let told = juliet.fetch(4, None, direct(romeo.mover.port));
        assert_eq!(matches!(told, Told::Received { .. }), comes, "{told:?}");
    }
}

#[test]
fn what_cannot_be_written_of_a_folder_is_told_and_what_came_before_is_kept() {
    let mut stage = Stage::new();
    // A file where a folder would have to be.
    let says = [
        entry(r#"{"path":["a"],"size":4}"#, b"rose"),
        entry(r#"{"path":["a","b"],"size":2}"#, b"up"),
        entry(r#"{"path":["c"],"size":2}"#, b"hi"),
        END.to_vec(),
    ]
    .concat();
    let told = stage.fetch_from(8, Some(3), says.clone());
    assert!(
        why(&told).starts_with("stuck: the file cannot be written here"),
        "{told:?}"
    );
    let (asked, _) = stage.asked_and_told(8, Some(3), says);
    assert_eq!(asked.entries, 1);
}

/// The rest comes with a hash that goes with it and with what was there, and is not the file that was offered.
#[test]
fn the_hash_that_was_said_before_counts_and_not_the_one_that_comes_with_the_last_byte() {
    let digest = |bytes: &[u8]| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        crate::model::roster::hex(digest.as_ref())
    };
    let said = digest(b"rose");
    for (rest, good) in [(&b"se"[..], true), (b"ad", false)] {
        let mut stage = Stage::new();
        // Of another source.
        let part = stage.folder.path().join("rose.t.part");
        fs::write(&part, b"ro").unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sender = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = flow::Opened::request(&mut stream).unwrap();
            let head = r#"{"path":["rose"],"size":4,"from":2}"#;
            let mut says = entry(head, rest);
            let whole = [b"ro", rest].concat();
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &whole);
            let at = says.len() - 32;
            says[at..].copy_from_slice(hash.as_ref());
            says.extend(END);
            let _ = stream.write_all(&says);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read(&mut [0]);
            request
        });
        stage.mover.perform(Ask::Fetch(Box::new(Fetch {
            transfer: "t".into(),
            run: stage.next_run(),
            folder: stage.folder.path().to_owned(),
            name: "rose".into(),
            size: 4,
            sha256: Some(said.clone()),
            entries: None,
            from: direct(port),
        })));
        let told = stage.outcome();
        let request = sender.join().unwrap();
        assert_eq!(request.bytes, 2, "what was there is not asked for again");
        if good {
            assert!(matches!(told, Told::Received { .. }), "{told:?}");
            continue;
        }
        assert_eq!(why(&told), "wrong: what came is not what was offered");
        assert_eq!(stage.names(), ["rose.t.part"], "it has no name");
        // As the core asks then.
        stage.mover.perform(Ask::Stop {
            transfer: "t".into(),
            remove: Some((stage.folder.path().to_owned(), "rose".into())),
        });
        assert_eq!(stage.names(), [""; 0], "a retry starts clean");
    }
}

/// Whoever takes a file slowly hears its hash before the last byte.
#[test]
fn what_takes_long_to_send_is_hashed_beside() {
    let mut stage = Stage::new();
    let path = stage.folder.path().join("large");
    // Known of nothing, and taken before it could be hashed.
    let bytes: Vec<u8> = (0..24_000_000_u32).map(|at| (at >> 3) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    stage.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, stage.mover.port)).unwrap();
    let request = flow::Request {
        token: [7; 32],
        ..flow::Request::default()
    };
    flow::Opened::Request(request).write(&mut stream).unwrap();
    let sha256 = loop {
        match stage.next() {
            Told::Hashed { sha256, .. } => break sha256,
            Told::Progress { .. } | Told::Listening { .. } => {}
            told => panic!("{told:?}"),
        }
    };
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    assert_eq!(sha256, crate::model::roster::hex(digest.as_ref()));
}
