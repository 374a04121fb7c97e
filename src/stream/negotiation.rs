//! From nothing to ready, for both roles (RFC 6120 §4.3, §5, §6; XEP-0174 §5). Each step is consumed by the input that
//! leads to the next one.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use super::{StreamConfig, StreamEvent};
use crate::wire::element::{Element, escape_into};
use crate::wire::jid::Jid;
use crate::wire::nonza::{Condition, Features, Nonza, StreamError};
use crate::wire::ns;
use crate::wire::time::Moment;
use crate::wire::xmlstream::Header;

/// How long features, or a first move, are waited for before the stream goes on without (quirk `no-features`).
const PATIENCE: Duration = Duration::from_secs(3);

/// Which end we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Initiator,
    Responder,
}

/// How far the connection below the stream is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Plain,
    /// TLS with both certificates.
    Encrypted,
    /// And SASL EXTERNAL done.
    Authenticated,
}

/// What the steps share: who we are, who the peer is, and the outputs.
#[derive(Debug)]
pub(super) struct Io {
    pub(super) config: StreamConfig,
    pub(super) role: Role,
    pub(super) peer: Option<Jid>,
    pub(super) out: String,
    pub(super) events: VecDeque<StreamEvent>,
    /// Our header of the current stream is written.
    pub(super) opened: bool,
    /// The parser is to begin anew.
    pub(super) restart: Option<Leftover>,
}

/// What of the bytes behind the last element of a stream becomes of the next on the same connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leftover {
    /// Nothing: it came in plaintext.
    Dropped,
    /// It is the beginning of the next: nothing but the stream begins anew.
    Kept,
}

impl Io {
    /// Writes our header, with the prefix and the default namespace that old peers look for by name
    /// (quirk `fixed-prefix`). `versioned` false is the answer to a peer whose header had no version.
    pub(super) fn open(&mut self, versioned: bool) {
        let out = &mut self.out;
        out.push_str("<?xml version='1.0' encoding='UTF-8'?><stream:stream xmlns='jabber:client' xmlns:stream='");
        out.push_str(ns::STREAM);
        out.push('\'');
        let mut attribute = |name: &str, value: &str| {
            out.push(' ');
            out.push_str(name);
            out.push_str("='");
            escape_into(out, value, true);
            out.push('\'');
        };
        if self.role == Role::Responder && versioned {
            attribute("id", &self.config.id);
        }
        attribute("from", self.config.me.as_str());
        if let Some(peer) = &self.peer {
            attribute("to", peer.as_str());
        }
        if versioned {
            attribute("version", "1.0");
        }
        out.push('>');
        self.opened = true;
    }

    pub(super) fn write(&mut self, nonza: &Nonza) {
        nonza.write(&mut self.out);
    }

    /// A new stream on the same connection (RFC 6120 §4.3.3): nothing that was learnt before counts.
    fn begin_anew(&mut self, channel: Channel) {
        self.opened = false;
        self.restart = Some(match channel {
            Channel::Authenticated => Leftover::Kept,
            _ => Leftover::Dropped,
        });
    }

    fn authenticate(&mut self) {
        self.write(&Nonza::Auth {
            mechanism: EXTERNAL.to_owned(),
            response: "=".to_owned(),
        });
    }

    /// Why there is no stream with a peer that does not encrypt and must.
    fn unencrypted(&mut self, condition: Condition) -> StreamError {
        self.events.push_back(StreamEvent::Unencrypted);
        match condition {
            Condition::NotAuthorized => condition.into(),
            condition => StreamError::new(condition, "encryption is required here"),
        }
    }
}

/// What both sides have agreed on.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) legacy: bool,
    pub(super) acks: bool,
    pub(super) secure: bool,
    pub(super) disco: Option<Element>,
    pub(super) max_bytes: Option<usize>,
}

/// What a step leads to.
pub(super) enum Next {
    Step(Step),
    /// Ready; a stanza that came instead of an answer is the first one.
    Ready(Agreed, Option<Element>),
}

/// Where a negotiation stands.
#[derive(Debug)]
#[allow(clippy::enum_variant_names)] // Waiting is what they all do; the names are those of the steps.
pub(super) enum Step {
    AwaitResponse(AwaitResponse),
    AwaitFeatures(AwaitFeatures),
    AwaitProceed(AwaitProceed),
    AwaitTls(AwaitTls),
    AwaitSuccess(AwaitSuccess),
    AwaitOpening(AwaitOpening),
    AwaitVerdict(AwaitVerdict),
    AwaitMove(AwaitMove),
}

