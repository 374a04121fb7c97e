//! Floor 2: the disk. One SQLite file with a thread of its own, pictures, and where things are kept.

pub mod store;
