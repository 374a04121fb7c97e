#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use super::*;

const LAN: Flags = Flags {
    up: true,
    running: true,
    multicast: true,
    loopback: false,
    point_to_point: false,
};

fn link(name: &str, index: u32, flags: Flags, addresses: &[&str]) -> Link {
    let subnets = addresses
        .iter()
        .map(|text| {
            let (ip, prefix) = text.split_once('/').unwrap();
            Subnet {
                ip: ip.parse().unwrap(),
                prefix: prefix.parse().unwrap(),
            }
        })
        .collect();
    Link {
        name: name.to_owned(),
        index,
        flags,
        subnets,
    }
}

fn lo() -> Link {
    link(
        "lo",
        1,
        Flags {
            multicast: false,
            loopback: true,
            ..LAN
        },
        &["127.0.0.1/8", "::1/128"],
    )
}

fn used_names(links: &[Link], choice: &InterfaceChoice) -> Vec<String> {
    judge(links, choice)
        .into_iter()
        .filter(|interface| interface.used)
        .map(|interface| interface.name)
        .collect()
}

#[test]
fn the_lan_is_used_and_virtual_interfaces_are_not() {
    let links = [
        lo(),
        link("eth0", 2, LAN, &["192.168.1.5/24", "fe80::5/64"]),
        link("wlp3s0", 3, LAN, &["192.168.1.6/24"]),
        link("docker0", 4, LAN, &["172.17.0.1/16"]),
        link("br-0123456789ab", 5, LAN, &["172.18.0.1/16"]),
        link("veth12ab", 6, LAN, &["fe80::6/64"]),
        link("virbr0", 7, LAN, &["192.168.122.1/24"]),
        link(
            "wg0",
            8,
            Flags {
                multicast: false,
                point_to_point: true,
                ..LAN
            },
            &["10.8.0.2/24"],
        ),
        link(
            "corp",
            9,
            Flags {
                point_to_point: true,
                ..LAN
            },
            &["10.9.0.2/32"],
        ),
        link("tap0", 10, LAN, &["10.10.0.2/24"]),
        link("br0", 11, LAN, &["192.168.2.1/24"]),
        link(
            "can0",
            12,
            Flags {
                multicast: false,
                ..LAN
            },
            &["10.12.0.2/24"],
        ),
    ];
    assert_eq!(
        used_names(&links, &InterfaceChoice::default()),
        ["eth0", "wlp3s0", "tap0", "br0"]
    );
    for interface in judge(&links, &InterfaceChoice::default()) {
        assert!(
            !interface.reason.is_empty(),
            "{} has no reason",
            interface.name
        );
    }
}

#[test]
fn without_a_network_the_loopback_is_used() {
    let unplugged = link(
        "eth0",
        2,
        Flags {
            running: false,
            ..LAN
        },
        &["192.168.1.5/24"],
    );
    let bare = link("wlan0", 3, LAN, &[]);
    assert_eq!(
        used_names(&[lo(), unplugged, bare], &InterfaceChoice::default()),
        ["lo"]
    );
    let off = link(
        "lo",
        1,
        Flags {
            up: false,
            running: false,
            loopback: true,
            ..LAN
        },
        &["127.0.0.1/8"],
    );
    assert!(used_names(&[off], &InterfaceChoice::default()).is_empty());
}

#[test]
fn the_user_has_the_last_word() {
    let links = [
        lo(),
        link("eth0", 2, LAN, &["192.168.1.5/24"]),
        link("docker0", 3, LAN, &["172.17.0.1/16"]),
    ];
    let choice = |only: &[&str], include: &[&str], exclude: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        InterfaceChoice {
            only: owned(only),
            include: owned(include),
            exclude: owned(exclude),
        }
    };
    assert_eq!(
        used_names(&links, &choice(&[], &["docker0"], &[])),
        ["eth0", "docker0"]
    );
    assert_eq!(
        used_names(&links, &choice(&["docker0"], &[], &[])),
        ["docker0"]
    );
    assert_eq!(used_names(&links, &choice(&[], &[], &["eth0"])), ["lo"]);
    assert_eq!(used_names(&links, &choice(&["lo"], &[], &[])), ["lo"]);
    assert!(used_names(&links, &choice(&["eth9"], &[], &[])).is_empty());
}

#[test]
fn one_address_of_each_family_is_published_and_kept() {
    let mut links = [link(
        "eth0",
        2,
        LAN,
        &[
            "169.254.3.3/16",
            "10.0.0.3/8",
            "10.0.0.9/8",
            "2001:db8::3/64",
            "fe80::3/64",
        ],
    )];
    let judged = judge(&links, &InterfaceChoice::default());
    let first = used(&links, &judged, &[]);
    assert_eq!(first[0].v4, Some("10.0.0.3".parse().unwrap()));
    assert_eq!(first[0].v6, Some("fe80::3".parse().unwrap()));
    links[0].subnets.swap(1, 2);
    assert_eq!(
        used(&links, &judged, &first)[0].v4,
        first[0].v4,
        "another order is no reason to change the address"
    );
    links[0].subnets.remove(2);
    assert_eq!(
        used(&links, &judged, &first)[0].v4,
        Some("10.0.0.9".parse().unwrap())
    );
}

#[test]
fn dials_leave_from_the_published_address() {
    let links = [
        link(
            "eth0",
            2,
            LAN,
            &["10.0.0.3/24", "10.0.0.9/24", "fe80::3/64"],
        ),
        link(
            "eth1",
            3,
            LAN,
            &["10.1.0.3/24", "fe80::4/64", "2001:db8::4/64"],
        ),
    ];
    let used = used(&links, &judge(&links, &InterfaceChoice::default()), &[]);
    let from =
        |target: &str| source_for(&used, target.parse().unwrap()).map(|source| source.to_string());
    assert_eq!(from("10.0.0.77:5298").as_deref(), Some("10.0.0.3:0"));
    assert_eq!(from("10.1.0.77:5298").as_deref(), Some("10.1.0.3:0"));
    assert_eq!(from("[fe80::77%3]:5298").as_deref(), Some("[fe80::4%3]:0"));
    assert_eq!(
        from("[2001:db8::77]:5298").as_deref(),
        Some("[fe80::4%3]:0")
    );
    assert_eq!(from("8.8.8.8:5298"), None);
}

#[test]
fn addresses_under_duplicate_detection_wait() {
    let table = "fe800000000000000000000000000003 02 40 20 c0     eth0\n\
                 fe800000000000000000000000000004 03 40 20 80     eth1\nnonsense\n";
    assert_eq!(tentative(table), [(2, "fe80::3".parse().unwrap())]);
}

#[test]
fn the_system_lists_its_loopback() {
    let links = list().unwrap();
    assert!(links.iter().any(|link| link.flags.loopback), "{links:?}");
    assert!(is_own(&links, "127.0.0.1".parse().unwrap()));
    assert!(is_own(&links, "::ffff:127.0.0.1".parse().unwrap()));
    assert!(!is_own(&links, "192.0.2.1".parse().unwrap()));
}
