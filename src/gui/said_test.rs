#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;

use super::super::words::tests::{Literal, collect};
use super::*;

fn german(sentence: &str) -> String {
    Words::of("de").said(sentence).into_owned()
}

#[test]
fn a_sentence_of_the_node_is_said_in_the_language_of_the_window() {
    assert_eq!(
        german("the connection ended before it could be told whether this arrived"),
        "die Verbindung endete, bevor klar war, ob das angekommen ist"
    );
    assert_eq!(
        german("12 messages wait for mia@box already: this one was not taken."),
        "Für mia@box warten schon 12 Nachrichten: diese wurde nicht angenommen."
    );
    assert_eq!(
        Words::of("sv").said("no answer within 5 seconds"),
        "inget svar inom 5 sekunder"
    );
}

#[test]
fn a_reason_within_a_sentence_is_said_too() {
    let full = "the disk is full: nothing more can be kept until some space is freed";
    assert_eq!(
        german(&format!("not sent, because it could not be kept: {full}")),
        "nicht gesendet, weil sie nicht gespeichert werden konnte: der Datenträger ist voll: es kann nichts mehr \
         gespeichert werden, bis Platz geschaffen ist"
    );
    assert_eq!(
        german("/home/mia/a: b.txt: Permission denied (os error 13)"),
        "/home/mia/a: b.txt: keine Berechtigung (Systemfehler 13)"
    );
    assert_eq!(
        german("/home/mia/a.txt: Permission denied (os error 13)"),
        "/home/mia/a.txt: keine Berechtigung (Systemfehler 13)"
    );
}

#[test]
fn what_a_person_wrote_stays_as_it_is() {
    for text in [
        "",
        "Zoë: the answer is no",
        "nothing came",
        "the file was refused: ",
        "{ $why }",
        "said-file-more",
    ] {
        assert_eq!(german(text), text);
    }
    // A name that is called like a reason is a name all the same.
    assert_eq!(
        german("There is no code to compare with port now."),
        "Mit port ist gerade kein Code zu vergleichen."
    );
}

#[test]
fn reasons_of_reasons_come_to_an_end() {
    let deep = "the file was refused: ".repeat(150) + "it was stopped";
    assert!(german(&deep).ends_with("it was stopped"));
    let long = "the file was refused: ".repeat(200) + "it was stopped";
    assert_eq!(german(&long), long);
}

#[test]
fn in_english_everything_stays_as_it_came() {
    let words = Words::of("en");
    for pattern in PATTERNS.iter() {
        let sentence = pattern.around.join("x");
        assert_eq!(words.said(&sentence), sentence);
    }
    assert!(PATTERNS.len() > 300);
}

#[test]
fn each_is_recognised_as_what_it_is() {
    // Not as another one that its words would fit as well.
    for pattern in PATTERNS.iter().filter(|pattern| pattern.own() >= FEWEST) {
        let sentence = pattern.around.join("§");
        let first = PATTERNS
            .iter()
            .find(|other| other.places_in(&sentence).is_some())
            .unwrap();
        assert_eq!(first.key, pattern.key, "{sentence}");
    }
}

/// Where sentences come from that reach the window.
const BELOW: [&str; 8] = [
    "src/cli/doctor",
    "src/cli/faces.rs",
    "src/cli/services.rs",
    "src/disk",
    "src/host",
    "src/model",
    "src/net",
    "src/node",
];

/// What speaks to somebody else: pretended networks, people behind other programs, the log of a stream; and what the window
/// learns as a word instead (trust in a key).
const ELSEWHERE: [&str; 9] = [
    "/demo/",
    "/memory/",
    "/sim/",
    "/tests/",
    "_test.rs",
    "model/trust.rs",
    "null_record.rs",
    "rooms/repeat.rs",
    "tests.rs",
];

/// Behind these come words for programmers.
const NOT_SAID: [&str; 4] = ["expect(", "reason = ", "cfg(feature = ", ".name("];

/// Statements of SQL have one of these.
const SQL: [&str; 10] = [
    "ALTER TABLE",
    "BEGIN ",
    "CREATE ",
    "DELETE ",
    " FROM ",
    "INSERT ",
    "PRAGMA ",
    "SELECT ",
    "UPDATE ",
    "WITH ",
];

