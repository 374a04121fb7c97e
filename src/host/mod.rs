//! Floor 2: the machine that we run on: what it and its user are called, its time zone, and how long nobody has touched it.

#[cfg(feature = "gui")]
pub mod autostart;
pub mod descriptors;
#[cfg(feature = "gui")]
pub mod idle;
pub mod memory;
pub mod zone;

/// The machine part of our name when none is given: the host name's first label in ASCII (XEP-0174 §3: the machine
/// name is ASCII), `machine` if nothing useful is left of it.
pub fn machine_name() -> String {
    machine_part(&rustix::system::uname().nodename().to_string_lossy())
}

/// The user part of our name when none is given: the name of the system's account, `user` if that cannot be told.
pub fn user_name() -> String {
    let from_environment = ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|key| std::env::var(key).ok());
    let name = from_environment
        .filter(|name| !name.trim().is_empty())
        .or_else(account);
    name.map_or_else(|| "user".to_owned(), |name| name.trim().to_owned())
}

fn machine_part(host: &str) -> String {
    let label = host.split('.').next().unwrap_or_default();
    let ascii: String = label
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    let ascii = ascii.trim_matches('-');
    if ascii.is_empty() || ascii.eq_ignore_ascii_case("localhost") {
        "machine".to_owned()
    } else {
        ascii.to_owned()
    }
}

/// The account's name as the system's own list has it: where no environment was set up (cron, containers).
fn account() -> Option<String> {
    let uid = rustix::process::getuid().as_raw().to_string();
    let list = std::fs::read_to_string("/etc/passwd").ok()?;
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_part_is_one_ascii_label() {
        assert_eq!(machine_part("pronto.example.org"), "pronto");
        assert_eq!(machine_part("büro-pc"), "bro-pc");
        for nothing in ["", "localhost", "localhost.localdomain", "電腦", "-"] {
            assert_eq!(machine_part(nothing), "machine");
        }
    }
}
