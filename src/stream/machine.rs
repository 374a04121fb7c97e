//! [`Stream`]: the inputs, commands and outputs around the negotiation and the session, and how a stream ends
//! (RFC 6120 §4.4, §4.9; XEP-0174 §7).

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::negotiation::{Agreed, AwaitOpening, AwaitResponse, Io, Leftover, Next, Role, Step};
use super::session::Session;
use super::{ReadyStream, StreamConfig, StreamEvent};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::nonza::{Condition, Nonza, StreamError};
use crate::wire::ns;
use crate::wire::time::Moment;
use crate::wire::xmlstream::{Header, Item, XmlLimits, XmlStream};

/// How long the peer's closing tag is waited for after ours.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

const CLOSING_TAG: &str = "</stream:stream>";

/// One XML stream. Its grammar is in the module's documentation.
#[derive(Debug)]
pub struct Stream {
    io: Io,
    parser: XmlStream,
    state: State,
    /// The newest time that came in.
    now: Moment,
    /// When the negotiation has taken too long.
    handshake_by: Moment,
    /// Bytes that earlier parsers of this negotiation consumed.
    spent: usize,
    /// Some byte of ours was taken.
    touched: bool,
    /// The initiator's header is held back until then.
    held: Option<Moment>,
}

#[derive(Debug)]
enum State {
    /// `None` only while a step is being taken.
    Negotiating(Option<Step>),
    Ready(Session),
    /// Our closing tag is out, theirs is not in; late stanzas are still presented if it was ready.
    Closing(Option<Session>, Moment),
    Ended,
}

/// Why a stanza was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The stream is not ready yet, or is closing.
    #[error("the stream is not ready")]
    NotReady,
    /// The peer said that it does not take stanzas of this size (XEP-0478).
    #[error("the peer takes no more than {limit} bytes at once")]
    TooBig {
        /// What it takes, in bytes.
        limit: usize,
    },
}

impl Stream {
    /// The end that dialled. `peer` is whom we want, or `None` if only an address is known: then the peer's header says
    /// who it is. The header is out with the first [`Stream::poll_transmit`], unless it is held back.
    pub fn initiator(config: StreamConfig, peer: impl Into<Option<Jid>>, now: Moment) -> Stream {
        let mut stream = Stream::new(config, Role::Initiator, AwaitResponse::first(), now);
        stream.io.peer = peer.into();
        stream.io.open(true);
        if stream.io.config.ahead {
            stream.io.write(&Nonza::StartTls);
        }
        stream
    }

    /// The end that was connected to.
    pub fn responder(config: StreamConfig, now: Moment) -> Stream {
        Stream::new(config, Role::Responder, AwaitOpening::first(), now)
    }

    fn new(config: StreamConfig, role: Role, first: Step, now: Moment) -> Stream {
        Stream {
            parser: parser(&config),
            handshake_by: now + config.limits.handshake_time,
            io: Io {
                config,
                role,
                peer: None,
                out: String::new(),
                events: VecDeque::new(),
                opened: false,
                restart: None,
            },
            state: State::Negotiating(Some(first)),
            now,
            spent: 0,
            touched: false,
            held: None,
        }
    }