impl Step {
    /// The peer's header is in.
    pub(super) fn header(
        self,
        header: Header,
        io: &mut Io,
        now: Moment,
    ) -> Result<Next, StreamError> {
        match self {
            Step::AwaitResponse(step) => step.header(&header, io, now),
            Step::AwaitOpening(step) => step.header(header, io, now),
            // The parser gives one header a stream, and a new one only when one of these two waits.
            step => Ok(Next::Step(step)),
        }
    }

    /// A first-level element is in; stream errors were taken out before.
    pub(super) fn element(
        self,
        element: Element,
        io: &mut Io,
        clean: bool,
    ) -> Result<Next, StreamError> {
        let nonza = Nonza::parse(&element);
        if nonza.is_none() && !is_stanza(&element) {
            return Err(Condition::UnsupportedStanzaType.into());
        }
        match self {
            Step::AwaitFeatures(step) => step.element(nonza, element, io),
            Step::AwaitProceed(step) => step.nonza(nonza, io, clean),
            Step::AwaitSuccess(step) => step.nonza(nonza, io),
            Step::AwaitMove(step) => step.element(nonza, element, io, clean),
            // No element comes without a header before it.
            _ => Err(Condition::NotAuthorized.into()),
        }
    }

    /// When this step has waited long enough, if it may go on without an answer.
    pub(super) fn deadline(&self) -> Option<Moment> {
        match self {
            Step::AwaitFeatures(step) => Some(step.deadline),
            Step::AwaitMove(step) => Some(step.deadline),
            _ => None,
        }
    }

    /// That moment has come.
    pub(super) fn overdue(self, io: &mut Io) -> Result<Next, StreamError> {
        let channel = match &self {
            Step::AwaitFeatures(step) => step.channel,
            Step::AwaitMove(step) => step.channel,
            _ => return Ok(Next::Step(self)),
        };
        if channel != Channel::Plain || !io.config.plaintext_allowed() {
            // Slow, or stalled: that does not say that it cannot encrypt. And nobody who can is one of those that say
            // nothing: taken for one, it would get messages that it is not asked to acknowledge.
            return Err(Condition::ConnectionTimeout.into());
        }
        settle(channel, &Features::default(), None, io)
    }

    /// May the parser be asked for more now?
    pub(super) fn reads(&self) -> bool {
        !matches!(self, Step::AwaitVerdict(_) | Step::AwaitTls(_))
    }
}

/// Initiator: our header is out or about to, theirs is not in.
#[derive(Debug)]
pub(super) struct AwaitResponse {
    channel: Channel,
}

impl AwaitResponse {
    pub(super) fn first() -> Step {
        Step::AwaitResponse(AwaitResponse {
            channel: Channel::Plain,
        })
    }

    fn header(self, header: &Header, io: &mut Io, now: Moment) -> Result<Next, StreamError> {
        let versioned = header.versioned();
        match (&io.peer, &header.from) {
            (Some(peer), Some(from)) if versioned && peer.as_str() != from => {
                return Err(Condition::InvalidFrom.into());
            }
            (Some(_), _) => {}
            // Dialled by address: the peer says who it is. (Otherwise it need not: quirk `header-without-names`.)
            (None, from) => {
                let name = from.as_deref().and_then(|from| Jid::new(from).ok());
                io.peer = Some(name.ok_or(Condition::ImproperAddressing)?);
            }
        }
        if versioned {
            return Ok(Next::Step(Step::AwaitFeatures(AwaitFeatures {
                channel: self.channel,
                deadline: now + PATIENCE,
            })));
        }
        match self.channel {
            Channel::Plain => legacy(io),
            _ => Err(Condition::UnsupportedVersion.into()),
        }
    }
}

/// Initiator: both headers are in.
#[derive(Debug)]
pub(super) struct AwaitFeatures {
    channel: Channel,
    deadline: Moment,
}

impl AwaitFeatures {
    fn element(
        self,
        nonza: Option<Nonza>,
        element: Element,
        io: &mut Io,
    ) -> Result<Next, StreamError> {
        let features = match nonza {
            Some(Nonza::Features(features)) => features,
            Some(_) => return Err(Condition::UnsupportedStanzaType.into()),
            // Quirk `stanza-before-features`.
            None => return settle(self.channel, &Features::default(), Some(element), io),
        };
        let ahead = io.config.ahead;
        if self.channel == Channel::Plain && features.starttls && io.config.tls {
            if !ahead {
                io.write(&Nonza::StartTls);
            }
            return Ok(Next::Step(Step::AwaitProceed(AwaitProceed)));
        }
        if self.channel == Channel::Encrypted
            && features.mechanisms.iter().any(|name| name == EXTERNAL)
        {
            if !ahead {
                io.authenticate();
            }
            return Ok(Next::Step(Step::AwaitSuccess(AwaitSuccess)));
        }
        if ahead && self.channel == Channel::Encrypted {
            // We have sent what it does not offer.
            return Err(Condition::NotAuthorized.into());
        }
        // Nothing that we know in them (quirk `empty-features`) is an answer too.
        settle(self.channel, &features, None, io)
    }
}

