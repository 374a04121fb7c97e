//! What a message is beyond its text, and what is said about it later: corrections, retractions, reactions, markers.
//!
//! Everything that goes to a peer is a [`Content`] in its outbox, so that all of it has the same durability, order and
//! acknowledgement. What is said about an earlier message names it by [`About::target`], is kept also when that message is
//! not loaded or has not come yet, and changes it by [`Message::change`]: the one place that knows who may do what.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Message;
use crate::wire::jid::Jid;
use crate::wire::text::Span;

/// Old versions of one message that are kept; the oldest go first.
const MOST_VERSIONS: usize = 20;
/// Bytes of text of them together.
const MOST_VERSION_BYTES: usize = 64 * 1024;
/// Different reactions of one person to one message.
pub const MOST_REACTIONS: usize = 20;
/// People who react to one message.
const MOST_REACTING: usize = 500;

/// Something of ours on its way to a peer, or on its way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// A message to be shown.
    Text {
        /// The text.
        body: String,
        /// What belongs to it.
        #[serde(flatten, with = "extra")]
        extra: Option<Box<Extra>>,
    },
    /// Something about an earlier message.
    About(Box<About>),
}

impl Content {
    /// A text and nothing else.
    pub fn text(body: impl Into<String>) -> Content {
        Content::Text {
            body: body.into(),
            extra: None,
        }
    }

    /// Whether nobody wants to know how far this gets: the word that a message was seen.
    pub fn is_unheard(&self) -> bool {
        matches!(self, Content::About(about) if about.change == Change::Displayed)
    }

    /// The message that this is about, if it is not a message itself.
    pub fn target(&self) -> Option<&str> {
        match self {
            Content::Text { .. } => None,
            Content::About(about) => Some(&about.target),
        }
    }
}

/// Something about an earlier message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The id of that message.
    pub target: String,
    /// What.
    #[serde(flatten)]
    pub change: Change,
}

/// What can be said about an earlier message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Its text is now this one (XEP-0308).
    Correct {
        /// The whole new text.
        body: String,
        /// Formatting that came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        spans: Vec<Span>,
    },
    /// It is taken back (XEP-0424).
    Retract,
    /// All reactions of this person to it (XEP-0444); none takes them back.
    React {
        /// One emoji each.
        emoji: Vec<String>,
    },
    /// The user has seen it (XEP-0333).
    Displayed,
}

/// A change as it was told: by whom, when, and under which id it travelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The id that the change itself travels under, for life.
    pub id: String,
    /// Who says it; ourselves under the name that we had.
    pub from: Jid,
    /// Whether that is us.
    pub own: bool,
    /// When.
    pub time: Timestamp,
    /// Which message, and what.
    #[serde(flatten)]
    pub about: About,
}

/// What belongs to a message beyond its text; each part only where it has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extra {
    /// The id of the message that this one answers (XEP-0461).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// What that message said, shortened: it may not be loaded, or not be here at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The text is hidden until it is asked for (XEP-0382); this is the hint, which may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoiler: Option<String>,
    /// The same text went to so many people, each of them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<Broadcast>,
    /// Its marks are no styling (XEP-0393 §7).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unstyled: bool,
    /// It names our user (XEP-0372).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mentions_me: bool,
    /// Earlier texts, oldest first: at most 20 and 64 KiB.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// When it was corrected last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// When it was taken back; then its text is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Timestamp>,
    /// Who reacts with what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reactions>,
    /// A later change of ours to it (correction, retraction, reaction) that the peer does not know of, and why: a sentence
    /// for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_there: Option<String>,
}

impl Extra {
    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Extra::default()
    }

    /// As it is kept: `None` where there is nothing.
    pub fn boxed(self) -> Option<Box<Extra>> {
        (!self.is_empty()).then(|| Box::new(self))
    }
}

/// A few words of another message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Who said it.
    pub from: Jid,
    /// The beginning of what was said.
    pub body: String,
}

/// A mark on a message that went to several people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    /// The same for all copies; only ours to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// To how many people it went.
    pub people: u32,
}

/// What a message said before it was corrected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// The text.
    pub body: String,
    /// Its formatting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// When it was written.
    pub time: Timestamp,
}

/// The reactions of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reactions {
    /// Who.
    pub from: Jid,
    /// Whether that is us.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// With what, in the order in which they were chosen.
    pub emoji: Vec<String>,
}

