//! The lab does what its words say: without this, a test of a pulled cable could pass with the cable in.

use crate::lab::peer::{SOON, poll};
use crate::lab::{Host, Lab, or_skip};

/// Whether a packet gets there and an answer back: nobody listens there, so the answer is a refusal.
fn reaches(from: &Host, address: &str) -> bool {
    let error = from
        .try_sh(&format!(
            "LC_ALL=C timeout 2 bash -c '</dev/tcp/{address}/9'"
        ))
        .expect_err("nobody listens on the discard port");
    error.contains("Connection refused")
}

/// The kernel remembers for a moment that an address did not answer.
fn reaches_soon(from: &Host, address: &str) -> bool {
    poll(address, SOON, || reaches(from, address).then_some(true))
}

#[test]
fn cables_addresses_and_lans() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let there = pronto.ipv4(1);
    assert_eq!(pronto.sh("hostname").trim(), "pronto");
    assert!(reaches_soon(&forza, &there));
    assert!(reaches_soon(
        &forza,
        &format!("{}%eth0", pronto.link_local("eth0"))
    ));

    for (off, on) in [
        (
            Host::pull_cable as fn(&Host, &str),
            Host::plug_cable as fn(&Host, &str),
        ),
        (Host::cut_uplink, Host::mend_uplink),
        (Host::disable, Host::enable),
        (
            |host, interface| host.lose_percent(interface, 100),
            |host, interface| host.lose_percent(interface, 0),
        ),
    ] {
        off(&pronto, "eth0");
        assert!(!reaches(&forza, &there) && !reaches(&pronto, &forza.ipv4(1)));
        on(&pronto, "eth0");
        assert!(reaches_soon(&forza, &there) && reaches_soon(&pronto, &forza.ipv4(1)));
    }

    pronto.pull_cable("eth0");
    assert!(pronto.sh("ip link show eth0").contains("NO-CARRIER"));
    pronto.plug_cable("eth0");
    pronto.cut_uplink("eth0");
    assert!(!pronto.sh("ip link show eth0").contains("NO-CARRIER"));
    pronto.mend_uplink("eth0");

    pronto.change_ipv4("eth0", "10.77.1.99/24");
    assert!(reaches_soon(&forza, "10.77.1.99") && !reaches(&forza, &there));
    pronto.remove_ipv4("eth0");
    assert!(!reaches(&forza, "10.77.1.99"));

    let verona = lab.host_on("verona", 2);
    verona.add_address("eth0", "10.77.1.50/24");
    assert!(!reaches(&forza, "10.77.1.50"), "another LAN");
    lab.join(1, 2);
    assert!(reaches_soon(&forza, "10.77.1.50"));
}

#[test]
fn two_labs_do_not_see_each_other_and_leave_nothing_behind() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let other = Lab::new();
    let (forza, pronto, stranger) = (lab.host("forza"), lab.host("pronto"), other.host("forza"));
    // The same address in both labs; only the first has a second host to answer.
    assert!(reaches_soon(&forza, &pronto.ipv4(1)));
    assert!(!reaches(&stranger, &pronto.ipv4(1)));
    let mut child = pronto.command("sleep").arg("600").spawn().unwrap();
    let folder = pronto.folder("anything");
    child.kill().unwrap();
    child.wait().unwrap();
    drop((forza, pronto, lab));
    assert!(!folder.exists());
}

#[test]
fn avahi_answers_on_its_own_host_only() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Some(()) = or_skip(crate::lab::Avahi::available()) else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let mut avahi = forza.start_avahi();
    let ask = "dbus-send --system --print-reply=literal --dest=org.freedesktop.Avahi / \
               org.freedesktop.Avahi.Server.GetHostName";
    assert_eq!(forza.sh(ask).trim(), "forza");
    assert!(pronto.try_sh(ask).is_err());
    avahi.stop();
    assert!(forza.try_sh(ask).is_err());
}