const EXTERNAL: &str = "EXTERNAL";

/// Initiator: `<starttls/>` is out.
#[derive(Debug)]
pub(super) struct AwaitProceed;

impl AwaitProceed {
    fn nonza(self, nonza: Option<Nonza>, io: &mut Io, clean: bool) -> Result<Next, StreamError> {
        match nonza {
            Some(Nonza::Proceed) => AwaitTls::begin(io, clean),
            Some(Nonza::TlsFailure) => Err(StreamError::new(
                Condition::Undefined,
                "TLS was offered and then refused",
            )),
            _ => Err(Condition::NotAuthorized.into()),
        }
    }
}

/// Both: the TLS handshake runs below us.
#[derive(Debug)]
pub(super) struct AwaitTls;

impl AwaitTls {
    /// `clean`: nothing of the plaintext stream is left over. What is would be taken for encrypted.
    fn begin(io: &mut Io, clean: bool) -> Result<Next, StreamError> {
        if !clean {
            return Err(StreamError::new(
                Condition::PolicyViolation,
                "plaintext after the agreement on TLS",
            ));
        }
        io.events.push_back(StreamEvent::StartTls);
        Ok(Next::Step(Step::AwaitTls(AwaitTls)))
    }

    /// The handshake is over, both certificates are checked.
    pub(super) fn done(self, io: &mut Io) -> Step {
        begin_anew(Channel::Encrypted, io)
    }
}

/// Initiator: `<auth/>` is out.
#[derive(Debug)]
pub(super) struct AwaitSuccess;

impl AwaitSuccess {
    fn nonza(self, nonza: Option<Nonza>, io: &mut Io) -> Result<Next, StreamError> {
        match nonza {
            Some(Nonza::Success) => Ok(Next::Step(begin_anew(Channel::Authenticated, io))),
            Some(Nonza::SaslFailure(condition)) => {
                Err(StreamError::new(Condition::NotAuthorized, condition))
            }
            _ => Err(Condition::NotAuthorized.into()),
        }
    }
}

/// Responder: nothing is in.
#[derive(Debug)]
pub(super) struct AwaitOpening {
    channel: Channel,
}

impl AwaitOpening {
    pub(super) fn first() -> Step {
        Step::AwaitOpening(AwaitOpening {
            channel: Channel::Plain,
        })
    }

    fn header(self, header: Header, io: &mut Io, now: Moment) -> Result<Next, StreamError> {
        if header
            .to
            .as_deref()
            .is_some_and(|to| to != io.config.me.as_str() && !is_address(to))
        {
            return Err(Condition::HostUnknown.into());
        }
        let versioned = header.versioned();
        if self.channel == Channel::Plain {
            io.events.push_back(StreamEvent::Header {
                from: header.from,
                to: header.to,
                versioned,
            });
            return Ok(Next::Step(Step::AwaitVerdict(AwaitVerdict { versioned })));
        }
        if !versioned {
            return Err(Condition::UnsupportedVersion.into());
        }
        if header
            .from
            .is_some_and(|from| io.peer.as_ref().is_none_or(|peer| peer.as_str() != from))
        {
            return Err(Condition::InvalidFrom.into());
        }
        Ok(AwaitMove::begin(self.channel, io, now))
    }
}

/// Responder: the initiator's first header is in, the node decides.
#[derive(Debug)]
pub(super) struct AwaitVerdict {
    versioned: bool,
}

impl AwaitVerdict {
    /// The other end is `peer`.
    pub(super) fn accept(self, peer: Jid, io: &mut Io, now: Moment) -> Result<Next, StreamError> {
        io.peer = Some(peer);
        if self.versioned {
            return Ok(AwaitMove::begin(Channel::Plain, io, now));
        }
        if io.config.plaintext_allowed() {
            io.open(false);
        }
        legacy(io)
    }
}

/// Responder: our header and features are out, the initiator has the move.
#[derive(Debug)]
pub(super) struct AwaitMove {
    channel: Channel,
    deadline: Moment,
}

