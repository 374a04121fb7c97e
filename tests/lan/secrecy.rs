//! Nobody on the LAN reads along, and nobody gets a message by a name: a listener on the wire, and people in the middle.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Pair;
use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::mallory::play;

/// Waits until this is what it says of the trust in that name, last.
pub fn trusts(peer: &Peer, jid: &str, trust: &str, cause: Option<&str>) -> Value {
    peer.until(&format!("{jid} is {trust}"), SOON, |seen, _| {
        let last = seen
            .iter()
            .rev()
            .find(|seen| seen.line["event"] == "trust-changed" && seen.line["peer"] == jid)?;
        let fits = last.line["trust"] == trust && last.line["cause"].as_str() == cause;
        fits.then(|| last.line.clone())
    })
}

fn contains(file: &[u8], text: &str) -> bool {
    memchr::memmem::find(file, text.as_bytes()).is_some()
}

#[test]
fn nothing_that_is_said_can_be_read_on_the_wire() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let file = forza.folder("capture").join("frames");
    let _sniffer = play(&forza, &["sniff", file.to_str().unwrap()]);
    let romeo = balcony(&forza, "romeo")
        .with("--nick", "Montagovius")
        .start();
    let juliet = balcony(&pronto, "juliet")
        .with("--nick", "Capuletta")
        .start();
    romeo.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    // Both dial at once, and again after each close.
    let secrets = ["wherefore-art-thou", "parting-is-such", "sweet-sorrow-that"];
    for (round, secret) in secrets.iter().enumerate() {
        romeo.send("juliet@pronto", secret, &format!("r{round}"));
        juliet.send(
            "romeo@forza",
            &format!("{secret}-too"),
            &format!("j{round}"),
        );
        romeo.reaches(&format!("r{round}"), &["delivered", "displayed"], SOON);
        juliet.reaches(&format!("j{round}"), &["delivered", "displayed"], SOON);
        romeo.tell(&json!({"command": "typing", "to": "juliet@pronto", "state": "composing"}));
        romeo.tell(&json!({"command": "close", "to": "juliet@pronto", "ref": round}));
        romeo.event("done", SOON, |done| done["ref"] == round);
    }
    juliet.receives("romeo@forza", secrets.len(), SOON);
    romeo.receives("juliet@pronto", secrets.len(), SOON);
    for peer in [&romeo, &juliet] {
        for seen in peer.seen() {
            if seen.line["event"] == "message-received" {
                assert_eq!(seen.line["encrypted"], true, "{}", seen.line);
            }
        }
    }
    let ids: Vec<String> = romeo
        .seen()
        .iter()
        .filter(|seen| seen.line["event"] == "message-state")
        .map(|seen| seen.line["id"].as_str().unwrap().to_owned())
        .collect();
    // The capture works: the headers before the upgrade are in it.
    let capture = poll("the headers in the capture", SOON, || {
        let bytes = std::fs::read(&file).ok()?;
        contains(&bytes, "urn:ietf:params:xml:ns:xmpp-tls").then_some(bytes)
    });
    let mut hidden: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    hidden.extend(ids);
    for word in [
        "Montagovius",
        "Capuletta",
        "<body",
        "<message",
        "<presence",
        "origin-id",
        "composing",
        "xmpp-sasl",
        "\"event\"",
        "\"command\"",
    ] {
        hidden.push(word.to_owned());
    }
    for word in hidden {
        assert!(!contains(&capture, &word), "{word} was on the wire");
    }
    // Nor in the logs, nor the key.
    let key = std::fs::read_to_string(forza.folder("data-romeo").join("identity.pem")).unwrap();
    let key = key.lines().nth(1).unwrap();
    for peer in [&romeo, &juliet] {
        let log = peer.complaints();
        for word in secrets.iter().copied().chain([key]) {
            assert!(
                !log.contains(word),
                "{word} is in the log of {}",
                peer.name()
            );
        }
    }
}

