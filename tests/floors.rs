//! The floors of `src/lib.rs`, held: who imports whom, and no sockets, files, clocks or randomness on floors 0 and 1.
//! The floors are read from the table in `src/lib.rs`; tests inside the sources are left out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms of floor 4 know these of the rooms below, and nothing else: `wire` only as the vocabulary of event and command, `host` only for
/// the time zone.
const FACES_MAY_USE: [&str; 10] = [
    "event",
    "command",
    "model",
    "node",
    "wire::jid",
    "wire::text",
    "wire::time",
    "wire::txt",
    "wire::element",
    "host::zone",
];

/// What rules never touch: by the beginning of a path, or by its last two words.
const IO: [&str; 24] = [
    "std::fs",
    "std::process",
    "std::thread",
    "std::io",
    "std::env::var",
    "std::env::args",
    "std::env::temp_dir",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "std::os",
    "tokio",
    "tokio_util",
    "socket2",
    "mdns_sd",
    "rusqlite",
    "netwatcher",
    "rustix",
    "directories",
    "rand",
    "getrandom",
    "notify_rust",
    "rfd",
];
/// What looks like that and is not: threads that only reckon, and have ended when the call comes back.
const RECKONING: [&str; 1] = ["std::thread::scope"];
const CALLS: [&str; 7] = [
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::new_v4",
    "TimeZone::system",
    "thread::sleep",
];

#[test]
fn every_room_keeps_to_its_floor() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let map = Map::read(&std::fs::read_to_string(src.join("lib.rs")).unwrap());
    let mut found = Vec::new();
    let mut seen = 0;
    for file in sources(&src) {
        let module = module_of(file.strip_prefix(&src).unwrap());
        if module.is_empty() || module == ["main"] {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&file).unwrap();
        for violation in map.violations(&module, &text) {
            found.push(format!(
                "src/{}: {violation}",
                file.strip_prefix(&src).unwrap().display()
            ));
        }
    }
    assert!(seen > 30, "only {seen} files were read");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_room_stands_in_the_table() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(src.join("lib.rs")).unwrap();
    let map = Map::read(&lib);
    for line in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let room = line.trim_end_matches(';');
        assert!(map.floors.contains_key(room), "{room} has no floor");
    }
}

