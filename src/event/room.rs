//! What happens in rooms. A room's `room` is its address, `name@room-ID8`; members are told by nick.
//!
//! Everything said in a room is a `room-message`, also what we say ourselves, what comes from the past (`history`), and each
//! change of it (the same id again). What others say while we listen comes on JSON lines as `message-received` with `room` and
//! `nick`, too, so that a program that only listens for that hears rooms.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::jid::Jid;

/// Something that happened in a room. See the module's documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RoomEvent {
    /// We are in a room.
    RoomJoined {
        /// The room as it is now.
        #[serde(flatten)]
        about: Box<RoomAbout>,
        /// Who is in it.
        members: Vec<RoomMember>,
        /// The latest of what was said, oldest first.
        messages: Vec<RoomLine>,
        /// Nothing older is here, nor known to be elsewhere.
        #[serde(default)]
        complete: bool,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<Value>,
    },
    /// We are out of a room.
    RoomLeft {
        /// Which.
        room: String,
        /// By whom, if not by ourselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// For good.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        banned: bool,
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// Nothing of it is kept on this computer any more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
    },
    /// Something was said, or what was said has changed.
    RoomMessage {
        /// Where.
        room: String,
        /// What.
        #[serde(flatten)]
        line: Box<RoomLine>,
    },
    /// Something said does not count any more: its author was out before it, or has written two things in one place.
    RoomHidden {
        /// Where.
        room: String,
        /// What.
        id: String,
    },
    /// Who is in the room, whole; at most four times a second.
    RoomMembers {
        /// Where.
        room: String,
        /// All.
        members: Vec<RoomMember>,
    },
    /// What is talked about.
    RoomSubject {
        /// Where.
        room: String,
        /// What, may be empty.
        subject: String,
        /// Who said so.
        nick: String,
    },
    /// Who may enter and speak in a room, who is banned, and who takes part through us: whole, with each change.
    RoomRules {
        /// Where.
        room: String,
        /// What.
        #[serde(flatten)]
        rules: RoomRules,
    },
    /// Something that was asked of a room was not done. An `error` with a sentence says the same.
    RoomRefused {
        /// Where.
        room: String,
        /// Why.
        why: RoomWhy,
        /// The sentence.
        message: String,
    },
    /// What somebody may do has changed.
    RoomRole {
        /// Where.
        room: String,
        /// Who.
        #[serde(flatten)]
        member: RoomMember,
    },
    /// A poll, or how it stands.
    RoomPoll {
        /// Where.
        room: String,
        /// The poll.
        #[serde(flatten)]
        poll: RoomPoll,
    },
    /// Raised hands, the longest first.
    RoomHand {
        /// Where.
        room: String,
        /// Nicks.
        hands: Vec<String>,
    },
    /// An own message is with so many of so many members, as far as the hubs know.
    RoomDelivered {
        /// Where.
        room: String,
        /// Which.
        id: String,
        /// So many.
        delivered: u16,
        /// Of.
        of: u16,
    },
    /// Somebody invites us.
    RoomInvited {
        /// The address.
        room: String,
        /// The whole id, for `room-join`.
        id: String,
        /// Who.
        from: Jid,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Somebody misbehaves: a sentence for who moderates.
    RoomTrouble {
        /// Where.
        room: String,
        /// The sentence.
        message: String,
        /// What it does.
        kind: RoomTroubleKind,
        /// Who: a nick, or an address.
        who: String,
    },
    /// Answer to `room-history`: what came is told by `room-message`s with `history` before.
    RoomHistory {
        /// Where.
        room: String,
        /// As it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// As it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// As it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        around: Option<String>,
        /// Oldest first.
        messages: Vec<RoomLine>,
        /// Nothing older is here, nor known to be elsewhere.
        complete: bool,
        /// The newest of all is among them, if one was asked for.
        #[serde(default)]
        newest: bool,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<Value>,
    },
    /// Answer to `room-search`.
    RoomFound {
        /// What was looked for.
        text: String,
        /// Only in this room, as it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<String>,
        /// Only what this one wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Jid>,
        /// Only older than the line with this id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The newest first.
        hits: Vec<RoomHit>,
        /// There is nothing older that would also be found.
        complete: bool,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<Value>,
    },
    /// How much of a room is told to the user, or that it was read.
    RoomSeen {
        /// Where.
        room: String,
        /// What is told.
        notify: Notify,
    },
    /// Answer to `rooms`: ours, and those that are advertised.
    Rooms {
        /// All.
        rooms: Vec<RoomAbout>,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<Value>,
    },
}

