//! Balcony.
fn main() {}
