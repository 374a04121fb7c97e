//! What can be asked of rooms. `room` is an address as the events tell it (`name@room-ID8`), or a whole id.

use serde::{Deserialize, Serialize};

use crate::event::room::Notify;
use crate::wire::jid::Jid;

/// Something to be done in or about a room. Answers: the events it leads to, `done` where there is none, or `error`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RoomCommand {
    /// Make a room and be in it. Answer: `room-joined`.
    RoomCreate {
        /// Its name, at most 64 bytes; for ever.
        name: String,
        /// Our nick; the published one if absent.
        #[serde(default)]
        nick: Option<String>,
        /// Only members may enter.
        #[serde(default)]
        members_only: bool,
        /// Only who has voice is heard: a lecture.
        #[serde(default)]
        moderated: bool,
    },
    /// Enter a room: known, advertised, or told by `id` and `via`. Answer: `room-joined`.
    RoomJoin {
        /// Which.
        room: String,
        /// Our nick; the published one if absent.
        #[serde(default)]
        nick: Option<String>,
        /// A member to ask.
        #[serde(default)]
        via: Option<Jid>,
    },
    /// Leave. Answer: `room-left`. What was said stays on the disk for 30 days, in case one comes back.
    RoomLeave {
        /// Which.
        room: String,
        /// Delete what is kept of it at once, overwritten; also of a room that was left before.
        #[serde(default)]
        delete: bool,
    },
    /// Say something. Answer: `room-message`.
    RoomSend {
        /// Where.
        room: String,
        /// The text, at most 32 KiB.
        body: String,
        /// To which message.
        #[serde(default)]
        reply_to: Option<String>,
        /// Is to stand out; moderators only.
        #[serde(default)]
        announcement: bool,
    },
    /// Write an own message anew.
    RoomCorrect {
        /// Where.
        room: String,
        /// Which.
        id: String,
        /// What it says now.
        body: String,
    },
    /// Take a message back; a moderator also those of others.
    RoomRetract {
        /// Where.
        room: String,
        /// Which.
        id: String,
    },
    /// React to a message; an empty list takes it back.
    RoomReact {
        /// Where.
        room: String,
        /// Which.
        id: String,
        /// With.
        emoji: Vec<String>,
    },
    /// Invite somebody (XEP-0249). In a room for members this makes it one if we may.
    RoomInvite {
        /// Where.
        room: String,
        /// Whom.
        to: Jid,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Change what somebody is or may (XEP-0045 §5).
    RoomRole {
        /// Where.
        room: String,
        /// Whom.
        nick: String,
        /// `owner`, `admin`, `member` or `none`.
        #[serde(default)]
        affiliation: Option<String>,
        /// `participant` gives voice, `visitor` takes it, `none` sends out (may come back).
        #[serde(default)]
        role: Option<String>,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Send somebody out for good, or let it in again.
    RoomBan {
        /// Where.
        room: String,
        /// Whom.
        nick: String,
        /// Why.
        #[serde(default)]
        reason: String,
        /// False lets it in again.
        #[serde(default = "yes")]
        ban: bool,
    },
    /// Say what is talked about.
    RoomSubject {
        /// Where.
        room: String,
        /// What.
        subject: String,
    },
    /// Only who has voice is heard from now on, or everybody.
    RoomModerated {
        /// Where.
        room: String,
        /// Which of the two.
        moderated: bool,
    },
    /// Only members may enter and are heard from now on, or everybody. Who is in the room stays, as a member.
    RoomMembersOnly {
        /// Where.
        room: String,
        /// Which of the two.
        members_only: bool,
    },
    /// Let Pidgin and its like take part through us by ordinary messages: who writes `!join ROOM` to us is named "NICK (via
    /// US)" in the room, and gets what is said there as "NICK: text". Moderators only, off at first, not encrypted on the way
    /// to them.
    RoomRepeat {
        /// Where.
        room: String,
        /// On or off.
        repeat: bool,
    },
    /// Ask everybody a question, or close a poll.
    RoomPoll {
        /// Where.
        room: String,
        /// The question.
        #[serde(default)]
        question: String,
        /// 2 to 10 answers.
        #[serde(default)]
        answers: Vec<String>,
        /// Close this one instead.
        #[serde(default)]
        close: Option<String>,
    },
    /// Choose an answer.
    RoomVote {
        /// Where.
        room: String,
        /// The poll.
        poll: String,
        /// The answer's position, from 0.
        answer: u8,
    },
    /// Raise a hand, or take it down.
    RoomHand {
        /// Where.
        room: String,
        /// Up or down.
        up: bool,
    },
    /// Let programs without a key take part through us (XEP-0045): they are named "NICK (via US)". Off at first.
    RoomGuests {
        /// Where.
        room: String,
        /// On or off.
        guests: bool,
    },
    /// Another nick.
    RoomNick {
        /// Where.
        room: String,
        /// Which.
        nick: String,
    },
    /// Older messages, the newest if none of `before`, `after` and `around` is there. Answer: `room-history`.
    RoomHistory {
        /// Where.
        room: String,
        /// Before this message.
        #[serde(default)]
        before: Option<String>,
        /// Behind this message.
        #[serde(default)]
        after: Option<String>,
        /// This message with those before and behind it; the newest if it is not here any more.
        #[serde(default)]
        around: Option<String>,
        /// At most so many, 1 to 500; 50 if absent.
        #[serde(default)]
        limit: Option<u16>,
    },
    /// Look for words in what was said in rooms that we are in, as it reads now: the newest first by the time shown, as
    /// `search` looks for them. Answer: `room-found`.
    RoomSearch {
        /// The words; at most 400 characters and 16 words of it count.
        text: String,
        /// Only in this room.
        #[serde(default)]
        room: Option<String>,
        /// Only what this one wrote.
        #[serde(default)]
        from: Option<Jid>,
        /// At most so many, 1 to 1000; 50 if absent.
        #[serde(default)]
        limit: Option<u32>,
        /// Only older than the line with this id: the next page.
        #[serde(default)]
        before: Option<String>,
    },
    /// The user has seen it all; and how much of it to tell from now on.
    RoomSeen {
        /// Where.
        room: String,
        /// What is told; as before if absent.
        #[serde(default)]
        notify: Option<Notify>,
    },
    /// Which rooms there are. Answer: `rooms`.
    Rooms,
}

fn yes() -> bool {
    true
}

impl RoomCommand {
    /// The room that it is about, as it was given; none for those about no room or one that is not yet.
    pub fn room(&self) -> Option<&str> {
        match self {
            RoomCommand::RoomCreate { .. }
            | RoomCommand::RoomSearch { .. }
            | RoomCommand::Rooms => None,
            RoomCommand::RoomJoin { room, .. }
            | RoomCommand::RoomLeave { room, .. }
            | RoomCommand::RoomSend { room, .. }
            | RoomCommand::RoomCorrect { room, .. }
            | RoomCommand::RoomRetract { room, .. }
            | RoomCommand::RoomReact { room, .. }
            | RoomCommand::RoomInvite { room, .. }
            | RoomCommand::RoomRole { room, .. }
            | RoomCommand::RoomBan { room, .. }
            | RoomCommand::RoomSubject { room, .. }
            | RoomCommand::RoomModerated { room, .. }
            | RoomCommand::RoomMembersOnly { room, .. }
            | RoomCommand::RoomPoll { room, .. }
            | RoomCommand::RoomVote { room, .. }
            | RoomCommand::RoomHand { room, .. }
            | RoomCommand::RoomGuests { room, .. }
            | RoomCommand::RoomRepeat { room, .. }
            | RoomCommand::RoomNick { room, .. }
            | RoomCommand::RoomHistory { room, .. }
            | RoomCommand::RoomSeen { room, .. } => Some(room),
        }
    }

    /// Is this the name of one of these?
    pub fn is_name(name: &str) -> bool {
        name == "rooms" || name.starts_with("room-")
    }
}
