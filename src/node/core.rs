//! The core: everything that a node decides, without I/O.
//!
//! The grammar of [`Core`]: after [`Core::new`], call [`Core::handle`] with each [`Input`] and the time; after each,
//! drain [`Core::poll_effect`] and perform what it gives; wake the core with [`Input::Timeout`] when
//! [`Core::poll_timeout`] says so. Every arm of `handle` is one call; the work is in the rooms beside this file.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::broadcasts::Broadcasts;
use super::effect::{Effect, Input};
use super::former::Former;
use super::iq::Iqs;
use super::late::Late;
use super::links::Link;
use super::plain::Plain;
use super::recent::Recent;
use super::store::{Acknowledge, After};
use super::timers::Timers;
use crate::disk::store::Op;
use crate::event::{ConversationSummary, Event, Me, Told};
use crate::model::Model;
use crate::model::outbox::{Outbox, Pending};
use crate::model::roster::Roster;
use crate::model::settings::Settings;
use crate::model::trust::{Book, KnownKey};
use crate::net::{self, ConnId, Request as Net};
use crate::wire::jid::Jid;
use crate::wire::key::{Fingerprint, SecretKey};
use crate::wire::time::{Clock, Moment};
use crate::xep::{Extension, Ourselves};

/// What a node starts from: what the command line says and what the disk has kept.
pub struct Start {
    /// The name that we want.
    pub jid: Jid,
    /// The port that we listen on.
    pub port: u16,
    /// Stored settings, with what the command line overrides.
    pub settings: Settings,
    /// Our picture, if one was chosen before.
    pub avatar: Option<super::effect::OwnAvatar>,
    /// Conversations on disk.
    pub conversations: BTreeMap<Jid, ConversationSummary>,
    /// What was written and not sent.
    pub drafts: BTreeMap<Jid, String>,
    /// What is still to be sent, in order.
    pub outbox: Vec<(Jid, Pending)>,
    /// The key of this installation.
    pub key: SecretKey,
    /// What was said about messages that have not come yet, with whom.
    pub early: Vec<(Jid, Told)>,
    /// Rooms that we are in or remember.
    pub rooms: Vec<crate::disk::rooms::KeptRoom>,
    /// Our latest broadcasts, the oldest first.
    pub broadcasts: Vec<crate::disk::broadcasts::KeptBroadcast>,
    /// The keys of others.
    pub keys: Vec<KnownKey>,
    /// Names from which nothing is wanted.
    pub blocked: Vec<Jid>,
    /// With whom codes were compared and were different, and nothing was decided; with the key that was in use.
    pub differing: Vec<(Jid, Fingerprint)>,
    /// What else the disk has kept, by name; only what this node has put there is read.
    pub values: BTreeMap<String, serde_json::Value>,
    /// Files on their way, and where they go.
    pub files: super::files::FileStart,
    /// Publish nothing before the user has said a name (the window's first start).
    pub wait_for_name: bool,
    /// Unpredictable bits: ids are made from them.
    pub seed: [u8; 32],
    /// Seconds east of UTC, for who may know (XEP-0202).
    pub utc_offset: i32,
    /// The time at the start.
    pub clock: Clock,
}

/// What a deadline is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Timer {
    /// A stream's own.
    Stream(ConnId),
    /// A claim in a header is to be judged now.
    Judge(ConnId),
    /// A stream has been silent for long.
    Idle(ConnId),
    /// More acknowledgements are to be gone through.
    Acks(ConnId),
    /// Something is outstanding on a stream without acks: is anybody there?
    Life(ConnId),
    /// Messages to a peer without acknowledgements may be believed to have arrived.
    Settle(Jid),
    /// Dial again.
    Retry(Jid),
    /// A comparison of keys takes too long.
    Comparison(Jid),
    /// Answers that did not come.
    Iq,
    /// A room's own.
    Room(crate::model::room::entry::RoomId),
    /// What we advertise of rooms may change again.
    Rooms,
    /// A search in rooms goes on.
    RoomSearch,
    /// Delete messages that were kept for long enough.
    Expire,
    /// Offer to the disk again what it refused.
    Keep,
    /// Something that a file waits for.
    File(String),
    /// Say who we are although the network service has not answered: it is slow or in trouble.
    Quit,
}

/// Messages of a conversation in our own copy of the model: faces load the rest from the disk, and each message that
/// comes is compared with these.
const NEWEST: usize = 20;

