//! DNS messages of the kinds that mdns-sd does not send or does not show (RFC 6762, XEP-0174 §12): NULL records,
//! probes, and what can be learnt of a peer's announcements. Bytes in, [`Heard`] out; no sockets.

use std::cmp::Ordering;
use std::net::IpAddr;

use hickory_proto::op::{self, Message, MessageType, OpCode};
use hickory_proto::rr::rdata::{NULL, PTR, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::query::Query;

/// The service type, as labels.
const SERVICE: [&str; 3] = ["_presence", "_tcp", "local"];

/// TTL of records that depend on a host being there (RFC 6762 §10).
pub(super) const HOST_TTL: u32 = 120;

/// TTL of the others.
pub(super) const OTHER_TTL: u32 = 4500;

/// Bytes of known answers in a question (RFC 6762 §17: a datagram may have 9000).
const MAX_KNOWN: usize = 8500;

/// The most that a NULL record of ours may hold, in bytes (XEP-0174 §12 allows 65 535; peers expect a small icon).
pub(super) const MAX_PICTURE: usize = 8192;

/// What was learnt from a datagram, about instances of `_presence._tcp.local` only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Somebody asks for the picture of this instance.
    PictureAsked {
        /// Instance name.
        instance: String,
    },
    /// Somebody claims this name and asks whether it is free (RFC 6762 §8.1).
    Probe {
        /// Instance name.
        instance: String,
        /// What it would publish.
        place: Place,
    },
    /// Somebody owns this name.
    Owner {
        /// Instance name.
        instance: String,
        /// Where it is.
        place: Place,
        /// So many seconds.
        ttl: u32,
    },
    /// What an instance says of itself.
    Told {
        /// Instance name.
        instance: String,
        /// Its TXT strings.
        txt: Vec<(String, Option<Vec<u8>>)>,
    },
    /// Where a host is.
    At {
        /// Host name, with the trailing dot.
        host: String,
        /// One of its addresses.
        address: IpAddr,
        /// So many seconds; 0 takes it back.
        ttl: u32,
    },
    /// Somebody asks where this instance is.
    Asked {
        /// Instance name.
        instance: String,
    },
    /// Somebody who knows nobody asks who is there.
    Looked,
    /// The instance is offered (PTR).
    Offered {
        /// Instance name.
        instance: String,
        /// So many seconds.
        ttl: u32,
    },
    /// The service is listed among all types (RFC 6763 §9).
    Listed {
        /// So many seconds.
        ttl: u32,
    },
    /// The instance says goodbye (PTR or SRV with TTL 0).
    Goodbye {
        /// Instance name.
        instance: String,
    },
    /// The instance's picture.
    Picture {
        /// Instance name.
        instance: String,
        /// The image.
        image: Vec<u8>,
    },
}

/// The content of an SRV record: who serves a name. Ordered as RFC 6762 §8.2 orders rdata: by its raw bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Host name, with the trailing dot.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The rdata uncompressed.
    rdata: Vec<u8>,
}

impl Place {
    /// The SRV content that we publish: priority and weight 0. `None` if the host is no valid name.
    pub(super) fn new(host: &str, port: u16) -> Option<Place> {
        Some(Place::of(&SRV::new(
            0,
            0,
            port,
            Name::from_ascii(host).ok()?,
        )))
    }

    fn of(srv: &SRV) -> Place {
        let mut rdata = Vec::new();
        for number in [srv.priority, srv.weight, srv.port] {
            rdata.extend_from_slice(&number.to_be_bytes());
        }
        for label in srv.target.iter() {
            rdata.push(label.len() as u8); // A label has at most 63 bytes.
            rdata.extend_from_slice(label);
        }
        rdata.push(0);
        Place {
            host: srv.target.to_utf8(),
            port: srv.port,
            rdata,
        }
    }

    /// Is that the same host, in any case of letters?
    pub(super) fn same_host(&self, other: &Place) -> bool {
        self.host.eq_ignore_ascii_case(&other.host)
    }

