//! Hashes that are known before the last byte.

use super::*;

#[test]
fn a_hash_that_was_made_while_the_receiver_was_asked_is_the_files() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    for fill in [1, 2] {
        let bytes = vec![fill; 3 << 20];
        fs::write(&path, &bytes).unwrap();
        let times = fs::FileTimes::new()
            .set_modified(std::time::UNIX_EPOCH + Duration::from_secs(u64::from(fill)));
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_times(times)
            .unwrap();
        romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
        let stamp = sources::look(&path).unwrap().stamp;
        let serve = romeo.mover.shared.desks()["t"].serve.clone().unwrap();
        assert_eq!(serve.stamp, stamp);
        let until = Instant::now() + Duration::from_secs(30);
        while romeo
            .mover
            .shared
            .ahead
            .of(&serve.path, &serve.stamp)
            .is_none()
        {
            assert!(Instant::now() < until, "it is never hashed");
            std::thread::yield_now();
        }
        let told = juliet.fetch(bytes.len() as u64, None, direct(romeo.mover.port));
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let expected = crate::model::roster::hex(hash.as_ref());
        let Told::Received { sha256, .. } = &told else {
            panic!("{told:?}");
        };
        assert_eq!(sha256.as_deref(), Some(expected.as_str()));
        romeo.outcome();
        juliet.mover.perform(Ask::Remembered {
            transfer: "t".into(),
            folder: juliet.folder.path().to_owned(),
            name: "rose".into(),
        });
    }
}

#[test]
fn a_small_file_is_offered_with_its_hash_and_of_several_large_ones_each_gets_its_own() {
    let digest = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        crate::model::roster::hex(digest.as_ref())
    };
    let mut stage = Stage::new();
    let path = |name: &str| stage.folder.path().join(name);
    let (small, large) = (path("small"), [path("one"), path("two"), path("three")]);
    let look = |stage: &mut Stage, path: &Path| {
        stage.mover.perform(Ask::Look {
            transfer: "l".into(),
            path: path.to_owned(),
        });
        match stage.outcome() {
            Told::Looked { result, .. } => result.unwrap(),
            told => panic!("{told:?}"),
        }
    };
    for bytes in [&b""[..], b"rose", &vec![7; 4 << 20]] {
        fs::write(&small, bytes).unwrap();
        assert_eq!(look(&mut stage, &small).sha256, Some(digest(&small)));
    }
    let mut expected = Vec::new();
    let mut serves = Vec::new();
    for (path, transfer) in large.iter().zip(["one", "two", "three"]) {
        fs::write(path, vec![transfer.len() as u8; 5 << 20]).unwrap();
        let found = look(&mut stage, path);
        assert_eq!(found.sha256, None, "its receiver is asked first");
        expected.push((transfer.to_owned(), digest(path)));
        serves.push(Serve {
            transfer: transfer.to_owned(),
            run: 1,
            stamp: found.stamp,
            path: path.clone(),
            sha256: None,
            gate: TOKEN,
            from: vec![Ipv4Addr::LOCALHOST.into()],
            key: None,
        });
    }
    for serve in serves {
        stage.mover.perform(Ask::Serve(Box::new(serve)));
    }
    let mut told = Vec::new();
    while told.len() < 3 {
        if let Told::Hashed {
            transfer, sha256, ..
        } = stage.next()
        {
            told.push((transfer, sha256));
        }
    }
    assert_eq!(told, expected);
}

#[test]
fn a_hash_that_the_core_knows_is_not_made_again() {
    let right = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"rose");
    let right = crate::model::roster::hex(right.as_ref());
    // A wrong one is believed by who sends, and by nobody else; what is no hash is not even that.
    for (known, comes) in [
        ("0".repeat(64), false),
        ("x".repeat(64), true),
        (right, true),
    ] {
        let (romeo, mut juliet) = (Stage::new(), Stage::new());
        let path = romeo.folder.path().join("rose");
        fs::write(&path, b"rose").unwrap();
        romeo.mover.perform(Ask::Serve(Box::new(Serve {
            transfer: "t".into(),
            run: romeo.next_run(),
            stamp: sources::look(&path).unwrap().stamp,
            path,
            sha256: Some(known),
            gate: TOKEN,
            from: vec![Ipv4Addr::LOCALHOST.into()],
            key: None,
        })));
        let told = juliet.fetch(4, None, direct(romeo.mover.port));
        assert_eq!(matches!(told, Told::Received { .. }), comes, "{told:?}");
    }
}

/// Whoever takes a file slowly hears its hash before the last byte.
#[test]
fn what_takes_long_to_send_is_hashed_beside() {
    let mut stage = Stage::new();
    let path = stage.folder.path().join("large");
    // Known of nothing, and taken before it could be hashed.
    let bytes: Vec<u8> = (0..24_000_000_u32).map(|at| (at >> 3) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    stage.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, stage.mover.port)).unwrap();
    let request = flow::Request {
        token: [7; 32],
        ..flow::Request::default()
    };
    flow::Opened::Request(request).write(&mut stream).unwrap();
    let sha256 = loop {
        match stage.next() {
            Told::Hashed { sha256, .. } => break sha256,
            Told::Progress { .. } | Told::Listening { .. } => {}
            told => panic!("{told:?}"),
        }
    };
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    assert_eq!(sha256, crate::model::roster::hex(digest.as_ref()));
}

/// Whoever takes a file at once: its hash is not left off for that, but told as soon as it is made.
#[test]
fn what_is_taken_while_it_is_hashed_is_hashed_to_the_end() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("large");
    let bytes: Vec<u8> = (0..64_000_000_u32).map(|at| (at >> 5) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    let stamp = sources::look(&path).unwrap().stamp;
    let ahead = &romeo.mover.shared.ahead;
    let until = Instant::now() + Duration::from_secs(30);
    while !ahead.is_hashing(&path, &stamp) && ahead.of(&path, &stamp).is_none() {
        assert!(Instant::now() < until, "nobody begins");
        std::thread::yield_now();
    }
    let told = juliet.fetch(bytes.len() as u64, None, direct(romeo.mover.port));
    let Told::Received { sha256, .. } = told else {
        panic!("{told:?}");
    };
    let mut hashed = None;
    let sent = loop {
        match romeo.next() {
            Told::Hashed { sha256, .. } => hashed = Some(sha256),
            Told::Sent { sha256, .. } => break sha256,
            Told::Progress { .. } | Told::Listening { .. } => {}
            told => panic!("{told:?}"),
        }
    };
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    let right = Some(crate::model::roster::hex(digest.as_ref()));
    assert_eq!(
        [hashed, sent, sha256],
        [right.clone(), right.clone(), right]
    );
}

/// It was changed, or taken back for somebody else: the next attempt does not wait for a hash that does not come.
#[test]
fn a_hash_that_does_not_come_is_not_waited_for() {
    let (romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("large");
    let bytes = vec![7; 64_000_000];
    fs::write(&path, &bytes).unwrap();
    romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    // Another attempt of the same transfer: what was hashed for the first is left.
    for _ in 0..3 {
        romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    }
    let mut told = juliet.fetch(bytes.len() as u64, None, direct(romeo.mover.port));
    if let Told::Broken { fault, .. } = &told {
        assert!(matches!(fault, Fault::Passing(_)), "{fault:?}");
        romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
        told = juliet.fetch(bytes.len() as u64, None, direct(romeo.mover.port));
    }
    assert!(matches!(told, Told::Received { .. }), "{told:?}");
}
