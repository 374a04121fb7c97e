//! Senders and askers who do not do what they should.

use super::*;

#[test]
fn a_sender_that_lies_is_found_out() {
    let head = r#"{"path":["rose"],"size":4}"#;
    let good = [entry(head, b"rose"), END.to_vec()].concat();
    let mut other = good.clone();
    other[4 + head.len()] ^= 1;
    let endless = vec![b'x'; 3 << 20];
    for (says, word) in [
        (other, "wrong: what came is not what was sent"),
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
fn who_sends_through_the_stream_without_waiting_is_cut_off() {
    let mut juliet = Stage::new();
    juliet.begin_to_fetch(1 << 30, None, From::Band);
    let block = || Ask::Block {
        transfer: "t".into(),
        run: 1,
        bytes: vec![b'x'; 60_000],
    };
    for _ in 0..50 {
        juliet.mover.perform(block());
    }
    let told = loop {
        match juliet.outcome() {
            Told::Block { .. } | Told::Taken { .. } => {}
            told => break told,
        }
    };
    assert!(matches!(told, Told::Broken { .. }), "{told:?}");
}

/// The rest comes with a hash that goes with it and with what was there, and is not the file that was offered.
#[test]
fn the_hash_that_was_said_before_counts_and_not_the_one_that_comes_with_the_last_byte() {
    let digest = |bytes: &[u8]| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        crate::model::roster::hex(digest.as_ref())
    };
    let said = digest(b"rose");
    for (rest, good) in [(&b"se"[..], true), (b"ad", false)] {
        let mut stage = Stage::new();
        // Of another source.
        let part = stage.folder.path().join("rose.t.part");
        fs::write(&part, b"ro").unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sender = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = flow::Opened::request(&mut stream).unwrap();
            let head = r#"{"path":["rose"],"size":4,"from":2}"#;
            let mut says = entry(head, rest);
            let whole = [b"ro", rest].concat();
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &whole);
            let at = says.len() - 32;
            says[at..].copy_from_slice(hash.as_ref());
            says.extend(END);
            let _ = stream.write_all(&says);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read(&mut [0]);
            request
        });
        stage.mover.perform(Ask::Fetch(Box::new(Fetch {
            transfer: "t".into(),
            run: stage.next_run(),
            folder: stage.folder.path().to_owned(),
            name: "rose".into(),
            size: 4,
            sha256: Some(said.clone()),
            entries: None,
            from: direct(port),
        })));
        let told = stage.outcome();
        let request = sender.join().unwrap();
        assert_eq!(request.bytes, 2, "what was there is not asked for again");
        if good {
            assert!(matches!(told, Told::Received { .. }), "{told:?}");
            continue;
        }
        assert_eq!(why(&told), "wrong: what came is not what was offered");
        assert_eq!(stage.names(), ["rose.t.part"], "it has no name");
        // As the core asks then.
        stage.mover.perform(Ask::Stop {
            transfer: "t".into(),
            remove: Some((stage.folder.path().to_owned(), "rose".into())),
        });
        assert_eq!(stage.names(), [""; 0], "a retry starts clean");
    }
}
