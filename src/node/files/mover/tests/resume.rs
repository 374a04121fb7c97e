//! What goes on after it broke off, was stopped, or was not remembered.

use super::*;

#[test]
fn a_stopped_fetch_leaves_nothing_behind() {
    let mut stage = Stage::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let from = From::Direct {
        addresses: vec![listener.local_addr().unwrap()],
        token: [7; 32],
        key: None,
    };
    stage.mover.perform(Ask::Fetch(Box::new(Fetch {
        transfer: "t".into(),
        run: 1,
        folder: stage.folder.path().to_owned(),
        name: "rose".into(),
        size: 4,
        sha256: None,
        entries: None,
        from,
    })));
    // It is connected and waits for a sender that says nothing.
    let (_silent, _) = listener.accept().unwrap();
    stage.mover.perform(Ask::Stop {
        transfer: "t".into(),
        remove: Some((stage.folder.path().to_owned(), "rose".into())),
    });
    assert!(matches!(stage.outcome(), Told::Broken { .. }));
    assert_eq!(fs::read_dir(stage.folder.path()).unwrap().count(), 0);
}

#[test]
fn who_ended_before_it_remembered_a_file_does_not_take_it_again() {
    for entries in [None, Some(2)] {
        let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
        let path = romeo.folder.path().join("rose");
        if entries.is_some() {
            fs::create_dir(&path).unwrap();
            fs::write(path.join("a"), b"ro").unwrap();
            fs::write(path.join("b"), b"se").unwrap();
        } else {
            fs::write(&path, b"rose").unwrap();
        }
        // The second time as after a restart in which nobody knows of the first.
        for _ in 0..2 {
            romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
            let told = juliet.fetch(4, entries, direct(romeo.mover.port));
            let place = juliet.folder.path().join("rose");
            assert!(
                matches!(&told, Told::Received { path, .. } if *path == place),
                "{told:?}"
            );
            let sent = romeo.outcome();
            assert!(matches!(sent, Told::Sent { .. }), "{sent:?}");
            assert_eq!(juliet.names().len(), 2, "{:?}", juliet.names());
        }
        juliet.mover.perform(Ask::Remembered {
            transfer: "t".into(),
            folder: juliet.folder.path().to_owned(),
            name: "rose".into(),
        });
        assert_eq!(juliet.names(), ["rose"]);
    }
}

#[test]
fn what_was_put_in_the_place_of_a_file_is_not_taken_for_it() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    fs::write(&path, b"rose").unwrap();
    let place = juliet.folder.path().join("rose");
    for _ in 0..2 {
        romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
        let told = juliet.fetch(4, None, direct(romeo.mover.port));
        assert!(matches!(told, Told::Received { .. }), "{told:?}");
        romeo.outcome();
        fs::write(&place, b"mine").unwrap();
    }
    assert_eq!(fs::read(&place).unwrap(), b"mine");
    let second = juliet.folder.path().join("rose (1)");
    assert_eq!(fs::read(second).unwrap(), b"rose");
}

#[test]
fn through_the_stream_a_file_goes_on_where_it_was() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let part = downloads::place(juliet.folder.path(), "rose", "t").2;
    for have in [0, 1_900_000] {
        fs::write(&part, &bytes[..have]).unwrap();
        romeo.serve(&path, Gate::Band, Ipv4Addr::LOCALHOST.into());
        juliet.begin_to_fetch(bytes.len() as u64, None, From::Band);
        let (blocks, [sent, received]) = through_the_stream(&mut romeo, &mut juliet);
        let Told::Received { path: place, .. } = &received else {
            panic!("{received:?}");
        };
        assert!(matches!(sent, Told::Sent { .. }), "{sent:?}");
        assert_eq!(fs::read(place).unwrap(), bytes);
        // Half a block is a block, too: heads, hashes and ends are.
        let few = (bytes.len() - have) / 65_535 + 8;
        assert!(blocks <= few + few / 2, "{blocks} blocks for {have}");
        juliet.mover.perform(Ask::Remembered {
            transfer: "t".into(),
            folder: juliet.folder.path().to_owned(),
            name: "rose".into(),
        });
    }
}

