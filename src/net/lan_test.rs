//! The real network on the loopback interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::net::{CloseReason, ConnId, Sighting};
use crate::wire::jid::Jid;
use crate::wire::key::SecretKey;
use crate::wire::txt::Advert;

const A: ConnId = ConnId(2);

async fn start() -> (Lan, mpsc::Receiver<Report>) {
    let interfaces = InterfaceChoice {
        only: vec!["lo".to_owned()],
        ..InterfaceChoice::default()
    };
    Lan::start(LanConfig {
        port: Some(0),
        host: "test".to_owned(),
        interfaces,
        key: SecretKey::from_seed(&[7; 32]).ok(),
    })
    .await
    .unwrap()
}

/// Reads reports until one fits; half a minute is for machines under load, no test takes it.
async fn until<T>(
    reports: &mut mpsc::Receiver<Report>,
    mut fits: impl FnMut(Report) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            if let Some(found) = fits(reports.recv().await.expect("the network has ended")) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .expect("nothing came")
}

/// A connection from `lan` to a plain socket.
async fn connected(lan: &Lan, reports: &mut mpsc::Receiver<Report>) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    lan.perform(Request::Dial {
        conn: A,
        addresses: vec![listener.local_addr().unwrap()],
    });
    let (peer, _) = listener.accept().await.unwrap();
    until(reports, |report| {
        matches!(report, Report::Connected { conn: A, .. }).then_some(())
    })
    .await;
    peer
}

fn received(report: Report) -> Option<Bytes> {
    if let Report::Received { bytes, .. } = report {
        Some(bytes)
    } else {
        None
    }
}

#[tokio::test]
async fn two_nodes_talk() {
    let ((one, mut one_hears), (two, mut two_hears)) = (start().await, start().await);
    // The dead address first: it must not cost the dial.
    let addresses = vec![
        "127.0.0.1:1".parse().unwrap(),
        SocketAddr::from(([127, 0, 0, 1], two.port())),
    ];
    one.perform(Request::Dial { conn: A, addresses });
    one.perform(Request::Write {
        conn: A,
        bytes: Bytes::from_static(b"written before it is open"),
    });
    until(&mut one_hears, |report| {
        matches!(report, Report::Connected { conn: A, .. }).then_some(())
    })
    .await;
    let accepted = until(&mut two_hears, |report| match report {
        Report::Accepted { conn, remote, .. } => Some((conn, remote)),
        _ => None,
    })
    .await;
    assert_eq!(accepted.0.0 % 2, 1, "accepted connections have odd numbers");
    assert_eq!(
        until(&mut two_hears, received).await,
        "written before it is open"
    );
    two.perform(Request::Write {
        conn: accepted.0,
        bytes: Bytes::from_static(b"answer"),
    });
    assert_eq!(until(&mut one_hears, received).await, "answer");
    one.perform(Request::Close {
        conn: A,
        flush: true,
    });
    let why = until(&mut two_hears, |report| match report {
        Report::Closed { why, .. } => Some(why),
        _ => None,
    })
    .await;
    assert_eq!(why, CloseReason::Eof);
}