impl Message {
    /// Takes in what was said about this message; false if that changes nothing or is not theirs to say. Only who wrote a
    /// message corrects or retracts it, and nothing brings back what was taken back.
    pub fn change(&mut self, told: &Told) -> bool {
        if told.about.target != self.id {
            return false;
        }
        let author = told.own == self.is_own() && (told.own || told.from == self.from);
        let retracted = self.extra.as_ref().is_some_and(|e| e.retracted.is_some());
        match &told.about.change {
            Change::Correct { body, spans } if author && !retracted && *body != self.body => {
                self.correct(body, spans, told.time);
                true
            }
            Change::Retract if author && !retracted => {
                self.body = String::new();
                self.spans = Vec::new();
                let old = self.extra.take().map(|extra| *extra).unwrap_or_default();
                self.extra = Extra {
                    retracted: Some(told.time),
                    broadcast: old.broadcast,
                    ..Extra::default()
                }
                .boxed();
                true
            }
            Change::React { emoji } if !retracted => self.react(told, emoji),
            _ => false,
        }
    }

    /// What is to be sent of a message of ours that a restart finds in the outbox: as it was said first, for what was said
    /// about it later follows it there. `None` if it was taken back.
    pub fn as_first_said(&self) -> Option<Content> {
        let Some(extra) = &self.extra else {
            return Some(Content::text(self.body.clone()));
        };
        if extra.retracted.is_some() {
            return None;
        }
        let first = extra
            .versions
            .first()
            .map_or(&self.body, |first| &first.body);
        let extra = Extra {
            versions: Vec::new(),
            edited: None,
            reactions: Vec::new(),
            unseen_there: None,
            ..(**extra).clone()
        };
        Some(Content::Text {
            body: first.clone(),
            extra: extra.boxed(),
        })
    }

    /// A change of ours to it is not known to the peer for this reason, or is after all; false if that is no news.
    pub fn unseen_there(&mut self, reason: Option<&str>) -> bool {
        let before = self
            .extra
            .as_ref()
            .and_then(|extra| extra.unseen_there.as_deref());
        if before == reason {
            return false;
        }
        let mut extra = self.extra.take().map(|extra| *extra).unwrap_or_default();
        extra.unseen_there = reason.map(str::to_owned);
        self.extra = extra.boxed();
        true
    }

    fn correct(&mut self, body: &str, spans: &[Span], time: Timestamp) {
        let extra = self.extra.get_or_insert_default();
        extra.versions.push(Version {
            body: std::mem::replace(&mut self.body, body.to_owned()),
            spans: std::mem::replace(&mut self.spans, spans.to_vec()),
            time: extra.edited.unwrap_or(self.time),
        });
        extra.edited = Some(time);
        let bytes = |versions: &[Version]| versions.iter().map(|old| old.body.len()).sum::<usize>();
        while extra.versions.len() > MOST_VERSIONS || bytes(&extra.versions) > MOST_VERSION_BYTES {
            extra.versions.remove(0);
        }
    }

    fn react(&mut self, told: &Told, emoji: &[String]) -> bool {
        let mut extra = self.extra.take().map(|extra| *extra).unwrap_or_default();
        let by = |reactions: &Reactions| {
            reactions.own == told.own && (told.own || reactions.from == told.from)
        };
        let at = extra.reactions.iter().position(by);
        let before = at
            .and_then(|at| extra.reactions.get(at))
            .map_or(&[][..], |reactions| &reactions.emoji);
        let news = before != emoji;
        match at {
            Some(at) if emoji.is_empty() => drop(extra.reactions.remove(at)),
            Some(at) => {
                if let Some(reactions) = extra.reactions.get_mut(at) {
                    reactions.emoji = emoji.to_vec();
                }
            }
            None if emoji.is_empty() || extra.reactions.len() >= MOST_REACTING => {}
            None => extra.reactions.push(Reactions {
                from: told.from.clone(),
                own: told.own,
                emoji: emoji.to_vec(),
            }),
        }
        self.extra = extra.boxed();
        news
    }
}

/// [`Extra`] as fields of the object that it stands in, and nothing where there is none.
pub(super) mod extra {
    use super::{Deserialize, Deserializer, Extra, Serialize, Serializer};

