//! A query of somebody else as whoever answers it needs it (RFC 6762 §5, §7.1, §7.2, §18).

use hickory_proto::op::{self, Message};
use hickory_proto::rr::Record;

/// More questions than that in one datagram are not answered; 9000 bytes hold hundreds, and nobody asks so much at once.
const MOST_QUESTIONS: usize = 64;

/// Of longer datagrams nothing is taken as known (RFC 6762 §17: none may be longer).
const MAX_DATAGRAM: usize = 9000;

/// What is asked, and what of it its sender knows already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    /// To be repeated to whoever asks by plain DNS (RFC 6762 §6.7).
    pub id: u16,
    /// The questions; none where a list of known answers goes on.
    pub questions: Vec<op::Query>,
    /// It lists what its sender would publish: it asks whether a name is free (RFC 6762 §8.1).
    pub is_probe: bool,
    /// More known answers follow in another datagram: the TC bit (RFC 6762 §7.2).
    pub more: bool,
    has_known: bool,
    /// The whole datagram, if answers are listed in it.
    datagram: Vec<u8>,
}

impl Query {
    /// `message` may be without its answers; then they were in the datagram.
    pub(super) fn of(mut message: Message, has_known: bool) -> Query {
        message.queries.truncate(MOST_QUESTIONS);
        Query {
            id: message.metadata.id,
            questions: message.queries,
            is_probe: !message.authorities.is_empty(),
            more: message.metadata.truncation,
            has_known,
            datagram: Vec::new(),
        }
    }

    /// Nothing but known answers: the list of an earlier query goes on.
    pub(super) fn goes_on(&self) -> bool {
        self.questions.is_empty() && self.has_known
    }

    /// With the answers that are listed in its datagram. Apart, because most queries are somebody else's to answer.
    pub(super) fn with_known(mut self, datagram: &[u8]) -> Query {
        if self.has_known && datagram.len() <= MAX_DATAGRAM {
            self.datagram = datagram.to_vec();
        }
        self
    }

    /// The answers that its sender knows.
    pub(super) fn known(&self) -> Vec<Record> {
        if self.datagram.is_empty() {
            return Vec::new();
        }
        Message::from_vec(&self.datagram).map_or_else(|_| Vec::new(), |message| message.answers)
    }
}
