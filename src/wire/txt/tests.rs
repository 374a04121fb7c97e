#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use proptest::prelude::*;

use super::*;
use crate::net::memory::Rng;

fn juliet() -> Advert {
    Advert {
        port: Some(5562),
        nick: "JuliC".into(),
        show: Show::Away,
        message: "Hanging out downtown".into(),
        card: Card {
            first: "Juliet".into(),
            last: "Capulet".into(),
            email: vec!["juliet@capulet.example".into(), "j@capulet.example".into()],
            jid: vec!["juliet@capulet.example".into()],
        },
        phsh: Some([0xa3; 20]),
        node: "urn:xmpp:balcony".into(),
        hash: "sha-1".into(),
        ver: "QgayPKawpkPSDYmwT/WM94uAlu0=".into(),
        vc: "!".into(),
        tlsfp: Some(Fingerprint::from_bytes([0x5a; 32])),
        rooms: Vec::new(),
    }
}

fn read(pairs: &[(&str, &[u8])]) -> Advert {
    Advert::from_txt(pairs.iter().map(|(key, value)| (*key, Some(*value))))
}

fn back(pairs: &[Pair]) -> Advert {
    Advert::from_txt(
        pairs
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_deref())),
    )
}

fn size(pairs: &[Pair]) -> usize {
    pairs
        .iter()
        .map(|(key, value)| 2 + key.len() + value.as_ref().map_or(0, Vec::len))
        .sum()
}

#[test]
fn txtvers_is_the_first_string_and_is_1() {
    assert_eq!(
        juliet().to_txt()[0],
        ("txtvers".to_owned(), Some(b"1".to_vec()))
    );
    assert_eq!(Advert::default().to_txt()[0].0, "txtvers");
}

#[test]
fn no_key_occurs_twice() {
    let mut keys: Vec<String> = juliet().to_txt().into_iter().map(|(key, _)| key).collect();
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), all), (15, 15));
}

#[test]
fn personal_fields_that_are_empty_are_not_published() {
    let txt = Advert {
        port: Some(5298),
        ..Advert::default()
    }
    .to_txt();
    let keys: Vec<&str> = txt.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["txtvers", "port.p2pj", "status"]);
}

#[test]
fn what_we_publish_reads_back_the_same() {
    assert_eq!(back(&juliet().to_txt()), juliet());
    assert!(
        size(&juliet().to_txt()) < 400,
        "{}",
        size(&juliet().to_txt())
    );
}

#[test]
fn the_record_stays_small_whatever_the_user_types() {
    let long = "💡".repeat(2000);
    let addresses: Vec<String> = (0..100)
        .map(|n| format!("juliet{n}@capulet.example"))
        .collect();
    let advert = Advert {
        nick: long.clone(),
        message: long.clone(),
        card: Card {
            first: long.clone(),
            last: long.clone(),
            email: addresses.clone(),
            jid: addresses,
        },
        node: "n".repeat(999),
        hash: "h".repeat(999),
        ver: "v".repeat(999),
        vc: "c".repeat(999),
        ..juliet()
    };
    let txt = advert.to_txt();
    assert!(size(&txt) <= 1300, "{}", size(&txt));
    for (key, value) in &txt {
        let value = value.as_deref().unwrap();
        assert!(key.len() + 1 + value.len() <= 255, "{key}");
        assert!(
            std::str::from_utf8(value).is_ok(),
            "{key} was cut inside a character"
        );
    }
    assert!(
        back(&txt)
            .card
            .email
            .iter()
            .all(|address| address.ends_with(".example"))
    );
}

#[test]
fn a_peer_without_any_parameter_is_here_and_available() {
    assert_eq!(Advert::from_txt([]), Advert::default());
    assert_eq!(
        Advert::from_txt([("", None), ("status", None)]),
        Advert::default()
    );
    let jid = Jid::new("nobody").unwrap();
    assert_eq!(Advert::default().display_name(&jid), "nobody");
}

#[test]
fn status_is_avail_away_or_dnd_and_available_if_absent() {
    let show = |status: &str| read(&[("status", status.as_bytes())]).show;
    assert_eq!(show("avail"), Show::Available);
    assert_eq!(show("away"), Show::Away);
    assert_eq!(show("XA"), Show::Away);
    assert_eq!(show("DND"), Show::Dnd);
    assert_eq!(show("out to lunch"), Show::Available);
}

#[test]
fn libpurples_record_is_understood() {
    let txt: [(&str, &[u8]); 9] = [
        ("msg", "в пути".as_bytes()),
        ("jid", b"bob@example.org bob@example.net"),
        ("vc", b"!"),
        ("ver", b"2.14.12"),
        ("node", b"libpurple"),
        ("status", b"dnd"),
        ("port.p2pj", b"5298"),
        ("last", b""),
        ("1st", b"Bob"),
    ];
    let bob = read(&txt);
    assert_eq!(
        (bob.node.as_str(), bob.hash.as_str(), bob.ver.as_str()),
        ("libpurple", "", "2.14.12")
    );
    assert_eq!(
        (bob.show, bob.message.as_str(), bob.port),
        (Show::Dnd, "в пути", Some(5298))
    );
    assert_eq!(bob.vc, "!");
    assert_eq!(bob.card.jid, ["bob@example.org", "bob@example.net"]);
    assert_eq!(bob.display_name(&Jid::new("bob@host2").unwrap()), "Bob");
}

