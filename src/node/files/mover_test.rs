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

/// A mover, and what it tells.
struct Stage {
    mover: Mover,
    told: mpsc::Receiver<Input>,
    folder: tempfile::TempDir,
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
            _runtime: runtime,
            end: Some(end),
        }
    }

    /// The end of an attempt.
    fn outcome(&mut self) -> Told {
        loop {
            match self.told.blocking_recv() {
                Some(Input::File(Told::Progress { .. } | Told::Connected { .. })) => {}
                Some(Input::File(told)) => return told,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Fetches from a sender that takes the request and then says this.
    fn fetch_from(&mut self, size: u64, entries: Option<u64>, says: Vec<u8>) -> Told {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let sender = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 82];
            stream.read_exact(&mut request).unwrap();
            // The receiver may hang up in the middle of it.
            let _ = stream.write_all(&says);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read(&mut [0]);
        });
        let from = From::Direct {
            addresses: vec![address],
            token: [7; 32],
            key: None,
        };
        let told = self.fetch(size, entries, from);
        sender.join().unwrap();
        told
    }

    fn fetch(&mut self, size: u64, entries: Option<u64>, from: From) -> Told {
        self.mover.perform(Ask::Fetch(Box::new(Fetch {
            transfer: "t".into(),
            run: 1,
            folder: self.folder.path().to_owned(),
            name: "rose".into(),
            size,
            entries,
            from,
        })));
        self.outcome()
    }

    fn serve(&self, path: &Path, gate: Gate, from: IpAddr) {
        let stamp = sources::look(path).unwrap().stamp;
        self.mover.perform(Ask::Serve(Box::new(Serve {
            transfer: "t".into(),
            run: 1,
            path: path.to_owned(),
            stamp,
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

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.end.take());
    }
}

fn entry(head: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(head.len()).unwrap().to_be_bytes().to_vec();
    out.extend(head.as_bytes());
    out.extend(bytes);
    let hash = aws_lc_rs::digest::digest(&SHA256, bytes);
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
        (
            other,
            "final: the file was refused: what came is not what was sent",
        ),
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
    assert!(
        String::from_utf8(head)
            .unwrap()
            .contains("Content-Length: 10")
    );
    // The head has not used it up.
    let part = loop {
        let answer = stage.ask("GET /secret/ro%20se.txt HTTP/1.1\r\nRange: bytes=7-\r\n\r\n");
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
            bytestream::http_asked(&mut stream).unwrap();
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
