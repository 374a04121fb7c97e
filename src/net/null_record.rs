//! Pictures as NULL records at the instance name (XEP-0174 §12): whom to ask, how often, and when to answer. Pure:
//! instants and datagrams go in, datagrams and reports come out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sha1::{Digest, Sha1};

use super::message::{self, MAX_PICTURE};
use super::{Report, sightings};
use crate::wire::jid::Jid;

/// When a picture is asked for, counted from the start; then it is given up at [`PATIENCE`].
const ASK_AT: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(1000),
    Duration::from_millis(3000),
    Duration::from_millis(6500),
];

/// How long a picture is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many pictures are asked for at the same time; the others wait their turn.
const MAX_ASKED: usize = 16;

/// How many may wait.
const MAX_WAITING: usize = sightings::MAX_PEERS;

/// A record is not multicast more often than that (RFC 6762 §6).
const ANSWER_GAP: Duration = Duration::from_secs(1);

/// A picture that is being asked for.
#[derive(Debug)]
struct Fetch {
    sha1: [u8; 20],
    since: Instant,
    asked: usize,
}

/// Pictures: ours, and those of others that are asked for.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    own: Option<(Jid, Bytes)>,
    /// When ours was last sent, by interface.
    sent: HashMap<u32, Instant>,
    fetches: BTreeMap<Jid, Fetch>,
    waiting: VecDeque<(Jid, [u8; 20])>,
}

impl Pictures {
    /// Our picture from now on. What to send for that everywhere, in this order: take back the old one, announce the
    /// new one. An oversized picture is an error for people.
    pub(super) fn set_own(
        &mut self,
        jid: Jid,
        image: Option<Bytes>,
    ) -> Result<Vec<Vec<u8>>, String> {
        if let Some(image) = &image
            && image.len() > MAX_PICTURE
        {
            return Err(format!(
                "the picture has {} bytes, but at most {MAX_PICTURE} can be shown to others: choose a smaller one",
                image.len()
            ));
        }
        let mut datagrams = Vec::new();
        if image.is_none() {
            datagrams.extend(self.goodbye());
        }
        self.own = image
            .filter(|image| !image.is_empty())
            .map(|image| (jid, image));
        self.sent.clear();
        datagrams.extend(self.announcement());
        Ok(datagrams)
    }

    /// Our picture, to be sent unasked where we have just appeared.
    pub(super) fn announcement(&self) -> Option<Vec<u8>> {
        let (jid, image) = self.own.as_ref()?;
        message::publish_picture(jid.as_str(), image, false)
    }

    /// Takes our picture back.
    pub(super) fn goodbye(&self) -> Option<Vec<u8>> {
        let (jid, image) = self.own.as_ref()?;
        message::publish_picture(jid.as_str(), image, true)
    }

    /// Somebody asks for a picture: the answer if it is ours and was not sent on this interface a moment ago.
    pub(super) fn asked(&mut self, instance: &str, link: u32, now: Instant) -> Option<Vec<u8>> {
        let (jid, _) = self.own.as_ref()?;
        if !jid.as_str().eq_ignore_ascii_case(instance) {
            return None;
        }
        if self
            .sent
            .get(&link)
            .is_some_and(|sent| now.saturating_duration_since(*sent) < ANSWER_GAP)
        {
            return None;
        }
        self.sent.insert(link, now);
        self.announcement()
    }

    /// Asks for a peer's picture from now on.
    pub(super) fn fetch(&mut self, jid: Jid, sha1: [u8; 20], now: Instant) -> Option<Report> {
        self.waiting.retain(|(waiting, _)| *waiting != jid);
        if let Some(fetch) = self.fetches.get_mut(&jid) {
            *fetch = Fetch {
                sha1,
                since: now,
                asked: 0,
            };
        } else if self.waiting.len() >= MAX_WAITING {
            return Some(Report::AvatarFailed { jid });
        } else {
            self.waiting.push_back((jid, sha1));
            self.admit(now);
        }
        None
    }

    /// Stops asking (XEP-0174 §12: the query is cancelled).
    pub(super) fn cancel(&mut self, jid: &Jid, now: Instant) {
        self.waiting.retain(|(waiting, _)| waiting != jid);
        self.fetches.remove(jid);
        self.admit(now);
    }

    /// A picture was heard, asked for or not.
    pub(super) fn heard(&mut self, instance: &str, image: Vec<u8>, now: Instant) -> Option<Report> {
        let jid = Jid::new(instance).ok()?;
        let fetch = self.fetches.get(&jid)?;
        if Sha1::digest(&image).as_slice() != fetch.sha1 {
            return None;
        }
        self.cancel(&jid, now);
        Some(Report::AvatarFetched {
            jid,
            image: image.into(),
        })
    }

