//! Our records on one interface: which there are, which of them a question asks for, and how they look on the wire
//! (XEP-0174 §3–5; RFC 6763 §9, §12; RFC 6762 §6.1, §10.2). No clock, no sockets.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub, SubAssign};

use hickory_proto::op::{self, Message, OpCode};
use hickory_proto::rr::rdata::{NULL, PTR, SRV};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::mdns::TxtPairs;
use super::message::{self, HOST_TTL, OTHER_TTL};
use super::query::Query;

/// The records that we may have, one of each kind: one address an interface and family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Our service type among all types (RFC 6763 §9).
    Listed,
    /// PTR: the instance among all of the service.
    Offer,
    /// SRV.
    Place,
    /// TXT.
    Text,
    /// A.
    V4,
    /// AAAA.
    V6,
    /// NSEC: what else there is not of the instance's name (RFC 6762 §6.1).
    NotOfInstance,
    /// NSEC: what else there is not of the host's name.
    NotOfHost,
}

impl Kind {
    /// All of them, in the order in which they are sent.
    pub(super) const ALL: [Kind; 8] = [
        Kind::Listed,
        Kind::Offer,
        Kind::Place,
        Kind::Text,
        Kind::V4,
        Kind::V6,
        Kind::NotOfInstance,
        Kind::NotOfHost,
    ];

    /// Seconds that others may keep it (RFC 6762 §10).
    pub(super) fn ttl(self) -> u32 {
        match self {
            Kind::Listed | Kind::Offer | Kind::Text => OTHER_TTL,
            _ => HOST_TTL,
        }
    }
}

/// Some of our records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    /// None.
    pub(super) const NONE: Kinds = Kinds(0);
    /// Others have records of these names, too; all the rest are ours alone.
    pub(super) const SHARED: Kinds = Kinds(Kinds::bit(Kind::Listed) | Kinds::bit(Kind::Offer));
    /// What is announced, and taken back in the end.
    pub(super) const ANNOUNCED: Kinds = Kinds(
        Kinds::bit(Kind::Offer)
            | Kinds::bit(Kind::Place)
            | Kinds::bit(Kind::Text)
            | Kinds::ADDRESSES.0,
    );
    const ADDRESSES: Kinds = Kinds(Kinds::bit(Kind::V4) | Kinds::bit(Kind::V6));

    const fn bit(kind: Kind) -> u8 {
        1 << kind as u8
    }

    /// Is it none?
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Is this one of them?
    pub(super) fn has(self, kind: Kind) -> bool {
        self.0 & Kinds::bit(kind) != 0
    }

    /// Each of them.
    pub(super) fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Kinds {
        Kinds(Kinds::bit(kind))
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Kinds {
        kinds
            .into_iter()
            .fold(Kinds::NONE, |all, kind| all | kind.into())
    }
}

impl BitOr for Kinds {
    type Output = Kinds;
    fn bitor(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

impl BitOrAssign for Kinds {
    fn bitor_assign(&mut self, other: Kinds) {
        self.0 |= other.0;
    }
}

impl BitAnd for Kinds {
    type Output = Kinds;
    fn bitand(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }
}

impl Sub for Kinds {
    type Output = Kinds;
    fn sub(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }
}

impl SubAssign for Kinds {
    fn sub_assign(&mut self, other: Kinds) {
        self.0 &= !other.0;
    }
}

/// The names that we answer for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    types: Name,
    service: Name,
    instance: Name,
    host: Name,
}

impl Names {
    /// Does a question ask for one of them?
    pub(super) fn has(&self, name: &Name) -> bool {
        // Names compare as DNS does, without case (RFC 6762 §16).
        [&self.service, &self.instance, &self.host, &self.types].contains(&name)
    }
}

/// What we publish on one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Records {
    names: Names,
    place: RData,
    text: RData,
    v4: Option<Ipv4Addr>,
    v6: Option<Ipv6Addr>,
}

