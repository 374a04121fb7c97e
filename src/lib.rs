//! Balcony: link-local XMPP (XEP-0174) for everyone on the same network.
//!
//! The house has floors. A room imports only from floors below its own, and from its neighbours where this table says so;
//! `tests/floors.rs` reads the imports and fails the build otherwise.
//!
//! | floor | rooms | may use |
//! |---|---|---|
//! | 0 | [`wire`] | nothing of ours: formats only, no I/O, no clock, no randomness |
//! | 1 | [`event`], [`command`], [`model`], [`xep`], [`stream`] | floor 0 and each other; no I/O, no clock, no randomness: time, bytes and random numbers come in, bytes, timers and events go out |
//! | 2 | [`net`], [`disk`], [`host`] | floors 0 and 1; they do the I/O and do not know each other |
//! | 3 | [`node`] | everything below: `Input` → `Effect`, and the loop that performs effects |
//! | 4 | [`terminal`], [`headless`], [`control`], `gui` | `event`, `command`, `model` and [`node::NodeHandle`], of [`wire`] the words these are written in, nothing else of the network, and the time zone ([`host::zone`]); `control` carries the lines of `headless`, `terminal` reads its input as it does |
//! | 5 | `cli` | everything below: it is the program, arguments to face, and no part of the library |
//!
//! Where to find what: the stanza that came in is parsed in [`wire::xmlstream`], negotiated in [`stream`], read by the
//! extensions in [`xep`], becomes an [`event::Event`] in [`node`], is kept by [`disk`], changes each face's copy of
//! the [`model::Model`] and is drawn.
//!
//! What is deliberately absent: a server, an account, a lock that a face waits for, a global: but for
//! what is remembered of the system itself, such as the time zone ([`host::zone`]).

pub mod command;
pub mod control;
pub mod disk;
pub mod event;
#[cfg(feature = "gui")]
pub mod gui;
pub mod headless;
pub mod host;
pub mod model;
pub mod net;
pub mod node;
pub mod stream;
pub mod terminal;
pub mod wire;
pub mod xep;