    /// What is due: questions to send everywhere, and failures.
    pub(super) fn due(&mut self, now: Instant) -> (Vec<Vec<u8>>, Vec<Report>) {
        let mut questions = Vec::new();
        let mut failed = Vec::new();
        for (jid, fetch) in &mut self.fetches {
            if now >= fetch.since + PATIENCE {
                failed.push(jid.clone());
            } else if ASK_AT
                .get(fetch.asked)
                .is_some_and(|at| now >= fetch.since + *at)
            {
                fetch.asked += 1;
                questions.extend(message::ask_picture(jid.as_str()));
            }
        }
        for jid in &failed {
            self.cancel(jid, now);
        }
        (
            questions,
            failed
                .into_iter()
                .map(|jid| Report::AvatarFailed { jid })
                .collect(),
        )
    }

    /// When [`Pictures::due`] is to be called next.
    pub(super) fn next(&self) -> Option<Instant> {
        self.fetches
            .values()
            .map(|fetch| {
                fetch.since
                    + ASK_AT
                        .get(fetch.asked)
                        .copied()
                        .unwrap_or(PATIENCE)
                        .min(PATIENCE)
            })
            .min()
    }

    fn admit(&mut self, now: Instant) {
        while self.fetches.len() < MAX_ASKED
            && let Some((jid, sha1)) = self.waiting.pop_front()
        {
            self.fetches.insert(
                jid,
                Fetch {
                    sha1,
                    since: now,
                    asked: 0,
                },
            );
        }
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

    use super::super::message::{Heard, read};
    use super::*;

    fn jid(name: &str) -> Jid {
        Jid::new(name).unwrap()
    }

    fn hash(image: &[u8]) -> [u8; 20] {
        Sha1::digest(image).into()
    }

    #[test]
    fn a_fetch_asks_until_the_right_picture_comes() {
        let start = Instant::now();
        let mut pictures = Pictures::default();
        assert_eq!(pictures.fetch(jid("bob@pc"), hash(b"face"), start), None);
        let (questions, _) = pictures.due(start);
        assert_eq!(
            read(&questions[0]),
            [Heard::PictureAsked {
                instance: "bob@pc".to_owned()
            }]
        );
        assert!(pictures.due(start).0.is_empty(), "asked once at a time");
        assert_eq!(pictures.heard("bob@pc", b"other".to_vec(), start), None);
        assert_eq!(pictures.heard("eve@pc", b"face".to_vec(), start), None);
        assert_eq!(
            pictures.due(pictures.next().unwrap()).0.len(),
            1,
            "asked again"
        );
        assert_eq!(
            pictures.heard("bob@pc", b"face".to_vec(), start),
            Some(Report::AvatarFetched {
                jid: jid("bob@pc"),
                image: Bytes::from_static(b"face")
            })
        );
        assert_eq!(
            pictures.next(),
            None,
            "the question is cancelled after the answer"
        );
    }

    #[test]
    fn a_fetch_without_answer_fails() {
        let mut pictures = Pictures::default();
        pictures.fetch(jid("bob@pc"), [0; 20], Instant::now());
        let mut asked = 0;
        let failed = loop {
            let (questions, failed) = pictures.due(pictures.next().unwrap());
            asked += questions.len();
            if !failed.is_empty() {
                break failed;
            }
        };
        assert_eq!(
            (asked, failed),
            (
                ASK_AT.len(),
                vec![Report::AvatarFailed { jid: jid("bob@pc") }]
            )
        );
        assert_eq!(pictures.next(), None);
    }

    #[test]
    fn only_so_many_are_asked_for_at_once() {
        let now = Instant::now();
        let mut pictures = Pictures::default();
        for n in 0..MAX_ASKED + 3 {
            pictures.fetch(jid(&format!("p{n}@pc")), [0; 20], now);
        }
        assert_eq!(pictures.due(now).0.len(), MAX_ASKED);
        pictures.cancel(&jid("p0@pc"), now);
        assert_eq!(pictures.due(now).0.len(), 1, "the next one's turn");
    }

    #[test]
    fn ours_is_announced_answered_and_taken_back() {
        let now = Instant::now();
        let mut pictures = Pictures::default();
        assert!(
            pictures
                .set_own(jid("me@pc"), Some(vec![0; MAX_PICTURE + 1].into()))
                .is_err()
        );
        let announced = pictures
            .set_own(jid("me@pc"), Some(Bytes::from_static(b"face")))
            .unwrap();
        assert_eq!(
            read(&announced[0]),
            [Heard::Picture {
                instance: "me@pc".to_owned(),
                image: b"face".to_vec()
            }]
        );
        assert!(pictures.asked("ME@PC", 1, now).is_some());
        assert!(pictures.asked("me@pc", 1, now).is_none(), "once a second");
        assert!(
            pictures.asked("me@pc", 2, now).is_some(),
            "on each interface"
        );
        assert!(pictures.asked("me@pc", 1, now + ANSWER_GAP).is_some());
        assert!(pictures.asked("you@pc", 3, now).is_none());
        assert_eq!(pictures.set_own(jid("me@pc"), None).unwrap().len(), 1);
        assert!(pictures.asked("me@pc", 4, now).is_none());
    }
}
