//! Publishes a crowd of people with mdns-sd, for every benchmark that needs one.

use std::time::Duration;

use mdns_sd::{ServiceDaemon, ServiceInfo};

/// The role of that process: publishes until its input ends.
pub fn publish(count: usize, host: &str, address: &str) {
    let daemon = ServiceDaemon::new().expect("mDNS");
    println!("{{\"event\":\"starting\"}}");
    for number in 0..count {
        let port = 6000 + u16::try_from(number).expect("a port");
        let txt = [
            ("txtvers", "1".to_owned()),
            ("port.p2pj", port.to_string()),
            ("status", "avail".to_owned()),
            ("node", "https://example.org/crowd".to_owned()),
            ("nick", format!("Somebody {number}")),
        ];
        let info = ServiceInfo::new(
            "_presence._tcp.local.",
            &format!("crowd{number}@{host}"),
            &format!("{host}.local."),
            address,
            port,
            &txt[..],
        )
        .expect("a service");
        // Its queue is short: it may have to catch up.
        while let Err(mdns_sd::Error::Again) = daemon.register(info.clone()) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let mut line = String::new();
    while std::io::stdin().read_line(&mut line).unwrap_or(0) > 0 {
        if line.contains("quit") {
            break;
        }
        line.clear();
    }
    // Its goodbyes leave before it answers.
    if let Ok(ended) = daemon.shutdown() {
        let _ = ended.recv_timeout(Duration::from_secs(5));
    }
}
