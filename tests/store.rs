//! The store under what happens to disks and processes: kill -9 in the middle of writing, files that are damaged, newer
//! or somebody else's, a full disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use balcony::command::{ExportFormat, Place};
use balcony::disk::OpenError;
use balcony::disk::export::{self, Export};
use balcony::disk::search::Wanted;
use balcony::disk::store::{Loaded, Op, Store};
use balcony::event::{Message, MessageState};
use balcony::wire::jid::Jid;
use balcony::wire::text::Terms;
use jiff::Timestamp;
use serde_json::json;

fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

fn message(id: &str, body: &str, own: bool) -> Message {
    let (me, peer) = (jid("romeo@forza"), jid("juliet@pronto"));
    let (from, to) = if own { (me, peer) } else { (peer, me) };
    Message {
        id: id.into(),
        from,
        to,
        body: body.into(),
        spans: Vec::new(),
        extra: None,
        time: Timestamp::from_second(1_700_000_000).unwrap(),
        encrypted: false,
        delayed: false,
        state: own.then_some(MessageState::Queued),
        reason: None,
    }
}

fn op(id: &str, body: &str, own: bool) -> Op {
    Op::Message {
        with: jid("juliet@pronto"),
        message: Box::new(message(id, body, own)),
        outbox: own,
    }
}

/// Opens, submits each vector by itself, and closes; what each was answered with.
async fn keep(dir: &Path, submissions: Vec<Vec<Op>>) -> Vec<(Vec<usize>, Result<(), String>)> {
    let (store, _, mut synced) = Store::open(dir).unwrap();
    let last = submissions.len() as u64 - 1;
    let mut results = Vec::new();
    for (seq, ops) in submissions.into_iter().enumerate() {
        let answer = store.submit(seq as u64, ops).await.unwrap();
        assert_eq!(answer.seq, seq as u64);
        results.push((answer.duplicates, answer.result));
    }
    while synced.recv().await.expect("all is synced at last") < last {}
    store.close().await;
    results
}

fn entry(id: &str, own: bool) -> Op {
    Op::RoomEntry {
        room: "hall".into(),
        id: id.into(),
        octets: "aGVsbG8=".into(),
        own,
    }
}

fn entries(loaded: &Loaded) -> usize {
    loaded.rooms.iter().map(|room| room.entries.len()).sum()
}

#[tokio::test]
async fn what_others_said_in_a_room_is_kept_without_anybody_waiting_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = Store::open(dir.path()).unwrap();
    let room = Op::Room {
        room: "hall".into(),
        about: serde_json::json!({}),
    };
    store.submit(0, vec![room]).await.unwrap();
    // More than are put off at a time, and what somebody waits for between them.
    for n in 1..601u64 {
        let ops = vec![match n % 150 {
            0 => op(&format!("m{n}"), "hello", true),
            _ => entry(&format!("e{n}"), false),
        }];
        assert_eq!(store.submit(n, ops).await.unwrap().result, Ok(()));
    }
    // Who asks sees all that came before.
    assert!(store.message("m600".into()).await.unwrap().is_some());
    assert_eq!(
        store
            .submit(601, vec![entry("last", false)])
            .await
            .unwrap()
            .result,
        Ok(())
    );
    store.close().await;
    let (store, loaded, _) = Store::open(dir.path()).unwrap();
    assert_eq!(entries(&loaded), 597);
    store.close().await;
}

#[tokio::test]
async fn what_others_said_in_a_room_is_synced_after_a_while_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, mut synced) = Store::open(dir.path()).unwrap();
    store.submit(1, vec![entry("a", false)]).await.unwrap();
    assert_eq!(synced.recv().await, Some(1));
    // Our own, which others are told of, at once, and with it what was put off.
    store.submit(2, vec![entry("b", false)]).await.unwrap();
    store.submit(3, vec![entry("c", true)]).await.unwrap();
    while synced.recv().await.unwrap() < 3 {}
    drop(store);
}