    pub fn serialize<S: Serializer>(extra: &Option<Box<Extra>>, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        match extra {
            Some(extra) => extra.serialize(to),
            None => to.serialize_map(Some(0))?.end(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Box<Extra>>, D::Error> {
        Ok(Extra::deserialize(from)?.boxed())
    }
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
    use crate::event::MessageState;

    fn jid(name: &str) -> Jid {
        Jid::new(name).unwrap()
    }

    fn time(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
    }

    fn message(own: bool) -> Message {
        Message {
            id: "1".into(),
            from: jid(if own { "me@here" } else { "romeo@forza" }),
            to: jid(if own { "romeo@forza" } else { "me@here" }),
            body: "helo".into(),
            spans: Vec::new(),
            time: time(0),
            encrypted: false,
            delayed: false,
            state: own.then_some(MessageState::Sent),
            reason: None,
            extra: None,
        }
    }

    fn told(own: bool, change: Change) -> Told {
        Told {
            id: "c".into(),
            from: jid(if own { "me@here" } else { "romeo@forza" }),
            own,
            time: time(1),
            about: About {
                target: "1".into(),
                change,
            },
        }
    }

    fn correct(body: &str) -> Change {
        Change::Correct {
            body: body.into(),
            spans: Vec::new(),
        }
    }

    fn react(emoji: &[&str]) -> Change {
        Change::React {
            emoji: emoji.iter().map(|&e| e.to_owned()).collect(),
        }
    }

    #[test]
    fn only_the_author_corrects_and_takes_back() {
        for change in [correct("hello"), Change::Retract] {
            for (author, teller, may) in [
                (false, false, true),
                (false, true, false),
                (true, false, false),
                (true, true, true),
            ] {
                let mut message = message(author);
                assert_eq!(message.change(&told(teller, change.clone())), may);
                assert_eq!(message.body == "helo", !may);
            }
        }
        let mut room = message(false);
        room.from = jid("mercutio@verona");
        assert!(!room.change(&told(false, correct("hello"))));
    }

    #[test]
    fn old_versions_are_kept_and_a_correction_told_twice_is_one() {
        let mut message = message(false);
        assert!(message.change(&told(false, correct("hallo"))));
        assert!(message.change(&told(false, correct("hello"))));
        assert!(!message.change(&told(false, correct("hello"))));
        let extra = message.extra.unwrap();
        let old: Vec<_> = extra.versions.iter().map(|old| old.body.as_str()).collect();
        assert_eq!(old, ["helo", "hallo"]);
        assert_eq!(
            (extra.versions[0].time, extra.edited),
            (time(0), Some(time(1)))
        );
    }

    #[test]
    fn versions_have_a_limit() {
        let mut message = message(false);
        for n in 0..100 {
            message.change(&told(false, correct(&format!("{n}{}", "x".repeat(10_000)))));
        }
        let extra = message.extra.unwrap();
        assert!(extra.versions.len() <= 7 && message.body.starts_with("99"));
    }

    #[test]
    fn what_was_taken_back_stays_taken_back() {
        let mut message = message(false);
        message.change(&told(false, correct("secret")));
        assert!(message.change(&told(false, Change::Retract)));
        assert!(!message.change(&told(false, correct("again"))));
        assert!(!message.change(&told(true, react(&["x"]))));
        let extra = message.extra.unwrap();
        assert!(message.body.is_empty() && extra.versions.is_empty());
    }

    #[test]
    fn reactions_of_a_person_replace_each_other() {
        let mut message = message(false);
        assert!(message.change(&told(true, react(&["a", "b"]))));
        assert!(message.change(&told(false, react(&["a"]))));
        assert!(!message.change(&told(false, react(&["a"]))));
        assert!(message.change(&told(true, react(&[]))));
        let left = message.extra.clone().unwrap().reactions;
        assert_eq!((left.len(), left[0].own), (1, false));
        assert!(message.change(&told(false, react(&[]))));
        assert_eq!(message.extra, None, "nothing is left");
    }

    #[test]
    fn a_message_reads_back_and_a_plain_one_has_no_more_fields_than_before() {
        let mut message = message(true);
        let plain = serde_json::to_value(&message).unwrap();
        assert_eq!(plain.as_object().unwrap().len(), 7);
        message.extra = Extra {
            reply_to: Some("0".into()),
            ..Extra::default()
        }
        .boxed();
        let json = serde_json::to_string(&message).unwrap();
        assert!(json.contains(r#""reply_to":"0""#), "{json}");
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
        assert_eq!(
            serde_json::from_value::<Message>(plain).unwrap().extra,
            None
        );
    }
}
