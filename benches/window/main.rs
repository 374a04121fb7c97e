//! The window beside Pidgin 2.14, under one X server, with the same 50 people on the same private LAN; and a start with a
//! million messages on the disk beside one with none.
//!
//! ```text
//! cargo bench --bench window -- [--only PART-OF-A-ROW'S-NAME]… [--times N]
//! ```
//!
//! These are measurements, never assertions; by turns in one run, so that whatever else the machine does concerns both.
//! Time runs from the start of the process. *Painted* is the first picture of the window with more than a ground in it.
//! *All listed* is the last change of the list. Pictures are read from the X server's own memory, every two
//! milliseconds. Root is needed (network namespaces, Avahi); without Pidgin Balcony is measured alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that cannot measure stops"
)]

#[cfg(feature = "gui")]
#[path = "../../tests/lab/mod.rs"]
mod lab;

#[cfg(feature = "gui")]
#[allow(dead_code, reason = "the scenes need more of it")]
#[path = "../../tests/desktop/desktop.rs"]
mod desktop;

#[cfg(feature = "gui")]
#[allow(dead_code, reason = "the scenes need more of it")]
#[path = "../../tests/desktop/reader.rs"]
mod reader;

#[cfg(feature = "gui")]
#[path = "../anchors/publish.rs"]
mod publish;

#[cfg(feature = "gui")]
mod film;
#[cfg(feature = "gui")]
mod memory;
#[cfg(feature = "gui")]
mod sides;

#[cfg(feature = "gui")]
fn main() {
    sides::main();
}

#[cfg(not(feature = "gui"))]
fn main() {
    println!("there is no window in this build");
}
