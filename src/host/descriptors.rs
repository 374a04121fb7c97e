//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Who passes on to a lecture hall holds a connection to each of its people. Most systems allow a process 1024 descriptors
/// until it asks for more.
const WANTED: u64 = 4096;

/// Asks the system for more descriptors than it allows by itself, as far as it lets us; at the start.
pub fn ask_for_more() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(WANTED).min(WANTED);
    if limit.current.is_none_or(|current| current >= most) {
        return;
    }
    let more = Rlimit {
        current: Some(most),
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, more) {
        tracing::debug!(%error, "no more descriptors than the system allows by itself");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::*;

    #[test]
    fn more_is_allowed_then_and_never_less() {
        let before = getrlimit(Resource::Nofile);
        ask_for_more();
        let after = getrlimit(Resource::Nofile);
        assert_eq!(after.maximum, before.maximum);
        let most = before.maximum.unwrap_or(WANTED).min(WANTED);
        assert!(after.current.is_none_or(|now| now >= most));
        assert!(
            after
                .current
                .is_none_or(|now| before.current.unwrap() <= now)
        );
    }
}
