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

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32]).unwrap()
}

fn pair(one: u8, other: u8) -> (Tls, Tls) {
    (
        Credentials::new(&key(one)).unwrap().begin(true).unwrap(),
        Credentials::new(&key(other)).unwrap().begin(false).unwrap(),
    )
}

/// Carries bytes to and fro until both are quiet, `piece` bytes at a time.
fn settle(client: &mut Tls, server: &mut Tls, piece: usize) -> Result<(Taken, Taken), String> {
    let (mut at_client, mut at_server) = (Taken::default(), Taken::default());
    loop {
        let mut moved = false;
        if let Some(bytes) = client.outgoing() {
            moved = true;
            for part in bytes.chunks(piece) {
                add(&mut at_server, server.take(part)?);
            }
        }
        if let Some(bytes) = server.outgoing() {
            moved = true;
            for part in bytes.chunks(piece) {
                add(&mut at_client, client.take(part)?);
            }
        }
        if !moved {
            return Ok((at_client, at_server));
        }
    }
}

fn add(to: &mut Taken, more: Taken) {
    to.secured = to.secured.or(more.secured);
    to.plaintext.extend(more.plaintext);
}

#[test]
fn both_learn_the_others_key_and_the_same_secret() {
    for piece in [1, 7, 64 * 1024] {
        let (mut client, mut server) = pair(1, 2);
        let (at_client, at_server) = settle(&mut client, &mut server, piece).unwrap();
        let (of_server, one) = at_client.secured.unwrap();
        let (of_client, other) = at_server.secured.unwrap();
        assert_eq!(of_server, key(2).public());
        assert_eq!(of_client, key(1).public());
        assert_eq!(one, other);
        assert_ne!(one, [0; 32]);
        let long = vec![b'x'; 300_000];
        client.seal(&long).unwrap();
        server.seal(b"and back").unwrap();
        let (at_client, at_server) = settle(&mut client, &mut server, piece.max(500)).unwrap();
        assert_eq!(at_server.plaintext, long);
        assert_eq!(at_client.plaintext, b"and back");
        assert!(at_client.secured.is_none(), "told once");
    }
}

#[test]
fn the_hybrid_key_exchange_is_used_and_nothing_older_than_1_3() {
    let (mut client, mut server) = pair(1, 2);
    settle(&mut client, &mut server, 4096).unwrap();
    let group = client.connection.negotiated_key_exchange_group().unwrap();
    assert_eq!(group.name(), rustls::NamedGroup::X25519MLKEM768);
    let version = client.connection.protocol_version();
    assert_eq!(version, Some(rustls::ProtocolVersion::TLSv1_3));
}

/// A ClientHello that offers TLS 1.2 at most (RFC 5246 §7.4.1.2).
#[test]
fn tls_1_2_is_refused() {
    let body: Vec<u8> = [
        &[3, 3][..],
        &[7; 32],
        &[0],
        &[0, 2, 0xc0, 0x2b],
        &[1, 0],
        // signature_algorithms: ed25519; supported_groups: x25519.
        &[0, 16, 0, 13, 0, 4, 0, 2, 8, 7, 0, 10, 0, 4, 0, 2, 0, 29],
    ]
    .concat();
    let mut hello = vec![22, 3, 1, 0, body.len() as u8 + 4, 1, 0, 0, body.len() as u8];
    hello.extend(body);
    let mut server = Credentials::new(&key(2)).unwrap().begin(false).unwrap();
    let error = server.take(&hello).unwrap_err();
    assert!(
        error.contains("version") || error.contains("Version") || error.contains("Tls13"),
        "{error}"
    );
    let alert = server.outgoing().unwrap();
    assert_eq!(alert[0], 21, "an alert is sent");
}

