//! Memory that a process holds and does not need.

use std::io;

/// Hands back the pages of program code that this process has mapped: what the start ran and nothing runs again is the
/// larger part of them. They stay in the system's page cache; whatever is run again is mapped again, sixteen pages at a
/// time, at the price of a minor page fault. Gives how many kilobytes it was, also where nothing can be handed back
/// (only Linux can).
///
/// # Errors
/// If the list of mappings cannot be read.
pub fn hand_back() -> io::Result<u64> {
    #[cfg(target_os = "linux")]
    {
        let smaps = std::fs::read_to_string("/proc/self/smaps")?;
        let code = clean_code(&smaps);
        for one in &code {
            advise(one);
        }
        Ok(code.iter().map(|one| one.resident).sum())
    }
    #[cfg(not(target_os = "linux"))]
    Ok(0)
}

/// A mapping of code.
#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq, Eq)]
struct Code {
    start: usize,
    end: usize,
    /// Kilobytes of it that are in memory.
    resident: u64,
}

/// The mappings of code as proc(5) lists them: of a file, never writable, and without a page that differs from the file
/// (a debugger's breakpoints, a library that is relocated in place: those would be lost).
#[cfg(target_os = "linux")]
fn clean_code(smaps: &str) -> Vec<Code> {
    let mut found = Vec::new();
    let mut current: Option<Code> = None;
    for line in smaps.lines() {
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next() else { continue };
        let number = |mut words: std::str::SplitAsciiWhitespace<'_>| words.next()?.parse().ok();
        match first {
            "Rss:" => {
                if let Some(code) = &mut current {
                    code.resident = number(words).unwrap_or(0);
                }
            }
            "Anonymous:" => {
                let clean = number(words) == Some(0u64);
                found.extend(current.take().filter(|code| clean && code.resident > 0));
            }
            _ if !first.ends_with(':') => {
                let file = line.split_once('/').is_some() && !line.ends_with("(deleted)");
                let code = words.next() == Some("r-xp") && file;
                current = code.then(|| range(first)).flatten();
            }
            _ => {}
        }
    }
    found
}

#[cfg(target_os = "linux")]
fn range(word: &str) -> Option<Code> {
    let (start, end) = word.split_once('-')?;
    let address = |digits| usize::from_str_radix(digits, 16).ok();
    Some(Code {
        start: address(start)?,
        end: address(end)?,
        resident: 0,
    })
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "madvise(2) has no safe form for memory that is not of a Rust object")]
fn advise(code: &Code) {
    let start = std::ptr::without_provenance_mut(code.start);
    // SAFETY: the range is mapped from a file, privately, not writable, and no page of it differs from the file, so
    // that each page comes back with the same content when it is touched next, by whatever thread. If the mapping has
    // gone meanwhile (a library was unloaded) the call fails; if another of the same kind is there, the same holds.
    let advised = unsafe {
        rustix::mm::madvise(start, code.end.saturating_sub(code.start), rustix::mm::Advice::LinuxDontNeed)
    };
    if let Err(error) = advised {
        tracing::debug!(%error, "code not handed back");
    }
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
5000-9000 r--p 00000000 fe:00 1    /usr/bin/balcony
Rss:                  16 kB
Anonymous:             0 kB
VmFlags: rd mr mw me sd
9000-c000 r-xp 00004000 fe:00 1    /usr/bin/balcony
Size:                 12 kB
Rss:                  12 kB
Anonymous:             0 kB
c000-d000 rw-p 00007000 fe:00 1    /usr/bin/balcony
Rss:                   4 kB
Anonymous:             4 kB
d000-e000 r-xp 00000000 fe:00 2    /usr/lib/relocated in place.so
Rss:                   4 kB
Anonymous:             4 kB
e000-f000 r-xp 00000000 00:00 0    [vdso]
Rss:                   4 kB
Anonymous:             0 kB
f000-11000 r-xp 00000000 00:00 0
Rss:                   8 kB
Anonymous:             0 kB
";

    #[test]
    fn only_code_that_is_as_in_its_file_is_handed_back() {
        let code = Code {
            start: 0x9000,
            end: 0xc000,
            resident: 12,
        };
        assert_eq!(clean_code(SMAPS), [code]);
        assert_eq!(clean_code("9000- r-xp /x\nRss:\nAnonymous: 0 kB\n\n"), []);
    }

    #[test]
    fn a_program_runs_on_with_less_of_it_in_memory() {
        let resident = || -> u64 {
            let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            clean_code(&smaps).iter().map(|one| one.resident).sum()
        };
        let before = resident();
        let handed = hand_back().unwrap();
        assert!(handed > 0 && resident() < before, "{handed} of {before}");
    }
}
