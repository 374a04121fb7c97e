//! Files on their way: what is known of each, in both directions, and how many there may be.
//!
//! Limits: [`MOST_OFFERS`] offers of one peer wait for our user's answer, [`MOST`] transfers are not over in all,
//! [`MOST_OVER`] that are over are remembered, [`AT_ONCE`] move bytes at a time; the others wait for their turn. One that
//! comes in has at most [`MOST_SOURCES`] further sources.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::wire::jid::Jid;

/// Offers of one peer that wait for an answer; further ones are refused (`resource-constraint`).
pub const MOST_OFFERS: usize = 64;
/// Transfers that are not over, of all peers.
pub const MOST: usize = 1000;
/// Transfers that are over and still listed; the oldest go first.
pub const MOST_OVER: usize = 200;
/// Transfers that move bytes at a time.
pub const AT_ONCE: usize = 8;

/// Others who offer what already comes from somebody; what further ones offer is a file of its own.
pub const MOST_SOURCES: usize = 8;

/// A file, or a folder of files, on its way to a peer or from one; as faces show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its id, for the commands.
    pub transfer: String,
    /// Who offers it, or to whom.
    pub peer: Jid,
    /// Whether we send it.
    pub outgoing: bool,
    /// Its name: of one that is received, as it may stand in a folder.
    pub name: String,
    /// In bytes; of a folder the sum of its files. 0 where the sender has not said.
    pub size: u64,
    /// What it is, as the sender says (`image/png`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// How many files are in the folder, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<u64>,
    /// Where it is on its way.
    pub state: FileState,
    /// Bytes that are through.
    pub bytes: u64,
    /// Whether the bytes travel encrypted. Known before they do.
    pub encrypted: bool,
    /// The file here: what is sent, or where the received one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Who gives the bytes, while that is somebody else than who offered it: the same file was offered by several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Jid>,
    /// SHA-256 of the whole, lower-case hex, once it was there to be compared; of one that is sent, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why it failed, or why it waits: for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was offered.
    pub time: Timestamp,
}

/// Where a file is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// For the peer, for its turn or for a connection. Goes on by itself.
    Waiting,
    /// For the receiving user's word.
    Offered,
    /// Bytes are moving.
    Running,
    /// One of the two users holds it back.
    Paused,
    /// Whole, compared and on the disk.
    Done,
    /// It will not come; `reason` says why. A refusal is one, too.
    Failed,
}

impl FileState {
    /// Nothing more will happen to it.
    pub fn is_over(self) -> bool {
        matches!(self, FileState::Done | FileState::Failed)
    }
}

/// How the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Jingle and a connection of its own, between Balconies. The only one that is compared.
    Direct,
    /// SI and SOCKS5.
    Si,
    /// HTTP. It goes on from where it was if the server can do that.
    Oob,
}

/// What the node knows of a file, and keeps on the disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// As the faces see it.
    #[serde(flatten)]
    pub file: File,
    /// `None` while that is not known: the peer is not here.
    pub way: Option<Way>,
    /// The session's id on the wire.
    pub sid: String,
    /// Where it is served over HTTP, and under which path (at most 4096 bytes): as long as its sender serves it, it can be
    /// had from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<(SocketAddr, String)>,
    /// What the file looked like when it was offered: it must look so still when it is sent.
    #[serde(default)]
    pub stamp: Option<String>,
    /// The user took it, into this folder.
    #[serde(default)]
    pub into: Option<PathBuf>,
    /// Our user, not the peer's, holds it back.
    #[serde(default)]
    pub held_here: bool,
    /// It ended here with this word (a reason of XEP-0166 §7.4), and the peer has not answered that yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<String>,
    /// Other offers of the same file.
    #[serde(default)]
    pub same: Same,
    /// Not kept: true of this life of the program only.
    #[serde(skip)]
    pub now: Now,
}

/// What a file that comes in has to do with other offers of the same one. Of several the first that was taken leads; the
/// others are joined to it, wait, and change sessions with it when its own gives nothing any more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Same {
    /// SHA-256 of the whole, lower-case hex, as the sender said it before the bytes came.
    pub said: Option<String>,
    /// It is a further source of that transfer.
    pub joined: Option<String>,
    /// With whom its session is, if not with who made the offer.
    pub with: Option<Jid>,
    /// Its session is over.
    pub gone: bool,
    /// The reason that is shown says nothing but from whom it comes now.
    pub says_source: bool,
    /// What is there came from more than one of them.
    pub mixed: bool,
    /// So often all bytes were there and were not the file.
    pub wrong: u8,
}