async fn history(dir: &Path) -> Vec<(String, String)> {
    let (store, ..) = Store::open(dir).unwrap();
    let page = store
        .history(jid("juliet@pronto"), 1000, Place::Newest)
        .await
        .unwrap();
    store.close().await;
    page.messages
        .into_iter()
        .map(|message| (message.id, message.body))
        .collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|&(id, body)| (id.to_owned(), body.to_owned()))
        .collect()
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let juliet = jid("juliet@pronto");
    let seen = Timestamp::from_second(1_800_000_000).unwrap();
    let contact = Op::Contact {
        jid: juliet.clone(),
        nick: "Juliet".into(),
        avatar: "ab".into(),
        seen,
    };
    let setting = |key: &str, value| Op::Setting {
        key: key.into(),
        value,
    };
    keep(
        dir.path(),
        vec![
            vec![
                op("a", "first", true),
                op("b", "second", false),
                op("c", "third", false),
                op("d", "fourth", true),
            ],
            vec![
                contact,
                setting("nick", json!("Romeo")),
                setting("theme", json!("no such theme")),
                setting("port", json!(5299)),
            ],
            vec![
                Op::State {
                    id: "a".into(),
                    state: MessageState::Delivered,
                    reason: None,
                },
                Op::State {
                    id: "d".into(),
                    state: MessageState::Sent,
                    reason: None,
                },
                Op::Read {
                    with: juliet.clone(),
                    id: "b".into(),
                },
            ],
        ],
    )
    .await;
    let (_, loaded, _) = Store::open(dir.path()).unwrap();
    assert_eq!(
        loaded.settings.nick, "Romeo",
        "a setting that does not read spoils no other"
    );
    assert_eq!(loaded.values["port"], 5299);
    let summary = &loaded.conversations[&juliet];
    assert_eq!((summary.nick.as_str(), summary.unread), ("Juliet", 1));
    assert_eq!(summary.last.as_ref().unwrap().body, "fourth");
    let outbox: Vec<_> = loaded
        .outbox
        .iter()
        .map(|(to, message)| (to.as_str(), message.id.as_str()))
        .collect();
    assert_eq!(
        outbox,
        [("juliet@pronto", "d")],
        "sent is not yet delivered"
    );
}

#[tokio::test]
async fn a_message_sent_again_is_kept_once_and_a_reused_id_is_another_message() {
    let dir = tempfile::tempdir().unwrap();
    let results = keep(
        dir.path(),
        vec![
            vec![op("1", "hello", false), op("1", "hello", false)],
            vec![op("1", "hello", false)],
            vec![op("1", "good night", false)],
        ],
    )
    .await;
    let duplicates: Vec<_> = results
        .into_iter()
        .map(|(duplicates, _)| duplicates)
        .collect();
    assert_eq!(duplicates, [vec![1], vec![0], vec![]]);
    let bodies: Vec<_> = history(dir.path())
        .await
        .into_iter()
        .map(|(_, body)| body)
        .collect();
    assert_eq!(bodies, ["hello", "good night"]);
}

/// What a message was answered with that came under this name.
async fn taken_again(store: &Store, seq: u64, with: &str, id: &str, body: &str) -> bool {
    let Op::Message { mut message, .. } = op(id, body, false) else {
        unreachable!()
    };
    message.from = jid(with);
    let op = Op::Message {
        with: jid(with),
        message,
        outbox: false,
    };
    let stored = store.submit(seq, vec![op]).await.unwrap();
    assert_eq!(stored.result, Ok(()));
    stored.duplicates == [0]
}

fn moves(from: &str, to: &str) -> Op {
    Op::MoveContact {
        from: jid(from),
        to: jid(to),
    }
}