/// The checker itself: each of these must be found, with the room and what it did.
#[test]
fn a_seeded_violation_is_found() {
    let map = Map::read(
        &std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap(),
    );
    let cases = [
        ("wire::jid", "use crate::model::Model;"),
        ("wire::jid", "fn f() { crate::event::Event::default(); }"),
        (
            "wire::text::html",
            "use super::super::super::node::NodeHandle;",
        ),
        ("xep::mod", "use crate::{wire::jid::Jid, net::ConnId};"),
        ("stream::session", "use std::{fmt, fs};"),
        ("stream::session", "use std::net::{IpAddr, TcpStream};"),
        (
            "model::roster",
            "use jiff::Timestamp;\nfn f() { let now = Timestamp::now(); }",
        ),
        ("model::roster", "fn f() -> Uuid { uuid::Uuid::new_v4() }"),
        ("model::roster", "use tokio::sync::mpsc;"),
        ("model::roster", "fn f() { std::thread::spawn(g); }"),
        (
            "model::roster",
            "fn f() { std::thread::available_parallelism(); }",
        ),
        ("wire::time", "fn f() { std::time::Instant::now(); }"),
        ("net::mdns", "use crate::disk::store::Store;"),
        ("disk::store", "use crate::net::Report;"),
        ("net::lan", "use crate::node::NodeHandle;"),
        ("gui::inbox", "use crate::net::Request;"),
        ("headless::mod", "use crate::control::Socket;"),
        ("headless::mod", "use crate::wire::xmlstream::Parser;"),
        ("headless::mod", "use crate::terminal::Line;"),
    ];
    for (module, code) in cases {
        let module: Vec<&str> = module.split("::").filter(|part| *part != "mod").collect();
        assert_eq!(
            map.violations(&module, code).len(),
            1,
            "{module:?} {code}: {:?}",
            map.violations(&module, code)
        );
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    let map = Map::read(
        &std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap(),
    );
    let cases = [
        (
            "xep::xep0199_ping",
            "use super::{Answer, Cx};\nuse crate::stream::Limits;\nuse crate::event::Event;",
        ),
        (
            "model::roster",
            "//! Not like [`crate::node::NodeHandle`].\nuse std::net::{IpAddr, SocketAddr};\nuse std::path::PathBuf;",
        ),
        (
            "model::roster",
            "fn f() { std::thread::scope(|scope| ()); }",
        ),
        (
            "wire::jid",
            "const X: &str = \"use crate::node::NodeHandle; tokio::spawn\"; // crate::net\n/* std::fs */",
        ),
        (
            "wire::jid",
            "fn f(c: char, s: &'static str) { c == '\"'; c == '\\''; }\n#[cfg(test)]\nmod tests { use crate::node::X; fn f() { std::fs::read(\"}\"); } }",
        ),
        ("net::memory::tests::tcp", "use super::super::{Fault, Lan};"),
        (
            "disk::store",
            "use crate::wire::jid::Jid;\nuse crate::event::Message;\nfn f() { std::fs::read(p); Timestamp::now(); }",
        ),
        (
            "node::run",
            "use crate::net::Report;\nuse crate::disk::store::Store;",
        ),
        (
            "gui::inbox",
            "use crate::node::NodeHandle;\nuse crate::event::Event;\nuse crate::wire::jid::Jid;",
        ),
    ];
    for (module, code) in cases {
        let module: Vec<&str> = module.split("::").filter(|part| *part != "mod").collect();
        assert_eq!(
            map.violations(&module, code),
            Vec::<String>::new(),
            "{module:?} {code}"
        );
    }
}

/// The table in `src/lib.rs`: which room is on which floor, and on which floors neighbours may use each other.
struct Map {
    floors: BTreeMap<String, u8>,
    neighbourly: Vec<u8>,
}

impl Map {
    fn read(lib: &str) -> Map {
        let mut map = Map {
            floors: BTreeMap::new(),
            neighbourly: Vec::new(),
        };
        for row in lib.lines().filter_map(|line| line.strip_prefix("//! | ")) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let (Ok(floor), [_, rooms, may, ..]) = (cells[0].parse(), &cells[..]) else {
                continue;
            };
            for room in rooms.split(',') {
                let room = room.trim().trim_matches(|c| "[]`".contains(c));
                map.floors.insert(room.to_owned(), floor);
            }
            if may.contains("and each other") {
                map.neighbourly.push(floor);
            }
        }
        assert!(
            map.floors.len() >= 13,
            "the table was not understood: {:?}",
            map.floors
        );
        map
    }

    fn violations(&self, module: &[impl AsRef<str>], text: &str) -> Vec<String> {
        let room = module[0].as_ref();
        let floor = *self
            .floors
            .get(room)
            .unwrap_or_else(|| panic!("{room} has no floor in src/lib.rs"));
        let depth = module.len();
        let mut found = Vec::new();
        for path in paths(&without_tests(&plain(text))) {
            if let Some(used) = own_path(&path, depth) {
                let allowed = self.may_use(room, floor, &used);
                found.extend((!allowed).then(|| format!("{room} (floor {floor}) uses {used}")));
            } else if floor <= 1 && touches_the_world(&path) {
                found.push(format!("{room} (floor {floor}) does I/O: {path}"));
            }
        }
        found.dedup();
        found
    }

    fn may_use(&self, room: &str, floor: u8, used: &str) -> bool {
        let other = used.split("::").next().unwrap();
        // A name of the crate's root that is no room: a macro.
        let Some(below) = self.floors.get(other) else {
            return true;
        };
        match () {
            () if other == room => true,
            // The control socket carries the lines that `headless` reads and writes; the line chat reads its input as it does.
            () if ["control", "terminal"].contains(&room) && other == "headless" => true,
            () if floor == 4 => FACES_MAY_USE.iter().any(|may| starts(used, may)),
            () => *below < floor || (*below == floor && self.neighbourly.contains(&floor)),
        }
    }
}

