//! What an entry says: its kinds. JSON inside the signed octets, at most [`MAX_TEXT`] bytes of text.

use serde::{Deserialize, Serialize};

use super::entry::{Author, EntryId};
use crate::wire::jid::Jid;
use crate::wire::text::{clean_body, clean_line, clean_name};

/// Bytes of text in one message.
pub const MAX_TEXT: usize = 32 * 1024;
/// Bytes of a subject, a question, a reason.
pub const MAX_LINE: usize = 1024;
/// Bytes of a nick or of a room's name.
pub const MAX_NICK: usize = 64;
/// Answers of a poll.
pub const MAX_ANSWERS: usize = 10;
/// Chains in one cut.
pub const MAX_CUT: usize = 600;

/// What somebody is in a room (XEP-0045 §5.2: affiliations).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Banned.
    Outcast,
    /// Nothing special.
    #[default]
    None,
    /// May enter a room for members only.
    Member,
    /// May moderate.
    Admin,
    /// May also name admins and owners.
    Owner,
    /// Whoever made the room; nobody can take it away.
    Founder,
}

/// Up to where a chain counts. Chains of the victim that are not named do not count at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Whose.
    pub author: Author,
    /// Which chain.
    pub incarnation: u32,
    /// The last entry that counts.
    pub seq: u32,
    /// Its id.
    pub id: EntryId,
}