/// Whatever has reached the database by then, and under which name: what was taken is not taken again.
#[tokio::test]
async fn what_was_taken_under_an_earlier_name_is_not_taken_again() {
    let dir = tempfile::tempdir().unwrap();
    keep(dir.path(), vec![vec![op("1", "old", false)]]).await;
    let (store, ..) = Store::open(dir.path()).unwrap();
    let (first, second, third) = ("juliet@pronto", "juliet@laptop", "juliet@verona");
    assert!(!taken_again(&store, 0, first, "2", "new").await);
    store.submit(1, vec![moves(first, second)]).await.unwrap();
    for (seq, id, body) in [(2, "1", "old"), (3, "2", "new")] {
        assert!(taken_again(&store, seq, second, id, body).await, "{id}");
    }
    store.submit(4, vec![moves(second, third)]).await.unwrap();
    for (seq, id, body) in [(5, "1", "old"), (6, "2", "new")] {
        assert!(taken_again(&store, seq, third, id, body).await, "{id}");
    }
    // A question has everything brought into the database first.
    assert!(store.seen(jid(third), "2".into()).await.unwrap());
    for (seq, id, body) in [(7, "1", "old"), (8, "2", "new")] {
        assert!(taken_again(&store, seq, third, id, body).await, "{id}");
    }
    assert!(!taken_again(&store, 9, third, "2", "another").await);
    assert!(!taken_again(&store, 10, third, "3", "more").await);
    // Whoever has the first name now is somebody else.
    assert!(!taken_again(&store, 11, first, "2", "new").await);
    let page = store.history(jid(third), 10, Place::Newest).await.unwrap();
    let bodies: Vec<_> = page.messages.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(bodies, ["old", "new", "another", "more"]);
    store.close().await;
}

#[tokio::test]
async fn history_is_paged_backwards_without_gap_or_overlap() {
    let dir = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..25).map(|n| format!("m{n}")).collect();
    keep(
        dir.path(),
        vec![
            ids.iter()
                .enumerate()
                .map(|(n, id)| op(id, "x", n % 2 == 0))
                .collect(),
        ],
    )
    .await;
    let (store, ..) = Store::open(dir.path()).unwrap();
    let (mut got, mut before, mut complete) = (Vec::new(), None, false);
    while !complete {
        let page = store
            .history(
                jid("juliet@pronto"),
                10,
                before.map_or(Place::Newest, Place::Before),
            )
            .await
            .unwrap();
        before = page.messages.first().map(|message| message.id.clone());
        complete = page.complete;
        got.splice(0..0, page.messages.into_iter().map(|message| message.id));
    }
    assert_eq!(got, ids);
    let error = store
        .history(jid("juliet@pronto"), 10, Place::Before("nonsense".into()))
        .await
        .unwrap_err();
    assert!(error.contains("nonsense"), "{error}");
    let empty = store
        .history(jid("nobody@nowhere"), 10, Place::Newest)
        .await
        .unwrap();
    assert!(empty.complete && empty.messages.is_empty());
}

/// Not a test: the process that the next test kills. Writes without end and says what is on disk.
#[test]
fn child_that_writes_until_killed() {
    let Ok(dir) = std::env::var("BALCONY_TEST_STORE") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (store, ..) = Store::open(Path::new(&dir)).unwrap();
        let mut out = std::io::stderr();
        for seq in 0.. {
            let stored = store
                .submit(
                    seq,
                    vec![
                        op(&format!("{seq}-own"), "mine", true),
                        op(&format!("{seq}-in"), "yours", false),
                    ],
                )
                .await
                .unwrap();
            stored.result.unwrap();
            writeln!(out, "stored {}", stored.seq).unwrap();
        }
    });
}

