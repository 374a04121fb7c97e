//! Balcony.
fn main(){}
