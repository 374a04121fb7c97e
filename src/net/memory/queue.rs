//! What will happen, in order of time; what is due at the same moment happens in the order in which it was planned.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::sync::Arc;

use super::faults::Fault;
use super::host::Record;
use super::tcp::Side;
use super::{HostId, NameId};
use crate::net::ConnId;
use crate::wire::time::Moment;

/// Something planned. `ticket` numbers make a plan void when what it belongs to has been replaced meanwhile.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// The next probe for our name is due, or the announcement after the third.
    Probe { host: HostId, ticket: u64 },
    /// Somebody's probe arrives.
    HearProbe {
        to: HostId,
        from: HostId,
        ticket: u64,
    },
    /// The owner's answer to our probe arrives.
    Defended { to: HostId, ticket: u64 },
    /// Announce what we publish; `again` says that the second announcement is still to come.
    Announce {
        host: HostId,
        ticket: u64,
        again: bool,
    },
    /// The records are nearly used up and asked for once more: every cache hears the answer.
    Refresh { host: HostId, ticket: u64 },
    /// Records arrive.
    Hear {
        to: HostId,
        life: u32,
        record: Arc<Record>,
    },
    /// An answer to a query arrives: what `from` publishes by then.
    HearAnswer { to: HostId, life: u32, from: HostId },
    /// A goodbye arrives.
    HearGoodbye {
        to: HostId,
        life: u32,
        name: NameId,
        from: HostId,
    },
    /// The second of grace after a goodbye is over.
    GoodbyeDue {
        host: HostId,
        name: NameId,
        ticket: u64,
    },
    /// Time to browse again.
    Query {
        host: HostId,
        ticket: u64,
        turn: u32,
    },
    /// The oldest records of the cache may have run out.
    Expire { host: HostId, ticket: u64 },
    /// Ask once more whether records stand; at the last turn, give up.
    Verify {
        host: HostId,
        name: NameId,
        ticket: u64,
        turn: u32,
    },
    /// The confirmation arrives.
    Confirm {
        host: HostId,
        name: NameId,
        ticket: u64,
        from: HostId,
    },
    /// Ask once more for a picture; at the last turn, give up.
    Fetch {
        host: HostId,
        name: NameId,
        ticket: u64,
        turn: u32,
    },
    /// The picture arrives.
    Picture {
        host: HostId,
        name: NameId,
        ticket: u64,
        from: HostId,
    },
    /// Try the next address of a dial.
    Attempt {
        host: HostId,
        conn: ConnId,
        ticket: u64,
        turn: usize,
    },
    /// A SYN arrives.
    Syn {
        host: HostId,
        conn: ConnId,
        ticket: u64,
        to: SocketAddr,
    },
    /// A refusal arrives.
    Refused {
        host: HostId,
        conn: ConnId,
        ticket: u64,
    },
    /// The dial has taken too long.
    DialDeadline {
        host: HostId,
        conn: ConnId,
        ticket: u64,
    },
    /// The next segment from `side` arrives at the other end.
    Arrive { link: u64, side: Side, epoch: u32 },
    /// Keep-alive or unacknowledged data found the other end dead.
    Dead { link: u64, side: Side, ticket: u64 },
    /// The other end has been restarted and knows nothing of this connection.
    Forgotten { link: u64, side: Side },
    /// A closing connection could not write its rest in time.
    LingerOver { link: u64, side: Side },
    /// A fault of the script.
    Fault(Box<Fault>),
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    planned: u64,
}

#[derive(Debug)]
struct Entry {
    at: Moment,
    order: u64,
    plan: Plan,
}

impl Queue {
    pub(super) fn push(&mut self, at: Moment, plan: Plan) {
        self.planned += 1;
        self.heap.push(Reverse(Entry {
            at,
            order: self.planned,
            plan,
        }));
    }

    pub(super) fn next_time(&self) -> Option<Moment> {
        self.heap.peek().map(|entry| entry.0.at)
    }

    pub(super) fn pop_until(&mut self, until: Moment) -> Option<(Moment, Plan)> {
        if self.next_time()? > until {
            return None;
        }
        self.heap.pop().map(|entry| (entry.0.at, entry.0.plan))
    }

    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.order == other.order
    }
}

impl Eq for Entry {}
