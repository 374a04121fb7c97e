#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use proptest::prelude::*;

use super::*;

fn place(host: &str, port: u16) -> Place {
    Place::new(host, port).unwrap()
}

#[test]
fn a_picture_is_asked_for_and_answered() {
    let name = "jürgen d. o'x@pc";
    let asked = read(&ask_picture(name).unwrap());
    assert_eq!(
        asked,
        [Heard::PictureAsked {
            instance: name.to_owned()
        }]
    );
    let image = vec![7; MAX_PICTURE];
    let answer = publish_picture(name, &image, false).unwrap();
    assert_eq!(
        read(&answer),
        [Heard::Picture {
            instance: name.to_owned(),
            image
        }]
    );
    assert_eq!(&answer[2..4], [0x84, 0x00], "an authoritative response");
    assert!(
        read(&publish_picture(name, &[1], true).unwrap()).is_empty(),
        "a goodbye is no picture"
    );
}

#[test]
fn a_probe_says_what_would_be_published() {
    let ours = place("pc-1a2b.local.", 5298);
    let txt = [
        ("txtvers".to_owned(), Some(b"1".to_vec())),
        ("flag".to_owned(), None),
    ];
    let datagram = probe("me@pc", &ours, &txt).unwrap();
    assert_eq!(
        read(&datagram),
        [Heard::Probe {
            instance: "me@pc".to_owned(),
            place: ours
        }]
    );
    assert!(
        datagram
            .windows(10)
            .any(|window| window == b"\x09txtvers=1")
    );
}

#[test]
fn exactly_one_of_two_claimants_renames() {
    let claims = [
        place("a.local.", 5298),
        place("b.local.", 5298),
        place("a.local.", 5299),
        place("aa.local.", 5298),
    ];
    for one in &claims {
        for other in &claims {
            assert_eq!(
                one != other,
                one.wins_over(other) ^ other.wins_over(one),
                "{one:?} {other:?}"
            );
        }
    }
    assert!(place("a.local.", 5298).same_host(&place("A.LOCAL.", 5299)));
}

/// As avahi-daemon announces libpurple, taken from the wire: PTR, SRV and TXT of `bob@host2`, names compressed.
fn announcement(ttl: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0];
    bytes.extend(b"\x09_presence\x04_tcp\x05local\x00"); // at 12
    bytes.extend([0, 12, 0, 1, 0, 0, 0, ttl, 0, 12]);
    bytes.extend(b"\x09bob@host2\xc0\x0c"); // at 44
    bytes.extend([
        0xc0, 44, 0, 33, 0x80, 1, 0, 0, 0, ttl, 0, 14, 0, 0, 0, 0, 0x14, 0xb2,
    ]);
    bytes.extend(b"\x05host2\xc0\x1b"); // 27: "local"
    bytes
}

#[test]
fn an_announcement_and_a_goodbye_are_told_apart() {
    let instance = || "bob@host2".to_owned();
    assert_eq!(
        read(&announcement(120)),
        [
            Heard::Offered {
                instance: instance(),
                ttl: 120
            },
            Heard::Owner {
                instance: instance(),
                place: place("host2.local.", 5298),
                ttl: 120
            }
        ]
    );
    assert_eq!(
        read(&announcement(0)),
        [
            Heard::Goodbye {
                instance: instance()
            },
            Heard::Goodbye {
                instance: instance()
            }
        ]
    );
}

#[test]
fn names_that_are_no_label_are_refused() {
    assert_eq!(ask_picture(&"x".repeat(64)), None);
    assert!(ask_picture(&"x".repeat(63)).is_some());
    assert_eq!(ask_picture(""), None);
}

#[test]
fn what_somebody_knows_already_is_not_news_and_what_it_asks_is_heard() {
    let mut question = ask_picture("bob@pc").unwrap();
    let answers = announcement(120);
    // As a query with known answers has them: behind the question, counted in the header.
    question[6..8].copy_from_slice(&answers[6..8]);
    question.extend_from_slice(&answers[12..]);
    assert_eq!(
        read(&question),
        vec![Heard::PictureAsked {
            instance: "bob@pc".into()
        }]
    );
}

#[test]
fn other_services_are_not_heard() {
    let mut other = announcement(120);
    other[14] = b'q';
    assert!(read(&other).is_empty());
}

proptest! {
    #[test]
    fn any_datagram_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        read(&bytes);
    }

    #[test]
    fn a_damaged_announcement_is_survived(at in 0usize..95, value: u8, cut in 0usize..100) {
        let mut bytes = announcement(120);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
        bytes.truncate(cut.max(12));
        read(&bytes);
    }

    #[test]
    fn any_instance_name_survives_the_wire(name in "[^\\x00-\\x1f]{1,63}") {
        prop_assume!(name.len() <= 63);
        prop_assert_eq!(read(&ask_picture(&name).unwrap()), vec![Heard::PictureAsked { instance: name }]);
    }
}