/// What is true of a transfer for the moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Now {
    /// Counts the attempts: news of an earlier one is no news.
    pub run: u32,
    /// The peer was told of it on a stream that still stands.
    pub asked: bool,
    /// The file is being looked at, or bytes are (about to be) moving.
    pub busy: bool,
    /// What the peer's answer to our last iq means, by its id.
    pub iq: Option<(String, Expect)>,
    /// Of an SI offer that came: the id to answer with.
    pub offer_iq: Option<String>,
    /// Where and how to get it: of the newest offer.
    pub source: Option<Source>,
    /// The iq with SOCKS5 hosts to answer, while they are tried.
    pub hosts_iq: Option<String>,
    /// The sender is to be asked to offer it again.
    pub resume: bool,
    /// Attempts that broke, since the last that moved a byte.
    pub broken: u32,
    /// The receiver has said on the stream that it has all.
    pub said_done: bool,
    /// It goes through the stream.
    pub band: Option<Band>,
}

/// A file's way through the stream (XEP-0047): one block is under way in each direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Band {
    /// Its id.
    pub sid: String,
    /// Of which attempt.
    pub run: u32,
    /// It was opened.
    pub open: bool,
    /// The number of our next block.
    pub sent: u16,
    /// The number of the peer's next block.
    pub heard: u16,
    /// Our block that is not answered, by the iq's id.
    pub under_way: Option<String>,
    /// The peer's block that we have not answered, by the iq's id.
    pub owed: Option<String>,
}

/// What the answer to an iq of ours will mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Jingle: the peer has heard of the offer. SI: its user took it.
    Offered,
    /// Jingle: the sender has heard that we take it and lets us in.
    Accepted,
    /// SI: the receiver is connected.
    Connected,
    /// Jingle: the peer has heard that it is over.
    Ended,
    /// Jingle: the sender has heard that it is to offer it again.
    Resumed,
    /// Jingle: the sender will send in-band.
    Replaced,
    /// The receiver has begun to take it in-band.
    Opened,
}

/// Where the newest offer of a Balcony says that the bytes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// On the sender's computer.
    pub port: u16,
    /// What to say there.
    pub token: [u8; 32],
}

impl Transfer {
    /// With whom its session is: who made the offer, unless the same file comes from another one now.
    pub fn peer(&self) -> &Jid {
        self.same.with.as_ref().unwrap_or(&self.file.peer)
    }

    /// One file that comes in from a Balcony, encrypted, of which it is known what it will be.
    pub fn is_known_before(&self) -> bool {
        let open = !self.file.outgoing && !self.file.state.is_over() && self.same.joined.is_none();
        let direct = self.way == Some(Way::Direct) && self.file.encrypted;
        open && direct && self.file.folder.is_none() && self.same.said.is_some()
    }

    /// Is it the same file, offered by somebody else?
    pub fn is_same_as(&self, other: &Transfer) -> bool {
        self.is_known_before()
            && other.is_known_before()
            && self.same.said == other.same.said
            && self.file.size == other.file.size
            && self.file.peer != other.file.peer
    }

    /// May a byte of it be moving at this moment?
    pub fn is_busy(&self) -> bool {
        self.now.busy
    }

    /// Has everything that it takes to go on, but a stream or a turn.
    pub fn is_waiting(&self) -> bool {
        self.file.state == FileState::Waiting && !self.now.busy && self.same.joined.is_none()
    }
}

/// All transfers of a node, by id.
#[derive(Clone, Debug, Default)]
pub struct Transfers {
    all: BTreeMap<String, Transfer>,
}