#[tokio::test]
async fn a_name_typed_by_hand_is_dialled() {
    let ((one, mut one_hears), (two, _two_hears)) = (start().await, start().await);
    one.perform(Request::DialName {
        conn: A,
        address: format!("localhost:{}", two.port()),
    });
    until(&mut one_hears, |report| {
        matches!(report, Report::Connected { conn: A, .. }).then_some(())
    })
    .await;
    one.perform(Request::DialName {
        conn: ConnId(4),
        address: "no such computer".to_owned(),
    });
    until(&mut one_hears, |report| {
        matches!(
            report,
            Report::DialFailed {
                conn: ConnId(4),
                ..
            }
        )
        .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_is_behind_holds_the_peer_back_and_loses_nothing() {
    let (lan, mut reports) = start().await;
    let mut peer = connected(&lan, &mut reports).await;
    // More than the reports, the kernel's buffers and one read can hold: the sender must be held back.
    let chunk: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let total = chunk.len() * 64;
    let held_back = async {
        for _ in 0..64 {
            peer.write_all(&chunk).await.unwrap();
        }
    };
    tokio::pin!(held_back);
    lan.perform(Request::Pause { conn: A });
    let paused = tokio::time::timeout(Duration::from_millis(300), &mut held_back).await;
    assert!(
        paused.is_err(),
        "64 MiB went into a connection that nobody reads"
    );
    lan.perform(Request::Resume { conn: A });
    let mut count = 0;
    let reading = async {
        while count < total {
            let bytes = until(&mut reports, received).await;
            assert!(
                bytes
                    .iter()
                    .zip(count..)
                    .all(|(byte, at)| usize::from(*byte) == at % 256),
                "out of order"
            );
            count += bytes.len();
        }
    };
    tokio::join!(held_back, reading);
}

#[tokio::test]
async fn closing_with_flush_writes_everything() {
    let (lan, mut reports) = start().await;
    let mut peer = connected(&lan, &mut reports).await;
    let piece = Bytes::from(vec![b'x'; 100_000]);
    for _ in 0..100 {
        lan.perform(Request::Write {
            conn: A,
            bytes: piece.clone(),
        });
    }
    lan.perform(Request::Close {
        conn: A,
        flush: true,
    });
    let mut everything = Vec::new();
    peer.read_to_end(&mut everything).await.unwrap();
    assert_eq!(everything.len(), 10_000_000);
}

#[tokio::test]
async fn closing_without_flush_resets() {
    let (lan, mut reports) = start().await;
    let mut peer = connected(&lan, &mut reports).await;
    lan.perform(Request::Close {
        conn: A,
        flush: false,
    });
    assert_eq!(
        peer.read(&mut [0; 1]).await.unwrap_err().kind(),
        std::io::ErrorKind::ConnectionReset
    );
}

#[tokio::test]
async fn what_the_kernel_took_is_reported() {
    let (lan, mut reports) = start().await;
    let mut peer = connected(&lan, &mut reports).await;
    for _ in 0..1000 {
        lan.perform(Request::Write {
            conn: A,
            bytes: Bytes::from_static(b"0123456789"),
        });
    }
    let mut written = 0;
    while written < 10_000 {
        written += until(&mut reports, |report| match report {
            Report::Written { conn: A, bytes } => Some(bytes),
            _ => None,
        })
        .await;
    }
    assert_eq!(written, 10_000);
    peer.read_exact(&mut vec![0; 10_000]).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_never_reads_is_dropped_in_the_end() {
    let (lan, mut reports) = start().await;
    let _peer = connected(&lan, &mut reports).await;
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let why = loop {
        lan.perform(Request::Write {
            conn: A,
            bytes: piece.clone(),
        });
        tokio::task::yield_now().await;
        match reports.try_recv() {
            Ok(Report::Closed { why, .. }) => break why,
            Ok(_) | Err(mpsc::error::TryRecvError::Empty) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(why, CloseReason::Error);
}

fn name(user: &str) -> Jid {
    // Test processes may run side by side on one computer.
    Jid::new(&format!("{user}-{}@test", std::process::id())).unwrap()
}

fn advertise(lan: &Lan, jid: &Jid, nick: &str) {
    let advert = Advert {
        port: Some(lan.port()),
        nick: nick.to_owned(),
        ..Advert::default()
    };
    lan.perform(Request::Advertise {
        jid: jid.clone(),
        port: lan.port(),
        advert: Box::new(advert),
    });
}

async fn seen(reports: &mut mpsc::Receiver<Report>, jid: &Jid, nick: &str) -> Sighting {
    until(reports, |report| match report {
        Report::Seen(sighting) if sighting.jid == *jid && sighting.advert.nick == nick => {
            Some(*sighting)
        }
        _ => None,
    })
    .await
}

#[tokio::test]
async fn nodes_see_each_other_come_change_and_go() {
    let ((one, mut one_hears), (two, mut two_hears)) = (start().await, start().await);
    let (romeo, juliet) = (name("romeo"), name("juliet"));
    advertise(&one, &romeo, "Romeo");
    advertise(&two, &juliet, "Juliet");
    let sighting = seen(&mut one_hears, &juliet, "Juliet").await;
    assert_eq!(sighting.port, two.port());
    assert!(
        sighting.has_ip("127.0.0.1".parse().unwrap()),
        "{sighting:?}"
    );
    seen(&mut two_hears, &romeo, "Romeo").await;
    advertise(&two, &juliet, "Jule");
    advertise(&two, &juliet, "Juliet C.");
    seen(&mut one_hears, &juliet, "Juliet C.").await;
    one.perform(Request::Verify {
        jid: juliet.clone(),
    });
    let verified = until(&mut one_hears, |report| match report {
        Report::Verified { jid, alive } => Some((jid, alive)),
        _ => None,
    })
    .await;
    assert_eq!(verified, (juliet.clone(), true));
    drop(two_hears);
    two.shutdown().await;
    let gone = until(&mut one_hears, |report| match report {
        Report::Gone { jid, goodbye } => Some((jid, goodbye)),
        _ => None,
    })
    .await;
    assert_eq!(gone, (juliet, true));
}

#[tokio::test]
async fn a_name_belongs_to_the_first() {
    let ((one, mut one_hears), (two, mut two_hears)) = (start().await, start().await);
    let (taken, free) = (name("dup"), name("dup-1"));
    advertise(&one, &taken, "First");
    until(&mut one_hears, |report| {
        matches!(report, Report::Advertised { .. }).then_some(())
    })
    .await;
    advertise(&two, &taken, "Second");
    // Who has the name may be seen before or after we are told that it is taken.
    let mut owner_seen = false;
    until(&mut two_hears, |report| match report {
        Report::NameTaken { jid } if jid == taken => Some(()),
        Report::Advertised { jid } => panic!("{jid} is taken"),
        Report::Seen(sighting) => {
            owner_seen |= sighting.jid == taken && sighting.advert.nick == "First";
            None
        }
        _ => None,
    })
    .await;
    advertise(&two, &free, "Second");
    seen(&mut one_hears, &free, "Second").await;
    if !owner_seen {
        seen(&mut two_hears, &taken, "First").await;
    }
}

#[tokio::test]
async fn a_picture_is_fetched() {
    use sha1::Digest;
    let ((one, mut one_hears), (two, mut two_hears)) = (start().await, start().await);
    let face = name("face");
    let image = Bytes::from(vec![b'p'; 8000]);
    let sha1: [u8; 20] = sha1::Sha1::digest(&image).into();
    advertise(&one, &face, "Face");
    until(&mut one_hears, |report| {
        matches!(report, Report::Advertised { .. }).then_some(())
    })
    .await;
    one.perform(Request::ServeAvatar {
        jid: face.clone(),
        image: Some(image.clone()),
    });
    two.perform(Request::FetchAvatar {
        jid: face.clone(),
        sha1,
    });
    let fetched = until(&mut two_hears, |report| match report {
        Report::AvatarFetched { jid, image } => Some((jid, image)),
        Report::AvatarFailed { jid } => panic!("{jid} has a picture"),
        _ => None,
    })
    .await;
    assert_eq!(fetched, (face, image));
}
