//! Comparing keys by a short code that two people read to each other (a short authentication string with a hash commitment,
//! as in ZRTP, RFC 6189 §4.4.1, and Bluetooth's numeric comparison).
//!
//! Over an encrypted stream, `I` who begins and `R`:
//!
//! ```text
//! I → R   start    commit = SHA-256(Na ‖ SPKI_I)
//! R → I   nonce    Nb
//! I → R   reveal   Na; R checks it against the commitment
//! both    K = HKDF-SHA-256(salt = Na ‖ Nb, secret = TLS exporter, info = "balcony-sas" ‖ SPKI_I ‖ SPKI_R), shown as seven
//!         emoji and as three numbers
//! both    match, when the user says that the other sees the same; or abort
//! ```
//!
//! Somebody in the middle has two streams with two exporters and two pairs of keys, and would have to find nonces for which
//! both codes agree. `R`'s nonce is fixed by the stream before `Na` is known, and `Na` by the commitment before `Nb` is: there
//! is one guess, one in 2⁴² with the emoji and one in 2³⁹ with the numbers, and a wrong one is seen by both people.

use aws_lc_rs::hkdf;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::wire::element::Element;
use crate::wire::key::PublicKey;
use crate::wire::ns;

/// Our namespace for it.
pub const NS: &str = "urn:xmpp:balcony:sas:0";

/// The code that both people see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Seven places in [`EMOJI`].
    pub emoji: [u8; 7],
    /// Three numbers from 1000 to 9191, for a telephone.
    pub numbers: [u16; 3],
}

impl Code {
    /// The emoji with their English names.
    pub fn emoji(&self) -> Vec<(&'static str, &'static str)> {
        let places = self.emoji.iter();
        places
            .filter_map(|place| EMOJI.get(usize::from(*place)).copied())
            .collect()
    }

    /// The numbers as they are read out.
    pub fn digits(&self) -> String {
        let numbers = self.numbers.iter().map(u16::to_string);
        numbers.collect::<Vec<_>>().join(" ")
    }

    fn of(key: &[u8; 11]) -> Code {
        let (mut emoji, mut numbers) = ([0; 7], [0; 3]);
        let bits = |from: usize, count: usize| {
            (from..from + count).fold(0u16, |value, at| {
                let byte = key.get(at / 8).copied().unwrap_or(0);
                value << 1 | u16::from(byte >> (7 - at % 8) & 1)
            })
        };
        for (n, place) in emoji.iter_mut().enumerate() {
            *place = u8::try_from(bits(n * 6, 6)).unwrap_or(0);
        }
        for (n, number) in numbers.iter_mut().enumerate() {
            *number = 1000 + bits(48 + n * 13, 13);
        }
        Code { emoji, numbers }
    }
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Let us compare; the commitment.
    Start([u8; 32]),
    /// `R`'s nonce.
    Nonce([u8; 32]),
    /// `I`'s nonce.
    Reveal([u8; 32]),
    /// My user says that the codes agree.
    Match,
    /// It is over; whether because they do not agree.
    Abort {
        /// The codes differ.
        mismatch: bool,
    },
}