#[tokio::test]
async fn kill_9_in_the_middle_of_writing_loses_nothing_that_was_called_stored() {
    for after in [1, 50, 400] {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_writes_until_killed", "--nocapture"])
            .env("BALCONY_TEST_STORE", dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said: Vec<String> = lines.by_ref().take(after).map(Result::unwrap).collect();
        child.kill().unwrap();
        said.extend(
            lines
                .map_while(Result::ok)
                .filter(|line| line.starts_with("stored ")),
        );
        child.wait().unwrap();
        let last: usize = said
            .iter()
            .filter_map(|line| line.strip_prefix("stored ")?.parse().ok())
            .max()
            .unwrap();
        let (store, loaded, _) = Store::open(dir.path()).unwrap();
        assert!(
            loaded.outbox.len() > last,
            "{} own messages, {last} were called stored",
            loaded.outbox.len()
        );
        for (n, (_, message)) in loaded.outbox.iter().enumerate() {
            assert_eq!(message.id, format!("{n}-own"), "no gap, in order");
        }
        let unread = loaded.conversations[&jid("juliet@pronto")].unread as usize;
        assert_eq!(
            unread,
            loaded.outbox.len(),
            "a submission is kept whole or not at all"
        );
        store.close().await;
    }
}

fn refused(dir: &Path) -> OpenError {
    match Store::open(dir) {
        Err(error) => error,
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn files_that_are_not_ours_or_newer_are_refused_and_left_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("balcony.db");
    fs::write(
        &path,
        "Dear diary, this is a text and no database at all. ".repeat(50),
    )
    .unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(refused(dir.path()), OpenError::NotOurs { .. }));
    assert_eq!(fs::read(&path).unwrap(), before);

    fs::remove_file(&path).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')")
        .unwrap();
    db.close().unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(refused(dir.path()), OpenError::NotOurs { .. }));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let many = (0..2000)
        .map(|n| op(&format!("m{n}"), &"text ".repeat(20), n % 2 == 0))
        .collect();
    keep(dir.path(), vec![many]).await;
    let path = dir.path().join("balcony.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[8192..middle].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let error = refused(dir.path());
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains(path.to_str().unwrap()));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn a_folder_in_use_says_by_which_process() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = Store::open(dir.path()).unwrap();
    match refused(dir.path()) {
        OpenError::InUse { pid, .. } => assert_eq!(pid, Some(std::process::id())),
        other => panic!("{other}"),
    }
    store.close().await;
    assert!(Store::open(dir.path()).is_ok(), "free again");
}

/// Not a test: the process for the next test, whose files may not grow past a limit.
#[test]
fn child_on_a_full_disk() {
    let Ok(dir) = std::env::var("BALCONY_TEST_FULL") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (store, ..) = Store::open(Path::new(&dir)).unwrap();
        let limit = rustix::process::Rlimit {
            current: Some(512 << 10),
            maximum: Some(512 << 10),
        };
        rustix::process::setrlimit(rustix::process::Resource::Fsize, limit).unwrap();
        let body = "x".repeat(20_000);
        for seq in 0..100 {
            let answer = store
                .submit(seq, vec![op(&format!("m{seq}"), &body, true)])
                .await
                .unwrap();
            eprintln!(
                "{} {}",
                if answer.result.is_ok() {
                    "kept"
                } else {
                    "refused"
                },
                answer.seq
            );
            if let Err(why) = answer.result {
                eprintln!("why {why}");
                return;
            }
        }
    });
}

#[tokio::test]
async fn a_full_disk_is_said_and_what_was_kept_before_stays() {
    let dir = tempfile::tempdir().unwrap();
    // SIGXFSZ must not end the process: a shell lets its children ignore it.
    let output = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; exec \"$0\" --exact child_on_a_full_disk --nocapture",
        ])
        .arg(std::env::current_exe().unwrap())
        .env("BALCONY_TEST_FULL", dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let kept = text
        .lines()
        .filter(|line| line.starts_with("kept "))
        .count();
    assert!(kept > 0 && text.contains("refused "), "{text}");
    let why = text.lines().find(|line| line.starts_with("why ")).unwrap();
    assert!(why.contains("disk"), "{why}");
    assert_eq!(history(dir.path()).await.len(), kept);
}

#[tokio::test]
async fn states_and_reasons_come_back_with_the_history() {
    let dir = tempfile::tempdir().unwrap();
    let reason = Some("the cable was pulled".to_owned());
    keep(
        dir.path(),
        vec![
            vec![op("a", "hello", true), op("b", "again", true)],
            vec![
                Op::State {
                    id: "a".into(),
                    state: MessageState::Uncertain,
                    reason: reason.clone(),
                },
                Op::Settled { id: "b".into() },
            ],
        ],
    )
    .await;
    let (store, loaded, _) = Store::open(dir.path()).unwrap();
    assert!(loaded.outbox.is_empty());
    let (with, found) = store.message("a".into()).await.unwrap().unwrap();
    assert_eq!(
        (with, found.state, found.reason),
        (jid("juliet@pronto"), Some(MessageState::Uncertain), reason)
    );
    assert_eq!(store.message("nonsense".into()).await.unwrap(), None);
    store.close().await;
    assert_eq!(
        history(dir.path()).await,
        pairs(&[("a", "hello"), ("b", "again")])
    );
}

