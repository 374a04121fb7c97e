//! Files between Balconies: whole, whatever happens on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Pair;
use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};

mod ichat;
pub mod liar;
mod passing_on;
mod sources;
mod trouble;

/// Romeo on forza has files to send, Juliet on pronto a folder for what she gets.
struct Scene {
    lab: Lab,
    pair: Pair,
    sent: PathBuf,
    received: PathBuf,
}

impl Scene {
    fn new_or_skip() -> Option<Scene> {
        let lab = Lab::new_or_skip()?;
        let pair = Pair::on(&lab);
        let (sent, received) = (pair.forza.folder("sent"), pair.pronto.folder("received"));
        Some(Scene {
            lab,
            pair,
            sent,
            received,
        })
    }

    /// Sends a file and gives Romeo's and Juliet's numbers of it, once she was asked.
    fn offer(&self, path: &Path) -> Offered {
        let mark = self.pair.juliet.mark();
        let own = send(&self.pair.romeo, "juliet@pronto", path);
        let line = offered(&self.pair.juliet, mark);
        let theirs = line["transfer"].as_str().unwrap().to_owned();
        Offered { own, theirs, line }
    }

    /// The same, and takes it.
    fn begin(&self, path: &Path) -> Offered {
        let offer = self.offer(path);
        take(&self.pair.juliet, &offer.line, &self.received);
        offer
    }

    /// Both say that it is through; where it is.
    fn done(&self, offer: &Offered, path: &Path) -> PathBuf {
        let got = done(&self.pair.juliet, &offer.theirs, LONG);
        done(&self.pair.romeo, &offer.own, LONG);
        if path.is_file() {
            assert_eq!(got["sha256"], json!(sha256(path)));
        }
        PathBuf::from(got["path"].as_str().unwrap())
    }
}

/// A file on its way: how each side calls it, and the offer as it came.
struct Offered {
    own: String,
    theirs: String,
    line: Value,
}

impl Offered {
    fn id(&self, peer: &Peer) -> &str {
        match peer.name() {
            "romeo" => &self.own,
            _ => &self.theirs,
        }
    }
}

/// For what takes its time on a busy machine.
const LONG: Duration = Duration::from_secs(90);

/// Larger counts for a run by hand: `BALCONY_FILES_MIB=1024 BALCONY_FILES_CUTS=20`.
fn counted(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(usual)
}

/// A file of so many bytes, none like its neighbours.
fn written(path: &Path, size: u64) -> PathBuf {
    use std::io::Write;
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let mut state = size ^ 0x9E37_79B9_7F4A_7C15;
    let mut left = size;
    while left > 0 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let word = state.to_le_bytes();
        let count = left.min(8) as usize;
        file.write_all(&word[..count]).unwrap();
        left -= count as u64;
    }
    file.flush().unwrap();
    path.to_owned()
}

fn sha256(path: &Path) -> String {
    let out = std::process::Command::new("sha256sum")
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(out.stdout).unwrap()[..64].to_owned()
}

fn send(from: &Peer, to: &str, path: &Path) -> String {
    let mark = from.mark();
    from.tell(&json!({"command": "send-file", "to": to, "path": path, "ref": "f"}));
    let own = from.event_after(mark, "file-state", SOON, |event| event["ref"] == "f");
    own.line["transfer"].as_str().unwrap().to_owned()
}

/// The next offer after that mark.
fn offered(peer: &Peer, mark: usize) -> Value {
    peer.event_after(mark, "file-offered", SOON, |_| true).line
}

fn take(peer: &Peer, offer: &Value, folder: &Path) {
    peer.tell(&json!({"command": "accept-file", "transfer": offer["transfer"], "path": folder}));
}

fn done(peer: &Peer, transfer: &str, within: Duration) -> Value {
    let over = |event: &Value| event["transfer"] == transfer && event["state"] != "waiting";
    let event = peer.until("the file to be done", within, |seen, _| {
        let ends = ["file-done", "file-failed"];
        seen.iter()
            .find(|seen| ends.iter().any(|end| seen.line["event"] == *end) && over(&seen.line))
            .map(|seen| seen.line.clone())
    });
    assert_eq!(event["event"], "file-done", "{event}");
    event
}

fn failed(peer: &Peer, transfer: &str) -> String {
    let event = peer.event("file-failed", LONG, |event| event["transfer"] == transfer);
    event.line["reason"].as_str().unwrap().to_owned()
}

fn moves(peer: &Peer, mark: usize, transfer: &str, bytes: u64) {
    peer.event_after(mark, "file-progress", LONG, |event| {
        event["transfer"] == transfer && event["bytes"].as_u64().unwrap() >= bytes
    });
}

/// Every file under a folder with its bytes, and the empty folders.
fn tree(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let inside: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        if inside.is_empty() {
            all.insert(folder.strip_prefix(root).unwrap().to_owned(), None);
        }
        for path in inside {
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(
                    path.strip_prefix(root).unwrap().to_owned(),
                    Some(fs::read(&path).unwrap()),
                );
            }
        }
    }
    all
}

/// Nothing that is not whole is left behind.
fn no_parts(folder: &Path) {
    poll("no .part to be left", SOON, || {
        let names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        (!names.iter().any(|name| name.contains(".part"))).then_some(())
    });
}