/// See the module's documentation.
pub struct Core {
    pub(super) clock: Clock,
    /// Who we are: signs, and is named by its fingerprint.
    pub(super) key: SecretKey,
    /// Whom we know by key.
    pub(super) book: Book,
    /// Comparisons of keys under way, and how often they were tried.
    pub(super) comparisons: HashMap<Jid, super::verification::UnderWay>,
    pub(super) tries: HashMap<Jid, super::verification::Tries>,
    /// Whom to greet as soon as they are seen; see `greet`.
    pub(super) to_greet: BTreeSet<Jid>,
    pub(super) former: Former,
    /// Keys that were announced under another name: since when, and how often one was tried.
    pub(super) recognised: BTreeMap<Fingerprint, (Moment, u32)>,
    /// Blocked peers that are here.
    pub(super) unwanted: BTreeMap<Jid, crate::net::Sighting>,
    pub(super) effects: VecDeque<Effect>,
    pub(super) model: Model,
    pub(super) roster: Roster,
    pub(super) links: HashMap<ConnId, Link>,
    /// Links of a peer, oldest first.
    pub(super) by_peer: HashMap<Jid, Vec<ConnId>>,
    pub(super) dirty: Vec<ConnId>,
    pub(super) next_conn: u64,
    pub(super) outboxes: BTreeMap<Jid, Outbox>,
    pub(super) attempts: HashMap<Jid, u32>,
    /// When a peer was last tried because the user wrote to it, or will be.
    pub(super) hurried: HashMap<Jid, Moment>,
    pub(super) recent: Recent,
    /// Messages of ours that are looked for on the disk because a peer says something about them.
    pub(super) looked_for: usize,
    /// Files on their way.
    pub(super) files: super::files::Files,
    /// The latest that was said about earlier messages.
    pub(super) late: Late,
    pub(super) broadcasts: Broadcasts,
    pub(super) last_broadcast: Option<Moment>,
    /// When we knocked at whose door last (XEP-0224).
    pub(super) knocked: HashMap<Jid, Moment>,
    /// Messages that only the user may send again; at most 1000.
    pub(super) parked: VecDeque<(Jid, Pending)>,
    /// What was put into outboxes so far.
    pub(super) turns: u64,
    /// Contacts to whom plaintext is allowed by hand under the setting `ask`.
    pub(super) plain: Plain,
    pub(super) extensions: Vec<Box<dyn Extension>>,
    pub(super) ourselves: Ourselves,
    pub(super) disco: Arc<crate::wire::element::Element>,
    pub(super) iqs: Iqs,
    pub(super) timers: Timers<Timer>,
    pub(super) wanted: Jid,
    pub(super) renames: u32,
    pub(super) chosen_show: (crate::event::Show, String),
    pub(super) avatar: Option<super::effect::OwnAvatar>,
    pub(super) our_ips: BTreeSet<IpAddr>,
    pub(super) ops: Vec<Op>,
    /// What may be kept together with the next operation: that a message left encrypted is of no interest before it is
    /// known to have arrived, and if we end before, it is sent, and noted, again.
    pub(super) notes: Vec<Op>,
    pub(super) afters: Vec<After>,
    pub(super) waiting: VecDeque<(u64, Vec<After>)>,
    /// What is to be acknowledged once the commit with this number is synced.
    pub(super) unsynced: VecDeque<(u64, Vec<Acknowledge>)>,
    pub(super) seq: u64,
    /// What the disk refused and nobody says again, oldest first.
    pub(super) unkept: Vec<Op>,
    /// It was said that the disk takes nothing.
    pub(super) disk_refuses: bool,
    pub(super) rng: super::random::Random,
    pub(super) rooms: super::rooms::Rooms,
    pub(super) quitting: bool,
    /// Nothing is published yet: the user has not said a name.
    pub(super) hidden: bool,
    /// Who was seen under the name that we want.
    pub(super) namesake: Option<crate::net::Sighting>,
}