#[test]
fn a_changed_byte_ends_it() {
    let (mut client, mut server) = pair(1, 2);
    settle(&mut client, &mut server, 4096).unwrap();
    client.seal(b"meet me at the balcony").unwrap();
    let sealed = client.outgoing().unwrap();
    assert!(!sealed.windows(7).any(|part| part == b"balcony"));
    for at in 0..sealed.len() {
        let (mut client, mut server) = pair(1, 2);
        settle(&mut client, &mut server, 4096).unwrap();
        client.seal(b"meet me at the balcony").unwrap();
        let mut changed = client.outgoing().unwrap().to_vec();
        changed[at] ^= 1;
        match server.take(&changed) {
            Err(_) => {}
            // The record's type and version, which mean nothing in 1.3.
            Ok(taken) if at < 3 => assert_eq!(taken.plaintext, b"meet me at the balcony"),
            // A longer length in the head: it waits for the rest, and has given nothing out.
            Ok(taken) => assert!(taken.plaintext.is_empty(), "byte {at}"),
        }
    }
}

/// What was recorded is worth nothing in another session, and nothing twice in the same.
#[test]
fn a_recorded_stream_cannot_be_replayed() {
    let (mut client, mut server) = pair(1, 2);
    let mut recorded = Vec::new();
    let hello = client.outgoing().unwrap();
    recorded.extend_from_slice(&hello);
    server.take(&hello).unwrap();
    client.take(&server.outgoing().unwrap()).unwrap();
    client.seal(b"once").unwrap();
    let rest = client.outgoing().unwrap();
    recorded.extend_from_slice(&rest);
    assert_eq!(server.take(&rest).unwrap().plaintext, b"once");
    assert!(server.take(&rest).is_err(), "twice in the same session");
    let mut again = Credentials::new(&key(2)).unwrap().begin(false).unwrap();
    match again.take(&recorded) {
        Err(_) => {}
        Ok(taken) => assert!(taken.secured.is_none() && taken.plaintext.is_empty()),
    }
}

#[test]
fn the_certificate_says_nothing_but_the_key() {
    let (one, other) = (certificate(&key(1)).unwrap(), certificate(&key(2)).unwrap());
    assert_eq!(
        one,
        certificate(&key(1)).unwrap(),
        "the same at every start"
    );
    assert_eq!(key_in(&one), Some(key(1).public()));
    // But for key, key identifier and signature they are the same for everybody.
    let differing = one.iter().zip(other.iter()).filter(|(a, b)| a != b).count();
    assert_eq!(one.len(), other.len());
    assert!(differing <= 32 + 64 + 20, "{differing} bytes differ");
}

#[test]
fn plaintext_where_tls_is_expected_is_no_tls() {
    let mut server = Credentials::new(&key(2)).unwrap().begin(false).unwrap();
    assert!(
        server
            .take(b"<message><body>smuggled</body></message>")
            .is_err()
    );
}

/// DER: this content under this tag. Now and then its length is a lie, or written longer than it need be (X.690 §10.1).
fn tlv(dice: &mut Rng, tag: u8, content: &[u8]) -> Vec<u8> {
    let told = match dice.chance(10) {
        true => dice.bits() as usize >> dice.index(64),
        false => content.len(),
    };
    let mut all = vec![tag];
    match told {
        short if short < 128 && !dice.chance(10) => all.push(short as u8),
        long => {
            let bytes = long.to_be_bytes();
            let skip = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
            all.push(0x80 | (8 - skip) as u8);
            all.extend(&bytes[skip..]);
        }
    }
    all.extend(content);
    all
}

fn some(dice: &mut Rng, most: usize) -> Vec<u8> {
    let count = dice.index(most + 1);
    (0..count).map(|_| dice.bits() as u8).collect()
}

fn algorithm(dice: &mut Rng) -> Vec<u8> {
    let oid = match dice.index(5) {
        0..3 => vec![0x2b, 0x65, 0x70],
        3 => vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
        _ => some(dice, 12),
    };
    let mut inside = tlv(dice, 6, &oid);
    if dice.chance(200) {
        inside.extend(tlv(dice, 5, &[]));
    }
    tlv(dice, 0x30, &inside)
}