impl AwaitMove {
    fn begin(channel: Channel, io: &mut Io, now: Moment) -> Next {
        io.open(true);
        let authenticate = channel == Channel::Encrypted;
        let features = Features {
            starttls: channel == Channel::Plain && io.config.tls,
            mechanisms: if authenticate {
                vec![EXTERNAL.to_owned()]
            } else {
                Vec::new()
            },
            sm: !authenticate,
            disco: (!authenticate).then(|| io.config.disco.as_ref().clone()),
            max_bytes: Some(io.config.limits.stanza_bytes),
        };
        features.write(&mut io.out);
        Next::Step(Step::AwaitMove(AwaitMove {
            channel,
            deadline: now + PATIENCE,
        }))
    }

    fn element(
        self,
        nonza: Option<Nonza>,
        element: Element,
        io: &mut Io,
        clean: bool,
    ) -> Result<Next, StreamError> {
        match nonza {
            None => settle(self.channel, &Features::default(), Some(element), io),
            // Quirk `features-from-initiator`.
            Some(Nonza::Features(_)) => settle(self.channel, &Features::default(), None, io),
            Some(Nonza::Enable) => {
                let next = settle(
                    self.channel,
                    &Features {
                        sm: true,
                        ..Features::default()
                    },
                    None,
                    io,
                )?;
                io.write(&Nonza::Enabled);
                Ok(next)
            }
            Some(Nonza::StartTls) if self.channel == Channel::Plain && io.config.tls => {
                io.write(&Nonza::Proceed);
                AwaitTls::begin(io, clean)
            }
            Some(Nonza::Auth { mechanism, .. }) if self.channel == Channel::Encrypted => {
                if mechanism != EXTERNAL {
                    io.write(&Nonza::SaslFailure("invalid-mechanism".to_owned()));
                    return Err(Condition::NotAuthorized.into());
                }
                io.write(&Nonza::Success);
                Ok(Next::Step(begin_anew(Channel::Authenticated, io)))
            }
            Some(_) => Err(Condition::UnsupportedStanzaType.into()),
        }
    }
}

/// The stream begins again on a connection that is better protected now.
fn begin_anew(channel: Channel, io: &mut Io) -> Step {
    io.begin_anew(channel);
    match io.role {
        Role::Initiator => {
            let ahead = io.config.ahead;
            if ahead && channel == Channel::Authenticated {
                io.opened = true; // It left with the one before.
            } else {
                io.open(true);
            }
            if ahead && channel == Channel::Encrypted {
                io.authenticate();
                io.open(true);
            }
            Step::AwaitResponse(AwaitResponse { channel })
        }
        Role::Responder => Step::AwaitOpening(AwaitOpening { channel }),
    }
}

/// Ready with a peer of version 1.0, as far as the policy allows. The peer with the plaintext policy unmet gets no
/// stanza processed.
fn settle(
    channel: Channel,
    features: &Features,
    first: Option<Element>,
    io: &mut Io,
) -> Result<Next, StreamError> {
    let secure = channel != Channel::Plain;
    if !secure && !io.config.plaintext_allowed() {
        return Err(io.unencrypted(match first {
            Some(_) => Condition::NotAuthorized,
            None => Condition::PolicyViolation,
        }));
    }
    if features.sm && io.role == Role::Initiator {
        io.write(&Nonza::Enable);
    }
    let agreed = Agreed {
        legacy: false,
        acks: features.sm,
        secure,
        disco: features.disco.clone(),
        max_bytes: features.max_bytes,
    };
    Ok(Next::Ready(agreed, first))
}

/// Ready with a peer whose header had no version: it will negotiate nothing (quirk `no-version`).
fn legacy(io: &mut Io) -> Result<Next, StreamError> {
    if !io.config.plaintext_allowed() {
        return Err(io.unencrypted(Condition::PolicyViolation));
    }
    let agreed = Agreed {
        legacy: true,
        acks: false,
        secure: false,
        disco: None,
        max_bytes: None,
    };
    Ok(Next::Ready(agreed, None))
}

fn is_stanza(element: &Element) -> bool {
    element.ns == ns::CLIENT && matches!(&*element.name, "message" | "presence" | "iq")
}

/// Quirk `address-in-to`: Adium writes our IP address there, maybe with a scope or brackets.
fn is_address(to: &str) -> bool {
    let to = to.trim_start_matches('[').trim_end_matches(']');
    to.split('%').next().unwrap_or(to).parse::<IpAddr>().is_ok()
}
