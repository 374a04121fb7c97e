//! Memory that a process holds and does not need.

use std::io;

/// Hands back free memory of the heap, and the pages of the program, code and constants, that this process has mapped: what the start needed and
/// nothing needs again is the larger part of them. They stay in the system's page cache; whatever is touched again is
/// mapped again, sixteen pages at a time, at the price of a minor page fault. Gives how many kilobytes of the program it was; nothing
/// where the system is not Linux.
///
/// # Errors
/// If the list of mappings cannot be read.
pub fn hand_back() -> io::Result<u64> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::malloc_trim(0);
    #[cfg(target_os = "linux")]
    {
        let smaps = std::fs::read_to_string("/proc/self/smaps")?;
        let program = std::fs::read_link("/proc/self/exe")?;
        let unchanged = unchanged(&smaps, &program.to_string_lossy());
        for one in &unchanged {
            advise(one);
        }
        Ok(unchanged.iter().map(|one| one.resident).sum())
    }
    #[cfg(not(target_os = "linux"))]
    Ok(0)
}

/// What of the C library no crate of ours offers.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "a declaration of a foreign function is")]
mod glibc {
    // SAFETY: malloc_trim(3) takes any number, may be called by any thread at any time, and moves nothing.
    unsafe extern "C" {
        /// Gives free pages of all heaps back to the system, all but `pad` bytes at the top of the first.
        pub safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
    }
}

/// A mapping of a file.
#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq, Eq)]
struct Mapping {
    start: usize,
    end: usize,
    /// Kilobytes of it that are in memory.
    resident: u64,
}

/// The private mappings of the program's file as proc(5) lists them that cannot be written to and have no page that
/// differs from the file (what was relocated, a debugger's breakpoints: those would be lost).
#[cfg(target_os = "linux")]
fn unchanged(smaps: &str, program: &str) -> Vec<Mapping> {
    let mut found = Vec::new();
    let mut current: Option<Mapping> = None;
    for line in smaps.lines() {
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next() else { continue };
        let number = |mut words: std::str::SplitAsciiWhitespace<'_>| words.next()?.parse().ok();
        match first {
            "Rss:" => {
                if let Some(mapping) = &mut current {
                    mapping.resident = number(words).unwrap_or(0);
                }
            }
            "Anonymous:" => {
                let clean = number(words) == Some(0u64);
                found.extend(
                    current
                        .take()
                        .filter(|mapping| clean && mapping.resident > 0),
                );
            }
            _ if !first.ends_with(':') => {
                let ours = line.split_once('/').is_some_and(|(_, path)| {
                    program
                        .strip_prefix('/')
                        .is_some_and(|program| program == path)
                });
                let fixed = matches!(words.next(), Some("r-xp" | "r--p"));
                current = (fixed && ours).then(|| range(first)).flatten();
            }
            _ => {}
        }
    }
    found
}

#[cfg(target_os = "linux")]
fn range(word: &str) -> Option<Mapping> {
    let (start, end) = word.split_once('-')?;
    let address = |digits| usize::from_str_radix(digits, 16).ok();
    Some(Mapping {
        start: address(start)?,
        end: address(end)?,
        resident: 0,
    })
}

#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "madvise(2) has no safe form for memory that is not of a Rust object"
)]
fn advise(mapping: &Mapping) {
    let start = std::ptr::without_provenance_mut(mapping.start);
    // SAFETY: the range is of the program's own file, which stays mapped where it is as long as the process lives. It is
    // private, cannot be written to and has no page that differs from the file, so each page comes back with the same
    // content when it is touched next, by whatever thread.
    let advised = unsafe {
        rustix::mm::madvise(
            start,
            mapping.end.saturating_sub(mapping.start),
            rustix::mm::Advice::LinuxDontNeed,
        )
    };
    if let Err(error) = advised {
        tracing::debug!(%error, "a mapping not handed back");
    }
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
1000-5000 r--p 00000000 fe:00 1    /usr/bin/balcony
Rss:                  16 kB
Anonymous:             0 kB
5000-9000 r--p 00000000 fe:00 1    /usr/bin/balcony
Rss:                  16 kB
Anonymous:             8 kB
VmFlags: rd mr mw me sd
9000-c000 r-xp 00004000 fe:00 1    /usr/bin/balcony
Size:                 12 kB
Rss:                  12 kB
Anonymous:             0 kB
c000-d000 rw-p 00007000 fe:00 1    /usr/bin/balcony
Rss:                   4 kB
Anonymous:             4 kB
d000-e000 r-xp 00000000 fe:00 2    /usr/lib/x y.so
Rss:                   4 kB
Anonymous:             0 kB
e000-f000 r-xp 00000000 00:00 0    [vdso]
Rss:                   4 kB
Anonymous:             0 kB
f000-11000 r-xp 00000000 00:00 0
Rss:                   8 kB
Anonymous:             0 kB
";

    #[test]
    fn only_what_is_as_in_its_file_is_handed_back() {
        let mapping = |start, end, resident| Mapping {
            start,
            end,
            resident,
        };
        let expected = [mapping(0x1000, 0x5000, 16), mapping(0x9000, 0xc000, 12)];
        assert_eq!(unchanged(SMAPS, "/usr/bin/balcony"), expected);
        assert_eq!(
            unchanged("9000- r-xp /x\nRss:\nAnonymous: 0 kB\n\n", "/x"),
            []
        );
    }

    #[test]
    fn a_program_runs_on_with_less_of_it_in_memory() {
        let resident = || -> u64 {
            let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let program = std::fs::read_link("/proc/self/exe").unwrap();
            let ours = unchanged(&smaps, &program.to_string_lossy());
            ours.iter().map(|one| one.resident).sum()
        };
        let before = resident();
        let handed = hand_back().unwrap();
        assert!(handed > 0 && resident() < before, "{handed} of {before}");
    }
}