/// Who may do what in a room, and what our own program does for others in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomRules {
    /// Only members may enter.
    pub members_only: bool,
    /// Only who has voice is heard.
    pub moderated: bool,
    /// Who may not come back.
    pub banned: Vec<RoomBanned>,
    /// Programs without a key that speak XEP-0045 may take part through us.
    pub guests: bool,
    /// Pidgin and its like may take part through us, by ordinary messages.
    pub repeat: bool,
    /// Nicks of those who do.
    pub through_us: Vec<String>,
}

/// What somebody in a room does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomTroubleKind {
    /// It wrote two things in one place.
    Fork,
    /// It passes on what is forged or damaged.
    Forged,
    /// It writes more than a room can carry.
    Flood,
    /// It does not pass on everything that it should.
    Withheld,
}

/// Somebody who was sent out for good.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoomBanned {
    /// Nick, for `room-ban` with `ban` false.
    pub nick: String,
    /// The fingerprint of its key.
    pub fingerprint: String,
}

/// Why something was not done in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomWhy {
    /// Too much at once, or too many people.
    Busy,
    /// No voice, or no rank for it.
    NotAllowed,
    /// Larger than an entry of a room can be.
    TooLong,
    /// Not in the room (any more).
    NotIn,
    /// For members only.
    MembersOnly,
    /// Sent out for good.
    Banned,
    /// Not entered: nobody who is in it could be reached.
    Unreachable,
    /// Not entered: who was reached has not let us in.
    NoAnswer,
    /// Not entered: we are in as many as there can be.
    TooMany,
}

/// How much of a room is told to the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    /// Everything.
    All,
    /// What names us, and announcements.
    #[default]
    Mentions,
    /// Nothing.
    None,
}

/// A room in one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoomAbout {
    /// Its address.
    pub room: String,
    /// Its whole id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is talked about.
    pub subject: String,
    /// Only members may enter.
    pub members_only: bool,
    /// Only who has voice is heard.
    pub moderated: bool,
    /// So many are in it.
    pub occupants: u16,
    /// Our nick in it; empty if we are not.
    pub nick: String,
    /// Are we in it?
    pub joined: bool,
    /// Who advertises it, if that is how we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Jid>,
}

/// Somebody in a room (XEP-0045 §5).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoomMember {
    /// Nick, unique in the room.
    pub nick: String,
    /// Where it can be reached; rooms are not anonymous.
    pub jid: String,
    /// The fingerprint of its key.
    pub fingerprint: String,
    /// `owner`, `admin`, `member`, `none`.
    pub affiliation: String,
    /// `moderator`, `participant`, `visitor`.
    pub role: String,
    /// On the network now.
    pub here: bool,
    /// Ourselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub me: bool,
}

/// Something said in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomLine {
    /// For life, and the same for everybody.
    pub id: String,
    /// Who.
    pub nick: String,
    /// We ourselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// What; empty if it was taken back.
    pub body: String,
    /// When, by its author's clock.
    pub time: Timestamp,
    /// Meant to stand out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub announcement: bool,
    /// To which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Was changed since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
    /// Was taken back, by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<String>,
    /// Nicks by emoji.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reactions: BTreeMap<String, Vec<String>>,
    /// From before we came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
    /// Came late and took its place among older ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Names us.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mention: bool,
    /// The message before it in the room's order; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// With so many of so many, for ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<(u16, u16)>,
}

/// A line that was found, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomHit {
    /// The room's address.
    pub room: String,
    /// What was said.
    pub line: RoomLine,
}

/// A poll in a room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoomPoll {
    /// Which.
    pub id: String,
    /// Who asks.
    pub nick: String,
    /// The question.
    pub question: String,
    /// The answers.
    pub answers: Vec<String>,
    /// How many chose each.
    pub votes: Vec<u32>,
    /// Ours, by position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<u8>,
    /// Over.
    pub closed: bool,
}