impl Transfers {
    /// What an earlier life left: what was moving waits now, what was offered to us is still to be answered.
    pub fn restore(kept: impl IntoIterator<Item = Transfer>) -> Transfers {
        let mut all = BTreeMap::new();
        for mut transfer in kept {
            let moving = transfer.file.state == FileState::Running
                || (transfer.file.outgoing && transfer.file.state == FileState::Offered);
            // Only between Balconies can what was offered be taken, and what was begun go on; and from an HTTP server.
            let served = transfer.http.is_some();
            let other = transfer.way != Some(Way::Direct) && !transfer.file.outgoing && !served;
            if other && !transfer.file.state.is_over() {
                let why = match transfer.file.state {
                    FileState::Offered => "Balcony was ended before it was taken",
                    _ => "Balcony was ended in the middle of it",
                };
                transfer.file.state = FileState::Failed;
                transfer.file.reason = Some(why.to_owned());
            } else if moving {
                transfer.file.state = FileState::Waiting;
            }
            // The sender may hold it for done: it is asked.
            transfer.now.resume = transfer.file.state == FileState::Waiting
                && transfer.way == Some(Way::Direct)
                && transfer.same.joined.is_none()
                && !transfer.file.outgoing;
            all.insert(transfer.file.transfer.clone(), transfer);
        }
        let mut transfers = Transfers { all };
        transfers.part_from_the_lost();
        transfers
    }

    /// What was joined to one that is done is done, too; to one that is not there or failed, it is an offer again.
    fn part_from_the_lost(&mut self) {
        let leads: BTreeMap<String, File> = self
            .all
            .iter()
            .map(|(id, transfer)| (id.clone(), transfer.file.clone()))
            .collect();
        for transfer in self.all.values_mut() {
            let Some(lead) = transfer.same.joined.clone() else {
                continue;
            };
            if transfer.file.state.is_over() {
                continue;
            }
            match leads.get(&lead).map(|lead| (lead.state, lead)) {
                Some((FileState::Done, lead)) => {
                    transfer.file.state = FileState::Done;
                    transfer.file.path.clone_from(&lead.path);
                    transfer.file.sha256.clone_from(&lead.sha256);
                    transfer.file.reason = None;
                    transfer.untold = Some("success".to_owned());
                }
                None | Some((FileState::Failed, _)) => {
                    transfer.same.joined = None;
                    transfer.file.state = FileState::Offered;
                    transfer.file.reason = None;
                }
                _ => {}
            }
        }
    }

    /// Ids of the further sources of a transfer that are not over.
    pub fn joined_to(&self, lead: &str) -> Vec<String> {
        self.all
            .values()
            .filter(|transfer| {
                let joined = transfer.same.joined.as_deref() == Some(lead);
                joined && !transfer.file.state.is_over()
            })
            .map(|transfer| transfer.file.transfer.clone())
            .collect()
    }