impl Records {
    /// `None` if the instance is no valid label, the host no valid name, or a text longer than 255 bytes.
    pub(super) fn new(
        instance: &str,
        (host, port): (&str, u16),
        txt: &TxtPairs,
        (v4, v6): (Option<Ipv4Addr>, Option<Ipv6Addr>),
    ) -> Option<Records> {
        let length = |(key, value): &(String, Option<Vec<u8>>)| {
            key.len() + value.as_ref().map_or(0, |value| value.len() + 1)
        };
        if txt.iter().any(|text| length(text) > 255) {
            return None;
        }
        let names = Names {
            types: Name::from_ascii("_services._dns-sd._udp.local.").ok()?,
            service: message::service_name()?,
            instance: message::instance_name(instance)?,
            host: Name::from_ascii(host).ok()?,
        };
        let place = RData::SRV(SRV::new(0, 0, port, names.host.clone()));
        Some(Records {
            names,
            place,
            text: RData::TXT(message::text(txt)),
            v4,
            v6,
        })
    }

    /// The names that we answer for.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// What is not as it was before.
    pub(super) fn changed(&self, before: &Records) -> Kinds {
        let as_before = |kind: &Kind| {
            self.name(*kind) == before.name(*kind) && self.data(*kind) == before.data(*kind)
        };
        let kinds = Kind::ALL.into_iter();
        kinds.filter(|kind| !as_before(kind)).collect()
    }

    /// Is that the name of our instance?
    pub(super) fn is_instance(&self, instance: &str) -> bool {
        self.names
            .instance
            .iter()
            .next()
            .is_some_and(|label| label.eq_ignore_ascii_case(instance.as_bytes()))
    }

    /// What answers a question. A type that one of our own names does not have is answered by saying so (RFC 6762 §6.1),
    /// but for NULL: that is a picture, see [`super::null_record`].
    pub(super) fn asked(&self, question: &op::Query) -> Kinds {
        if !matches!(question.query_class(), DNSClass::IN | DNSClass::ANY) {
            return Kinds::NONE;
        }
        let (name, kind) = (question.name(), question.query_type());
        if *name == self.names.instance {
            return match kind {
                RecordType::SRV => Kind::Place.into(),
                RecordType::TXT => Kind::Text.into(),
                RecordType::ANY => [Kind::Place, Kind::Text].into_iter().collect(),
                RecordType::NULL => Kinds::NONE,
                _ => Kind::NotOfInstance.into(),
            };
        }
        if *name == self.names.host {
            let found = self.all() & Kinds::ADDRESSES;
            let found = match kind {
                RecordType::A => found & Kind::V4.into(),
                RecordType::AAAA => found & Kind::V6.into(),
                RecordType::ANY => found,
                _ => Kinds::NONE,
            };
            return if found.is_empty() {
                Kind::NotOfHost.into()
            } else {
                found
            };
        }
        match kind {
            RecordType::PTR | RecordType::ANY if *name == self.names.service => Kind::Offer.into(),
            RecordType::PTR | RecordType::ANY if *name == self.names.types => Kind::Listed.into(),
            _ => Kinds::NONE,
        }
    }

    /// Which of ours are listed in a query as known to its sender.
    pub(super) fn all_known(&self, query: &Query) -> Kinds {
        let known = query.known();
        let known = known.iter().map(|record| self.known(record));
        known.fold(Kinds::NONE, Kinds::bitor)
    }

    /// Which of ours this is, if whoever lists it will keep it for half its time yet (RFC 6762 §7.1).
    fn known(&self, record: &Record) -> Kinds {
        Kind::ALL
            .into_iter()
            .filter(|kind| record.ttl >= kind.ttl() / 2 && *self.name(*kind) == record.name)
            .filter(|kind| self.data(*kind).is_some_and(|data| data == record.data))
            .collect()
    }

    /// What goes along, so that nobody has to ask for it (RFC 6763 §12, RFC 6762 §6.2).
    pub(super) fn along(&self, answers: Kinds) -> Kinds {
        let mut along = Kinds::NONE;
        if answers.has(Kind::Offer) {
            along |= [Kind::Place, Kind::Text].into_iter().collect();
        }
        if !((answers | along) & (Kinds::ADDRESSES | Kind::Place.into())).is_empty() {
            along |= Kinds::ADDRESSES;
        }
        // Who has one family learns that there is no other.
        if !(answers & Kinds::ADDRESSES).is_empty() && (self.v4.is_none() || self.v6.is_none()) {
            along |= Kind::NotOfHost.into();
        }
        (along & self.all()) - answers
    }

    /// All that there are.
    fn all(&self) -> Kinds {
        let exists = |kind: &Kind| match kind {
            Kind::V4 => self.v4.is_some(),
            Kind::V6 => self.v6.is_some(),
            _ => true,
        };
        Kind::ALL.into_iter().filter(exists).collect()
    }

