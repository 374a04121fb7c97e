//! Files between Balconies: whole, whatever happens on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Pair;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::{Host, Lab};

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
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
        ..
    } = Pair::on(&lab);
    let (sent, received) = (forza.folder("sent"), pronto.folder("received"));
    let sizes = [0, 1, 65_536, 262_144, 262_145, 5 << 20];
    let mut transfers = Vec::new();
    for size in sizes {
        let path = written(&sent.join(format!("file {size} ü.bin")), size);
        let mark = juliet.mark();
        let own = send(&romeo, "juliet@pronto", &path);
        let offer = offered(&juliet, mark);
        assert_eq!(
            (&offer["from"], offer["size"].as_u64()),
            (&json!("romeo@forza"), Some(size))
        );
        assert_eq!(offer["encrypted"], true);
        transfers.push((path, own, offer));
    }
    for (_, _, offer) in &transfers {
        take(&juliet, offer, &received);
    }
    for (path, own, offer) in &transfers {
        let got = done(&juliet, offer["transfer"].as_str().unwrap(), LONG);
        let sent = done(&romeo, own, LONG);
        let place = Path::new(got["path"].as_str().unwrap());
        assert_eq!(place.file_name(), path.file_name());
        assert_eq!(fs::read(place).unwrap(), fs::read(path).unwrap());
        assert_eq!(got["sha256"], json!(sha256(path)));
        assert_eq!(got["sha256"], sent["sha256"]);
    }
    no_parts(&received);
}

#[test]
fn a_folder_keeps_its_structure() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
        ..
    } = Pair::on(&lab);
    let (sent, received) = (forza.folder("sent"), pronto.folder("received"));
    let top = sent.join("Größe 文件");
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
    let own = send(&romeo, "juliet@pronto", &top);
    let offer = offered(&juliet, 0);
    assert!(offer["folder"].as_u64().unwrap() > 300);
    take(&juliet, &offer, &received);
    let got = done(&juliet, offer["transfer"].as_str().unwrap(), LONG);
    done(&romeo, &own, LONG);
    let place = Path::new(got["path"].as_str().unwrap());
    assert_eq!(place, received.join("Größe 文件"));
    assert_eq!(tree(place), tree(&top));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(
        fs::metadata(place.join("run.sh"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o755
    );
    no_parts(&received);
}

#[test]
fn decline_cancel_pause_and_resume_from_either_side() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
        ..
    } = Pair::on(&lab);
    let received = pronto.folder("received");
    let path = written(&forza.folder("sent").join("x"), 30 << 20);
    let command = |peer: &Peer, name: &str, transfer: &str| {
        peer.tell(&json!({"command": name, "transfer": transfer}))
    };
    let begin = || {
        let mark = juliet.mark();
        let own = send(&romeo, "juliet@pronto", &path);
        let offer = offered(&juliet, mark);
        (own, offer["transfer"].as_str().unwrap().to_owned(), offer)
    };
    let (own, theirs, _) = begin();
    command(&juliet, "cancel-file", &theirs);
    assert_eq!(failed(&romeo, &own), "declined");

    forza.slow_link("eth0", "60mbit");
    for (first, second) in [(&romeo, &juliet), (&juliet, &romeo)] {
        let (own, theirs, offer) = begin();
        let id = |peer: &Peer| {
            if peer.name() == "romeo" {
                own.clone()
            } else {
                theirs.clone()
            }
        };
        take(&juliet, &offer, &received);
        moves(&juliet, 0, &theirs, 1);
        let mark = (first.mark(), second.mark());
        command(first, "pause-file", &id(first));
        for (peer, mark) in [(first, mark.0), (second, mark.1)] {
            let id = id(peer);
            peer.event_after(mark, "file-state", SOON, |event| {
                event["transfer"] == id.as_str() && event["state"] == "paused"
            });
        }
        // Whoever did not pause it may go on with it as well.
        command(second, "resume-file", &id(second));
        let got = done(&juliet, &theirs, LONG);
        done(&romeo, &own, LONG);
        assert_eq!(got["sha256"], json!(sha256(&path)));
    }
    for (first, second) in [(&romeo, &juliet), (&juliet, &romeo)] {
        let (own, theirs, offer) = begin();
        let id = |peer: &Peer| {
            if peer.name() == "romeo" {
                own.clone()
            } else {
                theirs.clone()
            }
        };
        take(&juliet, &offer, &received);
        moves(&juliet, 0, &theirs, 1);
        command(first, "cancel-file", &id(first));
        assert_eq!(failed(first, &id(first)), "cancelled");
        assert!(failed(second, &id(second)).contains("cancelled it"));
    }
    no_parts(&received);
}

