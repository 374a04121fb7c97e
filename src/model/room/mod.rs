//! Floor 1: rooms without a server. A room is a set of signed entries, kept by every member; what it is follows from the set.
//!
//! | file | what |
//! |---|---|
//! | [`entry`] | one signed entry and its exact octets |
//! | [`body`] | what entries say, and their limits |
//! | [`log`] | the set: chains, gaps, forks, version vectors |
//! | [`roles`] | who may do what, as a pure function of the set |
//! | [`state`] | members, messages, polls, as a pure function of the set |
//! | [`hubs`] | who passes entries on to whom, computed by each from who is here |
//! | [`packet`] | what programs say to each other about it |
//! | [`fault`] | errors to be put in on purpose, for the simulator |
//! | [`engine`] | [`engine::Room`]: all of it together, sans-IO; its halves are in `write` (what we write), `take` (what comes in), |
//! | | `settle` (what changed), `sync` (streams and hubs), `catch_up` (gaps), `digest` (comparing), `passing` (passing on), |
//! | | `beyond` (asking those who pass nothing on), `suspect` (who withholds) |

mod beyond;
pub mod body;
mod catch_up;
mod digest;
pub mod engine;
pub mod entry;
pub mod fault;
pub mod hubs;
pub mod log;
pub mod packet;
mod passing;
pub mod roles;
mod settle;
pub mod state;
mod suspect;
mod sync;
mod take;
mod write;