impl Word {
    /// The message stanza's payload that says it.
    pub fn element(&self) -> Element {
        let of = |name: &'static str, value: &[u8]| {
            Element::new(name, NS).with_text(STANDARD.encode(value))
        };
        let word = match self {
            Word::Start(commit) => of("start", commit),
            Word::Nonce(nonce) => of("nonce", nonce),
            Word::Reveal(nonce) => of("reveal", nonce),
            Word::Match => Element::new("match", NS),
            Word::Abort { mismatch: true } => Element::new("mismatch", NS),
            Word::Abort { mismatch: false } => Element::new("abort", NS),
        };
        Element::new("sas", NS).with_child(word)
    }

    /// What a message stanza says; `None` if nothing of this, or nothing that can be understood.
    pub fn read(stanza: &Element) -> Option<Word> {
        let sas = stanza.child("sas", NS)?;
        let mut words = sas.elements();
        let word = words.next().filter(|word| word.ns == NS)?;
        if words.next().is_some() {
            return None;
        }
        let value = || -> Option<[u8; 32]> {
            let text = word.text();
            if text.len() > 64 {
                return None;
            }
            STANDARD.decode(text.trim()).ok()?.try_into().ok()
        };
        Some(match &*word.name {
            "start" => Word::Start(value()?),
            "nonce" => Word::Nonce(value()?),
            "reveal" => Word::Reveal(value()?),
            "match" => Word::Match,
            "mismatch" => Word::Abort { mismatch: true },
            "abort" => Word::Abort { mismatch: false },
            _ => return None,
        })
    }

    /// The whole stanza.
    pub fn stanza(&self, from: &str, to: &str) -> Element {
        Element::new("message", ns::CLIENT)
            .with_attr("from", from)
            .with_attr("to", to)
            .with_child(self.element())
    }
}

/// The two ends and what only they know.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Our key.
    pub own: PublicKey,
    /// Theirs, as the handshake proved it.
    pub theirs: PublicKey,
    /// Of this one stream.
    pub exporter: [u8; 32],
}

/// One comparison, at one end. Begin with [`Comparison::start`] or [`Comparison::answer`]; then [`Comparison::hear`] what the
/// other end says and [`Comparison::confirm`] what the user says, in any order that comes.
#[derive(Clone, Debug)]
pub struct Comparison {
    ends: Ends,
    initiator: bool,
    nonce: [u8; 32],
    /// `R` only.
    commit: [u8; 32],
    code: Option<Code>,
    /// Our user, and theirs, have said that the codes agree.
    confirmed: (bool, bool),
}

/// What comes of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Say this.
    Say(Word),
    /// Both have all: show the code; and say this if there is something to be said.
    Show(Code, Option<Word>),
    /// Their user has confirmed, ours has not yet.
    TheyConfirmed,
    /// Both users have confirmed.
    Verified,
    /// It is over: their user or program gave up, or says that the codes differ.
    Over {
        /// The codes differ.
        mismatch: bool,
    },
    /// The other end broke the rules: say abort and end it.
    Cheated,
}

impl Comparison {
    /// We begin. `nonce`: 32 unpredictable bytes, for this once.
    pub fn start(ends: Ends, nonce: [u8; 32]) -> (Comparison, Word) {
        let commit = commitment(&nonce, &ends.own);
        let comparison = Comparison::new(ends, true, nonce, commit);
        (comparison, Word::Start(commit))
    }

    /// They began with this commitment.
    pub fn answer(ends: Ends, nonce: [u8; 32], commit: [u8; 32]) -> (Comparison, Word) {
        let comparison = Comparison::new(ends, false, nonce, commit);
        (comparison, Word::Nonce(nonce))
    }

    fn new(ends: Ends, initiator: bool, nonce: [u8; 32], commit: [u8; 32]) -> Comparison {
        Comparison {
            ends,
            initiator,
            nonce,
            commit,
            code: None,
            confirmed: (false, false),
        }
    }

    /// The code, once it is known.
    pub fn code(&self) -> Option<&Code> {
        self.code.as_ref()
    }

    /// Did we begin?
    pub fn is_ours(&self) -> bool {
        self.initiator
    }

    /// The other end said this.
    pub fn hear(&mut self, word: Word) -> Step {
        match (word, self.initiator, self.code.is_some()) {
            (Word::Nonce(theirs), true, false) => {
                let code = self.derive(&self.nonce, &theirs);
                self.code = Some(code.clone());
                Step::Show(code, Some(Word::Reveal(self.nonce)))
            }
            (Word::Reveal(theirs), false, false) => {
                if commitment(&theirs, &self.ends.theirs) != self.commit {
                    return Step::Cheated;
                }
                let code = self.derive(&theirs, &self.nonce);
                self.code = Some(code.clone());
                Step::Show(code, None)
            }
            (Word::Match, _, true) => {
                self.confirmed.1 = true;
                if self.confirmed.0 {
                    Step::Verified
                } else {
                    Step::TheyConfirmed
                }
            }
            (Word::Abort { mismatch }, _, _) => Step::Over { mismatch },
            _ => Step::Cheated,
        }
    }

