//! Two people and somebody who stands between them with keys of its own: at their first conversation, and when they know
//! each other. Each play says what the users see, and what the one between could read.

use std::time::Duration;

use serde_json::{Value, json};

use crate::between::{Manner, Side, stand};
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Host, Lab};
use crate::secrecy::trusts;

/// Romeo on one network, Juliet on another, and a host with a foot in each.
struct Divided {
    lab: Lab,
    forza: Host,
    pronto: Host,
    mallory: Host,
}

impl Divided {
    fn new() -> Option<Divided> {
        let lab = Lab::new_or_skip()?;
        let (forza, pronto) = (lab.host_on("forza", 1), lab.host_on("pronto", 2));
        // Between networks that are one for a while there is a way.
        forza.sh("ip route add 10.77.2.0/24 dev eth0");
        pronto.sh("ip route add 10.77.1.0/24 dev eth0");
        let mallory = lab.host_on("mallory", 1);
        mallory.add_interface("eth1", 2);
        Some(Divided {
            lab,
            forza,
            pronto,
            mallory,
        })
    }

    /// Towards Romeo it is Juliet, and towards Juliet it is Romeo.
    fn come_between(&self, manner: Manner) -> [Peer; 2] {
        let own = [self.mallory.ipv4(1), self.mallory.ipv4(2)];
        let real = [self.pronto.ipv4(2), self.forza.ipv4(1)];
        let side = |n: usize, name, interface| Side {
            name,
            interface,
            own: &own[n],
            real: &real[n],
        };
        let sides = [
            side(0, "juliet@pronto", "eth0"),
            side(1, "romeo@forza", "eth1"),
        ];
        stand(&self.mallory, sides, manner)
    }
}

/// Everything that it could read.
fn read(between: &[Peer; 2]) -> String {
    let lines = between.iter().flat_map(Peer::seen);
    let read = lines.filter(|seen| seen.line["event"] == "read");
    read.map(|seen| seen.line["text"].as_str().unwrap().to_owned())
        .collect()
}

fn compares(peer: &Peer, state: &str) -> Value {
    peer.event("verification", SOON, |event| event["state"] == state)
        .line
}

/// At the first conversation nobody can know, and the one between reads along: that is why people compare. Then the codes
/// are different, and from the moment when one of the two has said so neither sends anything.
#[test]
fn whoever_relays_a_first_conversation_is_found_out_by_the_codes() {
    for announces in [true, false] {
        let Some(stage) = Divided::new() else { return };
        let between = stage.come_between(Manner {
            announces,
            compares: true,
        });
        let romeo = balcony(&stage.forza, "romeo").start();
        let juliet = balcony(&stage.pronto, "juliet").start();
        romeo.shows("juliet@pronto", SOON, |_| true);
        juliet.shows("romeo@forza", SOON, |_| true);
        romeo.send("juliet@pronto", "not yet compared", "first");
        romeo.reaches("first", &["delivered", "displayed"], SOON);
        juliet.receives("romeo@forza", 1, SOON);
        assert!(read(&between).contains("not yet compared"));
        trusts(&romeo, "juliet@pronto", "pinned", None);

        romeo.tell(&json!({"command": "verify", "peer": "juliet@pronto"}));
        let (his, hers) = (compares(&romeo, "compare"), compares(&juliet, "compare"));
        assert_eq!(his["emoji"].as_array().unwrap().len(), 7);
        assert_ne!(his["emoji"], hers["emoji"]);
        assert_ne!(his["code"], hers["code"]);
        // One of them says so; the other is told, and both are alarmed.
        romeo.tell(&json!({"command": "confirm", "peer": "juliet@pronto", "match": false}));
        compares(&romeo, "failed");
        compares(&juliet, "failed");
        for (peer, of) in [(&romeo, "juliet@pronto"), (&juliet, "romeo@forza")] {
            let told = trusts(peer, of, "changed", Some("codes-differ"));
            let warning = told["warning"].as_str().unwrap();
            assert!(warning.contains("somebody stands between you"), "{warning}");
        }
        romeo.send("juliet@pronto", "behind the alarm", "his");
        juliet.send("romeo@forza", "behind the alarm too", "hers");
        // Both were asked for a stream since, and both have refused it.
        for side in [0, 1] {
            let refused = |seen: &crate::lab::lines::Seen| {
                seen.line["event"] == "refused" && seen.line["by"].is_number()
            };
            between[side].until("a refusal", Duration::from_secs(60), |seen, _| {
                seen.iter().any(refused).then_some(())
            });
        }
        romeo.reaches("his", &["queued"], SOON);
        juliet.reaches("hers", &["queued"], SOON);
        assert!(!read(&between).contains("behind the alarm"));
        assert_eq!(juliet.bodies_from("romeo@forza"), ["not yet compared"]);
        assert!(romeo.bodies_from("juliet@pronto").is_empty());
    }
}