impl Core {
    /// A node that is about to appear. Its first effects advertise it.
    pub fn new(start: Start) -> Core {
        let start_nameless = start.settings.nick.is_empty();
        let extensions = crate::xep::all();
        let disco = crate::xep::disco_info();
        let ver = crate::xep::caps_ver(&disco);
        let caps_node = crate::xep::xep0115_caps::caps_node(&ver);
        let me = Me {
            jid: start.jid.clone(),
            nick: start.settings.nick.clone(),
            show: Default::default(),
            message: String::new(),
            avatar: None,
            fingerprint: Some(start.key.fingerprint()),
            port: start.port,
            online: false,
        };
        let mut ourselves = Ourselves {
            jid: start.jid.clone(),
            disco: disco.clone(),
            caps_node: caps_node.clone(),
            idle_since: None,
            nick: String::new(),
            tell: false,
            utc_offset: start.utc_offset,
            send_typing: false,
            show: Default::default(),
        };
        ourselves.follow(&start.settings);
        let mut core = Core {
            clock: start.clock,
            key: start.key,
            book: Book::new(start.keys, start.blocked, start.differing)
                .with_files_from(super::trust::taking(&start.values)),
            comparisons: HashMap::new(),
            tries: HashMap::new(),
            to_greet: BTreeSet::new(),
            recognised: BTreeMap::new(),
            unwanted: BTreeMap::new(),
            effects: VecDeque::new(),
            model: Model::new(me, start.settings),
            roster: Roster::default(),
            links: HashMap::new(),
            by_peer: HashMap::new(),
            dirty: Vec::new(),
            next_conn: 2,
            outboxes: BTreeMap::new(),
            attempts: HashMap::new(),
            hurried: HashMap::new(),
            recent: Recent::default(),
            looked_for: 0,
            files: super::files::Files::new(start.files),
            late: Late::default(),
            broadcasts: Broadcasts::default(),
            last_broadcast: None,
            knocked: HashMap::new(),
            parked: VecDeque::new(),
            turns: 0,
            plain: Plain::read(&start.values),
            former: Former::read(&start.values),
            extensions,
            ourselves,
            disco: Arc::new(disco.with_attr("node", caps_node)),
            iqs: Iqs::default(),
            timers: Timers::default(),
            wanted: start.jid,
            renames: 0,
            chosen_show: Default::default(),
            avatar: start.avatar,
            our_ips: BTreeSet::new(),
            ops: Vec::new(),
            notes: Vec::new(),
            afters: Vec::new(),
            waiting: VecDeque::new(),
            unsynced: VecDeque::new(),
            seq: 0,
            unkept: Vec::new(),
            disk_refuses: false,
            rng: super::random::Random::new(start.seed),
            rooms: super::rooms::Rooms::default(),
            quitting: false,
            hidden: start.wait_for_name && start_nameless,
            namesake: None,
        };
        core.restore(start.conversations, start.outbox, &start.early);
        core.model.drafts = start.drafts;
        core.expire();
        core.forward_former();
        core.recall_keys();
        core.recall_plaintext();
        core.remember_to_greet();
        core.model.files = core.files.shown();
        let choice = core.model.settings.interfaces.clone();
        core.ask(Net::Interfaces { choice });
        core.serve_avatar();
        core.restore_rooms(start.rooms);
        core.restore_broadcasts(start.broadcasts);
        core.advertise();
        core
    }

    /// Something happened outside; see [`Input`].
    pub fn handle(&mut self, clock: Clock, input: Input) {
        self.clock = clock;
        match input {
            Input::Request(request) => self.on_request(request),
            Input::Net(report) => self.on_report(report),
            Input::Stored(stored) => self.on_stored(&stored),
            Input::Synced(seq) => self.on_synced(seq),
            Input::History {
                with,
                place,
                reference,
                result,
            } => self.on_history(with, place, reference, result),
            Input::Expired { before } => self.emit(Event::Expired { before }),
            Input::Found { search, result } => self.on_found(*search, result),
            Input::Exported {
                path,
                reference,
                result,
            } => self.on_exported(path, reference, result),
            Input::Newest {
                with,
                deleted,
                reference,
                last,
            } => self.on_newest(with, deleted, reference, last),
            Input::FoundMessage { request, result } => self.on_found_message(*request, result),
            Input::FoundSent { heard, message } => self.on_found_sent(*heard, message.as_deref()),
            Input::AvatarFile { sha1, path } => self.on_avatar_file(sha1, path),
            Input::OwnAvatar { reference, result } => self.on_own_avatar(reference, result),
            Input::File(told) => self.on_file_told(told),
            Input::Timeout => self.on_timeout(),
        }
        self.flush_rooms();
        self.flush_links();
        self.flush_store();
    }

    /// What is to be done next, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to come back with [`Input::Timeout`] at the latest.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// What is known now: for a face that joins.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Who we are: for whoever signs in our name.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// How many commits are under way: while it is high, let faces wait.
    pub fn backlog(&self) -> usize {
        self.waiting.len()
    }

    /// How much is held for peers, for tests of the bounds: streams, messages waiting for the disk, unanswered iqs.
    pub fn held(&self) -> (usize, usize, usize) {
        (
            self.links.len(),
            self.waiting.iter().map(|(_, afters)| afters.len()).sum(),
            self.iqs.len(),
        )
    }

