//! Pictures of peers, and our own, as files.