/// It passes the words of a comparison on as they are: they are bound to keys that the other does not see.
#[test]
fn whoever_passes_a_comparison_on_is_found_out_by_the_programs() {
    let Some(stage) = Divided::new() else { return };
    let _between = stage.come_between(Manner {
        announces: true,
        compares: false,
    });
    let romeo = balcony(&stage.forza, "romeo").start();
    let juliet = balcony(&stage.pronto, "juliet").start();
    romeo.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    romeo.tell(&json!({"command": "verify", "peer": "juliet@pronto"}));
    let told = compares(&juliet, "failed");
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.contains("somebody may be between you"), "{reason}");
    romeo.event("verification", SOON, |event| event["state"] == "cancelled");
    for (peer, of) in [(&romeo, "juliet@pronto"), (&juliet, "romeo@forza")] {
        let verified = |seen: &crate::lab::lines::Seen| seen.line["trust"] == "verified";
        assert!(!peer.seen().iter().any(verified), "{of}");
    }
}

/// They know each other, or have even compared keys, when somebody comes between them with its own.
#[test]
fn whoever_comes_between_two_who_know_each_other_reads_nothing() {
    for (verified, announces) in [(false, true), (true, false)] {
        let Some(stage) = Divided::new() else { return };
        stage.lab.join(1, 2);
        let romeo = balcony(&stage.forza, "romeo").start();
        let juliet = balcony(&stage.pronto, "juliet").start();
        romeo.shows("juliet@pronto", SOON, |_| true);
        juliet.shows("romeo@forza", SOON, |_| true);
        romeo.send("juliet@pronto", "She speaks", "first");
        romeo.reaches("first", &["delivered", "displayed"], SOON);
        trusts(&juliet, "romeo@forza", "pinned", None);
        if verified {
            romeo.tell(&json!({"command": "verify", "peer": "juliet@pronto"}));
            assert_eq!(
                compares(&romeo, "compare")["code"],
                compares(&juliet, "compare")["code"]
            );
            romeo.tell(&json!({"command": "confirm", "peer": "juliet@pronto", "match": true}));
            juliet.tell(&json!({"command": "confirm", "peer": "romeo@forza", "match": true}));
            trusts(&romeo, "juliet@pronto", "verified", None);
            trusts(&juliet, "romeo@forza", "verified", None);
        }
        stage.lab.part(1, 2);
        let between = stage.come_between(Manner {
            announces,
            compares: true,
        });
        romeo.send("juliet@pronto", "for her eyes", "his");
        juliet.send("romeo@forza", "for his ears", "hers");
        for (peer, of) in [(&romeo, "juliet@pronto"), (&juliet, "romeo@forza")] {
            let told = peer.until("the alarm", Duration::from_secs(60), |seen, _| {
                let alarm = |seen: &&crate::lab::lines::Seen| {
                    seen.line["event"] == "trust-changed" && seen.line["trust"] == "changed"
                };
                seen.iter().rev().find(alarm).map(|seen| seen.line.clone())
            });
            assert_eq!(told["peer"], of);
            // Absent where it is false.
            assert_eq!(told["was_verified"] == true, verified, "{told}");
            let cause = told["cause"].as_str().unwrap();
            assert!(["other-key", "other-announced"].contains(&cause), "{told}");
        }
        between[0].until("a refusal", Duration::from_secs(60), |seen, _| {
            let refused = |seen: &crate::lab::lines::Seen| seen.line["event"] == "refused";
            seen.iter().any(refused).then_some(())
        });
        romeo.reaches("his", &["queued"], SOON);
        juliet.reaches("hers", &["queued"], SOON);
        let read = read(&between);
        assert!(!read.contains("for h"), "{read}");
        // It goes away again, and what waited is with whom it was for.
        for side in &between {
            side.kill();
        }
        stage.lab.join(1, 2);
        juliet.receives("romeo@forza", 2, Duration::from_secs(120));
        romeo.receives("juliet@pronto", 1, Duration::from_secs(120));
        let trust = if verified { "verified" } else { "pinned" };
        trusts(&romeo, "juliet@pronto", trust, None);
        trusts(&juliet, "romeo@forza", trust, None);
    }
}