/// A path of this crate without `crate::` or enough `super::` to reach its root.
fn own_path(path: &str, depth: usize) -> Option<String> {
    if let Some(rest) = path
        .strip_prefix("crate::")
        .or_else(|| path.strip_prefix("balcony::"))
    {
        return Some(rest.to_owned());
    }
    let supers = path.split("::").take_while(|part| *part == "super").count();
    (supers > 0 && supers >= depth).then(|| path.trim_start_matches("super::").to_owned())
}

fn touches_the_world(path: &str) -> bool {
    let reckons = RECKONING.contains(&path);
    !reckons && IO.iter().any(|io| starts(path, io))
        || CALLS
            .iter()
            .any(|call| path == *call || path.ends_with(&format!("::{call}")))
}

fn starts(path: &str, with: &str) -> bool {
    path.strip_prefix(with)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every path in the code, groups (`a::{b, c::d}`) expanded.
fn paths(code: &str) -> Vec<String> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_word(tokens[at]) {
            at = path(&tokens, at, "", &mut found);
        } else {
            at += 1;
        }
    }
    found.retain(|path| path.contains("::"));
    found
}

/// Reads one path or use tree at `at`; returns where it ends.
fn path(tokens: &[&str], mut at: usize, prefix: &str, found: &mut Vec<String>) -> usize {
    let mut whole = prefix.to_owned();
    loop {
        whole.push_str(tokens[at]);
        at += 1;
        let next = |n: usize| tokens.get(at + n).copied().unwrap_or("");
        if next(0) != "::" {
            break;
        }
        whole.push_str("::");
        at += 1;
        match tokens.get(at) {
            Some(word) if is_word(word) => {}
            Some(&"{") => return group(tokens, at + 1, &whole, found),
            _ => break,
        }
    }
    found.push(whole.trim_end_matches("::").to_owned());
    at
}

fn group(tokens: &[&str], mut at: usize, prefix: &str, found: &mut Vec<String>) -> usize {
    while at < tokens.len() {
        match tokens[at] {
            "}" => return at + 1,
            word if is_word(word) => at = path(tokens, at, prefix, found),
            _ => at += 1,
        }
    }
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::`, and every other character by itself.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = if is_word(rest) || first.is_ascii_digit() {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(len);
        tokens.push(token);
        rest = tail.trim_start();
    }
    tokens
}

/// The code without comments, strings and character literals.
fn plain(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            string_end(rest)
        } else if rest.starts_with("r\"") || rest.starts_with("r#") && raw_end(rest).is_some() {
            raw_end(rest).unwrap()
        } else if c == '\'' {
            char_end(rest)
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.push(' ');
        rest = &rest[skip..];
    }
    out
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

fn raw_end(text: &str) -> Option<usize> {
    let hashes = text[1..].chars().take_while(|c| *c == '#').count();
    let body = text[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    body.find(&close).map(|end| 2 + hashes + end + close.len())
}

/// A character literal; of a lifetime only the apostrophe.
fn char_end(text: &str) -> usize {
    let inner = &text[1..];
    if inner.starts_with('\\') {
        return inner[2..].find('\'').map_or(1, |end| end + 4);
    }
    let first = inner.chars().next().map_or(0, char::len_utf8);
    if inner[first..].starts_with('\'') {
        first + 2
    } else {
        1
    }
}

/// Without what `#[cfg(test)]` stands before.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let open = tail.find('{').unwrap_or(tail.len());
        let end = match tail.find(';') {
            Some(semicolon) if semicolon < open => semicolon + 1,
            _ => block_end(tail, open),
        };
        rest = &tail[end..];
    }
    out + rest
}

fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices().skip_while(|(at, _)| *at < open) {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

/// `wire/text/html.rs` is `[wire, text, html]`, `xep/mod.rs` is `[xep]`, `lib.rs` is nothing.
fn module_of(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect();
    parts.pop_if(|last| *last == "mod" || *last == "lib");
    parts
}

/// The sources without files that hold nothing but tests.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if stem == "tests"
            || stem == "testing"
            || stem.ends_with("_test")
            || stem.ends_with("_tests")
        {
            continue;
        }
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