#[test]
fn files_of_all_sizes_several_at_once() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let sizes = [0, 1, 65_536, 262_144, 262_145, 5 << 20];
    let mut transfers = Vec::new();
    for size in sizes {
        let path = written(&scene.sent.join(format!("file {size} ü.bin")), size);
        let offer = scene.offer(&path);
        assert_eq!(
            (&offer.line["from"], offer.line["size"].as_u64()),
            (&json!("romeo@forza"), Some(size))
        );
        assert_eq!(offer.line["encrypted"], true);
        transfers.push((path, offer));
    }
    for (_, offer) in &transfers {
        take(&scene.pair.juliet, &offer.line, &scene.received);
    }
    for (path, offer) in &transfers {
        let place = scene.done(offer, path);
        assert_eq!(place.file_name(), path.file_name());
        assert_eq!(fs::read(place).unwrap(), fs::read(path).unwrap());
    }
    no_parts(&scene.received);
}

#[test]
fn a_folder_keeps_its_structure() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let top = scene.sent.join("Größe 文件");
    fs::create_dir_all(top.join("a/b/empty")).unwrap();
    fs::create_dir_all(top.join("many")).unwrap();
    for number in 0..counted("BALCONY_FILES_MANY", 300) {
        fs::write(
            top.join(format!("many/{number}")),
            format!("{number}").repeat(2000),
        )
        .unwrap();
    }
    written(&top.join("a/large"), 2 << 20);
    fs::write(top.join("run.sh"), "#!/bin/sh\n").unwrap();
    std::process::Command::new("chmod")
        .arg("755")
        .arg(top.join("run.sh"))
        .status()
        .unwrap();
    let offer = scene.begin(&top);
    assert!(offer.line["folder"].as_u64().unwrap() > 300);
    let place = scene.done(&offer, &top);
    assert_eq!(place, scene.received.join("Größe 文件"));
    assert_eq!(tree(&place), tree(&top));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        fs::metadata(place.join("run.sh"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o755
    );
    no_parts(&scene.received);
}

#[test]
fn decline_cancel_pause_and_resume_from_either_side() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        ..
    } = &scene.pair;
    let path = written(&scene.sent.join("x"), 30 << 20);
    let command = |peer: &Peer, name: &str, transfer: &str| {
        peer.tell(&json!({"command": name, "transfer": transfer}))
    };
    let offer = scene.offer(&path);
    command(juliet, "cancel-file", &offer.theirs);
    assert_eq!(failed(romeo, &offer.own), "declined");

    forza.slow_link("eth0", "60mbit");
    for (first, second) in [(romeo, juliet), (juliet, romeo)] {
        let offer = scene.begin(&path);
        moves(juliet, 0, &offer.theirs, 1);
        let mark = (first.mark(), second.mark());
        command(first, "pause-file", offer.id(first));
        for (peer, mark) in [(first, mark.0), (second, mark.1)] {
            peer.event_after(mark, "file-state", SOON, |event| {
                event["transfer"] == offer.id(peer) && event["state"] == "paused"
            });
        }
        // Whoever did not pause it may go on with it as well.
        command(second, "resume-file", offer.id(second));
        scene.done(&offer, &path);
    }
    for (first, second) in [(romeo, juliet), (juliet, romeo)] {
        let offer = scene.begin(&path);
        moves(juliet, 0, &offer.theirs, 1);
        command(first, "cancel-file", offer.id(first));
        assert_eq!(failed(first, offer.id(first)), "cancelled");
        assert!(failed(second, offer.id(second)).contains("cancelled it"));
    }
    no_parts(&scene.received);
}

#[test]
fn a_file_waits_for_who_is_not_here_and_goes_to_several() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto, mantua) = (lab.host("forza"), lab.host("pronto"), lab.host("mantua"));
    let path = written(&forza.folder("sent").join("letter"), 100_000);
    let romeo = balcony(&forza, "romeo").start();
    for to in ["juliet@pronto", "benvolio@mantua"] {
        send(&romeo, to, &path);
    }
    romeo.quit();
    let romeo = balcony(&forza, "romeo").start();
    for (host, name) in [(&pronto, "juliet"), (&mantua, "benvolio")] {
        let folder = host.folder("received");
        let peer = balcony(host, name)
            .with("--accept-files", folder.to_str().unwrap())
            .start();
        let done = peer.event("file-done", SOON, |_| true).line;
        assert_eq!(done["sha256"], json!(sha256(&path)));
    }
    romeo.until("both to have it", SOON, |seen, _| {
        (seen
            .iter()
            .filter(|seen| seen.line["event"] == "file-done")
            .count()
            == 2)
            .then_some(())
    });
}

#[test]
fn the_command_line_sends_a_file_and_says_so() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let received = pronto.folder("received");
    let _juliet = balcony(&pronto, "juliet")
        .with("--accept-files", received.to_str().unwrap())
        .start();
    let path = written(&forza.folder("sent").join("rose.bin"), 3 << 20);
    let mut command = forza.command(crate::lab::headless::BALCONY);
    command.args([
        "send",
        "juliet@pronto",
        "--name",
        "romeo",
        "--wait",
        "20",
        "--data",
    ]);
    command
        .arg(forza.folder("data-cli"))
        .arg("--file")
        .arg(&path);
    let out = command.output().unwrap();
    let (said, complaints) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(out.status.success(), "{said} {complaints}");
    assert!(said.contains("rose.bin is with juliet@pronto"), "{said}");
    assert_eq!(sha256(&received.join("rose.bin")), sha256(&path));
}
