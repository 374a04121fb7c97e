#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use proptest::prelude::*;

use super::*;

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