    /// Two offers of one file change their sessions; name, place and bytes stay where they are. Neither may be busy.
    pub fn swap_sessions(&mut self, one: &str, other: &str) {
        let Some(mut first) = self.all.remove(one) else {
            return;
        };
        if let Some(second) = self.all.get_mut(other) {
            let (theirs, ours) = (second.peer().clone(), first.peer().clone());
            first.same.with = (theirs != first.file.peer).then_some(theirs);
            second.same.with = (ours != second.file.peer).then_some(ours);
            std::mem::swap(&mut first.sid, &mut second.sid);
            std::mem::swap(&mut first.untold, &mut second.untold);
            std::mem::swap(&mut first.same.gone, &mut second.same.gone);
            std::mem::swap(&mut first.now.asked, &mut second.now.asked);
            std::mem::swap(&mut first.now.iq, &mut second.now.iq);
            std::mem::swap(&mut first.now.source, &mut second.now.source);
            first.now.band = None;
            second.now.band = None;
        }
        self.all.insert(one.to_owned(), first);
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Option<&Transfer> {
        self.all.get(id)
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Transfer> {
        self.all.get_mut(id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Transfer> {
        self.all.values()
    }

    /// Takes a new one in, and lets go of old ones that are over: their ids.
    pub fn insert(&mut self, transfer: Transfer) -> Vec<String> {
        self.all.insert(transfer.file.transfer.clone(), transfer);
        let mut over: Vec<(Timestamp, String)> = self
            .all
            .values()
            .filter(|transfer| transfer.file.state.is_over())
            .map(|transfer| (transfer.file.time, transfer.file.transfer.clone()))
            .collect();
        over.sort();
        let surplus = over.len().saturating_sub(MOST_OVER);
        let gone: Vec<String> = over.into_iter().take(surplus).map(|(_, id)| id).collect();
        for id in &gone {
            self.all.remove(id);
        }
        gone
    }

    /// The id of the transfer that a peer means by a session's id.
    pub fn by_session(&self, peer: &Jid, sid: &str, outgoing: bool) -> Option<String> {
        self.all
            .values()
            .find(|transfer| {
                transfer.sid == sid && transfer.peer() == peer && transfer.file.outgoing == outgoing
            })
            .map(|transfer| transfer.file.transfer.clone())
    }

    /// The id of the transfer that waits for the answer to this iq.
    pub fn by_iq(&self, peer: &Jid, iq: &str) -> Option<String> {
        let waits = |transfer: &&Transfer| {
            transfer.peer() == peer && transfer.now.iq.as_ref().is_some_and(|(id, _)| id == iq)
        };
        self.all
            .values()
            .find(waits)
            .map(|transfer| transfer.file.transfer.clone())
    }

    /// The SHA-256 of a file of ours (lower-case hex), if it was sent or received before and looks as it did then. Of several
    /// times the last one counts, and one that failed does not: what was refused is read again.
    pub fn known_hash(&self, path: &Path, stamp: &str) -> Option<String> {
        let of_it = |transfer: &&Transfer| {
            let file = &transfer.file;
            let here = file.path.as_deref() == Some(path) && file.folder.is_none();
            here && transfer.stamp.as_deref() == Some(stamp) && file.sha256.is_some()
        };
        let last = self
            .all
            .values()
            .filter(of_it)
            .max_by_key(|transfer| transfer.file.time)?;
        let good = last.file.state != FileState::Failed;
        last.file.sha256.clone().filter(|_| good)
    }

    /// Ids of those with a peer, the oldest first.
    pub fn with(&self, peer: &Jid) -> Vec<String> {
        let mut ids: Vec<(Timestamp, String)> = self
            .all
            .values()
            .filter(|transfer| transfer.peer() == peer)
            .map(|transfer| (transfer.file.time, transfer.file.transfer.clone()))
            .collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether another one may be added: from this peer (`offered`), or by ourselves.
    pub fn has_room(&self, offered: Option<&Jid>) -> bool {
        let open = self
            .all
            .values()
            .filter(|transfer| !transfer.file.state.is_over());
        let undecided = self.all.values().filter(|transfer| {
            offered == Some(&transfer.file.peer)
                && !transfer.file.outgoing
                && transfer.file.state == FileState::Offered
        });
        open.count() < MOST && undecided.count() < MOST_OFFERS
    }

    /// Whether another one may move bytes.
    pub fn has_turn(&self) -> bool {
        self.all
            .values()
            .filter(|transfer| transfer.is_busy())
            .count()
            < AT_ONCE
    }
}

/// A SHA-256 from 64 hexadecimal digits.
pub fn unhex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;

    fn a_transfer(number: i64, state: FileState) -> Transfer {
        Transfer {
            file: File {
                transfer: format!("t{number:05}"),
                peer: Jid::new("romeo@forza").unwrap(),
                outgoing: false,
                name: "x".into(),
                size: 1,
                media_type: None,
                folder: None,
                state,
                bytes: 0,
                encrypted: false,
                path: None,
                source: None,
                sha256: None,
                reason: None,
                time: Timestamp::from_second(number).unwrap(),
            },
            way: Some(Way::Direct),
            sid: format!("s{number}"),
            http: None,
            stamp: None,
            into: None,
            held_here: false,
            untold: None,
            same: Same::default(),
            now: Now::default(),
        }
    }

    #[test]
    fn what_is_over_is_forgotten_in_the_end_and_what_is_open_never() {
        let mut transfers = Transfers::default();
        transfers.insert(a_transfer(0, FileState::Paused));
        let mut gone = Vec::new();
        for number in 1..=300 {
            gone.extend(transfers.insert(a_transfer(number, FileState::Done)));
        }
        assert_eq!(gone.len(), 300 - MOST_OVER);
        assert_eq!(gone[0], "t00001");
        assert!(transfers.get("t00000").is_some());
    }

    #[test]
    fn a_peer_cannot_offer_without_end() {
        let mut transfers = Transfers::default();
        let romeo = Jid::new("romeo@forza").unwrap();
        let mut taken = 0;
        for number in 0..1000 {
            if transfers.has_room(Some(&romeo)) {
                transfers.insert(a_transfer(number, FileState::Offered));
                taken += 1;
            }
        }
        assert_eq!(taken, MOST_OFFERS);
        assert!(transfers.has_room(Some(&Jid::new("juliet@pronto").unwrap())));
    }

    #[test]
    fn what_was_moving_waits_after_a_restart() {
        let mut si = a_transfer(1, FileState::Running);
        si.way = Some(Way::Si);
        let mut lost = a_transfer(5, FileState::Offered);
        lost.way = Some(Way::Oob);
        let mut http = a_transfer(6, FileState::Offered);
        http.way = Some(Way::Oob);
        let served = "10.77.0.3:80".parse().unwrap();
        http.http = Some((served, "/rose.png".to_owned()));
        let mut ours = a_transfer(2, FileState::Offered);
        ours.file.outgoing = true;
        let kept = [
            si,
            ours,
            a_transfer(3, FileState::Running),
            a_transfer(4, FileState::Offered),
            lost,
            http,
        ];
        let json = serde_json::to_string(&kept).unwrap();
        let read: Vec<Transfer> = serde_json::from_str(&json).unwrap();
        assert_eq!(read, kept);
        let restored = Transfers::restore(read);
        let state = |id: &str| restored.get(id).unwrap().file.state;
        assert_eq!(state("t00001"), FileState::Failed);
        assert_eq!(state("t00002"), FileState::Waiting);
        assert_eq!(state("t00003"), FileState::Waiting);
        assert_eq!(state("t00004"), FileState::Offered);
        // Nobody knows any more where it was.
        assert_eq!(state("t00005"), FileState::Failed);
        assert_eq!(state("t00006"), FileState::Offered);
        assert!(restored.get("t00003").unwrap().now.resume);
    }

    #[test]
    fn a_hash_is_known_of_what_looks_as_it_did_and_was_not_refused() {
        let mut transfers = Transfers::default();
        let mut add = |number: i64, state: FileState, stamp: &str, hash: &str| {
            let mut transfer = a_transfer(number, state);
            transfer.file.path = Some("/home/rose".into());
            transfer.file.sha256 = Some(hash.to_owned());
            transfer.stamp = Some(stamp.to_owned());
            transfers.insert(transfer);
            let known = |path: &str| transfers.known_hash(Path::new(path), "as it is");
            assert_eq!(known("/home/lily"), None);
            known("/home/rose")
        };
        assert_eq!(add(1, FileState::Done, "as it was", "a"), None);
        assert_eq!(
            add(2, FileState::Done, "as it is", "b").as_deref(),
            Some("b")
        );
        assert_eq!(add(3, FileState::Failed, "as it is", "c"), None);
        assert_eq!(
            add(4, FileState::Offered, "as it is", "d").as_deref(),
            Some("d")
        );
    }

    #[test]
    fn what_an_http_server_gives_is_still_there_after_a_restart() {
        let restored = |state: FileState, taken: bool| {
            let mut http = a_transfer(1, state);
            http.way = Some(Way::Oob);
            http.http = Some(("[fe80::2%3]:80".parse().unwrap(), "/x".into()));
            http.into = taken.then(|| PathBuf::from("/received"));
            http.held_here = state == FileState::Paused;
            let json = serde_json::to_string(&http).unwrap();
            let read: Transfer = serde_json::from_str(&json).unwrap();
            assert_eq!(read, http);
            Transfers::restore([read]).get("t00001").unwrap().clone()
        };
        assert_eq!(
            restored(FileState::Paused, true).file.state,
            FileState::Paused
        );
        assert!(restored(FileState::Paused, true).held_here);
        assert_eq!(
            restored(FileState::Running, true).file.state,
            FileState::Waiting
        );
        assert!(restored(FileState::Running, true).is_waiting());
        // Whether it is served still is seen when it is taken.
        let offered = restored(FileState::Offered, false);
        assert_eq!(offered.file.state, FileState::Offered);
        assert!(!offered.is_waiting());
    }
}