    /// Who keeps a name that both claim: the one whose rdata is greater (RFC 6762 §8.2 and §9). Both sides come to the
    /// same result, so exactly one of them renames.
    pub(super) fn wins_over(&self, other: &Place) -> bool {
        self.rdata.cmp(&other.rdata) == Ordering::Greater
    }
}

/// What a datagram says about instances of our service, and where hosts are. Anything malformed or foreign says nothing.
pub(super) fn read(datagram: &[u8]) -> Vec<Heard> {
    understand(datagram).0
}

/// The same, and the query that it may be, without the answers known to its sender ([`Query::with_known`]).
pub(super) fn understand(datagram: &[u8]) -> (Vec<Heard>, Option<Query>) {
    let questions = only_questions(datagram);
    let Ok(message) = Message::from_vec(questions.as_deref().unwrap_or(datagram)) else {
        return (Vec::new(), None);
    };
    match message.metadata.message_type {
        MessageType::Query => {
            let heard = read_query(&message, questions.is_none());
            // Other messages are none of ours (RFC 6762 §18.3).
            let is_query = message.metadata.op_code == OpCode::Query;
            let query = is_query.then(|| Query::of(message, questions.is_some()));
            (heard, query)
        }
        MessageType::Response => (read_response(message), None),
    }
}

/// A query that claims nothing, without what its sender knows already (RFC 6762 §7.1): in a crowd that is dozens of
/// records, in each query of everybody, and all of it is said to others.
fn only_questions(datagram: &[u8]) -> Option<Vec<u8>> {
    // RFC 1035 §4.1.1: id, flags with the highest bit for a response, then four counts.
    let header: &[u8; 12] = datagram.first_chunk()?;
    let [_, _, flags, _, _, _, answers @ .., ns, ns_low, _, _] = header;
    let is_response = flags & 0x80 != 0;
    if is_response || *answers == [0, 0] || [*ns, *ns_low] != [0, 0] {
        return None;
    }
    let mut questions = datagram.to_vec();
    questions.get_mut(6..12)?.fill(0);
    Some(questions)
}

/// `knows_nobody`: no answers are listed that its sender knows already.
fn read_query(message: &Message, knows_nobody: bool) -> Vec<Heard> {
    // A probe asks, too, but for itself.
    let probes = !message.authorities.is_empty();
    let asked = message.queries.iter().filter_map(|query| {
        let name = || instance(query.name());
        match query.query_type() {
            RecordType::NULL => Some(Heard::PictureAsked { instance: name()? }),
            RecordType::SRV | RecordType::ANY if !probes => {
                Some(Heard::Asked { instance: name()? })
            }
            RecordType::PTR if knows_nobody && is_service(query.name()) => Some(Heard::Looked),
            _ => None,
        }
    });
    let claimed = message
        .authorities
        .iter()
        .filter_map(|record| match &record.data {
            RData::SRV(srv) => Some(Heard::Probe {
                instance: instance(&record.name)?,
                place: Place::of(srv),
            }),
            _ => None,
        });
    asked.chain(claimed).collect()
}

fn read_response(message: Message) -> Vec<Heard> {
    let records = message.answers.into_iter().chain(message.additionals);
    records.filter_map(read_record).collect()
}