    /// Bytes from the peer, as they came. Ignored after the end.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Moment) {
        self.now = now;
        if matches!(
            self.state,
            State::Ended | State::Negotiating(Some(Step::AwaitTls(_)))
        ) {
            return;
        }
        self.parser.feed(bytes);
        self.drive();
    }

    /// The peer will send nothing more. Without its closing tag that is an ordinary end too (quirk `no-closing-tag`);
    /// what was complete was presented.
    pub fn handle_eof(&mut self, now: Moment) {
        self.now = now;
        self.end(None);
    }

    /// The time is `now`: to be called at [`Stream::poll_timeout`] or any time.
    pub fn handle_timeout(&mut self, now: Moment) {
        self.now = now;
        if self.held.is_some_and(|until| now >= until) {
            self.held = None;
        }
        match &mut self.state {
            State::Negotiating(_) if now >= self.handshake_by => {
                self.fail(Condition::ConnectionTimeout.into())
            }
            State::Negotiating(step) => {
                if let Some(late) = step.take_if(|step| step.deadline().is_some_and(|by| now >= by))
                {
                    let next = late.overdue(&mut self.io);
                    self.go(next);
                    self.drive();
                }
            }
            State::Closing(_, by) if now >= *by => self.end(None),
            State::Ready(_) | State::Closing(..) | State::Ended => {}
        }
    }

    /// The TLS handshake that [`StreamEvent::StartTls`] asked for is done: from now on the bytes are the decrypted ones.
    pub fn handle_tls(&mut self, now: Moment) {
        self.now = now;
        if let State::Negotiating(step) = &mut self.state {
            match step.take() {
                Some(Step::AwaitTls(waiting)) => {
                    let next = waiting.done(&mut self.io);
                    self.go(Ok(Next::Step(next)));
                }
                other => *step = other,
            }
        }
    }

    /// From now on the peer must encrypt before anything else; for a responder that knows by the header with whom it
    /// speaks. Call it before [`Stream::accept`].
    pub fn require_encryption(&mut self) {
        self.io.config.allow_plaintext = false;
    }

    /// Answers [`StreamEvent::Header`]: the other end is `peer`. Does nothing at any other time.
    pub fn accept(&mut self, peer: Jid, now: Moment) {
        self.now = now;
        if let State::Negotiating(step) = &mut self.state {
            match step.take() {
                Some(Step::AwaitVerdict(verdict)) => {
                    let next = verdict.accept(peer, &mut self.io, now);
                    self.go(next);
                    self.drive();
                }
                other => *step = other,
            }
        }
    }

    /// Answers [`StreamEvent::Header`]: we do not talk to them, and why.
    pub fn refuse(&mut self, error: StreamError) {
        self.fail(error);
    }

    /// Sends a stanza, and asks the peer for an acknowledgement of it if it gives any.
    ///
    /// # Errors
    /// If the stream is not ready or closing, or the peer does not take stanzas of this size. Nothing was written then.
    pub fn send(&mut self, stanza: &Element) -> Result<(), SendError> {
        self.write(stanza, true)
    }

    /// Sends a stanza whose arrival nobody waits for: it is acknowledged some time.
    ///
    /// # Errors
    /// As [`Stream::send`].
    pub fn mention(&mut self, stanza: &Element) -> Result<(), SendError> {
        self.write(stanza, false)
    }

    fn write(&mut self, stanza: &Element, awaited: bool) -> Result<(), SendError> {
        let State::Ready(session) = &mut self.state else {
            return Err(SendError::NotReady);
        };
        let start = self.io.out.len();
        stanza.write(&mut self.io.out, ns::CLIENT);
        if let Some(limit) = session
            .max_bytes
            .filter(|limit| self.io.out.len() - start > *limit)
        {
            self.io.out.truncate(start);
            return Err(SendError::TooBig { limit });
        }
        if let Some(acks) = &mut session.acks {
            acks.sent(awaited);
        }
        Ok(())
    }

    /// So many iq stanzas of the peer were asked for by us: they do not count against its rate. At most 64 are remembered.
    pub fn allow(&mut self, stanzas: u32) {
        if let State::Ready(session) = &mut self.state {
            session.allow(stanzas);
        }
    }

    /// So many more of the peer's stanzas are safely on disk, or need not be: that is what acks tell (XEP-0198). Every
    /// [`StreamEvent::Stanza`] wants to be counted here once.
    pub fn handled(&mut self, count: u32) {
        let session = match &mut self.state {
            State::Ready(session) => Some(session),
            State::Closing(session, _) => session.as_mut(),
            _ => None,
        };
        if let Some(acks) = session.and_then(|session| session.acks.as_mut()) {
            acks.handled(count);
        }
    }

    /// Ends the stream in order: our closing tag, then what the peer still sends until its own, for 3 s at most.
    pub fn close(&mut self, now: Moment) {
        self.now = now;
        if !self.begun() {
            return self.vanish();
        }
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Negotiating(Some(step @ Step::AwaitTls(_))) => {
                self.state = State::Negotiating(Some(step));
                self.vanish();
            }
            State::Negotiating(_) => {
                self.io.out.push_str(CLOSING_TAG);
                self.state = State::Closing(None, now + CLOSE_WITHIN);
            }
            State::Ready(mut session) => {
                if let Some(acks) = &mut session.acks {
                    acks.write_last(&mut self.io.out);
                }
                self.io.out.push_str(CLOSING_TAG);
                self.state = State::Closing(Some(session), now + CLOSE_WITHIN);
            }
            other => self.state = other,
        }
    }

    /// Ends the stream without a byte if none has left yet; otherwise as [`Stream::close`].
    pub fn close_quietly(&mut self, now: Moment) {
        if self.touched {
            self.close(now)
        } else {
            self.vanish()
        }
    }

    /// Ends the stream with an error: our header if none was sent, the error, the closing tag.
    pub fn fail(&mut self, error: StreamError) {
        match self.state {
            State::Ended => return,
            // Between the agreement and the end of the handshake no XML can be written at all.
            State::Negotiating(Some(Step::AwaitTls(_))) => {}
            State::Closing(..) => {} // After our closing tag nothing more may be written.
            _ => {
                if !self.io.opened {
                    self.io.open(true);
                }
                error.write(&mut self.io.out);
                self.io.out.push_str(CLOSING_TAG);
            }
        }
        self.held = None;
        self.end(Some(error));
    }

    /// Initiator: do not send the header before `until`, [`Stream::release_header`] or the peer's header. Only before
    /// anything was taken by [`Stream::poll_transmit`]; see the quirk `two-headers`.
    pub fn hold_header(&mut self, until: Moment) {
        if self.io.role == Role::Initiator && !self.touched {
            self.held = Some(until);
        }
    }

    /// Sends a header that was held back.
    pub fn release_header(&mut self) {
        self.held = None;
    }

    /// Bytes to be written, everything since the last call in one piece.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        if self.held.is_some() {
            return None;
        }
        if let State::Ready(session) = &mut self.state
            && let Some(acks) = &mut session.acks
        {
            acks.write_due(&mut self.io.out, self.now);
        }
        if self.io.out.is_empty() {
            return None;
        }
        self.touched = true;
        Some(Bytes::from(std::mem::take(&mut self.io.out)))
    }

    /// What happened, oldest first.
    pub fn poll_event(&mut self) -> Option<StreamEvent> {
        self.io.events.pop_front()
    }

    /// When [`Stream::handle_timeout`] wants to be called, if nothing else comes before.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let own = match &self.state {
            State::Negotiating(step) => {
                let step = step.as_ref().and_then(Step::deadline);
                Some(step.map_or(self.handshake_by, |by| by.min(self.handshake_by)))
            }
            State::Ready(session) => session.acks.as_ref().and_then(|acks| acks.deadline()),
            State::Closing(_, by) => Some(*by),
            State::Ended => None,
        };
        own.into_iter().chain(self.held).min()
    }

    /// Whom the stream is with, as far as that is settled.
    pub fn peer(&self) -> Option<&Jid> {
        self.io.peer.as_ref()
    }

    /// May stanzas be sent?
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }

    /// Has [`StreamEvent::Ended`] been given out, or is it about to?
    pub fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Has anything of ours left, or is it bound to?
    fn begun(&self) -> bool {
        self.touched || (self.io.opened && self.io.role == Role::Responder)
    }

    /// Takes what the parser has, as long as somebody wants it.
    fn drive(&mut self) {
        loop {
            match &self.state {
                State::Ended => return,
                State::Negotiating(step) => {
                    let taken = self.spent + self.parser.consumed() + self.parser.pending();
                    let reads = step.as_ref().is_some_and(Step::reads);
                    if !reads && taken > self.io.config.limits.handshake_bytes {
                        return self.fail(StreamError::new(
                            Condition::PolicyViolation,
                            "too much before the stream is ready",
                        ));
                    }
                    if !reads {
                        return;
                    }
                }
                State::Ready(_) | State::Closing(..) => {}
            }
            let item = self.parser.next();
            if self.over_budget() {
                return self.fail(StreamError::new(
                    Condition::PolicyViolation,
                    "too much before the stream is ready",
                ));
            }
            match item {
                Ok(None) => return,
                Ok(Some(Item::Header(header))) => self.header(header),
                Ok(Some(Item::Element(element))) => self.element(element),
                Ok(Some(Item::End)) => self.peer_closed(),
                Err(error) => return self.fail(error),
            }
        }
    }

    fn over_budget(&self) -> bool {
        matches!(self.state, State::Negotiating(_))
            && self.spent + self.parser.consumed() > self.io.config.limits.handshake_bytes
    }

    fn header(&mut self, header: Header) {
        self.held = None; // There is nothing left to wait for.
        if let State::Negotiating(step) = &mut self.state
            && let Some(step) = step.take()
        {
            let next = step.header(header, &mut self.io, self.now);
            self.go(next);
        }
    }

    fn element(&mut self, element: Element) {
        if element.is("error", ns::STREAM) {
            return self.peer_failed(StreamError::parse(&element));
        }
        let event = match &mut self.state {
            State::Negotiating(step) => {
                let Some(step) = step.take() else { return };
                let next = step.element(element, &mut self.io, self.parser.idle());
                return self.go(next);
            }
            State::Ready(session) | State::Closing(Some(session), _) => {
                session.element(element, self.now)
            }
            State::Closing(None, _) | State::Ended => return,
        };
        match event {
            Ok(event) => self.io.events.extend(event),
            Err(error) => self.fail(error),
        }
    }

    /// Takes the step that the negotiation has come to.
    fn go(&mut self, next: Result<Next, StreamError>) {
        match next {
            Ok(Next::Step(step)) => self.state = State::Negotiating(Some(step)),
            Ok(Next::Ready(agreed, first)) => self.ready(agreed, first),
            Err(error) => return self.fail(error),
        }
        if let Some(leftover) = self.io.restart.take() {
            self.spent += self.parser.consumed();
            let over = std::mem::replace(&mut self.parser, parser(&self.io.config));
            if leftover == Leftover::Kept {
                self.parser.feed(&over.into_rest());
            }
        }
    }

    fn ready(&mut self, agreed: Agreed, first: Option<Element>) {
        let Some(peer) = self.io.peer.clone() else {
            return self.fail(Condition::ImproperAddressing.into());
        };
        self.state = State::Ready(Session::new(peer.clone(), &agreed));
        self.io.events.push_back(StreamEvent::Ready(ReadyStream {
            peer,
            legacy: agreed.legacy,
            disco: agreed.disco,
            acks: agreed.acks,
            secure: agreed.secure,
        }));
        if let Some(first) = first {
            self.element(first);
        }
    }

    /// The peer's closing tag is in: ours follows, unless it was first.
    fn peer_closed(&mut self) {
        self.io.events.push_back(StreamEvent::PeerClosed);
        if let State::Ready(session) = &mut self.state
            && let Some(acks) = &mut session.acks
        {
            acks.write_last(&mut self.io.out);
        }
        if !matches!(self.state, State::Closing(..) | State::Ended) {
            self.io.out.push_str(CLOSING_TAG);
        }
        self.end(None);
    }

    /// The peer's stream error is in: it cannot be answered but by closing.
    fn peer_failed(&mut self, error: StreamError) {
        if !matches!(self.state, State::Closing(..) | State::Ended) && self.io.opened {
            self.io.out.push_str(CLOSING_TAG);
        }
        self.end(Some(error));
    }

    fn vanish(&mut self) {
        self.io.out.clear();
        self.held = None;
        self.end(None);
    }

    fn end(&mut self, error: Option<StreamError>) {
        if !matches!(self.state, State::Ended) {
            self.state = State::Ended;
            self.parser = parser(&self.io.config);
            self.io.events.push_back(StreamEvent::Ended(error));
        }
    }
}

fn parser(config: &StreamConfig) -> XmlStream {
    let limits = config.limits;
    XmlStream::new(XmlLimits {
        stanza_bytes: limits.stanza_bytes,
        depth: limits.depth,
        attributes: limits.attributes,
    })
}
