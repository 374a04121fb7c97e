//! Who passes entries on to whom. Everybody computes it from who is in the room and here: no votes, no messages for it. Those who
//! see different people compute different hubs for a while; anybody serves anybody, so that costs copies, not entries.

use super::entry::{Author, Order};

/// Up to so many members everybody is everybody's hub.
pub const MESH: usize = 16;
/// Hubs of a larger room.
pub const HUBS: usize = 3;

/// Somebody who could be a hub: in the room, and on the network as far as we see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate<P> {
    /// Not on a wire and on mains.
    pub shaky: bool,
    /// In the room since.
    pub since: Order,
    /// Who.
    pub author: Author,
    /// Where.
    pub peer: P,
}

/// The hubs, the longest-present first: sticky, because whoever comes later stands behind.
pub fn hubs<P: Ord>(mut candidates: Vec<Candidate<P>>) -> Vec<Candidate<P>> {
    // Three of a thousand are found without bringing the thousand into order.
    if candidates.len() > MESH {
        candidates.select_nth_unstable(HUBS);
        candidates.truncate(HUBS);
    }
    candidates.sort();
    candidates
}

/// The order in which somebody turns to the hubs: each begins at another one, so that they share the load.
pub fn preference<P>(hubs: &mut [Candidate<P>], me: Author) {
    share(hubs, me);
}

/// The same for whomever there is.
pub fn share<T>(all: &mut [T], me: Author) {
    let first = me.short().iter().fold(0usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    if !all.is_empty() {
        let by = first % all.len();
        all.rotate_left(by);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn people(n: u8) -> Vec<Candidate<u8>> {
        let one = |n| Candidate {
            shaky: n % 2 == 0,
            since: Order {
                clock: u64::from(n),
                ..Order::default()
            },
            author: Author([n; 32]),
            peer: n,
        };
        (0..n).rev().map(one).collect()
    }

    #[test]
    fn few_are_a_mesh_and_many_have_the_three_that_were_there_first() {
        assert_eq!(hubs(people(16)).len(), 16);
        let three: Vec<u8> = hubs(people(40)).into_iter().map(|hub| hub.peer).collect();
        assert_eq!(three, [1, 3, 5]);
        // Who comes later changes nothing.
        let later: Vec<u8> = hubs(people(41)).into_iter().map(|hub| hub.peer).collect();
        assert_eq!(later, three);
    }

    #[test]
    fn the_load_is_shared() {
        let mut counts = [0; 3];
        for n in 0..250u8 {
            let mut all = hubs(people(40));
            preference(&mut all, Author([n; 32]));
            let first = all.first().unwrap().peer;
            *counts.get_mut(usize::from(first) / 2).unwrap() += 1;
        }
        assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
    }
}
