//! Who passes entries on to whom. Everybody computes it from who is in the room and here: no votes, no messages for it. Those who
//! see different people compute different hubs for a while; anybody serves anybody, so that costs copies, not entries.

use super::entry::{Author, Order};

/// Up to so many members everybody is everybody's hub.
pub const MESH: usize = 16;
/// Hubs of a larger room.
pub const HUBS: usize = 3;
/// Among so many of those who have been there longest the hubs are likely to be.
const NEAR: usize = 2 * MESH;

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

/// The hubs, the longest-present first: sticky, because whoever comes later stands behind. Of `all` who are in the room only
/// those count who are `here`; that is looked up for few.
pub fn hubs<P: Ord + Clone>(
    mut all: Vec<Candidate<P>>,
    here: impl Fn(&P) -> bool,
) -> Vec<Candidate<P>> {
    let first = |some: &mut [Candidate<P>]| {
        some.sort_unstable();
        let here = some.iter().filter(|one| here(&one.peer));
        let mut first: Vec<Candidate<P>> = here.take(MESH + 1).cloned().collect();
        if first.len() > MESH {
            first.truncate(HUBS);
            return (first, true);
        }
        (first, false)
    };
    // Three of a thousand are found without bringing the thousand into order.
    if all.len() > NEAR {
        let (near, _, _) = all.select_nth_unstable(NEAR);
        if let (hubs, true) = first(near) {
            return hubs;
        }
    }
    first(&mut all).0
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
        assert_eq!(hubs(people(16), |_| true).len(), 16);
        let those = |n, here: fn(&u8) -> bool| {
            let hubs = hubs(people(n), here).into_iter();
            hubs.map(|hub| hub.peer).collect::<Vec<u8>>()
        };
        let all = |_: &u8| true;
        assert_eq!(those(40, all), [1, 3, 5]);
        // Who comes later changes nothing.
        assert_eq!(those(41, all), [1, 3, 5]);
        // Who is away is no hub, and where most are away the rest is a mesh.
        assert_eq!(those(40, |n| *n > 4), [5, 7, 9]);
        assert_eq!(those(80, |n| *n > 70), [71, 73, 75, 77, 79, 72, 74, 76, 78]);
        assert_eq!(those(80, |n| *n > 50), [51, 53, 55]);
    }

    #[test]
    fn the_load_is_shared() {
        let mut counts = [0; 3];
        for n in 0..250u8 {
            let mut all = hubs(people(40), |_| true);
            preference(&mut all, Author([n; 32]));
            let first = all.first().unwrap().peer;
            *counts.get_mut(usize::from(first) / 2).unwrap() += 1;
        }
        assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
    }
}
