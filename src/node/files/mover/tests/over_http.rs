//! Files and folders over HTTP, from a server that plays iChat, Adium, and worse.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::*;
use crate::net::http;

/// Answers each request with what `answer` makes of its number, path and first byte, and hangs up.
pub(super) struct Server {
    address: SocketAddr,
    pub(super) asked: Arc<Mutex<Vec<http::Asked>>>,
}

impl Server {
    pub(super) fn new(answer: impl Fn(usize, &http::Asked) -> Vec<u8> + Send + 'static) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Ok(request) = http::asked(&mut stream) else {
                    continue;
                };
                heard.lock().unwrap().push(request.clone());
                let number = heard.lock().unwrap().len();
                // The receiver may hang up in the middle of it.
                let _ = stream.write_all(&answer(number, &request));
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read(&mut [0]);
            }
        });
        Server { address, asked }
    }

    pub(super) fn from(&self, path: &str) -> From {
        From::Http {
            address: self.address,
            path: path.to_owned(),
        }
    }

    pub(super) fn paths(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|request| request.path.clone()).collect()
    }
}

pub(super) fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The rest of it, as a server gives it that knows ranges.
pub(super) fn part(body: &[u8], from: Option<u64>) -> Vec<u8> {
    let Some(from) = from else { return ok(body) };
    let rest = &body[usize::try_from(from).unwrap()..];
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\n\r\n",
        body.len() - 1,
        body.len(),
        rest.len()
    );
    [head.as_bytes(), rest].concat()
}

/// A Mac's file with an icon, its name and itself.
fn apple_single(body: &[u8]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let mut out = [&[0, 5, 0x16, 0, 0, 2, 0, 0][..], &[0; 16], &[0, 2]].concat();
    let start = out.len() + 24;
    for entry in [[9, start, 32], [1, start + 32, body.len()]] {
        out.extend(entry.iter().flat_map(|part| number(*part)));
    }
    out.extend([7; 32]);
    out.extend(body);
    let length = out.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: AppleSingle\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), &out].concat()
}

/// Every file under it, and every empty folder with a slash behind it.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let inside: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|item| item.unwrap().path())
            .collect();
        let name = |path: &Path| {
            path.strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        if inside.is_empty() {
            all.insert(name(&folder) + "/", Vec::new());
        }
        for path in inside {
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(name(&path), fs::read(&path).unwrap());
            }
        }
    }
    all
}

const LISTING: &str = "<dir posixflags='000001ED'><name>Holiday</name>\
    <file size='4' posixflags='000001A4'><name>r&#246;s&amp;e #1.txt</name></file>\
    <dir><name>a</name><dir><name>empty</name></dir><file posixflags='1ED'><name>tool</name></file></dir>\
    <file size='5'><name>wrapped</name></file>\
    <dir><name>..</name><dir><name>..</name><file><name>.profile</name></file></dir></dir></dir>";

fn holiday(path: &str) -> Option<Vec<u8>> {
    Some(match path {
        "/R4ND/Holiday/" => ok(LISTING.as_bytes()),
        "/R4ND/Holiday/r%C3%B6s%26e%20%231.txt" => ok(b"rose"),
        "/R4ND/Holiday/a/tool" => ok(b"#!/bin/sh\n"),
        "/R4ND/Holiday/wrapped" => apple_single(b"in it"),
        "/R4ND/Holiday/../../.profile" => ok(b"up"),
        _ => return None,
    })
}

const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_folder_of_ichat_comes_with_its_structure_and_stays_inside() {
    let server =
        Server::new(|_, request| holiday(&request.path).unwrap_or_else(|| NOT_FOUND.to_vec()));
    let mut stage = Stage::new();
    stage.begin_to_fetch(0, Some(0), server.from("/R4ND/Holiday/"));
    let mut listed = None;
    let told = loop {
        match stage.next() {
            Told::Listed { entries, size, .. } => listed = Some((entries, size)),
            Told::Received { path, size, .. } => break (path, size),
            Told::Broken { fault, .. } => panic!("{fault:?}"),
            _ => {}
        }
    };
    assert_eq!(
        listed,
        Some((5, 9)),
        "five things, and what is told of their sizes"
    );
    assert_eq!(told, (stage.folder.path().join("rose"), 4 + 10 + 5 + 2));
    let files = tree(&told.0);
    let expected = [
        ("a/empty/", &b""[..]),
        ("a/tool", b"#!/bin/sh\n"),
        ("file/file/profile", b"up"),
        ("rös&e #1.txt", b"rose"),
        ("wrapped", b"in it"),
    ];
    let expected = expected.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    assert_eq!(files, BTreeMap::from(expected));
    use std::os::unix::fs::PermissionsExt;
    let mode = |name: &str| {
        fs::metadata(told.0.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("a/tool"), mode("wrapped")), (0o755, 0o644));
}

