//! `balcony doctor` behind a real packet filter.

use serde_json::Value;

use crate::lab::headless::BALCONY;
use crate::lab::{Host, Lab};

/// Lets in what answers us and, in addition, `rules`.
fn filter(host: &Host, rules: &str) {
    host.sh(&format!(
        "nft -f - <<'END'\nflush ruleset\ntable inet filter {{\n chain input {{\n \
         type filter hook input priority 0; policy drop;\n iif lo accept\n ct state established,related accept\n \
         {rules}\n }}\n}}\nEND"
    ));
}

/// What that check found, and whether it found a fault.
fn findings(host: &Host, check: &str) -> (Vec<Value>, bool) {
    let output = host
        .command(BALCONY)
        .args(["doctor", "--json", "--data"])
        .arg(host.folder("doctor"))
        .output()
        .expect("balcony doctor");
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a JSON array");
    let about = all.into_iter().filter(|finding| finding["check"] == check);
    (about.collect(), !output.status.success())
}

#[test]
fn a_packet_filter_without_a_rule_for_us_is_named_with_the_remedy() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let host = lab.host("forza");
    filter(&host, "");
    let (multicast, fault) = findings(&host, "multicast");
    assert!(fault, "{multicast:?}");
    let (firewall, _) = findings(&host, "firewall");
    let said = Value::from(firewall).to_string();
    assert!(said.contains("nftables"), "{said}");
    assert!(said.contains("udp dport 5353 accept"), "{said}");

    // As it was told.
    filter(&host, "udp dport 5353 accept\n tcp dport 5298 accept");
    let (firewall, fault) = findings(&host, "firewall");
    assert!(!fault, "{firewall:?}");
}