    /// Our user has compared. `None` while there is no code. The word to say, and whether both have confirmed now.
    pub fn confirm(&mut self, same: bool) -> Option<(Word, bool)> {
        self.code.as_ref()?;
        if !same {
            return Some((Word::Abort { mismatch: true }, false));
        }
        self.confirmed.0 = true;
        Some((Word::Match, self.confirmed.1))
    }

    fn derive(&self, of_initiator: &[u8; 32], of_responder: &[u8; 32]) -> Code {
        let (initiator, responder) = match self.initiator {
            true => (&self.ends.own, &self.ends.theirs),
            false => (&self.ends.theirs, &self.ends.own),
        };
        let salt = [&of_initiator[..], of_responder].concat();
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, &salt).extract(&self.ends.exporter);
        let info = [b"balcony-sas", &initiator.spki()[..], &responder.spki()];
        let mut key = [0; 11];
        let filled = secret
            .expand(&info, Eleven)
            .and_then(|stream| stream.fill(&mut key));
        // HKDF gives up to 8160 bytes.
        debug_assert!(filled.is_ok());
        Code::of(&key)
    }
}

struct Eleven;

impl hkdf::KeyType for Eleven {
    fn len(&self) -> usize {
        11
    }
}

fn commitment(nonce: &[u8; 32], key: &PublicKey) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(nonce);
    hash.update(key.spki());
    hash.finalize().into()
}

