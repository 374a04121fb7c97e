//! What was said before the demonstration began: yesterday and today, as the pretend disk has kept it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cast::{CAST, ROMEO_JID};
use crate::event::{Message, MessageState};
use crate::node::sim::disk::Disk;
use crate::wire::jid::Jid;

/// A day before the start, in minutes.
const DAY: u32 = 24 * 60;

/// One line of the past.
struct Line {
    /// Minutes before the start.
    ago: u32,
    text: &'static str,
    fate: Fate,
}

enum Fate {
    /// They wrote it.
    Theirs,
    /// They wrote it, and it was held back on the way.
    Late,
    /// The user wrote it.
    Ours(MessageState),
    /// The user wrote it, and it came to no good end.
    Trouble(MessageState, &'static str),
}

struct Talk {
    with: &'static str,
    /// How many of the last lines the user has not seen.
    unread: usize,
    lines: &'static [Line],
}

const fn they(ago: u32, text: &'static str) -> Line {
    let fate = Fate::Theirs;
    Line { ago, text, fate }
}

const fn we(ago: u32, text: &'static str) -> Line {
    let fate = Fate::Ours(MessageState::Delivered);
    Line { ago, text, fate }
}

/// To somebody whose program does not confirm.
const fn sent(ago: u32, text: &'static str) -> Line {
    let fate = Fate::Ours(MessageState::Sent);
    Line { ago, text, fate }
}

const TALKS: [Talk; 9] = [
    Talk {
        with: "juliet@capulet",
        unread: 2,
        lines: &[
            they(DAY + 131, "Did you get home all right?"),
            we(
                DAY + 129,
                "Safe and sound. The garden wall is higher than it looks 😅",
            ),
            they(DAY + 128, "Then use the gate, like everyone else."),
            we(DAY + 127, "Where would be the fun in that?"),
            they(
                183,
                "Good morning! This is what I bring on Saturday:\n• bread and olives\n• the blue blanket\n• my cousin's guitar",
            ),
            we(180, "Perfect. I have lemonade, and a plan."),
            they(
                178,
                "Show me the plan first. Here is where the trail begins: https://www.openstreetmap.org/#map=15/45.4430/10.9970",
            ),
            we(176, "Found it. Two hours up, one hour of lunch, and down."),
            we(176, "/me looks for his boots"),
            they(174, "Only one hour of lunch? 😱"),
            we(173, "Two, then."),
            they(
                172,
                "Good. Then this is *the* plan, ~unless~ even if it rains:\n```\n10:00  the gate (not the wall!)\n12:00  the top, lunch\n15:00  ice cream\n```\nThe code of the gate is `1597`.",
            ),
            they(
                171,
                "They marry, and it does not rain. I have read the last page of your book.",
            ),
            they(170, "> Found it. Two hours up\nThree, with the guitar."),
            they(14, "/me waves from the balcony"),
            they(13, "Still at your desk? Look out of the window 👀"),
        ],
    },
    Talk {
        with: "mercutio@verona",
        unread: 1,
        lines: &[
            they(DAY + 310, "The tickets for Thursday are in. Front row!"),
            we(DAY + 307, "You are a marvel. What do I owe you?"),
            they(DAY + 306, "A song. And you carry my lute."),
            they(
                244,
                "Three things about Thursday:\n1. bring a coat\n2. do not be late\n3. I am serious about number two",
            ),
            we(241, "Was I ever late?"),
            they(240, "😂😂😂"),
            we(239, "All right. I come at seven."),
            they(
                32,
                "This is the piece that I told you about: https://en.wikipedia.org/wiki/Queen_Mab",
            ),
        ],
    },
    Talk {
        with: "nurse@capulet-house",
        unread: 0,
        lines: &[
            they(
                DAY + 420,
                "Young man, your order at the bakery has been ready since noon.",
            ),
            Line {
                ago: DAY + 418,
                text: "On my way!",
                fate: Fate::Trouble(
                    MessageState::Failed,
                    "the connection to nurse@capulet-house is not encrypted, and your settings allow encrypted ones only",
                ),
            },
            sent(DAY + 416, "On my way! (I had to change a setting first.)"),
            they(
                DAY + 413,
                "They close at six. I told them to keep two of the almond ones for you.",
            ),
            sent(DAY + 412, "You are an angel."),
            they(71, "Tell me how many plates you need on Saturday."),
            Line {
                ago: 44,
                text: "Six, if Mercutio comes. He eats for two.",
                fate: Fate::Trouble(
                    MessageState::Uncertain,
                    "the connection ended before it could be told whether this arrived",
                ),
            },
        ],
    },
    Talk {
        with: "benvolio@montague-annex",
        unread: 0,
        lines: CHESS,
    },
    Talk {
        with: "laurence@cell",
        unread: 1,
        lines: &[
            we(
                DAY + 250,
                "Do you have something against a cough? It is for Balthasar.",
            ),
            they(
                DAY + 238,
                "Thyme and honey, three times a day. I leave a jar at the door.",
            ),
            we(DAY + 236, "Thank you, Father."),
            Line {
                ago: 95,
                text: "The rosemary is dry now; come by before vespers. I wrote this in the chapel, where there is no network, so it may reach you late.",
                fate: Fate::Late,
            },
        ],
    },
    Talk {
        with: "rosaline@theatre",
        unread: 0,
        lines: &[
            we(302, "Good luck for tonight!"),
            they(298, "Thank you!! 🙏 Doors open at half past seven."),
            they(297, "And this is from Noa, who sits in row two:"),
            they(297, "נתראה הערב! 🎭"),
            we(295, "We will both be there 🎉"),
        ],
    },
    Talk {
        with: "balthasar@stables",
        unread: 0,
        lines: &[
            they(
                DAY + 75,
                "My new neighbour is from Aleppo. He taught me this:",
            ),
            they(DAY + 75, "أراك غدًا إن شاء الله 🙂"),
            we(DAY + 72, "Beautiful! And what does it mean?"),
            they(
                DAY + 71,
                "“See you tomorrow, God willing.” The cough is better, by the way.",
            ),
            we(118, "Can I have the grey one on Saturday?"),
            they(110, "She is yours from nine. Bring an apple 🍎"),
        ],
    },
    Talk {
        with: "paris@mantua",
        unread: 0,
        lines: &[
            they(DAY + 505, "Off to Mantua until tomorrow."),
            we(DAY + 503, "Safe travels!"),
            Line {
                ago: 21,
                text: "Welcome back! How was Mantua?",
                fate: Fate::Ours(MessageState::Queued),
            },
        ],
    },
    Talk {
        with: "tybalt@capulet-east",
        unread: 0,
        lines: &[
            they(DAY + 190, "I parked you in again, sorry. Two minutes!"),
            we(DAY + 189, "No hurry, I walk today."),
        ],
    },
];

/// A game by message, the one that Anderssen and Kieseritzky played in 1851: long enough to scroll back in.
const CHESS: &[Line] = &[
    they(DAY + 400, "Shall we play? I begin: e4"),
    we(DAY + 399, "e5"),
    they(DAY + 398, "f4"),
    we(DAY + 397, "A present? exf4"),
    they(DAY + 396, "Bc4"),
    we(DAY + 394, "Qh4+"),
    they(DAY + 393, "Kf1, and castling is gone"),
    we(DAY + 391, "b5"),
    they(DAY + 390, "Bxb5"),
    we(DAY + 388, "Nf6"),
    they(DAY + 387, "Nf3"),
    we(DAY + 385, "Qh6"),
    they(DAY + 384, "d3"),
    we(DAY + 381, "Nh5"),
    they(DAY + 380, "Nh4"),
    we(DAY + 378, "Qg5"),
    they(DAY + 377, "Nf5"),
    we(DAY + 374, "c6"),
    they(DAY + 372, "g4!"),
    we(DAY + 371, "Nf6"),
    they(DAY + 369, "Rg1"),
    we(DAY + 368, "cxb5. That was your bishop, cousin"),
    they(DAY + 367, "I know 😌 h4"),
    we(DAY + 366, "Qg6"),
    they(DAY + 364, "h5"),
    we(DAY + 363, "Qg5"),
    they(DAY + 361, "Qf3"),
    we(DAY + 360, "Ng8. Everything goes home."),
    they(DAY + 358, "Bxf4"),
    we(DAY + 357, "Qf6"),
    they(DAY + 355, "Nc3"),
    we(DAY + 353, "Bc5"),
    they(DAY + 350, "Nd5"),
    we(DAY + 348, "Qxb2"),
    they(DAY + 347, "Bd6. Take what you like"),
    we(DAY + 340, "Bxg1, then"),
    they(DAY + 338, "e5"),
    we(DAY + 335, "Qxa1+ 😎"),
    they(DAY + 334, "Ke2"),
    we(DAY + 327, "Na6"),
    they(DAY + 326, "Nxg7+"),
    we(DAY + 325, "Kd8"),
    they(DAY + 324, "Qf6+"),
    we(
        DAY + 323,
        "You give away your queen as well? Two rooks, a bishop and the queen! Nxf6",
    ),
    they(DAY + 322, "Be7# ♟️"),
    we(DAY + 316, "…"),
    we(DAY + 315, "I want a revanche."),
    they(
        DAY + 314,
        "Gladly! And happy birthday to your aunt in Kyoto: お誕生日おめでとうございます 🎂",
    ),
    they(68, "Board or message this time?"),
    we(
        66,
        "Board. At your place, so that I can look over your shoulder.",
    ),
    they(65, "Ha! Sunday at four?"),
    we(63, "Sunday at four."),
];

/// The user's disk as it would be after these two days.
pub(super) fn disk(start: Timestamp) -> Option<Disk> {
    let ours = Jid::new(ROMEO_JID).ok()?;
    let mut disk = Disk::default();
    for person in &CAST {
        disk.nicks
            .insert(Jid::new(person.jid).ok()?, person.nick.to_owned());
    }
    disk.nicks
        .insert(Jid::new("tybalt@capulet-east").ok()?, "Tybalt".to_owned());
    for talk in &TALKS {
        let with = Jid::new(talk.with).ok()?;
        let mut messages = Vec::new();
        for (number, line) in talk.lines.iter().enumerate() {
            let id = format!("past-{}-{number}", with.user());
            // Two lines of the same minute are some seconds apart.
            let within = Duration::from_secs(u64::try_from(number * 50 / talk.lines.len()).ok()?);
            let before = SignedDuration::from_mins(i64::from(line.ago));
            let time = start.checked_sub(before).ok()?.checked_add(within).ok()?;
            messages.push(line.message(id, &with, &ours, time));
        }
        for message in &messages {
            if message.state == Some(MessageState::Queued) {
                disk.outbox.push((with.clone(), message.id.clone()));
            }
        }
        let last_read = messages.len().checked_sub(talk.unread + 1);
        if let Some(message) = last_read.and_then(|at| messages.get(at)) {
            disk.read.insert(with.clone(), message.id.clone());
        }
        super::marks::mark(&mut messages);
        disk.conversations.insert(with, messages);
    }
    Some(disk)
}

impl Line {
    fn message(&self, id: String, with: &Jid, ours: &Jid, time: Timestamp) -> Message {
        let (state, reason) = match self.fate {
            Fate::Theirs | Fate::Late => (None, None),
            Fate::Ours(state) => (Some(state), None),
            Fate::Trouble(state, reason) => (Some(state), Some(reason.to_owned())),
        };
        let (from, to) = match state {
            Some(_) => (ours, with),
            None => (with, ours),
        };
        Message {
            id,
            from: from.clone(),
            to: to.clone(),
            body: self.text.to_owned(),
            spans: Vec::new(),
            extra: None,
            time,
            encrypted: false,
            delayed: matches!(self.fate, Fate::Late),
            state,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_past_is_in_order_and_shows_what_can_become_of_a_message() {
        let start = Timestamp::from_second(1_792_800_000).unwrap();
        let disk = disk(start).unwrap();
        for (with, messages) in &disk.conversations {
            assert!(
                messages.is_sorted_by_key(|message| message.time),
                "{with} is out of order"
            );
            assert!(messages.iter().all(|message| message.time < start));
        }
        let all = || disk.conversations.values().flatten();
        for state in [
            MessageState::Queued,
            MessageState::Sent,
            MessageState::Delivered,
            MessageState::Failed,
            MessageState::Uncertain,
        ] {
            assert!(
                all().any(|message| message.state == Some(state)),
                "no message is {state:?}"
            );
        }
        assert!(all().any(|message| message.delayed));
    }
}
