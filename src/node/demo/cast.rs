//! Who plays in the demonstration.

use std::time::Duration;

use super::portrait::{Hair, Portrait};
use crate::event::Show;

/// One of the people around.
#[derive(Debug)]
pub(super) struct Person {
    /// The instance name.
    pub(super) jid: &'static str,
    pub(super) nick: &'static str,
    pub(super) show: Show,
    pub(super) status: &'static str,
    pub(super) portrait: Option<Portrait>,
    /// Uses Pidgin: no receipts, no typing notices, no encryption.
    pub(super) pidgin: bool,
    /// Comes only so long after the start.
    pub(super) arrives: Option<Duration>,
    /// How long the first look at a new message takes.
    pub(super) attention: Duration,
    /// What is answered, in turn.
    pub(super) answers: &'static [&'static str],
}

/// The user's own name on the pretend LAN.
pub(super) const ROMEO_JID: &str = "romeo@montague";

/// The user's own picture to begin with.
pub(super) const ROMEO: Portrait = Portrait {
    sky: ([150, 190, 230], [225, 235, 245]),
    skin: [236, 196, 166],
    hair: [70, 46, 34],
    style: Hair::Short,
    dress: [40, 92, 140],
};

/// The others.
pub(super) const CAST: [Person; 8] = [
    Person {
        jid: "juliet@capulet",
        nick: "Juliet",
        show: Show::Available,
        status: "On the balcony 🌹",
        portrait: Some(Portrait {
            sky: ([250, 200, 190], [255, 235, 215]),
            skin: [244, 206, 178],
            hair: [112, 62, 36],
            style: Hair::Long,
            dress: [176, 52, 78],
        }),
        pidgin: false,
        arrives: None,
        attention: Duration::from_millis(700),
        answers: &[
            "That made me smile 😊",
            "Say that again tomorrow, in person.",
            "Wait, Nurse is calling. Back in a moment!",
            "Here I am again. Where were we?",
            "I was just about to write the same.",
            "Good. Then it is settled.",
        ],
    },
    Person {
        jid: "mercutio@verona",
        nick: "Mercutio",
        show: Show::Available,
        status: "Ask for me tomorrow",
        portrait: Some(Portrait {
            sky: ([70, 64, 120], [190, 120, 140]),
            skin: [222, 172, 136],
            hair: [28, 26, 30],
            style: Hair::Short,
            dress: [226, 166, 44],
        }),
        pidgin: false,
        arrives: None,
        attention: Duration::from_millis(900),
        answers: &[
            "Ha! I knew you would say that.",
            "I could give you a long answer. Shall I?",
            "😂",
            "Remind me on Thursday, I have a rhyme for it.",
            "True. And yet: no.",
        ],
    },
    Person {
        jid: "nurse@capulet-house",
        nick: "Nurse",
        show: Show::Available,
        status: "",
        portrait: None,
        pidgin: true,
        arrives: None,
        attention: Duration::from_millis(1500),
        answers: &[
            "Very well, I shall tell her.",
            "Speak up, dear, this old program only does plain text.",
            "Oh, my back! But yes.",
            "I have heard nothing of it. Ask the Friar.",
        ],
    },
    Person {
        jid: "benvolio@montague-annex",
        nick: "Benvolio",
        show: Show::Available,
        status: "",
        portrait: None,
        pidgin: false,
        arrives: None,
        attention: Duration::from_millis(800),
        answers: &[
            "Agreed 👍",
            "Let me think about it over lunch.",
            "Your move, by the way.",
            "I will ask around and tell you.",
        ],
    },
    Person {
        jid: "laurence@cell",
        nick: "Friar Laurence",
        show: Show::Away,
        status: "In the garden, back at noon",
        portrait: Some(Portrait {
            sky: ([176, 204, 150], [232, 238, 206]),
            skin: [232, 188, 160],
            hair: [150, 142, 134],
            style: Hair::Tonsure,
            dress: [110, 82, 58],
        }),
        pidgin: false,
        arrives: None,
        attention: Duration::from_secs(5),
        answers: &[
            "Wisely and slow; they stumble that run fast.",
            "I read this between two flower beds. Let us talk at noon.",
            "Patience, my friend. And water the basil.",
        ],
    },
    Person {
        jid: "rosaline@theatre",
        nick: "Rosaline",
        show: Show::Dnd,
        status: "Rehearsal until six – leave me a note",
        portrait: Some(Portrait {
            sky: ([120, 170, 170], [214, 236, 226]),
            skin: [150, 102, 74],
            hair: [36, 24, 22],
            style: Hair::Long,
            dress: [88, 60, 140],
        }),
        pidgin: false,
        arrives: None,
        attention: Duration::from_secs(4),
        answers: &[
            "On stage! I read it properly at six.",
            "(whispering) yes",
            "Second act. Later 🎭",
        ],
    },
    Person {
        jid: "balthasar@stables",
        nick: "Balthasar",
        show: Show::Available,
        status: "With the horses",
        portrait: None,
        pidgin: false,
        arrives: None,
        attention: Duration::from_millis(1100),
        answers: &[
            "Consider it done.",
            "The horses send their regards 🐴",
            "I will be at the gate in five minutes.",
        ],
    },
    Person {
        jid: "paris@mantua",
        nick: "Paris",
        show: Show::Available,
        status: "Just arrived",
        portrait: None,
        pidgin: false,
        arrives: Some(Duration::from_secs(10)),
        attention: Duration::from_millis(1200),
        answers: &[
            "Mantua was splendid, thank you for asking!",
            "Let me unpack first. Dinner tonight?",
            "Gladly.",
        ],
    },
];

/// Answers to what everybody says now and then: any of these words, and what is said to it.
const COMMON: [(&[&str], &str); 5] = [
    (
        &["hello", "hi", "hey", "good morning", "good evening"],
        "Hello Romeo! Good to see you here.",
    ),
    (&["thanks", "thank you", "thx"], "You are welcome 🙂"),
    (
        &["bye", "good night", "see you"],
        "Good night! Parting is such sweet sorrow.",
    ),
    (
        &["http://", "https://"],
        "Thanks for the link, I will have a look.",
    ),
    (&["how are you"], "Very well, and you?"),
];

impl Person {
    /// What this person says to a text, the `turn`th time.
    pub(super) fn answer(&self, text: &str, turn: usize) -> &'static str {
        let text = text.to_lowercase();
        let said = |word: &str| {
            let mut hits = text.match_indices(word);
            hits.any(|(at, _)| {
                let free = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text
                    .get(at + word.len()..)
                    .and_then(|after| after.chars().next());
                free(before) && (word.ends_with('/') || free(after))
            })
        };
        let common = COMMON
            .iter()
            .find(|(words, _)| words.iter().any(|word| said(word)))
            .map(|(_, answer)| *answer);
        let own = self.answers.iter().cycle().nth(turn);
        match common {
            Some(answer) if self.show == Show::Available => answer,
            _ => own.copied().unwrap_or("👍"),
        }
    }
}