/// Pulls the cable, kills the sender, kills the receiver, in turn, while one file is on its way.
#[test]
fn one_file_survives_cables_and_kills() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let received = pronto.folder("received");
    let start = |host: &Host, name: &str| {
        balcony(host, name)
            .with("--accept-files", received.to_str().unwrap())
            .start()
    };
    let (mut romeo, mut juliet) = (start(&forza, "romeo"), start(&pronto, "juliet"));
    romeo.shows("juliet@pronto", SOON, |_| true);
    let mib = counted("BALCONY_FILES_MIB", 24);
    let cuts = counted("BALCONY_FILES_CUTS", 3);
    let path = written(&forza.folder("sent").join("one"), mib << 20);
    // So that the cuts fall into the transfer.
    let rate = counted("BALCONY_FILES_MBIT", 40);
    forza.slow_link("eth0", &format!("{rate}mbit"));
    let own = send(&romeo, "juliet@pronto", &path);
    let theirs = offered(&juliet, 0)["transfer"].as_str().unwrap().to_owned();
    for cut in 0..cuts {
        // At a place that is another one each time.
        let at = (mib << 20) * cut / (cuts + 1) + 1000 * cut;
        moves(&juliet, 0, &theirs, at);
        match cut % 3 {
            0 => {
                pronto.pull_cable("eth0");
                romeo.misses("juliet@pronto", LONG);
                pronto.plug_cable("eth0");
            }
            1 => {
                romeo.kill();
                romeo = start(&forza, "romeo");
            }
            _ => {
                juliet.kill();
                juliet = start(&pronto, "juliet");
            }
        }
    }
    let got = poll_done(&received.join("one"), LONG * 20);
    assert_eq!(sha256(&got), sha256(&path));
    done(&romeo, &own, LONG);
    no_parts(&received);
    let again = juliet
        .seen()
        .iter()
        .filter(|seen| seen.line["event"] == "file-offered")
        .count();
    assert!(again <= 1, "it was offered as another file");
}

fn poll_done(path: &Path, within: Duration) -> PathBuf {
    poll("the file to be whole", within, || {
        path.exists().then(|| path.to_owned())
    })
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
fn a_full_disk_is_told_and_the_file_goes_on_when_there_is_room() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
        ..
    } = Pair::on(&lab);
    let small = pronto.folder("small");
    pronto.sh(&format!(
        "mount -t tmpfs -o size=40m balcony {}",
        small.display()
    ));
    let path = written(&forza.folder("sent").join("x"), 20 << 20);
    let own = send(&romeo, "juliet@pronto", &path);
    let offer = offered(&juliet, 0);
    let theirs = offer["transfer"].as_str().unwrap();
    // There is room by the numbers, and then somebody else takes it.
    forza.slow_link("eth0", "60mbit");
    take(&juliet, &offer, &small);
    moves(&juliet, 0, theirs, 1);
    pronto
        .try_sh(&format!(
            "dd if=/dev/zero of={}/hog bs=1M count=39",
            small.display()
        ))
        .ok();
    let stuck = juliet
        .event("file-state", LONG, |event| event["state"] == "paused")
        .line;
    assert!(
        stuck["reason"].as_str().unwrap().contains("full"),
        "{stuck}"
    );
    romeo.event("file-state", LONG, |event| event["state"] == "paused");
    pronto.sh(&format!("rm {}/hog", small.display()));
    juliet.tell(&json!({"command": "resume-file", "transfer": theirs}));
    let got = done(&juliet, theirs, LONG);
    assert_eq!(got["sha256"], json!(sha256(&path)));
    done(&romeo, &own, LONG);
    // And what could never fit is not begun.
    let mark = juliet.mark();
    send(
        &romeo,
        "juliet@pronto",
        &written(&forza.folder("sent").join("y"), 60 << 20),
    );
    take(&juliet, &offered(&juliet, mark), &small);
    let stuck = juliet
        .event_after(mark, "file-state", LONG, |event| event["state"] == "paused")
        .line;
    assert!(
        stuck["reason"]
            .as_str()
            .unwrap()
            .contains("not enough room"),
        "{stuck}"
    );
}

#[test]
fn a_file_that_is_changed_while_it_is_sent_is_not_taken_for_whole() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
        ..
    } = Pair::on(&lab);
    let received = pronto.folder("received");
    forza.slow_link("eth0", "40mbit");
    for change in ["printf more >>", "truncate -s 1000"] {
        let path = written(&forza.folder("sent").join("x"), 20 << 20);
        let mark = juliet.mark();
        let own = send(&romeo, "juliet@pronto", &path);
        let offer = offered(&juliet, mark);
        take(&juliet, &offer, &received);
        moves(&juliet, mark, offer["transfer"].as_str().unwrap(), 1);
        forza.sh(&format!("{change} {}", path.display()));
        let why = failed(&romeo, &own);
        assert!(why.contains("changed") || why.contains("shorter"), "{why}");
        failed(&juliet, offer["transfer"].as_str().unwrap());
    }
    no_parts(&received);
    for (path, word) in [("/dev/zero", "device"), ("/nowhere", "No such file")] {
        romeo.tell(
            &json!({"command": "send-file", "to": "juliet@pronto", "path": path, "ref": path}),
        );
        let error = romeo
            .event("error", SOON, |event| event["ref"] == path)
            .line;
        assert!(error["message"].as_str().unwrap().contains(word), "{error}");
    }
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