fn wanted(text: &str) -> Wanted {
    Wanted {
        terms: Terms::parse(text),
        with: None,
        from: None,
        before: None,
        limit: 50,
    }
}

async fn bodies(store: &Store, text: &str) -> Vec<String> {
    let found = store.search(wanted(text)).await.unwrap();
    found.hits.into_iter().map(|hit| hit.message.body).collect()
}

#[tokio::test]
async fn what_was_just_said_is_found_and_what_was_deleted_is_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = Store::open(dir.path()).unwrap();
    let secret = "the Ωmega pässword is swordfish";
    store
        .submit(0, vec![op("a", secret, false), op("b", "hello Łódź", true)])
        .await
        .unwrap();
    assert_eq!(bodies(&store, "PASSW ωMEGA").await, [secret]);
    assert_eq!(bodies(&store, "lodz").await, ["hello Łódź"]);
    let forget = |with: Option<&str>, id: Option<&str>| Op::Forget {
        with: with.map(jid),
        id: id.map(str::to_owned),
    };
    store
        .submit(1, vec![forget(Some("juliet@pronto"), Some("a"))])
        .await
        .unwrap();
    assert_eq!(bodies(&store, "password").await, [""; 0]);
    // A second copy that comes late does not bring it back.
    let late = store.submit(2, vec![op("a", secret, false)]).await.unwrap();
    assert_eq!(late.duplicates, [0]);
    store.close().await;
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let trace = b"swordfish";
        let found = bytes.windows(trace.len()).any(|at| at == trace);
        assert!(!found, "still in {}", path.display());
    }
    let (store, loaded, _) = Store::open(dir.path()).unwrap();
    assert_eq!(loaded.outbox.len(), 1, "what was not deleted is still sent");
    store.submit(0, vec![forget(None, None)]).await.unwrap();
    assert_eq!(bodies(&store, "hello").await, [""; 0]);
    store.close().await;
    let (_, loaded, _) = Store::open(dir.path()).unwrap();
    assert!(loaded.outbox.is_empty() && loaded.conversations.is_empty());
}

#[tokio::test]
async fn old_messages_go_bit_by_bit_but_not_what_waits_to_be_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = Store::open(dir.path()).unwrap();
    let mut ops = Vec::new();
    for at in 0..3000 {
        ops.push(op(&format!("old{at}"), "old", false));
    }
    ops.push(op("waiting", "old and waiting", true));
    let mut new = message("new", "new", false);
    new.time = Timestamp::now();
    ops.push(Op::Message {
        with: jid("juliet@pronto"),
        message: Box::new(new),
        outbox: false,
    });
    store.submit(0, ops).await.unwrap();
    let before = Timestamp::now() - jiff::SignedDuration::from_hours(24);
    assert_eq!(store.expire(before).await.await, Ok(true));
    let page = store.history(jid("juliet@pronto"), 1000, Place::Newest);
    let left = page.await.unwrap().messages;
    let left: Vec<&str> = left.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(left, ["waiting", "new"]);
    assert_eq!(
        store.expire(before).await.await,
        Ok(false),
        "nothing more is so old"
    );
    store.close().await;
}