fn read_record(record: Record) -> Option<Heard> {
    let ttl = record.ttl;
    match record.data {
        RData::PTR(target) if is_service(&record.name) => {
            let instance = instance(&target.0)?;
            Some(if ttl == 0 {
                Heard::Goodbye { instance }
            } else {
                Heard::Offered { instance, ttl }
            })
        }
        RData::PTR(target) if ttl > 0 && is_service(&target.0) && is_list(&record.name) => {
            Some(Heard::Listed { ttl })
        }
        RData::SRV(srv) => {
            let instance = instance(&record.name)?;
            Some(if ttl == 0 {
                Heard::Goodbye { instance }
            } else {
                Heard::Owner {
                    instance,
                    place: Place::of(&srv),
                    ttl,
                }
            })
        }
        RData::TXT(txt) if ttl > 0 => Some(Heard::Told {
            instance: instance(&record.name)?,
            txt: txt.txt_data.iter().filter_map(|text| pair(text)).collect(),
        }),
        RData::A(ip) => Some(Heard::At {
            host: record.name.to_utf8(),
            address: IpAddr::V4(ip.0),
            ttl,
        }),
        RData::AAAA(ip) => Some(Heard::At {
            host: record.name.to_utf8(),
            address: IpAddr::V6(ip.0),
            ttl,
        }),
        RData::NULL(null) if ttl > 0 => Some(Heard::Picture {
            instance: instance(&record.name)?,
            image: null.anything,
        }),
        _ => None,
    }
}

/// A TXT string (RFC 6763 §6.4): a key, and what follows its `=` if there is one.
fn pair(text: &[u8]) -> Option<(String, Option<Vec<u8>>)> {
    let mut parts = text.splitn(2, |byte| *byte == b'=');
    let key = std::str::from_utf8(parts.next()?)
        .ok()
        .filter(|key| !key.is_empty())?;
    Some((key.to_owned(), parts.next().map(<[u8]>::to_vec)))
}

/// The instance of `<instance>._presence._tcp.local`, if it is one.
fn instance(name: &Name) -> Option<String> {
    let mut labels = name.iter();
    let instance = std::str::from_utf8(labels.next()?).ok()?.to_owned();
    let rest_is_service = SERVICE
        .iter()
        .all(|label| labels.next().is_some_and(|found| same(found, label)));
    (rest_is_service && labels.next().is_none()).then_some(instance)
}

fn is_service(name: &Name) -> bool {
    name.num_labels() == 3
        && name
            .iter()
            .zip(SERVICE)
            .all(|(found, label)| same(found, label))
}

/// Is it the name under which all types are listed (RFC 6763 §9)?
fn is_list(name: &Name) -> bool {
    let labels = ["_services", "_dns-sd", "_udp", "local"];
    name.num_labels() == 4
        && name
            .iter()
            .zip(labels)
            .all(|(found, label)| same(found, label))
}

fn same(found: &[u8], label: &str) -> bool {
    found.eq_ignore_ascii_case(label.as_bytes())
}

/// The name of the service.
pub(super) fn service_name() -> Option<Name> {
    Name::from_labels(SERVICE.iter().map(|label| label.as_bytes())).ok()
}

/// The full name of an instance. `None` if that is no valid label.
pub(super) fn instance_name(instance: &str) -> Option<Name> {
    let labels =
        std::iter::once(instance.as_bytes()).chain(SERVICE.iter().map(|label| label.as_bytes()));
    Name::from_labels(labels).ok()
}

/// Asks for an instance's picture. `None` if the instance is no valid label.
pub(super) fn ask_picture(instance: &str) -> Option<Vec<u8>> {
    let mut message = Message::new(0, MessageType::Query, OpCode::Query);
    message.add_query(op::Query::query(instance_name(instance)?, RecordType::NULL));
    message.to_vec().ok()
}

/// Asks who is there besides those whom we know, or as many of them as fit into a datagram.
pub(super) fn ask_everybody<'a>(known: impl Iterator<Item = &'a str>) -> Option<Vec<u8>> {
    let mut message = Message::new(0, MessageType::Query, OpCode::Query);
    let service = service_name()?;
    let mut room = MAX_KNOWN;
    let known = known.take_while(|instance| {
        // Type, class, TTL, lengths, a compressed name and one that is not.
        let left = room.checked_sub(instance.len() + 40);
        left.inspect(|left| room = *left).is_some()
    });
    for instance in known.filter_map(instance_name) {
        let pointer = RData::PTR(PTR(instance));
        message.add_answer(Record::from_rdata(service.clone(), OTHER_TTL, pointer));
    }
    message.add_query(op::Query::query(service, RecordType::PTR));
    message.to_vec().ok()
}

