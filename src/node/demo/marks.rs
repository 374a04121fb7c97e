//! What belongs to some messages of the past beyond their text: reactions, corrections, answers, a spoiler.

use crate::event::{About, Change, Extra, Message, Quote, Told};
use crate::xep::xep0461_replies::shortened;

/// What belongs to a message.
enum Mark {
    /// Reactions: of the other one, of ours.
    Reactions(&'static [&'static str], &'static [&'static str]),
    /// It said this before.
    Was(&'static str),
    /// It answers the message that begins so.
    Answers(&'static str),
    /// Its text is hidden below this hint.
    Spoiler(&'static str),
    /// It went to so many people.
    Broadcast(u32),
}

/// By how the message begins.
const MARKS: [(&str, Mark); 8] = [
    (
        "Perfect. I have lemonade",
        Mark::Reactions(&["🍋", "👍"], &[]),
    ),
    ("Only one hour of lunch", Mark::Reactions(&[], &["😂"])),
    ("Two, then.", Mark::Was("One and a half, then.")),
    ("Two, then.", Mark::Answers("Only one hour of lunch")),
    ("They marry, and it does not", Mark::Spoiler("how it ends")),
    (
        "Three things about Thursday",
        Mark::Was("Two things about Thursday:\n1. bring a coat\n2. do not be late"),
    ),
    ("Was I ever late?", Mark::Answers("Three things about")),
    ("Row call for everybody", Mark::Broadcast(7)),
];

/// Gives a conversation its marks.
pub(super) fn mark(messages: &mut [Message]) {
    for (begins, mark) in &MARKS {
        let Some(at) = position(messages, begins) else {
            continue;
        };
        let origin = match mark {
            Mark::Answers(origin) => position(messages, origin).and_then(|at| messages.get(at)),
            _ => None,
        };
        let origin = origin.map(|origin| {
            let quote = Quote {
                from: origin.from.clone(),
                body: shortened(&origin.body),
            };
            (origin.id.clone(), quote)
        });
        let Some(message) = messages.get_mut(at) else {
            continue;
        };
        match mark {
            Mark::Reactions(theirs, ours) => {
                react(message, false, theirs);
                react(message, true, ours);
            }
            Mark::Was(old) => {
                let now = std::mem::replace(&mut message.body, (*old).to_owned());
                let change = Change::Correct {
                    body: now,
                    spans: Vec::new(),
                };
                let own = message.is_own();
                let told = told(message, own, change);
                message.change(&told);
            }
            Mark::Answers(_) => {
                if let Some((id, quote)) = origin {
                    let extra = extra(message);
                    (extra.reply_to, extra.quote) = (Some(id), Some(quote));
                }
            }
            Mark::Spoiler(hint) => extra(message).spoiler = Some((*hint).to_owned()),
            Mark::Broadcast(people) => {
                extra(message).broadcast = Some(crate::event::Broadcast {
                    id: None,
                    people: *people,
                });
            }
        }
    }
}

fn position(messages: &[Message], begins: &str) -> Option<usize> {
    messages
        .iter()
        .position(|message| message.body.starts_with(begins))
}

fn extra(message: &mut Message) -> &mut Extra {
    message.extra.get_or_insert_default()
}

fn react(message: &mut Message, own: bool, emoji: &[&str]) {
    let emoji: Vec<String> = emoji.iter().map(|&one| one.to_owned()).collect();
    if !emoji.is_empty() {
        let told = told(message, own, Change::React { emoji });
        message.change(&told);
    }
}

/// Said about a message a minute after it, by us or by the other one.
fn told(message: &Message, own: bool, change: Change) -> Told {
    let from = if own == message.is_own() {
        &message.from
    } else {
        &message.to
    };
    Told {
        id: format!("{}-about", message.id),
        from: from.clone(),
        own,
        time: message
            .time
            .checked_add(jiff::SignedDuration::from_mins(1))
            .unwrap_or(message.time),
        about: About {
            target: message.id.clone(),
            change,
        },
    }
}