/// Everything that they say, do and compare, with the log as talkative as it gets.
#[test]
fn even_the_most_talkative_log_has_no_words_and_no_keys() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let romeo = balcony(&forza, "romeo").log("trace").start();
    let juliet = balcony(&pronto, "juliet").log("trace").start();
    romeo.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    romeo.send("juliet@pronto", "wherefore-art-thou", "first");
    romeo.reaches("first", &["delivered", "displayed"], SOON);
    let sent = |seen: &Value| seen["ref"] == "first";
    let id = romeo.event("message-state", SOON, sent).line["id"].clone();
    romeo.tell(&json!({"command": "correct", "id": id, "body": "parting-is-such"}));
    juliet.event("message-corrected", SOON, |_| true);
    juliet
        .tell(&json!({"command": "reply", "id": id, "body": "sweet-sorrow-that", "ref": "reply"}));
    juliet.reaches("reply", &["delivered", "displayed"], SOON);
    // What waits for somebody who is not here, and what is searched.
    romeo.send("nobody@nowhere", "good-night-good-night", "waits");
    romeo.reaches("waits", &["queued"], SOON);
    romeo.tell(&json!({"command": "search", "text": "sorrow-that"}));
    romeo.event("search-result", SOON, |_| true);
    romeo.tell(&json!({"command": "verify", "peer": "juliet@pronto"}));
    let compare = |event: &Value| event["state"] == "compare";
    let code = romeo.event("verification", SOON, compare).line["code"].clone();
    juliet.event("verification", SOON, compare);
    romeo.tell(&json!({"command": "confirm", "peer": "juliet@pronto", "match": true}));
    juliet.tell(&json!({"command": "confirm", "peer": "romeo@forza", "match": true}));
    trusts(&romeo, "juliet@pronto", "verified", None);
    trusts(&juliet, "romeo@forza", "verified", None);
    let mut hidden: Vec<String> = [
        "wherefore-art-thou",
        "parting-is-such",
        "sweet-sorrow-that",
        "good-night-good-night",
        "sorrow-that",
        code.as_str().unwrap(),
    ]
    .map(str::to_owned)
    .into();
    for (host, folder) in [(&forza, "data-romeo"), (&pronto, "data-juliet")] {
        hidden.extend(spellings(&host.folder(folder).join("identity.pem")));
    }
    for peer in [romeo, juliet] {
        peer.quit();
        let log = peer.complaints();
        assert!(log.contains("TRACE") && log.len() > 10_000, "{log}");
        for word in &hidden {
            assert!(
                !log.contains(word),
                "{word} is in the log of {}",
                peer.name()
            );
        }
    }
}

/// The ways in which a secret key could stand in a log.
fn spellings(file: &std::path::Path) -> Vec<String> {
    use base64::Engine as _;
    let pem = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = pem.lines().filter(|line| !line.contains("---")).collect();
    let der = base64::engine::general_purpose::STANDARD
        .decode(lines.concat())
        .unwrap();
    // RFC 8410 §7: the 32 bytes behind OCTET STRING in OCTET STRING.
    let at = memchr::memmem::find(&der, &[4, 34, 4, 32]).unwrap() + 4;
    let seed = &der[at..at + 32];
    let hex = |upper: bool| -> String {
        let digits = seed.iter().map(|byte| match upper {
            true => format!("{byte:02X}"),
            false => format!("{byte:02x}"),
        });
        digits.collect()
    };
    let list: Vec<String> = seed.iter().take(8).map(u8::to_string).collect();
    vec![
        lines[0].to_owned(),
        base64::engine::general_purpose::STANDARD.encode(seed),
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(seed),
        hex(true),
        hex(false),
        list.join(", "),
    ]
}

#[test]
fn two_people_compare_and_somebody_else_under_the_name_gets_nothing() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        pronto,
        ..
    } = Pair::on(&lab);
    romeo.tell(&json!({"command": "verify", "peer": "juliet@pronto"}));
    let compare = |peer: &Peer| {
        peer.event("verification", SOON, |event| event["state"] == "compare")
            .line
    };
    let (his, hers) = (compare(&romeo), compare(&juliet));
    assert_eq!(
        (&his["code"], &his["emoji"]),
        (&hers["code"], &hers["emoji"])
    );
    assert_eq!(his["emoji"].as_array().unwrap().len(), 7);
    romeo.tell(&json!({"command": "confirm", "peer": "juliet@pronto", "match": true}));
    juliet.tell(&json!({"command": "confirm", "peer": "romeo@forza", "match": true}));
    trusts(&romeo, "juliet@pronto", "verified", None);
    trusts(&juliet, "romeo@forza", "verified", None);
    juliet.quit();
    romeo.misses("juliet@pronto", SOON);
    // Another installation, of the same name at the same address, hiding its key; and then on another host.
    let elsewhere = lab.host("elsewhere");
    for (host, hides) in [(&pronto, true), (&elsewhere, false)] {
        let evil = balcony(host, "juliet").data(&host.folder("evil"));
        let evil = evil.with("--machine", "pronto").start();
        if hides {
            evil.tell(
                &json!({"command": "configure", "settings": {"publish": {"fingerprint": false}}}),
            );
        }
        let mark = romeo.mark();
        evil.shows("romeo@forza", SOON, |_| true);
        romeo.shows("juliet@pronto", SOON, |_| true);
        romeo.send("juliet@pronto", "for her eyes", "secret");
        evil.send("romeo@forza", "it is I", "lie");
        let told = trusts(
            &romeo,
            "juliet@pronto",
            "changed",
            Some(if hides {
                "other-key"
            } else {
                "other-announced"
            }),
        );
        assert_eq!(told["was_verified"], true, "{told}");
        assert!(
            told["warning"].as_str().unwrap().contains("ask in person"),
            "{told}"
        );
        // His program refused hers: that is what it waits for here.
        poll("a refusal", SOON, || {
            evil.complaints().contains("policy-violation").then_some(())
        });
        romeo.reaches("secret", &["queued"], SOON);
        assert!(evil.bodies_from("romeo@forza").is_empty());
        assert!(romeo.bodies_from("juliet@pronto").is_empty());
        let _ = mark;
        evil.quit();
        romeo.misses("juliet@pronto", SOON);
    }
    // She is back, and gets what waited.
    let juliet = balcony(&pronto, "juliet").start();
    juliet.receives("romeo@forza", 1, Duration::from_secs(60));
    trusts(&romeo, "juliet@pronto", "verified", None);
}

