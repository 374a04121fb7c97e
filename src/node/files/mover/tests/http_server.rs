//! Our own HTTP server, and single files from others'.

use super::*;

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
