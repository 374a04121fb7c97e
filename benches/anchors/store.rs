//! The store by itself: what keeping costs beside SQLite's own grouped insert, how fast a million messages are searched, and
//! whether a start with them takes longer than an empty one.

use std::path::Path;
use std::time::{Duration, Instant};

use balcony::command::Place;
use balcony::disk::search::Wanted;
use balcony::disk::store::{Op, Store};
use balcony::event::Message;
use balcony::wire::jid::Jid;
use balcony::wire::text::Terms;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::report::{Figures, Goal, Report, Row};
use crate::sides::Stage;

const KEPT: Row = Row {
    name: "a burst of 10 000 kept and synced, beside SQLite's own grouped insert",
    unit: "×",
    goal: Goal::Within(2.0),
};
const SEARCH: Row = Row {
    name: "search in a million messages, p99",
    unit: "ms",
    goal: Goal::Within(50.0),
};
const JUMP: Row = Row {
    name: "a page of history around any of a million messages, p99",
    unit: "ms",
    goal: Goal::Within(50.0),
};
const START: Row = Row {
    name: "start with a million messages, beside an empty one",
    unit: "ms more",
    goal: Goal::Within(50.0),
};

const BURST: usize = 10_000;
const MILLION: usize = 1_000_000;

pub fn measure(stage: &Stage, report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if report.wants(&[KEPT]) {
        let times = if stage.quick { 2 } else { 6 };
        let ratios = (0..times).map(|_| runtime.block_on(kept())).collect();
        report.add(KEPT, alone(ratios));
    }
    if report.wants(&[SEARCH, JUMP, START]) {
        let dir = tempfile::tempdir().expect("a folder");
        runtime.block_on(fill(dir.path()));
        report.add(SEARCH, alone(vec![runtime.block_on(searched(dir.path()))]));
        report.add(JUMP, alone(vec![runtime.block_on(jumped(dir.path()))]));
        let starts = (0..6).map(|_| runtime.block_on(started(dir.path())));
        report.add(START, alone(starts.collect()));
    }
}

fn alone(balcony: Vec<f64>) -> Figures {
    Figures {
        balcony,
        purple: Vec::new(),
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        usize::try_from((self.0 >> 33) % sides as u64).expect("small")
    }
}

/// Some thousand made-up words, the first ones much more frequent, as in any language; every tenth text is Chinese.
struct Texts {
    dice: Dice,
    words: Vec<String>,
}

impl Texts {
    fn new() -> Texts {
        let mut dice = Dice(7);
        let mut word = |_| -> String {
            let syllables = [
                "la", "ter", "mi", "so", "né", "kü", "ran", "do", "th", "ing", "ł", "ost", "ver",
                "ai",
            ];
            (0..1 + dice.roll(4))
                .map(|_| syllables[dice.roll(syllables.len())])
                .collect()
        };
        let words = (0..6000).map(&mut word).collect();
        Texts { dice, words }
    }

    fn next(&mut self) -> String {
        if self.dice.roll(10) == 0 {
            let char = |at: usize| {
                char::from_u32(0x4e00 + u32::try_from(at).expect("small")).expect("an ideograph")
            };
            return (0..4 + self.dice.roll(20))
                .map(|_| char(self.dice.roll(1 + 2500)))
                .collect();
        }
        let count = 3 + self.dice.roll(14);
        let mut text = String::new();
        for _ in 0..count {
            let rank = (self.dice.roll(1000) + 1) * (self.dice.roll(1000) + 1) * 6000 / 1_000_000;
            text.push_str(&self.words[rank.min(5999)]);
            text.push(' ');
        }
        text
    }
}

fn message(id: String, body: String) -> Message {
    Message {
        id,
        from: Jid::new("juliet@pronto").expect("a name"),
        to: Jid::new("romeo@forza").expect("a name"),
        body,
        spans: Vec::new(),
        extra: None,
        time: Timestamp::now(),
        encrypted: false,
        delayed: false,
        state: None,
        reason: None,
    }
}

const INSERT: &str = "INSERT INTO messages (peer, from_me, id, author, addressee, body, time, encrypted, delayed, read)
     VALUES (?1, 0, ?2, ?1, 'romeo@forza', ?3, ?4, 0, 0, 1)";

