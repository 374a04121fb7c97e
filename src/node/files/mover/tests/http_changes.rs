//! Files that are changed on an HTTP server, or that it had given already when this program was ended.

use super::over_http::{Server, hold, ok, part, until_there};
use super::*;

/// What a server says of the state of its file, and whether it honours `If-Range`.
#[derive(Clone)]
struct Says {
    fields: String,
    honours: bool,
}

/// A server of one file, or of a folder with one in it, that breaks off in the middle of the first answer.
fn stateful(body: Vec<u8>, says: Says, breaks: bool) -> Server {
    let asked_once = std::sync::atomic::AtomicBool::new(!breaks);
    Server::new(move |_, request| {
        if request.path.ends_with('/') {
            let size = body.len();
            return ok(
                format!("<dir><file size='{size}'><name>large</name></file></dir>").as_bytes(),
            );
        }
        let same = |of: &String| says.fields.contains(of.as_str());
        let whole = says.honours && !request.of.as_ref().is_none_or(same);
        let answer = part(&body, request.from.filter(|_| !whole));
        let head = answer.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
        let mut answer = [&answer[..head], says.fields.as_bytes(), &answer[head..]].concat();
        if !asked_once.swap(true, std::sync::atomic::Ordering::Relaxed) {
            answer.truncate(answer.len() / 2);
        }
        answer
    })
}

/// The rest is put behind the beginning of the same file only: also when this program was ended in between, and the file
/// has got other bytes of the same number meanwhile.
#[test]
fn a_file_that_was_changed_while_it_was_held_back_comes_from_the_start() {
    let body = |seed: u32| -> Vec<u8> { (0..600_000).map(|at| ((at * seed) >> 3) as u8).collect() };
    let tag = |tag: &str| format!("ETag: {tag}\r\n");
    let at = |second: u32, now: u32| {
        format!(
            "Last-Modified: Sun, 06 Nov 1994 08:49:{second} GMT\r\nDate: Sun, 06 Nov 1994 08:49:{now} GMT\r\n"
        )
    };
    let hostile = format!("\"{}\"", "x".repeat(5000));
    // Before, after, whether the server honours If-Range; whether it is asked with it, whether the change is noticed.
    for (before, after, honours, asks, noticed) in [
        (tag("\"a\""), tag("\"b\""), true, true, true),
        (tag("\"a\""), tag("\"b\""), false, true, true),
        (tag("\"a\""), tag("\"a\""), true, true, false),
        (tag("W/\"a\""), tag("W/\"b\""), true, false, true),
        (tag("W/\"a\""), tag("W/\"a\""), true, false, false),
        (at(10, 30), at(20, 30), true, true, true),
        (at(10, 10), at(20, 30), true, false, true),
        (at(10, 30), at(10, 40), true, true, false),
        (tag(&hostile), tag("\"b\""), true, false, false),
        (tag("\"a\u{1}\""), tag("\"b\""), true, false, false),
        (String::new(), String::new(), true, false, false),
    ] {
        for folder in [false, true] {
            let says = |fields: &str| Says {
                fields: fields.to_owned(),
                honours,
            };
            let old = stateful(body(7), says(&before), true);
            let (entries, path) = match folder {
                true => (Some(0), "/x/"),
                false => (None, "/x"),
            };
            let mut stage = Stage::new();
            stage.begin_to_fetch(600_000, entries, old.from(path));
            let part = stage.folder.path().join("rose.t.part");
            let part = if folder { part.join("large") } else { part };
            until_there(&part, 250_000);
            hold(&stage);
            stage.outcome();
            let mut next = stage.next_life();
            // What was not noticed is not to be mixed up here: it has the same bytes.
            let now = stateful(body(if noticed { 11 } else { 7 }), says(&after), false);
            next.begin_to_fetch(600_000, entries, now.from(path));
            let mut from_start = None;
            let place = loop {
                match next.next() {
                    Told::FromStart { changed, .. } => from_start = Some(changed),
                    Told::Received { path, .. } => break path,
                    Told::Broken { fault, .. } => panic!("{fault:?} {before} {after}"),
                    _ => {}
                }
            };
            let place = if folder { place.join("large") } else { place };
            assert!(fs::read(place).unwrap() == body(if noticed { 11 } else { 7 }));
            assert_eq!(from_start, noticed.then_some(true), "{before} {after}");
            let asked = now.asked.lock().unwrap();
            let first = asked.iter().find(|one| !one.path.ends_with('/')).unwrap();
            assert!(first.from.unwrap() >= 250_000, "{asked:?}");
            assert_eq!(first.of.is_some(), asks, "{asked:?}");
            let left = next.names();
            assert_eq!(left, ["rose", "rose.t.part.named"], "and nothing else");
        }
    }
}

/// It came, and this program was ended before it could remember that.
#[test]
fn what_came_over_http_before_the_end_is_not_fetched_again() {
    let server = Server::new(|_, _| ok(b"rose"));
    let mut stage = Stage::new();
    for _ in 0..2 {
        let told = stage.fetch(4, None, server.from("/x"));
        assert!(
            matches!(
                told,
                Told::Received {
                    size: 4,
                    sha256: Some(_),
                    ..
                }
            ),
            "{told:?}"
        );
    }
    assert_eq!(server.paths().len(), 1);
}

#[test]
fn what_is_not_wanted_any_more_leaves_nothing_of_its_state() {
    let says = Says {
        fields: "ETag: \"a\"\r\n".into(),
        honours: true,
    };
    let server = stateful(vec![7; 600_000], says, true);
    let mut stage = Stage::new();
    stage.begin_to_fetch(600_000, None, server.from("/x"));
    until_there(&stage.folder.path().join("rose.t.part"), 250_000);
    hold(&stage);
    stage.outcome();
    assert!(stage.names().contains(&"rose.t.part.state".to_owned()));
    let next = stage.next_life();
    next.mover.perform(Ask::Stop {
        transfer: "t".into(),
        remove: Some((next.folder.path().to_owned(), "rose".into())),
    });
    assert_eq!(next.names(), [""; 0]);
}