/// Asks for the addresses of a host. `None` if that is no valid name.
pub(super) fn ask_host(host: &str) -> Option<Vec<u8>> {
    let host = Name::from_ascii(host).ok()?;
    let mut message = Message::new(0, MessageType::Query, OpCode::Query);
    message.add_query(op::Query::query(host.clone(), RecordType::A));
    message.add_query(op::Query::query(host, RecordType::AAAA));
    message.to_vec().ok()
}

/// Asks where an instance is and what it says of itself. mdns-sd cannot ask that for names with a dot or a backslash;
/// it hears the answer all the same.
pub(super) fn ask_instance(instance: &str) -> Option<Vec<u8>> {
    let name = instance_name(instance)?;
    let mut message = Message::new(0, MessageType::Query, OpCode::Query);
    message.add_query(op::Query::query(name.clone(), RecordType::SRV));
    message.add_query(op::Query::query(name, RecordType::TXT));
    message.to_vec().ok()
}

/// Publishes a picture, or with `goodbye` takes it back. The cache-flush bit makes others forget the previous one.
pub(super) fn publish_picture(instance: &str, image: &[u8], goodbye: bool) -> Option<Vec<u8>> {
    let mut null = NULL::new();
    null.anything = image.to_vec();
    let ttl = if goodbye { 0 } else { HOST_TTL };
    let mut record = Record::from_rdata(instance_name(instance)?, ttl, RData::NULL(null));
    record.mdns_cache_flush = true;
    let mut message = Message::response(0, OpCode::Query);
    message.metadata.authoritative = true;
    message.add_answer(record);
    message.to_vec().ok()
}

/// Takes back addresses of a host; `None` if there are none. mdns-sd forgets to when an interface loses an address.
pub(super) fn withdraw_addresses(host: &str, addresses: &[IpAddr]) -> Option<Vec<u8>> {
    let host = Name::from_ascii(host)
        .ok()
        .filter(|_| !addresses.is_empty())?;
    let mut message = Message::response(0, OpCode::Query);
    message.metadata.authoritative = true;
    for address in addresses {
        let rdata = match *address {
            IpAddr::V4(ip) => RData::A(ip.into()),
            IpAddr::V6(ip) => RData::AAAA(ip.into()),
        };
        message.add_answer(Record::from_rdata(host.clone(), 0, rdata));
    }
    message.to_vec().ok()
}

/// TXT strings (RFC 6763 §6.4); none at all are one empty string (§6.1).
pub(super) fn text(txt: &[(String, Option<Vec<u8>>)]) -> TXT {
    let strings: Vec<Vec<u8>> = txt
        .iter()
        .map(|(key, value)| match value {
            Some(value) => [key.as_bytes(), b"=", value].concat(),
            None => key.clone().into_bytes(),
        })
        .collect();
    if strings.is_empty() {
        return TXT::from_bytes(vec![b""]);
    }
    TXT::from_bytes(strings.iter().map(Vec::as_slice).collect())
}

/// Asks whether a name is free, saying what we would publish under it (RFC 6762 §8.1: question ANY, the records in the
/// authority section).
pub(super) fn probe(
    instance: &str,
    place: &Place,
    txt: &[(String, Option<Vec<u8>>)],
) -> Option<Vec<u8>> {
    let name = instance_name(instance)?;
    let srv = SRV::new(0, 0, place.port, Name::from_ascii(&place.host).ok()?);
    let mut message = Message::new(0, MessageType::Query, OpCode::Query);
    message.add_query(op::Query::query(name.clone(), RecordType::ANY));
    message.add_authority(Record::from_rdata(name.clone(), HOST_TTL, RData::SRV(srv)));
    message.add_authority(Record::from_rdata(name, HOST_TTL, RData::TXT(text(txt))));
    message.to_vec().ok()
}

#[cfg(test)]
#[path = "message_test.rs"]
mod tests;