    fn on_report(&mut self, report: net::Report) {
        use net::Report;
        match report {
            Report::Advertised { jid } => self.on_advertised(jid),
            Report::NameTaken { jid } => self.on_name_taken(&jid),
            Report::Seen(sighting) => self.on_seen(*sighting),
            Report::Gone { jid, goodbye } => self.on_gone(&jid, goodbye),
            Report::Verified { jid, alive } => self.on_verified(&jid, alive),
            Report::AvatarFetched { jid, image } => self.on_avatar_fetched(&jid, image),
            Report::AvatarFailed { jid } => self.on_avatar_failed(&jid),
            Report::Interfaces(interfaces) => self.on_interfaces(interfaces),
            Report::Accepted {
                conn,
                local,
                remote,
            } => self.on_accepted(conn, local, remote),
            Report::Connected {
                conn,
                local,
                remote,
            } => self.on_connected(conn, local, remote),
            Report::DialFailed { conn, error } => self.on_dial_failed(conn, &error),
            Report::Secured {
                conn,
                key,
                exporter,
            } => self.on_secured(conn, key, exporter),
            Report::TlsFailed { conn, error } => self.on_tls_failed(conn, &error),
            Report::Received { conn, bytes } => self.on_received(conn, &bytes),
            Report::Written { conn, bytes } => self.on_written(conn, bytes),
            Report::Closed { conn, why } => self.on_closed(conn, why),
            Report::Trouble { message } => self.emit(Event::Error {
                reference: None,
                message,
            }),
        }
    }

    fn on_timeout(&mut self) {
        while let Some(timer) = self.timers.due(self.clock.now) {
            match timer {
                Timer::Stream(conn) => self.on_stream_timeout(conn),
                Timer::Judge(conn) => self.judge(conn, true),
                Timer::Idle(conn) => self.on_idle_timeout(conn),
                Timer::Acks(conn) => self.go_through_acks(conn),
                Timer::Life(conn) => self.on_life_timeout(conn),
                Timer::Settle(jid) => self.settle(&jid),
                Timer::Retry(jid) => self.pump(&jid),
                Timer::Comparison(jid) => self.on_comparison_timeout(&jid),
                Timer::Iq => self.on_iq_timeout(),
                Timer::Expire => self.expire(),
                Timer::Keep => self.flush_unkept(),
                Timer::File(id) => self.on_file_timeout(&id),
                Timer::Room(id) => self.on_room_timeout(id),
                Timer::Rooms => {} // The end of this turn looks at what we advertise.
                Timer::RoomSearch => self.go_on_searching(),
                Timer::Quit => self.effects.push_back(Effect::Quit),
            }
        }
    }

    pub(super) fn ask(&mut self, request: Net) {
        self.effects.push_back(Effect::Net(request));
    }

    /// Tells the faces, and keeps our own model as theirs.
    pub(super) fn emit(&mut self, event: Event) {
        // What faces look at is theirs to keep.
        if !matches!(event, Event::History { .. }) {
            self.model.apply(&event);
            self.note_for_rooms(&event);
        }
        let talk = match &event {
            Event::MessageReceived { message } => self.model.contacts.get_mut(&message.from),
            Event::MessageState { to, .. } => self.model.contacts.get_mut(to),
            _ => None,
        };
        if let Some(contact) = talk {
            contact.conversation.shrink_to(NEWEST);
        }
        let broadcast = self.broadcasts.count(&event);
        self.effects.push_back(Effect::Emit(Arc::new(event)));
        if let Some(broadcast) = broadcast {
            self.emit(broadcast);
        }
    }

    pub(super) fn error(&mut self, reference: Option<Value>, message: impl Into<String>) {
        self.emit(Event::Error {
            reference,
            message: message.into(),
        });
    }

    pub(super) fn done(&mut self, reference: Option<Value>) {
        if let Some(reference) = reference {
            self.emit(Event::Done { reference });
        }
    }

    pub(super) fn after(&self, span: Duration) -> Option<Moment> {
        Some(self.clock.now + span)
    }

    /// The messages that an earlier run left to be sent, and what the window shows of earlier conversations.
    fn restore(
        &mut self,
        conversations: BTreeMap<Jid, ConversationSummary>,
        outbox: Vec<(Jid, Pending)>,
        early: &[(Jid, Told)],
    ) {
        for (with, summary) in conversations {
            self.model.remember(with, summary);
        }
        for (with, told) in early {
            self.late.remember(with, told);
        }
        for (to, mut pending) in outbox {
            pending.delayed = true;
            self.recent.sent(&pending.id, &to, None);
            self.put_into_outbox(to, pending);
        }
    }
}