#[tokio::test]
async fn an_export_has_everything_and_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = Store::open(dir.path()).unwrap();
    let said = (0..1203).map(|at| {
        op(
            &format!("m{at}"),
            &format!("line {at}\nand more"),
            at % 2 == 0,
        )
    });
    store.submit(0, said.collect()).await.unwrap();
    let mut export = Export {
        with: None,
        format: ExportFormat::Json,
        path: dir.path().join("all.json"),
    };
    assert_eq!(export::run(&store, &export).await, Ok(1203));
    let file: serde_json::Value = serde_json::from_slice(&fs::read(&export.path).unwrap()).unwrap();
    let messages = file["conversations"][0]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 1203);
    assert_eq!(messages[1202]["body"], "line 1202\nand more");
    assert_eq!(messages[1202]["state"], "queued");
    assert!(
        export::run(&store, &export)
            .await
            .unwrap_err()
            .contains("exists already")
    );
    export.format = ExportFormat::Text;
    export.path = dir.path().join("all.txt");
    export.with = Some(jid("juliet@pronto"));
    assert_eq!(export::run(&store, &export).await, Ok(1203));
    let text = fs::read_to_string(&export.path).unwrap();
    assert!(
        text.starts_with("Conversation with juliet@pronto\n"),
        "{text}"
    );
    assert!(
        text.contains(" juliet@pronto: line 1\n    and more\n"),
        "{text}"
    );
    export.with = Some(jid("nobody@nowhere"));
    export.path = dir.path().join("none.txt");
    assert!(export::run(&store, &export).await.is_err());
    assert!(!export.path.exists());
    store.close().await;
}

#[tokio::test]
async fn history_goes_both_ways_from_any_message() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = Store::open(dir.path()).unwrap();
    let said = (0..20).map(|at| op(&at.to_string(), "x", false));
    store.submit(0, said.collect()).await.unwrap();
    let page = async |place: Place, limit: u32| {
        let page = store
            .history(jid("juliet@pronto"), limit, place)
            .await
            .unwrap();
        let ids: Vec<usize> = page
            .messages
            .iter()
            .map(|message| message.id.parse().unwrap())
            .collect();
        (ids, page.complete, page.newest)
    };
    let id = |at: &str| at.to_owned();
    assert_eq!(
        page(Place::Newest, 3).await,
        (vec![17, 18, 19], false, true)
    );
    assert_eq!(
        page(Place::Before(id("2")), 3).await,
        (vec![0, 1], true, false)
    );
    assert_eq!(
        page(Place::After(id("17")), 3).await,
        (vec![18, 19], false, true)
    );
    assert_eq!(
        page(Place::After(id("4")), 2).await,
        (vec![5, 6], false, false)
    );
    assert_eq!(
        page(Place::Around(id("10")), 4).await,
        (vec![8, 9, 10, 11], false, false)
    );
    assert_eq!(
        page(Place::Around(id("0")), 40).await,
        ((0..20).collect(), true, true)
    );
    store.close().await;
}

#[tokio::test]
async fn how_far_a_text_to_many_got_is_read_from_its_messages() {
    let dir = tempfile::tempdir().unwrap();
    let kept = json!({"time": 7, "people": 3, "messages": [["juliet@pronto", "a"], ["juliet@pronto", "b"], ["gone@pc", "x"]]});
    let begun = |id: &str, value| Op::Setting {
        key: format!("broadcast:{id}"),
        value,
    };
    let delivered = Op::State {
        id: "b".into(),
        state: MessageState::Delivered,
        reason: None,
    };
    let ops = vec![
        op("a", "lunch?", true),
        op("b", "lunch?", true),
        // A peer may use the same id.
        op("x", "lunch!", false),
        begun("one", kept.clone()),
        begun("two", json!({"time": 6, "people": 1, "messages": []})),
        begun("none", json!("nonsense")),
    ];
    keep(dir.path(), vec![ops, vec![delivered]]).await;
    let (store, loaded, _synced) = Store::open(dir.path()).unwrap();
    store.close().await;
    let all = &loaded.broadcasts;
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["two", "one"], "the oldest first");
    let states: Vec<_> = all[1].states.clone().into_iter().collect();
    assert_eq!(
        states,
        [
            ("a".to_owned(), MessageState::Queued),
            ("b".to_owned(), MessageState::Delivered),
        ]
    );
    assert_eq!((all[1].body.as_str(), all[1].people), ("lunch?", 3));
    assert!(all[0].states.is_empty());
}