fn person(dice: &mut Rng) -> Vec<u8> {
    let mut all = Vec::new();
    for _ in 0..dice.index(3) {
        let text = some(dice, 20);
        let mut pair = tlv(dice, 6, &[0x55, 4, 3]);
        let kind = [0x0c, 0x13, 0x16, 0x1e][dice.index(4)];
        pair.extend(tlv(dice, kind, &text));
        let pair = tlv(dice, 0x30, &pair);
        all.extend(tlv(dice, 0x31, &pair));
    }
    tlv(dice, 0x30, &all)
}

fn dates(dice: &mut Rng) -> Vec<u8> {
    let mut both = Vec::new();
    for _ in 0..2 {
        let (tag, text) = match dice.index(4) {
            0 => (0x17, b"750101000000Z".to_vec()),
            1 => (0x18, b"99991231235959Z".to_vec()),
            2 => (0x18, b"20260230256199Z".to_vec()),
            _ => (0x17, some(dice, 16)),
        };
        both.extend(tlv(dice, tag, &text));
    }
    tlv(dice, 0x30, &both)
}

/// Everything that RFC 5280 §4.1 names, in its place.
fn made_up(dice: &mut Rng) -> Vec<u8> {
    let bits = |dice: &mut Rng, bytes: Vec<u8>| {
        let unused = if dice.chance(50) {
            dice.bits() as u8
        } else {
            0
        };
        let content = [&[unused], &bytes[..]].concat();
        tlv(dice, 3, &content)
    };
    let mut inside = Vec::new();
    if dice.chance(900) {
        let version = tlv(dice, 2, &[2]);
        inside.extend(tlv(dice, 0xa0, &version));
    }
    let serial = some(dice, 24);
    inside.extend(tlv(dice, 2, &serial));
    inside.extend(algorithm(dice));
    inside.extend(person(dice));
    inside.extend(dates(dice));
    inside.extend(person(dice));
    let mut key = algorithm(dice);
    let mut bytes = some(dice, 64);
    if dice.chance(700) {
        bytes.resize(32, 7);
    }
    key.extend(bits(dice, bytes));
    inside.extend(tlv(dice, 0x30, &key));
    if dice.chance(300) {
        let mut one = tlv(dice, 6, &[0x55, 0x1d, 0x11]);
        let value = some(dice, 30);
        one.extend(tlv(dice, 4, &value));
        let one = tlv(dice, 0x30, &one);
        let all = tlv(dice, 0x30, &one);
        inside.extend(tlv(dice, 0xa3, &all));
    }
    let mut whole = tlv(dice, 0x30, &inside);
    whole.extend(algorithm(dice));
    let signature = some(dice, 64);
    whole.extend(bits(dice, signature));
    tlv(dice, 0x30, &whole)
}

/// What is made up is near enough to the real thing that a good part of it is read.
#[test]
fn some_of_what_is_made_up_has_a_key() {
    let read = (0..1000).filter(|seed| key_in(&made_up(&mut Rng::new(*seed))).is_some());
    let read = read.count();
    assert!((20..900).contains(&read), "{read} of 1000");
}

fn cases(usual: u32) -> ProptestConfig {
    let count = std::env::var("BALCONY_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count.unwrap_or(usual))
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn no_certificate_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(key_in(&bytes), None);
    }

    /// Built as a certificate is, with whatever in its places: names, dates, kinds of keys, lengths that lie. A key is read
    /// only where it stands as ours do.
    #[test]
    fn a_made_up_certificate_is_read_or_refused(seed in any::<u64>()) {
        let made = made_up(&mut Rng::new(seed));
        if let Some(key) = key_in(&made) {
            prop_assert!(made.windows(44).any(|part| part == key.spki()));
        }
    }

    #[test]
    fn a_damaged_certificate_is_read_or_refused(
        at in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<proptest::sample::Index>(),
        keep in any::<bool>(),
    ) {
        static GOOD: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| certificate(&key(1)).unwrap().to_vec());
        let mut bytes = GOOD.clone();
        for (at, byte) in at {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !keep {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = key_in(&bytes);
        if !keep {
            prop_assert_eq!(key_in(&bytes), None);
        }
    }
}