#[test]
fn of_a_key_that_occurs_twice_the_first_counts_in_any_case() {
    let advert = read(&[("NICK", b"first"), ("nick", b"second"), ("Status", b"dnd")]);
    assert_eq!((advert.nick.as_str(), advert.show), ("first", Show::Dnd));
}

#[test]
fn a_hostile_record_costs_nothing_and_deceives_nobody() {
    let huge = vec![b'x'; 70_000];
    let advert = read(&[
        ("nick", "admin\u{202E}\u{0}\u{7}".as_bytes()),
        ("msg", &huge),
        ("1st", b"\xff\xfe\x80"),
        ("port.p2pj", b"99999"),
        ("phsh", b"+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f"),
        ("node", b"\x1b[31mred"),
        ("email", "a ".repeat(500).as_bytes()),
    ]);
    assert_eq!(advert.nick, "admin");
    assert!(advert.message.len() <= 255);
    assert_eq!(advert.card.first, "\u{FFFD}\u{FFFD}\u{FFFD}");
    assert_eq!(
        (advert.port, advert.phsh, advert.node.as_str()),
        (None, None, "")
    );
    assert_eq!(advert.card.email.len(), MAX_ADDRESSES);
}

#[test]
fn phsh_is_read_in_either_case() {
    let hex = "A3839614E1A382BCFEBBCF20464F519E81770813";
    let phsh = read(&[("phsh", hex.as_bytes())]).phsh.unwrap();
    assert_eq!(phsh[..3], [0xa3, 0x83, 0x96]);
    assert_eq!(
        read(&[("phsh", hex.to_lowercase().as_bytes())]).phsh,
        Some(phsh)
    );
}

#[test]
fn the_name_shown_is_the_nick_else_the_full_name_else_the_instance() {
    let jid = Jid::new("juliet@pronto").unwrap();
    let mut advert = juliet();
    assert_eq!(advert.display_name(&jid), "JuliC");
    advert.nick = "\u{202E} \u{200B}".into();
    assert_eq!(advert.display_name(&jid), "Juliet Capulet");
    advert.card = Card::default();
    assert_eq!(advert.display_name(&jid), "juliet@pronto");
}

fn cases(usual: u32) -> ProptestConfig {
    let count = std::env::var("BALCONY_CASES").ok();
    let count = count.and_then(|text| text.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count.unwrap_or(usual))
    }
}

/// Strings of a record: keys that are known and others, values that are nearly right, and bytes.
fn made_up(dice: &mut Rng) -> Vec<(String, Option<Vec<u8>>)> {
    const KEYS: [&str; 20] = [
        "txtvers",
        "1st",
        "last",
        "nick",
        "msg",
        "status",
        "phsh",
        "node",
        "hash",
        "ver",
        "vc",
        "jid",
        "email",
        "tlsfp",
        "port.p2pj",
        "room1",
        "room2",
        "room3",
        "ROOM1",
        "Nick",
    ];
    const PIECES: [&str; 14] = [
        "avail",
        "dnd",
        "5298",
        "65536",
        "-1",
        "a@b ",
        "=",
        "\u{202e}",
        "\u{0}",
        "łóżko",
        "💡",
        "é\u{301}\u{301}",
        "lecture@room-abcdefgh",
        "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo",
    ];
    let count = dice.index(24);
    let pair = |dice: &mut Rng| {
        let key = match dice.chance(900) {
            true => KEYS[dice.index(KEYS.len())].to_owned(),
            false => String::from_utf8_lossy(&dice.bits().to_be_bytes()).into_owned(),
        };
        let mut value = Vec::new();
        for _ in 0..dice.index(5) {
            match dice.index(4) {
                0 => value.extend(dice.bits().to_be_bytes()),
                1 => value.extend(std::iter::repeat_n(dice.bits() as u8, dice.index(400))),
                _ => value.extend(PIECES[dice.index(PIECES.len())].as_bytes()),
            }
        }
        (key, dice.chance(970).then_some(value))
    };
    (0..count).map(|_| pair(dice)).collect()
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_record_is_read_and_what_comes_of_it_can_be_shown(seed in any::<u64>()) {
        let pairs = made_up(&mut Rng::new(seed));
        let advert = Advert::from_txt(pairs.iter().map(|(key, value)| (key.as_str(), value.as_deref())));
        let card = &advert.card;
        let shown = [&advert.nick, &advert.message, &card.first, &card.last, &advert.node, &advert.hash, &advert.ver, &advert.vc];
        let listed = card.email.iter().chain(&card.jid);
        for text in shown.into_iter().chain(listed) {
            prop_assert!(text.len() <= 3 * 255 && !text.chars().any(char::is_control), "{:?}", text);
        }
        prop_assert!(card.email.len() <= MAX_ADDRESSES && card.jid.len() <= MAX_ADDRESSES);
        prop_assert!(advert.rooms.len() <= 3);
        let txt = advert.to_txt();
        prop_assert!(size(&txt) <= 1300);
        // What came of it and is published again is read the same: nothing hides in it.
        let again = back(&txt);
        prop_assert_eq!((again.show, again.port, again.tlsfp), (advert.show, advert.port, advert.tlsfp));
    }
}
