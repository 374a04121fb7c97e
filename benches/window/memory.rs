//! What a process has in memory, and what of it belongs to the driver that paints instead of a graphics card.

use std::fs;

/// In MiB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub pss: f64,
    /// Files of Mesa and LLVM, with what is written into them.
    pub driver_files: f64,
}

/// Parts of the names of the driver's files, as Mesa and glvnd have them.
const DRIVER: [&str; 9] = [
    "libLLVM",
    "_dri.so",
    "libgallium",
    "libGL",
    "libEGL",
    "libglapi",
    "libz3",
    "libdrm",
    "libelf",
];

pub fn of(pid: u32) -> Memory {
    let listed = fs::read_to_string(format!("/proc/{pid}/smaps")).expect("a running process");
    let mut memory = Memory::default();
    let mut driver = false;
    for line in listed.lines() {
        if let Some(size) = line.strip_prefix("Pss:") {
            let kilobytes: f64 = size
                .split_whitespace()
                .next()
                .and_then(|number| number.parse().ok())
                .expect("a number");
            memory.pss += kilobytes / 1024.0;
            if driver {
                memory.driver_files += kilobytes / 1024.0;
            }
        } else if line
            .split_whitespace()
            .next()
            .is_some_and(|word| word.contains('-'))
        {
            driver = DRIVER.iter().any(|name| line.contains(name));
        }
    }
    memory
}

/// Fields 14 and 15 of `/proc/PID/stat`, in hundredths of a second.
pub fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a running process");
    let (_, rest) = stat.rsplit_once(')').expect("its name");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    [fields[11], fields[12]]
        .iter()
        .map(|field| field.parse::<u64>().expect("ticks"))
        .sum()
}