#[test]
fn a_large_file_in_a_folder_is_asked_for_from_the_byte() {
    let mut stage = Stage::new();
    let bytes: Vec<u8> = (0..700_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    let small = entry(r#"{"path":["a"],"size":4}"#, b"rose");
    let size = 4 + bytes.len() as u64;
    let head = |from: usize| format!(r#"{{"path":["b"],"size":700000,"from":{from}}}"#);
    let mut first = entry(&head(0), &bytes);
    first.truncate(500_000);
    let (asked, told) = stage.asked_and_told(size, Some(2), [small, first].concat());
    assert_eq!((asked.entries, asked.bytes), (0, 0));
    assert!(why(&told).starts_with("passing"), "{told:?}");
    let (asked, told) = stage.asked_and_told(size, Some(2), Vec::new());
    assert!(why(&told).starts_with("passing"), "{told:?}");
    let have = usize::try_from(asked.bytes).unwrap();
    assert!(asked.entries == 1 && have > 400_000, "{asked:?}");
    // The rest of it, with the hash of the whole.
    let mut rest = entry(&head(have), &bytes);
    let start = 4 + head(have).len();
    rest.drain(start..start + have);
    let told = stage.fetch_from(size, Some(2), [rest, END.to_vec()].concat());
    assert!(matches!(told, Told::Received { .. }), "{told:?}");
    let place = stage.folder.path().join("rose");
    assert_eq!(fs::read(place.join("b")).unwrap(), bytes);
    assert_eq!(fs::read(place.join("a")).unwrap(), b"rose");
}

#[test]
fn what_cannot_be_written_of_a_folder_is_told_and_what_came_before_is_kept() {
    let mut stage = Stage::new();
    // A file where a folder would have to be.
    let says = [
        entry(r#"{"path":["a"],"size":4}"#, b"rose"),
        entry(r#"{"path":["a","b"],"size":2}"#, b"up"),
        entry(r#"{"path":["c"],"size":2}"#, b"hi"),
        END.to_vec(),
    ]
    .concat();
    let told = stage.fetch_from(8, Some(3), says.clone());
    assert!(
        why(&told).starts_with("stuck: the file cannot be written here"),
        "{told:?}"
    );
    let (asked, _) = stage.asked_and_told(8, Some(3), says);
    assert_eq!(asked.entries, 1);
}

#[test]
fn a_sender_that_cannot_be_reached_comes_by_itself() {
    let (mut romeo, mut juliet) = (Stage::new(), Stage::new());
    let path = romeo.folder.path().join("rose");
    fs::write(&path, b"rose").unwrap();
    // Bound and not listening: refused, and nobody else gets it meanwhile.
    let closed = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let nowhere: std::net::SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
    closed.bind(&nowhere.into()).unwrap();
    let nowhere = closed.local_addr().unwrap().as_socket().unwrap();
    juliet.begin_to_fetch(4, None, direct(nowhere.port()));
    romeo.serve(&path, TOKEN, Ipv4Addr::LOCALHOST.into());
    romeo.mover.perform(Ask::Dial {
        transfer: "t".into(),
        run: 1,
        addresses: vec![(Ipv4Addr::LOCALHOST, juliet.mover.port).into()],
    });
    let told = juliet.outcome();
    assert!(matches!(told, Told::Received { .. }), "{told:?}");
    let sent = romeo.outcome();
    assert!(matches!(sent, Told::Sent { .. }), "{sent:?}");
    // And where nobody comes, that is said.
    let told = juliet.fetch(4, None, direct(nowhere.port()));
    let fault = |told: &Told| {
        matches!(
            told,
            Told::Broken {
                fault: Fault::Unreachable(_),
                ..
            }
        )
    };
    assert!(fault(&told), "{told:?}");
}