/// Sixty-four things that nobody takes for one another, with their English names. The order is part of the protocol.
pub const EMOJI: [(&str, &str); 64] = [
    ("🐶", "dog"),
    ("🐱", "cat"),
    ("🐴", "horse"),
    ("🐷", "pig"),
    ("🐘", "elephant"),
    ("🐰", "rabbit"),
    ("🐻", "bear"),
    ("🐓", "rooster"),
    ("🐧", "penguin"),
    ("🐢", "turtle"),
    ("🐟", "fish"),
    ("🐙", "octopus"),
    ("🦋", "butterfly"),
    ("🐝", "bee"),
    ("🐌", "snail"),
    ("🌳", "tree"),
    ("🌵", "cactus"),
    ("🌻", "sunflower"),
    ("🍄", "mushroom"),
    ("🌙", "moon"),
    ("⭐", "star"),
    ("🌈", "rainbow"),
    ("🔥", "fire"),
    ("⛄", "snowman"),
    ("🍎", "apple"),
    ("🍌", "banana"),
    ("🍓", "strawberry"),
    ("🍇", "grapes"),
    ("🍋", "lemon"),
    ("🥕", "carrot"),
    ("🌽", "corn"),
    ("🍕", "pizza"),
    ("🍞", "bread"),
    ("🧀", "cheese"),
    ("🥚", "egg"),
    ("🎂", "cake"),
    ("☕", "coffee"),
    ("👑", "crown"),
    ("🎩", "hat"),
    ("👓", "glasses"),
    ("👞", "shoe"),
    ("☂", "umbrella"),
    ("🔑", "key"),
    ("🔔", "bell"),
    ("📕", "book"),
    ("✏", "pencil"),
    ("✂", "scissors"),
    ("🔨", "hammer"),
    ("💡", "lamp"),
    ("🕯", "candle"),
    ("⏰", "clock"),
    ("📷", "camera"),
    ("📞", "telephone"),
    ("🎈", "balloon"),
    ("🎁", "present"),
    ("⚽", "ball"),
    ("🎸", "guitar"),
    ("🎺", "trumpet"),
    ("🥁", "drum"),
    ("🚗", "car"),
    ("🚲", "bicycle"),
    ("🚂", "train"),
    ("✈", "aeroplane"),
    ("🚀", "rocket"),
];

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::wire::key::SecretKey;

    fn public(n: u8) -> PublicKey {
        SecretKey::from_seed(&[n; 32]).unwrap().public()
    }

    fn ends(own: u8, theirs: u8, exporter: u8) -> Ends {
        Ends {
            own: public(own),
            theirs: public(theirs),
            exporter: [exporter; 32],
        }
    }

    fn shown(step: Step) -> (Code, Option<Word>) {
        match step {
            Step::Show(code, word) => (code, word),
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn both_see_the_same_and_both_confirm() {
        let (mut ours, start) = Comparison::start(ends(1, 2, 9), [3; 32]);
        let Word::Start(commit) = start else { panic!() };
        let (mut theirs, nonce) = Comparison::answer(ends(2, 1, 9), [4; 32], commit);
        assert_eq!(theirs.confirm(true), None, "nothing to confirm yet");
        let (code, reveal) = shown(ours.hear(nonce));
        let (other, nothing) = shown(theirs.hear(reveal.unwrap()));
        assert_eq!((code.clone(), None), (other, nothing));
        assert_eq!(code.emoji().len(), 7);
        assert!(
            code.numbers
                .iter()
                .all(|number| (1000..=9191).contains(number))
        );
        let (word, done) = ours.confirm(true).unwrap();
        assert!(!done);
        assert_eq!(theirs.hear(word), Step::TheyConfirmed);
        let (word, done) = theirs.confirm(true).unwrap();
        assert!(done);
        assert_eq!(ours.hear(word), Step::Verified);
    }

    /// The relay has a stream with each, and its own keys in both.
    #[test]
    fn whoever_relays_it_with_other_keys_is_seen() {
        for (relay_to_her, relay_to_him) in [(5, 5), (5, 6)] {
            let (mut she, start) = Comparison::start(ends(1, relay_to_her, 7), [3; 32]);
            let Word::Start(of_her) = start else { panic!() };
            // Passing on her commitment is of no use: it is bound to her key, and he knows the relay's.
            let (mut he, _) = Comparison::answer(ends(2, relay_to_him, 8), [4; 32], of_her);
            assert_eq!(he.hear(Word::Reveal([3; 32])), Step::Cheated);
            // With nonces of its own it gets two codes.
            let (_, start) = Comparison::start(ends(relay_to_him, 2, 8), [9; 32]);
            let Word::Start(commit) = start else { panic!() };
            let (mut he, nonce) = Comparison::answer(ends(2, relay_to_him, 8), [4; 32], commit);
            let (his, _) = shown(he.hear(Word::Reveal([9; 32])));
            let (hers, _) = shown(she.hear(nonce));
            assert_ne!(his.emoji, hers.emoji);
            assert_ne!(his.numbers, hers.numbers);
        }
    }

    #[test]
    fn another_nonce_than_the_promised_one_is_cheating() {
        let (_, start) = Comparison::start(ends(1, 2, 9), [3; 32]);
        let Word::Start(commit) = start else { panic!() };
        let (mut theirs, _) = Comparison::answer(ends(2, 1, 9), [4; 32], commit);
        assert_eq!(theirs.hear(Word::Reveal([5; 32])), Step::Cheated);
    }

    #[test]
    fn nothing_is_verified_out_of_turn() {
        let (mut ours, _) = Comparison::start(ends(1, 2, 9), [3; 32]);
        for word in [Word::Match, Word::Reveal([1; 32]), Word::Start([1; 32])] {
            assert_eq!(ours.clone().hear(word), Step::Cheated);
        }
        let (_, reveal) = shown(ours.hear(Word::Nonce([4; 32])));
        assert!(reveal.is_some());
        assert_eq!(ours.hear(Word::Nonce([5; 32])), Step::Cheated);
        assert_eq!(
            ours.confirm(false),
            Some((Word::Abort { mismatch: true }, false))
        );
    }

    #[test]
    fn the_emoji_and_their_names_are_all_different() {
        let emoji: BTreeSet<&str> = EMOJI.iter().map(|(emoji, _)| *emoji).collect();
        let names: BTreeSet<&str> = EMOJI.iter().map(|(_, name)| *name).collect();
        assert_eq!((emoji.len(), names.len()), (64, 64));
    }

    fn cases(usual: u32) -> ProptestConfig {
        let count = std::env::var("BALCONY_CASES").ok();
        let count = count.and_then(|text| text.parse().ok());
        ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(count.unwrap_or(usual))
        }
    }

    fn word() -> impl Strategy<Value = Word> {
        prop_oneof![
            any::<[u8; 32]>().prop_map(Word::Start),
            any::<[u8; 32]>().prop_map(Word::Nonce),
            any::<[u8; 32]>().prop_map(Word::Reveal),
            Just(Word::Match),
            any::<bool>().prop_map(|mismatch| Word::Abort { mismatch }),
        ]
    }

    #[derive(Clone, Debug)]
    enum Move {
        Hear(Word),
        Confirm(bool),
    }

    /// Sound words are often among them: what never gets as far as a code tests little.
    fn move_() -> impl Strategy<Value = Move> {
        prop_oneof![
            2 => word().prop_map(Move::Hear),
            1 => Just(Move::Hear(Word::Nonce([4; 32]))),
            1 => Just(Move::Hear(Word::Reveal([4; 32]))),
            2 => Just(Move::Hear(Word::Match)),
            2 => any::<bool>().prop_map(Move::Confirm),
        ]
    }

    proptest! {
        #![proptest_config(cases(500))]

        #[test]
        fn a_word_is_read_as_it_was_said(word in word()) {
            let stanza = word.stanza("romeo@forza", "juliet@pronto");
            prop_assert_eq!(Word::read(&stanza), Some(word));
        }

        #[test]
        fn no_text_breaks_the_reader(name in "start|nonce|reveal|match|[a-z]{1,8}", text in ".{0,80}") {
            let word = Element::new(name, NS).with_text(text);
            let sas = Element::new("sas", NS).with_child(word);
            let _ = Word::read(&Element::new("message", ns::CLIENT).with_child(sas));
        }

        /// Whatever the other end says and our user clicks, in whatever order: nothing is verified before our user has
        /// confirmed the code that is shown and the other has said so too, and no second code is shown.
        #[test]
        fn no_order_of_words_verifies_without_the_user(
            initiator in any::<bool>(),
            moves in proptest::collection::vec(move_(), 0..10),
        ) {
            static ENDS: std::sync::LazyLock<Ends> = std::sync::LazyLock::new(|| ends(1, 2, 9));
            let commit = commitment(&[4; 32], &ENDS.theirs);
            let mut comparison = match initiator {
                true => Comparison::start(ENDS.clone(), [3; 32]).0,
                false => Comparison::answer(ENDS.clone(), [3; 32], commit).0,
            };
            let (mut codes, mut ours, mut theirs) = (0, false, false);
            for one in moves {
                match one {
                    Move::Confirm(same) => {
                        let said = comparison.confirm(same);
                        prop_assert_eq!(said.is_some(), codes == 1);
                        let Some((word, both)) = said else { continue };
                        prop_assert_eq!(word, match same {
                            true => Word::Match,
                            false => Word::Abort { mismatch: true },
                        });
                        prop_assert!(!both || (same && theirs));
                        if !same {
                            break;
                        }
                        ours = true;
                    }
                    Move::Hear(word) => {
                        theirs |= word == Word::Match;
                        match comparison.hear(word) {
                            Step::Verified => prop_assert!(ours && theirs && codes == 1),
                            Step::Show(..) => codes += 1,
                            Step::Cheated | Step::Over { .. } => break,
                            Step::TheyConfirmed => prop_assert!(!ours),
                            Step::Say(_) => {}
                        }
                    }
                }
            }
            prop_assert!(codes <= 1);
        }
    }
}