    fn name(&self, kind: Kind) -> &Name {
        match kind {
            Kind::Listed => &self.names.types,
            Kind::Offer => &self.names.service,
            Kind::Place | Kind::Text | Kind::NotOfInstance => &self.names.instance,
            Kind::V4 | Kind::V6 | Kind::NotOfHost => &self.names.host,
        }
    }

    fn data(&self, kind: Kind) -> Option<RData> {
        Some(match kind {
            Kind::Listed => RData::PTR(PTR(self.names.service.clone())),
            Kind::Offer => RData::PTR(PTR(self.names.instance.clone())),
            Kind::Place => self.place.clone(),
            Kind::Text => self.text.clone(),
            Kind::V4 => RData::A(self.v4?.into()),
            Kind::V6 => RData::AAAA(self.v6?.into()),
            // A picture comes and goes; that it may be there forbids nobody to ask.
            Kind::NotOfInstance => only(
                &self.names.instance,
                &[RecordType::NULL, RecordType::TXT, RecordType::SRV],
            ),
            Kind::NotOfHost => {
                let v4 = self.v4.map(|_| RecordType::A);
                let v6 = self.v6.map(|_| RecordType::AAAA);
                let types: Vec<RecordType> = v4.into_iter().chain(v6).collect();
                only(&self.names.host, &types)
            }
        })
    }

    fn record(&self, kind: Kind) -> Option<Record> {
        let mut record = Record::from_rdata(self.name(kind).clone(), kind.ttl(), self.data(kind)?);
        // Others forget what they knew of our own names before; of shared names that would be others' (RFC 6762 §10.2).
        record.mdns_cache_flush = !Kinds::SHARED.has(kind);
        Some(record)
    }

    /// An answer for everybody.
    pub(super) fn answer(&self, answers: Kinds, along: Kinds) -> Option<Vec<u8>> {
        self.respond(answers, along, |record| record).to_vec().ok()
    }

    /// An answer by plain DNS, to somebody who does not listen to what is said afterwards: with what was asked, for a short
    /// time, and in words that it knows (RFC 6762 §6.7).
    pub(super) fn answer_plainly(&self, query: &Query, answers: Kinds) -> Option<Vec<u8>> {
        let mut message = self.respond(answers, self.along(answers), |mut record| {
            record.ttl = record.ttl.min(PLAIN_TTL);
            record.mdns_cache_flush = false;
            record
        });
        message.metadata.id = query.id;
        message.add_queries(query.questions.iter().cloned().map(|mut question| {
            question.set_mdns_unicast_response(false);
            question
        }));
        message.to_vec().ok()
    }

    /// Takes all back (RFC 6762 §10.1).
    pub(super) fn goodbye(&self) -> Option<Vec<u8>> {
        let goodbye = self.respond(Kinds::ANNOUNCED, Kinds::NONE, |mut record| {
            record.ttl = 0;
            record
        });
        goodbye.to_vec().ok()
    }

    fn respond(&self, answers: Kinds, along: Kinds, change: impl Fn(Record) -> Record) -> Message {
        let mut message = Message::response(0, OpCode::Query);
        message.metadata.authoritative = true;
        let records = |kinds: Kinds| {
            kinds
                .iter()
                .filter_map(|kind| self.record(kind))
                .map(&change)
        };
        message.add_answers(records(answers));
        message.add_additionals(records(along));
        message
    }
}

/// Seconds that an answer by plain DNS is good for (RFC 6762 §6.7).
const PLAIN_TTL: u32 = 10;

/// The content of an NSEC record: these types are all that a name has (RFC 6762 §6.1; RFC 4034 §4.1.2 for the bitmap).
fn only(name: &Name, types: &[RecordType]) -> RData {
    let mut content = Vec::new();
    for label in name.iter() {
        content.push(label.len() as u8); // A label has at most 63 bytes.
        content.extend_from_slice(label);
    }
    content.push(0);
    let mut bitmap = [0u8; 32];
    for kind in types {
        let kind = u16::from(*kind);
        if let Some(byte) = bitmap.get_mut(usize::from(kind / 8)) {
            *byte |= 0x80 >> (kind % 8);
        }
    }
    let length = bitmap
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    if length > 0 {
        content.extend([0, length as u8]); // 32 at most.
        content.extend(bitmap.iter().take(length));
    }
    let mut rdata = NULL::new();
    rdata.anything = content;
    RData::Unknown {
        code: RecordType::NSEC,
        rdata,
    }
}