/// A burst through the store, and the same rows in one transaction of SQLite's; how many times the second's time.
async fn kept() -> f64 {
    let mut texts = Texts::new();
    let bodies: Vec<String> = (0..BURST).map(|_| texts.next()).collect();
    let dir = tempfile::tempdir().expect("a folder");
    let (store, _, mut answers) = Store::open(dir.path()).expect("a store");
    let ops: Vec<Op> = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| Op::Message {
            with: Jid::new("juliet@pronto").expect("a name"),
            message: Box::new(message(format!("id-{at}"), body.clone())),
            outbox: false,
        })
        .collect();
    let begun = Instant::now();
    for (seq, op) in ops.into_iter().enumerate() {
        store.submit(seq as u64, vec![op]).await.expect("kept");
    }
    while answers.recv().await.expect("synced") + 1 < BURST as u64 {}
    let ours = begun.elapsed();
    store.close().await;
    // The same schema, as an empty store leaves it; what else the store notes of a message is left out here.
    let dir = tempfile::tempdir().expect("a folder");
    let (store, ..) = Store::open(dir.path()).expect("a store");
    store.close().await;
    let mut db = Connection::open(dir.path().join("balcony.db")).expect("a database");
    db.pragma_update(None, "synchronous", "FULL")
        .expect("a setting");
    let begun = Instant::now();
    let transaction = db.transaction().expect("a transaction");
    for (at, body) in bodies.iter().enumerate() {
        let mut insert = transaction.prepare_cached(INSERT).expect("an insert");
        insert
            .execute(params!["juliet@pronto", format!("id-{at}"), body, 0])
            .expect("inserted");
    }
    transaction.commit().expect("committed");
    ours.as_secs_f64() / begun.elapsed().as_secs_f64()
}

/// A million messages in forty conversations, and the search's blocks of them.
async fn fill(dir: &Path) {
    let (store, ..) = Store::open(dir).expect("a store");
    store.close().await;
    let path = dir.join("balcony.db");
    let mut db = Connection::open(&path).expect("a database");
    db.pragma_update(None, "synchronous", "OFF")
        .expect("a setting");
    let mut texts = Texts::new();
    for part in 0..100 {
        let transaction = db.transaction().expect("a transaction");
        for at in part * MILLION / 100..(part + 1) * MILLION / 100 {
            let mut insert = transaction.prepare_cached(INSERT).expect("an insert");
            let time = i64::try_from(at).expect("small") * 60_000_000;
            insert
                .execute(params![
                    format!("p{}@m", at % 40),
                    format!("id-{at}"),
                    texts.next(),
                    time
                ])
                .expect("inserted");
        }
        for n in 0..40 {
            transaction
                .execute(
                    "INSERT OR IGNORE INTO contacts (jid) VALUES (?1)",
                    [format!("p{n}@m")],
                )
                .expect("inserted");
        }
        transaction.commit().expect("committed");
    }
    db.close().expect("closed");
    let (store, ..) = Store::open(dir).expect("a store");
    let reader = Connection::open(&path).expect("a database");
    let begun = Instant::now();
    loop {
        let left: i64 = reader
            .query_row(
                "SELECT (SELECT max(row) FROM messages) - (SELECT coalesce(max(last_row), 0) FROM search_filters)",
                [],
                |row| row.get(0),
            )
            .expect("counted");
        if left < 512 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(600), "not gathered");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!(
        "gathered for the search in {:.1} µs a message",
        begun.elapsed().as_secs_f64() * 1e6 / MILLION as f64
    );
    store.close().await;
}

/// What people type: parts of what was said, one to twelve characters, two words, and what nobody said.
async fn searched(dir: &Path) -> f64 {
    let (store, ..) = Store::open(dir).expect("a store");
    let mut texts = Texts::new();
    let mut times = Vec::new();
    for at in 0..600 {
        let said: Vec<char> = texts.next().trim().chars().collect();
        let mut part = || -> String {
            let start = texts.dice.roll(said.len());
            said.iter()
                .skip(start)
                .take(1 + texts.dice.roll(12))
                .collect()
        };
        let text = match at % 6 {
            4 => format!("{} {}", part(), part()),
            5 => format!("{}q", part()),
            _ => part(),
        };
        let wanted = Wanted {
            terms: Terms::parse(&text),
            with: (at % 10 == 9).then(|| Jid::new("p7@m").expect("a name")),
            from: None,
            before: None,
            limit: 100,
        };
        let begun = Instant::now();
        store.search(wanted).await.expect("an answer");
        times.push((begun.elapsed().as_secs_f64() * 1e3, text));
    }
    store.close().await;
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!(
        "search: p50 {:.1} ms, slowest {:.1} ms for {:?}",
        times[300].0, times[599].0, times[599].1
    );
    times[594].0
}

async fn jumped(dir: &Path) -> f64 {
    let (store, ..) = Store::open(dir).expect("a store");
    let mut dice = Dice(3);
    let mut times = Vec::new();
    for _ in 0..300 {
        let at = dice.roll(MILLION);
        let with = Jid::new(&format!("p{}@m", at % 40)).expect("a name");
        let begun = Instant::now();
        store
            .history(with, 100, Place::Around(format!("id-{at}")))
            .await
            .expect("a page");
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    store.close().await;
    times.sort_by(f64::total_cmp);
    times[297]
}

/// Opening, and the list of conversations: what the window waits for before its first frame.
async fn started(dir: &Path) -> f64 {
    let empty = tempfile::tempdir().expect("a folder");
    let (store, ..) = Store::open(empty.path()).expect("a store");
    store.close().await;
    let mut took = [0.0; 2];
    for (folder, took) in [empty.path(), dir].into_iter().zip(&mut took) {
        let begun = Instant::now();
        let (store, loaded, _) = Store::open(folder).expect("a store");
        *took = begun.elapsed().as_secs_f64() * 1e3;
        drop(loaded);
        store.close().await;
    }
    took[1] - took[0]
}