#[test]
fn what_breaks_off_over_http_goes_on_from_the_byte() {
    let bytes: Vec<u8> = (0..300_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    let size = bytes.len() as u64;
    for ranges in [true, false] {
        for folder in [true, false] {
            let body = bytes.clone();
            let server = Server::new(move |number, request| {
                if request.path.ends_with('/') {
                    return ok(b"<dir><file><name>large</name></file></dir>");
                }
                let from = request.from.filter(|_| ranges);
                let mut answer = part(&body, from);
                // Twice it is cut, somewhere in the middle.
                if number < 4 {
                    answer.truncate(answer.len() / 2);
                }
                answer
            });
            let mut stage = Stage::new();
            let (entries, path) = if folder {
                (Some(0), "/x/")
            } else {
                (None, "/x")
            };
            let told = stage.fetch(size, entries, server.from(path));
            assert!(matches!(told, Told::Received { .. }), "{told:?}");
            let place = stage.folder.path().join("rose");
            let place = if folder { place.join("large") } else { place };
            assert_eq!(fs::read(place).unwrap(), bytes);
            let asked = server.asked.lock().unwrap();
            let from: Vec<Option<u64>> = asked.iter().map(|request| request.from).collect();
            assert!(from.last().unwrap().unwrap() > 100_000, "{from:?}");
        }
    }
}

#[test]
fn a_server_that_gives_something_else_is_refused() {
    let deep = format!("<dir>{}</dir>", "<dir><name>a</name>".repeat(100));
    let gzip =
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nrose".to_vec();
    let elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/x\r\n\r\n".to_vec();
    let list = |size: &str| format!("<dir><file {size}><name>x</name></file></dir>").into_bytes();
    let endless = b"HTTP/1.1 200 OK\r\n\r\nfive and more".to_vec();
    for (listing, file, word) in [
        (ok(b"rose"), ok(b""), "not understood"),
        (ok(deep.as_bytes()), ok(b""), "too deep"),
        (NOT_FOUND.to_vec(), ok(b""), "no longer offered"),
        (elsewhere.clone(), ok(b""), "another computer"),
        (ok(&list("")), elsewhere, "another computer"),
        (ok(&list("")), gzip, "in a form that is not understood"),
        (ok(&list("")), NOT_FOUND.to_vec(), "no longer offered"),
        (ok(&list("")), ok(b"roses"), "more came than was said"),
        (ok(&list("")), endless.clone(), "more came than was said"),
        (
            ok(&list("size='3'")),
            ok(b"rose"),
            "more came than was said",
        ),
    ] {
        let server = Server::new(move |_, request| {
            let listing = request.path.ends_with('/').then(|| listing.clone());
            listing.unwrap_or_else(|| file.clone())
        });
        let mut stage = Stage::new();
        let told = stage.fetch(4, Some(0), server.from("/x/"));
        let why = why(&told);
        assert!(
            why.starts_with("final") && why.contains(word),
            "{why} has no {word}"
        );
        assert!(server.paths().len() <= 2, "{:?}", server.paths());
        assert!(!stage.folder.path().join("rose").exists());
        // As the core asks in the end.
        stage.mover.perform(Ask::Stop {
            transfer: "t".into(),
            remove: Some((stage.folder.path().to_owned(), "rose".into())),
        });
        assert_eq!(stage.names(), [""; 0]);
    }
}

#[test]
fn one_wrapped_file_is_unwrapped() {
    for body in [&b"rose"[..], b""] {
        let server = Server::new(move |_, _| apple_single(body));
        let mut stage = Stage::new();
        let told = stage.fetch(body.len() as u64, None, server.from("/x"));
        assert!(matches!(told, Told::Received { .. }), "{told:?}");
        assert_eq!(fs::read(stage.folder.path().join("rose")).unwrap(), body);
    }
}

/// As the core asks when its user holds a file back.
pub(super) fn hold(stage: &Stage) {
    stage.mover.perform(Ask::Stop {
        transfer: "t".into(),
        remove: None,
    });
}

/// Until so much of it is there.
pub(super) fn until_there(path: &Path, bytes: u64) {
    let until = Instant::now() + Duration::from_secs(20);
    while fs::metadata(path).map_or(0, |found| found.len()) < bytes {
        assert!(Instant::now() < until, "{} does not grow", path.display());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Gives the first part of what is asked for, and the rest when it is held open no longer.
fn slow(body: Vec<u8>, ranges: bool, folder: bool) -> Server {
    Server::new(move |number, request| {
        if request.path.ends_with('/') {
            let small = "<file size='4'><name>small</name></file>";
            return ok(format!(
                "<dir>{small}<dir><name>empty</name></dir><file size='{}'><name>large</name></file></dir>",
                body.len()
            )
            .as_bytes());
        }
        if request.path.ends_with("small") {
            return ok(b"rose");
        }
        let mut answer = part(&body, request.from.filter(|_| ranges));
        if number == if folder { 3 } else { 1 } {
            answer.truncate(answer.len() / 2);
        }
        answer
    })
}

#[test]
fn what_was_held_back_over_http_goes_on_from_the_byte_or_from_the_start_with_a_word() {
    let bytes: Vec<u8> = (0..600_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    for ranges in [true, false] {
        for folder in [true, false] {
            // Also of a size that was not said before.
            for said in [bytes.len() as u64 + if folder { 4 } else { 0 }, 0] {
                let server = slow(bytes.clone(), ranges, folder);
                let mut stage = Stage::new();
                let (entries, path) = match folder {
                    true => (Some(0), "/x/"),
                    false => (None, "/x"),
                };
                stage.begin_to_fetch(said, entries, server.from(path));
                let part = stage.folder.path().join("rose.t.part");
                let part = if folder { part.join("large") } else { part };
                until_there(&part, 250_000);
                hold(&stage);
                let broken = stage.outcome();
                assert!(matches!(broken, Told::Broken { run: 1, .. }), "{broken:?}");
                // The core has learned the size of one file.
                let size = if folder { said } else { bytes.len() as u64 };
                stage.begin_to_fetch(size, entries, server.from(path));
                let mut from_start = false;
                let told = loop {
                    match stage.next() {
                        Told::FromStart {
                            run: 2, changed, ..
                        } => {
                            assert!(!changed, "nothing is known of that");
                            from_start = true;
                        }
                        Told::Received { path, size, .. } => break (path, size),
                        Told::Broken { fault, .. } => panic!("{fault:?}"),
                        _ => {}
                    }
                };
                assert_eq!(from_start, !ranges);
                let place = stage.folder.path().join("rose");
                let (large, all) = match folder {
                    true => (place.join("large"), bytes.len() + 4),
                    false => (place.clone(), bytes.len()),
                };
                assert_eq!((told.0, told.1), (place.clone(), all as u64));
                assert_eq!(fs::read(large).unwrap(), bytes);
                let asked = server.asked.lock().unwrap();
                assert!(asked.last().unwrap().from.unwrap() >= 250_000, "{asked:?}");
                let small = asked.iter().filter(|one| one.path.ends_with("small"));
                assert_eq!(small.count(), usize::from(folder), "it came once");
                if folder {
                    assert_eq!(tree(&place)["empty/"], b"");
                }
            }
        }
    }
}

#[test]
fn a_folder_that_is_another_one_when_it_goes_on_is_refused() {
    let bytes: Vec<u8> = (0..600_000_u32).map(|at| at as u8).collect();
    let server = slow(bytes, true, true);
    let mut stage = Stage::new();
    stage.begin_to_fetch(0, Some(0), server.from("/x/"));
    let part = stage.folder.path().join("rose.t.part");
    until_there(&part.join("large"), 250_000);
    hold(&stage);
    stage.outcome();
    for (listing, word) in [
        (
            "<dir><file size='4'><name>other</name></file><dir><name>empty</name></dir></dir>",
            "changed",
        ),
        (
            "<dir><file size='4'><name>small</name></file></dir>",
            "changed",
        ),
    ] {
        let other = Server::new(move |_, _| ok(listing.as_bytes()));
        let told = stage.fetch(0, Some(0), other.from("/x/"));
        assert!(why(&told).contains(word), "{told:?}");
    }
}

/// Held back and gone on with at once, again and again: what an ended attempt has still to write does no harm.
#[test]
fn pausing_and_going_on_in_a_hurry_leaves_the_file_as_it_is() {
    let bytes: Vec<u8> = (0..4_000_000_u32)
        .map(|at| ((at * 13) >> 5) as u8)
        .collect();
    let body = bytes.clone();
    let server = Server::new(move |_, request| part(&body, request.from));
    let mut stage = Stage::new();
    let size = bytes.len() as u64;
    for turn in 0..8 {
        stage.begin_to_fetch(size, None, server.from("/x"));
        std::thread::sleep(Duration::from_millis(turn));
        hold(&stage);
    }
    stage.begin_to_fetch(size, None, server.from("/x"));
    loop {
        match stage.next() {
            Told::Received { .. } => break,
            Told::Broken { run: 9, fault, .. } => panic!("{fault:?}"),
            _ => {}
        }
    }
    assert_eq!(fs::read(stage.folder.path().join("rose")).unwrap(), bytes);
}