#[test]
fn whoever_answers_without_tls_or_with_an_old_one_gets_nothing() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let Pair { romeo, juliet, .. } = pair;
    juliet.kill();
    for how in ["strips", "old", "tls12"] {
        let host = lab.host(&format!("m-{how}"));
        let mallory = play(&host, &["pretend", how]);
        let address = format!("{}:5298", host.ipv4(1));
        romeo.tell(&json!({"command": "connect", "address": address}));
        romeo.send("juliet@pronto", "not-for-mallory", how);
        let took = mallory.event("took", SOON, |_| true).line;
        let text = took["text"].as_str().unwrap();
        assert!(text.contains("<stream:stream"), "{how}: {text}");
        assert!(!text.contains("not-for-mallory"), "{how}: {text}");
        romeo.reaches(how, &["queued"], SOON);
        trusts(&romeo, "juliet@pronto", "changed", Some("no-encryption"));
    }
}

#[test]
fn what_was_recorded_or_is_put_in_before_the_upgrade_is_not_taken() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
    } = pair;
    romeo.tell(&json!({"command": "close", "to": "juliet@pronto", "ref": "closed"}));
    romeo.event("done", SOON, |done| done["ref"] == "closed");
    let address = format!("{}:5298", pronto.ipv4(1));
    let host = lab.host("mallory");
    let mallory = play(&host, &["relay", &address]);
    // The only way to her leads through the relay.
    let (v4, v6) = (pronto.ipv4(1), pronto.link_local("eth0"));
    forza.sh(&format!(
        "nft add table inet detour
         nft add chain inet detour out '{{ type filter hook output priority 0; }}'
         nft add rule inet detour out ip daddr {v4} tcp dport 5298 reject with tcp reset
         nft add rule inet detour out ip6 daddr {v6} tcp dport 5298 reject with tcp reset"
    ));
    let relay = format!("{}:5298", host.ipv4(1));
    romeo.tell(&json!({"command": "connect", "address": relay}));
    romeo.send("juliet@pronto", "once", "once");
    romeo.reaches("once", &["delivered", "displayed"], SOON);
    romeo.tell(&json!({"command": "close", "to": "juliet@pronto"}));
    let replayed = mallory.event("replayed", SOON, |_| true).line;
    forza.sh("nft delete table inet detour");
    assert!(replayed["bytes"].as_u64().unwrap() > 500, "{replayed}");
    // From Romeo's own address, and in his name.
    let injector = play(&forza, &["inject", &address]);
    let answered = injector.event("answered", SOON, |_| true).line;
    let text = answered["text"].as_str().unwrap();
    assert!(
        text.contains("not-authorized") || text.contains("policy-violation"),
        "{text}"
    );
    trusts(&juliet, "romeo@forza", "changed", Some("no-encryption"));
    // He is who he was all the same, and says so with his key.
    romeo.send("juliet@pronto", "the end", "end");
    romeo.reaches("end", &["delivered", "displayed"], SOON);
    let mut bodies = juliet.bodies_from("romeo@forza");
    bodies.retain(|body| body != "She speaks");
    assert_eq!(bodies, ["once", "the end"]);
    trusts(&juliet, "romeo@forza", "pinned", None);
}
