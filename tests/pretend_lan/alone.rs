//! One node, and everything around it by hand: what the network may report, and a disk that takes its time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use balcony::disk::store::{Op, Stored};
use balcony::event::Event;
use balcony::model::settings::Settings;
use balcony::net::{ConnId, Report, Request, Sighting};
use balcony::node::core::{Core, Start};
use balcony::node::effect::{Effect, Input};
use balcony::wire::jid::Jid;
use balcony::wire::key::SecretKey;
use balcony::wire::time::{Clock, Moment};
use balcony::wire::txt::Advert;
use bytes::Bytes;

use super::stage::jid;

/// Romeo's node, everything around it by hand.
pub struct Alone {
    pub core: Core,
    pub now: Moment,
    /// Commits that the disk has not answered: their numbers and operations.
    pub commits: VecDeque<(u64, Vec<Op>)>,
    pub requests: Vec<Request>,
    pub events: Vec<Event>,
    pub others: Vec<Effect>,
}

impl Alone {
    pub fn new() -> Alone {
        let now = Moment(0);
        let core = Core::new(Start {
            values: Default::default(),
            jid: jid("romeo@forza"),
            port: 5298,
            settings: Settings::default(),
            avatar: None,
            conversations: Default::default(),
            drafts: Default::default(),
            outbox: Vec::new(),
            keys: Vec::new(),
            blocked: Vec::new(),
            differing: Vec::new(),
            key: SecretKey::from_seed(&[7; 32]).unwrap(),
            early: Vec::new(),
            rooms: Vec::new(),
            broadcasts: Vec::new(),
            files: Default::default(),
            wait_for_name: false,
            seed: [7; 32],
            utc_offset: 0,
            clock: clock(now),
        });
        let mut alone = Alone {
            core,
            now,
            commits: VecDeque::new(),
            requests: Vec::new(),
            events: Vec::new(),
            others: Vec::new(),
        };
        alone.take();
        alone
    }

    pub fn input(&mut self, input: Input) {
        self.core.handle(clock(self.now), input);
        self.take();
    }

    pub fn take(&mut self) {
        while let Some(effect) = self.core.poll_effect() {
            match effect {
                Effect::Net(request) => self.requests.push(request),
                Effect::Emit(event) => self.events.push((*event).clone()),
                Effect::Store { seq, ops } => self.commits.push_back((seq, ops)),
                other => self.others.push(other),
            }
        }
    }

    pub fn wait(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.core.poll_timeout().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.input(Input::Timeout);
        }
        self.now = until;
    }

    /// The disk has kept the oldest commit; these of its operations were there already.
    pub fn stored(&mut self, duplicates: Vec<usize>) {
        let (seq, _) = self.commits.pop_front().expect("nothing was to be stored");
        self.input(Input::Stored(Stored {
            synced: true,
            refused: Vec::new(),
            seq,
            duplicates,
            result: Ok(()),
        }));
    }

    pub fn all_stored(&mut self) {
        while !self.commits.is_empty() {
            self.stored(Vec::new());
        }
    }

    pub fn seen(&mut self, who: &Jid, ip: &str, change: impl FnOnce(&mut Advert)) {
        let mut advert = Advert::default();
        change(&mut advert);
        self.input(Input::Net(Report::Seen(Box::new(Sighting {
            jid: who.clone(),
            host: "host.local.".to_owned(),
            port: 5298,
            addresses: vec![SocketAddr::new(ip.parse().unwrap(), 5298)],
            interfaces: vec!["eth0".to_owned()],
            advert,
        }))));
    }

    /// Somebody opens a stream of the old kind from this address.
    pub fn called(&mut self, conn: u64, ip: &str, who: &str) {
        self.input(Input::Net(Report::Accepted {
            conn: ConnId(conn),
            local: "10.0.0.1:5298".parse().unwrap(),
            remote: SocketAddr::new(ip.parse().unwrap(), 40_000),
        }));
        self.hears(
            conn,
            &format!(
                "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='{who}' to='romeo@forza'>"
            ),
        );
    }

    pub fn hears(&mut self, conn: u64, xml: &str) {
        self.input(Input::Net(Report::Received {
            conn: ConnId(conn),
            bytes: Bytes::copy_from_slice(xml.as_bytes()),
        }));
    }

    /// What was written to this connection.
    pub fn said(&self, conn: u64) -> String {
        let written = self.requests.iter().filter_map(|request| match request {
            Request::Write { conn: on, bytes } if on.0 == conn => {
                Some(String::from_utf8_lossy(bytes).into_owned())
            }
            _ => None,
        });
        written.collect()
    }

    pub fn shown(&self) -> Vec<&str> {
        let bodies = self.events.iter().filter_map(|event| match event {
            Event::MessageReceived { message } => Some(message.body.as_str()),
            _ => None,
        });
        bodies.collect()
    }

    pub fn online(&self) -> usize {
        let contacts = self.core.model().contacts.values();
        contacts.filter(|contact| contact.is_online()).count()
    }
}

/// The time of day at this moment of a play.
pub fn clock(now: Moment) -> Clock {
    let wall = jiff::Timestamp::from_microsecond(1_792_800_000_000_000 + now.0 as i64).unwrap();
    Clock { now, wall }
}