/// The kinds of entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Body {
    /// The room begins. Counts only in the founder's first entry.
    Create {
        /// Makes the room's id with the founder's key.
        nonce: String,
        /// What it is called, for ever: part of the address.
        name: String,
        /// Only members may enter.
        #[serde(default)]
        members_only: bool,
        /// Only who has voice may speak.
        #[serde(default)]
        moderated: bool,
    },
    /// Somebody is here (again).
    Join {
        /// Wanted nick.
        nick: String,
        /// Where it can be reached.
        jid: Jid,
        /// On a wire and on mains: a good hub.
        #[serde(default)]
        steady: bool,
    },
    /// Somebody leaves.
    Leave,
    /// Another nick.
    Nick {
        /// Wanted nick.
        nick: String,
    },
    /// Somebody speaks.
    Message {
        /// What.
        text: String,
        /// To this message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<EntryId>,
        /// Said by a guest of this nick, and passed on by the author.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guest: Option<String>,
    },
    /// A moderator or speaker tells everybody something that is to stand out.
    Announcement {
        /// What.
        text: String,
    },
    /// The author writes an own message anew.
    Correction {
        /// The message as it was first sent.
        target: EntryId,
        /// What it says now.
        text: String,
    },
    /// The author or a moderator takes a message back (XEP-0424, XEP-0425).
    Retraction {
        /// The message.
        target: EntryId,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// All reactions of this author to a message; empty takes them back (XEP-0444).
    Reaction {
        /// The message.
        target: EntryId,
        /// Which.
        emoji: Vec<String>,
    },
    /// What is talked about.
    Subject {
        /// May be empty.
        text: String,
    },
    /// Makes somebody owner, admin, member or none of these.
    Role {
        /// Whom.
        target: Author,
        /// What it is from now on.
        role: Role,
        /// Up to where what it did before counts.
        #[serde(default)]
        cut: Vec<Cut>,
    },
    /// Gives or takes the right to speak in a moderated room.
    Voice {
        /// Whom.
        target: Author,
        /// Given or taken.
        on: bool,
        /// Up to where it was heard.
        #[serde(default)]
        cut: Vec<Cut>,
    },
    /// Sends somebody out; may come back.
    Kick {
        /// Whom.
        target: Author,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Sends somebody out for good.
    Ban {
        /// Whom.
        target: Author,
        /// Why.
        #[serde(default)]
        reason: String,
        /// The last that counts.
        #[serde(default)]
        cut: Vec<Cut>,
    },
    /// May come back.
    Unban {
        /// Who.
        target: Author,
    },
    /// From now on (not any more) only who has voice is heard.
    Moderated {
        /// Which of the two.
        on: bool,
        /// Up to where everybody else was heard.
        #[serde(default)]
        cut: Vec<Cut>,
    },
    /// From now on (not any more) only members may enter and are heard.
    MembersOnly {
        /// Which of the two.
        on: bool,
        /// Up to where everybody else was heard.
        #[serde(default)]
        cut: Vec<Cut>,
        /// Who is a member from now on: as a rule who is in the room, so that nobody is put out by it.
        #[serde(default)]
        members: Vec<Author>,
    },
    /// A hand goes up or down.
    Hand {
        /// Which.
        up: bool,
    },
    /// A question.
    Poll {
        /// The question.
        question: String,
        /// 2 to 10 answers.
        answers: Vec<String>,
    },
    /// One of them; the last vote of an author counts.
    Vote {
        /// The poll.
        poll: EntryId,
        /// The answer's position, from 0.
        answer: u8,
    },
    /// The poll is over.
    PollClosed {
        /// The poll.
        poll: EntryId,
        /// How many had chosen each answer, as far as whoever closes it knows: what is heard of later, however old it says that
        /// it is, changes the result no more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        result: Vec<u32>,
    },
    /// Something that we do not know: kept and passed on, not shown.
    #[serde(skip)]
    Unknown(Vec<u8>),
}

impl Body {
    /// As it is signed.
    pub fn write(&self) -> Vec<u8> {
        match self {
            Body::Unknown(octets) => octets.clone(),
            // It cannot fail: no map has keys other than strings.
            body => serde_json::to_vec(body).unwrap_or_default(),
        }
    }

    /// As it was signed; what is not of a known form, or beyond a limit, is [`Body::Unknown`].
    pub fn read(octets: &[u8]) -> Body {
        serde_json::from_slice::<Body>(octets)
            .ok()
            .filter(Body::is_within_limits)
            .unwrap_or_else(|| Body::Unknown(octets.to_vec()))
    }

    fn is_within_limits(&self) -> bool {
        let line = |text: &String| text.len() <= MAX_LINE;
        let text = |text: &String| !text.is_empty() && text.len() <= MAX_TEXT;
        let nick = |nick: &String| !clean_name(nick).is_empty() && nick.len() <= MAX_NICK;
        let cut = |cut: &Vec<Cut>| cut.len() <= MAX_CUT;
        match self {
            Body::Create { nonce, name, .. } => line(nonce) && nick(name),
            Body::Join { nick: wanted, .. } | Body::Nick { nick: wanted } => nick(wanted),
            Body::Message {
                text: said, guest, ..
            } => text(said) && guest.as_ref().is_none_or(nick),
            Body::Announcement { text: said } | Body::Correction { text: said, .. } => text(said),
            Body::Retraction { reason, .. } => reason.as_ref().is_none_or(line),
            Body::Reaction { emoji, .. } => {
                emoji.len() <= 20 && emoji.iter().all(|one| !one.is_empty() && one.len() <= 32)
            }
            Body::Subject { text } => line(text),
            Body::Role { role, cut: to, .. } => {
                cut(to) && !matches!(role, Role::Founder | Role::Outcast)
            }
            Body::Voice { cut: to, .. } | Body::Moderated { cut: to, .. } => cut(to),
            Body::MembersOnly {
                cut: to, members, ..
            } => cut(to) && members.len() <= MAX_CUT,
            Body::Kick { reason, .. } => line(reason),
            Body::Ban {
                reason, cut: to, ..
            } => line(reason) && cut(to),
            Body::Poll { question, answers } => {
                !question.is_empty()
                    && line(question)
                    && (2..=MAX_ANSWERS).contains(&answers.len())
                    && answers
                        .iter()
                        .all(|answer| !answer.is_empty() && line(answer))
            }
            Body::Vote { answer, .. } => usize::from(*answer) < MAX_ANSWERS,
            Body::PollClosed { result, .. } => result.len() <= MAX_ANSWERS,
            Body::Leave | Body::Unban { .. } | Body::Hand { .. } => true,
            Body::Unknown(_) => false,
        }
    }

    /// Does what the room is depend on it? Then also who joins late needs it, however old it is.
    pub fn is_state(&self) -> bool {
        !matches!(
            self,
            Body::Message { .. }
                | Body::Announcement { .. }
                | Body::Correction { .. }
                | Body::Retraction { .. }
                | Body::Reaction { .. }
                | Body::Hand { .. }
                | Body::Poll { .. }
                | Body::Vote { .. }
                | Body::PollClosed { .. }
                | Body::Unknown(_)
        )
    }

    /// Does it change who may do what?
    pub fn is_rule(&self) -> bool {
        matches!(
            self,
            Body::Create { .. }
                | Body::Role { .. }
                | Body::Voice { .. }
                | Body::Kick { .. }
                | Body::Ban { .. }
                | Body::Unban { .. }
                | Body::Moderated { .. }
                | Body::MembersOnly { .. }
        )
    }

    /// Whose place in the room it is about, beside its author's.
    pub fn target(&self) -> Option<Author> {
        match self {
            Body::Role { target, .. }
            | Body::Voice { target, .. }
            | Body::Kick { target, .. }
            | Body::Ban { target, .. }
            | Body::Unban { target } => Some(*target),
            _ => None,
        }
    }

    /// Can it wait a moment for company on its way? Nobody reads it as it comes.
    pub fn can_wait(&self) -> bool {
        matches!(
            self,
            Body::Join { .. }
                | Body::Leave
                | Body::Nick { .. }
                | Body::Vote { .. }
                | Body::Reaction { .. }
        )
    }

    /// The text to be shown, cleaned; empty if it has none.
    pub fn text(&self) -> String {
        match self {
            Body::Message { text, .. }
            | Body::Announcement { text }
            | Body::Correction { text, .. } => clean_body(text),
            Body::Subject { text } => clean_line(text),
            Body::Poll { question, .. } => clean_line(question),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_limit_makes_it_something_unknown() {
        let poll = |n: usize| Body::Poll {
            question: "?".into(),
            answers: vec!["a".into(); n],
        };
        let too_much = [
            Body::Message {
                text: "x".repeat(MAX_TEXT + 1),
                reply_to: None,
                guest: None,
            },
            Body::Message {
                text: String::new(),
                reply_to: None,
                guest: None,
            },
            Body::Nick {
                nick: "x".repeat(MAX_NICK + 1),
            },
            Body::Nick {
                nick: "\u{202e}".into(),
            },
            Body::Subject {
                text: "x".repeat(MAX_LINE + 1),
            },
            Body::Reaction {
                target: EntryId::default(),
                emoji: vec!["x".into(); 21],
            },
            Body::Role {
                target: Author::default(),
                role: Role::Founder,
                cut: Vec::new(),
            },
            Body::Vote {
                poll: EntryId::default(),
                answer: 10,
            },
            poll(1),
            poll(11),
        ];
        for body in too_much {
            assert!(
                matches!(Body::read(&body.write()), Body::Unknown(_)),
                "{body:?}"
            );
        }
        assert_eq!(Body::read(&poll(10).write()), poll(10));
        assert!(matches!(Body::read(b"[[[["), Body::Unknown(_)));
    }
}