/// No sentences: lines of protocols and files, commands to be typed, names of programs.
const NO_SENTENCES: [&str; 39] = [
    "%Y-",
    "AND (extra ",
    "<stream:",
    "Accept",
    "Balcony {}, {} {} {}",
    "Connection: ",
    "Content-",
    "ETag: ",
    "GET ",
    "Range: ",
    "{range}Connection: ",
    "balcony room",
    "{space}Conversation with ",
    "HTTP/1.1 ",
    "Host: ",
    "New-NetFirewallHyperVRule ",
    "Pidgin or Finch ",
    "hook input",
    "policy ",
    "sudo ",
    "tcp dport ",
    "udp dport ",
    "id, author, ",
    "peer = ",
    // What `balcony doctor` prints below its findings, and `balcony` without a display.
    "No fault was found on ",
    "and does the network let ",
    "One fault ",
    "Faults were ",
    "balcony: ",
    // Who is refused, and entries that are thrown away: for the log.
    "too many addresses ",
    "too many new connections ",
    "too many connections ",
    "no certificate of our kind",
    "there is no key",
    "an entry ",
    "another key is expected ",
    "nobody in particular",
    "not wanted here",
    "not 43 characters ",
];

/// The words of a sentence with its places emptied; places side by side are one.
fn shape(sentence: &str) -> String {
    let mut shape = String::new();
    let mut depth = 0_u32;
    for c in sentence.chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if !shape.ends_with("{}") {
                    shape += "{}";
                }
            }
            _ if depth == 0 => shape.push(c),
            _ => {}
        }
    }
    shape
}

/// The lines of a string, as the compiler has them.
fn lines(literal: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = literal;
    while let Some((before, behind)) = rest.split_once('\\') {
        text += before;
        rest = match behind.chars().next() {
            Some('\n') => behind.trim_start(),
            Some('n') => {
                text.push('\n');
                &behind[1..]
            }
            Some(c) => {
                text.push(c);
                &behind[c.len_utf8()..]
            }
            None => behind,
        };
    }
    (text + rest).lines().map(str::to_owned).collect()
}

/// Every string below the window that may be a sentence.
fn sentences() -> Vec<Literal> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut paths: Vec<_> = BELOW.iter().map(|path| root.join(path)).collect();
    while let Some(path) = paths.pop() {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).unwrap();
            paths.extend(inside.map(|entry| entry.unwrap().path()));
        } else if name.ends_with(".rs") && !ELSEWHERE.iter().any(|part| name.contains(part)) {
            let source = std::fs::read_to_string(&path).unwrap();
            let code = source.split("\n#[cfg(test)]").next().unwrap();
            let code = code.split("\n#[cfg(all(test").next().unwrap();
            collect(&name, code, &mut found);
        }
    }
    found
}

/// Two words at least, one of them in small letters, outside of the places.
fn is_sentence(line: &str) -> bool {
    let shape = shape(line);
    let words = shape
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() > 1);
    let small = words
        .clone()
        .any(|word| word.chars().all(char::is_lowercase));
    words.count() > 1 && small && shape.contains(' ')
}

#[test]
fn whatever_is_said_below_the_window_is_known() {
    let known: BTreeSet<String> = PATTERNS
        .iter()
        .map(|pattern| shape(&pattern.around.join("{}")))
        .collect();
    let mut unknown = Vec::new();
    for literal in sentences() {
        let before = literal.before.trim_end();
        let statement = before.rsplit([';', '{', '}']).next().unwrap();
        let logged = statement.contains("tracing::")
            || ["debug!(", "info!(", "warn!(", "trace!("]
                .iter()
                .any(|log| statement.contains(log));
        let sql = SQL.iter().any(|word| literal.text.contains(word));
        if logged || sql || NOT_SAID.iter().any(|end| before.ends_with(end.trim_end())) {
            continue;
        }
        for line in lines(&literal.text) {
            let protocol = NO_SENTENCES
                .iter()
                .any(|start| line.trim_start().starts_with(start));
            if is_sentence(&line) && !protocol && !known.contains(&shape(&line)) {
                unknown.push(format!("{}: {line:?}", literal.file));
            }
        }
    }
    assert!(
        unknown.is_empty(),
        "these belong into assets/lang as `said-…`, or into the lists of this test:\n{}",
        unknown.join("\n")
    );
}

#[test]
fn every_sentence_that_is_known_is_said_somewhere() {
    let mut said: BTreeSet<String> = BTreeSet::new();
    for literal in sentences() {
        said.extend(lines(&literal.text).iter().map(|line| shape(line)));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_to_string(root.join("src/wire/jid.rs")).unwrap();
    let unsaid: Vec<&str> = PATTERNS
        .iter()
        .filter(|pattern| {
            let words = pattern.around.join("{}");
            // The system's own, and names that are no names.
            let elsewhere = pattern.key.starts_with("said-os-") || names.contains(&words);
            !elsewhere && !said.contains(&shape(&words))
        })
        .map(|pattern| pattern.key)
        .collect();
    assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
}
