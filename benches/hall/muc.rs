//! Prosody's half: its occupants are connections of this program.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use crate::facts::{Facts, Figures, between};
use crate::prosody::{HOST, Prosody, ROOM};
use crate::{LATE, Options, PAUSE, step};

const LONG: Duration = Duration::from_secs(120);

/// What an occupant was told.
enum Told {
    /// A presence; one of them with status 110 (XEP-0045 §7.2.2) is its own.
    Presences { count: usize, own: bool },
    /// A message with this in its body.
    Messages { count: usize },
}

struct News {
    occupant: usize,
    at: Instant,
    told: Told,
}

pub async fn measure(options: &Options) -> Facts {
    let people = usize::from(options.people);
    let prosody = Prosody::start();
    step(&format!("Prosody, {people} occupants"));
    let mut room = Room::new(prosody.address);
    for _ in 0..people {
        room.log_in().await;
    }
    let mut facts = Facts::default();
    room.enter(people, &mut facts).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    for speaker in [0, people - 1] {
        let count = if speaker == 0 {
            usize::from(options.messages)
        } else {
            options.remarks()
        };
        for n in 0..count {
            let (last, each) = room
                .say(speaker, &format!("announcement {n}"), people)
                .await;
            if speaker == 0 {
                facts.last.0.push(last);
                facts.each.0.extend(each);
            } else {
                facts.last_by_other.0.push(last);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    for late in people..people + LATE {
        room.log_in().await;
        let took = room.join_late(late, options.history()).await;
        facts.late.0.push(took);
    }
    facts.rss = Figures(vec![crate::hall::mebibytes(prosody.pid(), "Rss:")]);
    facts.pss = Figures(vec![crate::hall::mebibytes(prosody.pid(), "Pss:")]);
    step(&format!(
        "all in after {:.2} s and list each other after {:.2} s; the last has a message after {:.1} ms p50, {:.1} ms p99; late joiners {:.1?} ms",
        facts.entered / 1e3,
        facts.all_listed / 1e3,
        facts.last.at(50),
        facts.last.at(99),
        facts.late.0
    ));
    facts
}

struct Room {
    address: SocketAddr,
    writers: Vec<OwnedWriteHalf>,
    news: mpsc::UnboundedReceiver<News>,
    teller: mpsc::UnboundedSender<News>,
    octets: Arc<AtomicU64>,
}

impl Room {
    fn new(address: SocketAddr) -> Room {
        let (teller, news) = mpsc::unbounded_channel();
        Room {
            address,
            writers: Vec::new(),
            news,
            teller,
            octets: Arc::default(),
        }
    }

    /// One more connection: anonymous (RFC 4505), then bound to a resource (RFC 6120 §7).
    async fn log_in(&mut self) {
        let stream = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        stream.set_nodelay(true).expect("a socket option");
        let (mut reader, mut writer) = stream.into_split();
        let header = format!(
            "<stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        );
        ask(&mut reader, &mut writer, &header, "</stream:features>").await;
        let auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
        ask(&mut reader, &mut writer, auth, "<success").await;
        ask(&mut reader, &mut writer, &header, "</stream:features>").await;
        let bind = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        ask(&mut reader, &mut writer, bind, "</iq>").await;
        let occupant = self.writers.len();
        self.writers.push(writer);
        tokio::spawn(listen(
            occupant,
            reader,
            self.teller.clone(),
            Arc::clone(&self.octets),
        ));
    }

    async fn tell(&mut self, occupant: usize, stanza: &str) {
        self.writers[occupant]
            .write_all(stanza.as_bytes())
            .await
            .expect("the connection");
    }

    async fn join(&mut self, occupant: usize, history: usize) {
        let stanza = format!(
            "<presence to='{ROOM}/guest{occupant}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='{history}'/></x></presence>"
        );
        self.tell(occupant, &stanza).await;
    }

    async fn next(&mut self) -> News {
        let news = tokio::time::timeout(LONG, self.news.recv()).await;
        news.ok().flatten().expect("Prosody answers")
    }

    /// Everybody is in when each has its own presence, and lists all when each has one of everybody.
    async fn enter(&mut self, people: usize, facts: &mut Facts) {
        // The first makes the room.
        let begun = Instant::now();
        for occupant in 0..people {
            self.join(occupant, 0).await;
        }
        let (mut seen, mut own) = (vec![0; people], vec![false; people]);
        let (mut inside, mut complete) = (0, 0);
        while complete < people {
            let News { occupant, at, told } = self.next().await;
            let Told::Presences { count, own: ours } = told else {
                continue;
            };
            let before = seen[occupant];
            seen[occupant] += count;
            if ours && !std::mem::replace(&mut own[occupant], true) {
                inside += 1;
                if inside == people {
                    facts.entered = between(begun, at);
                }
            }
            if before < people && seen[occupant] >= people {
                complete += 1;
                facts.all_listed = between(begun, at);
            }
        }
        facts.entering_octets = Some(self.octets.load(Ordering::Relaxed) as f64);
    }

    async fn say(&mut self, speaker: usize, text: &str, people: usize) -> (f64, Vec<f64>) {
        let stanza =
            format!("<message to='{ROOM}' type='groupchat' id='m'><body>{text}</body></message>");
        let begun = Instant::now();
        self.tell(speaker, &stanza).await;
        let mut each = Vec::with_capacity(people);
        // Its own reflection is the speaker's business.
        while each.len() + 1 < people {
            let News { occupant, at, told } = self.next().await;
            if matches!(told, Told::Messages { .. }) && occupant != speaker {
                each.push(between(begun, at));
            }
        }
        (each.last().copied().unwrap_or(f64::NAN), each)
    }

    async fn join_late(&mut self, late: usize, history: usize) -> f64 {
        let begun = Instant::now();
        self.join(late, history).await;
        let (mut lines, mut inside) = (0, false);
        loop {
            let News { occupant, at, told } = self.next().await;
            if occupant != late {
                continue;
            }
            match told {
                Told::Presences { own, .. } => inside |= own,
                Told::Messages { count } => lines += count,
            }
            if inside && lines >= history {
                return between(begun, at);
            }
        }
    }
}

async fn ask(reader: &mut OwnedReadHalf, writer: &mut OwnedWriteHalf, stanza: &str, until: &str) {
    writer
        .write_all(stanza.as_bytes())
        .await
        .expect("the connection");
    let mut buffer = Vec::new();
    let answer = async {
        while memmem::find(&buffer, until.as_bytes()).is_none() {
            assert!(
                reader.read_buf(&mut buffer).await.expect("the connection") > 0,
                "Prosody hung up"
            );
        }
    };
    tokio::time::timeout(LONG, answer)
        .await
        .expect("Prosody's answer");
}

/// Counts what comes in; a stanza's end may come later than its begin.
async fn listen(
    occupant: usize,
    mut reader: OwnedReadHalf,
    teller: mpsc::UnboundedSender<News>,
    octets: Arc<AtomicU64>,
) {
    let mut buffer = Vec::with_capacity(64 << 10);
    while let Ok(read) = reader.read_buf(&mut buffer).await {
        if read == 0 {
            return;
        }
        let at = Instant::now();
        octets.fetch_add(read as u64, Ordering::Relaxed);
        let last = ["</presence>", "</message>"]
            .iter()
            .filter_map(|end| Some(memmem::rfind(&buffer, end.as_bytes())? + end.len()))
            .max();
        let Some(last) = last else { continue };
        let whole = &buffer[..last];
        let count = memmem::find_iter(whole, b"</presence>").count();
        if count > 0 {
            let own = memmem::find(whole, b"code='110'").is_some();
            let told = Told::Presences { count, own };
            let _ = teller.send(News { occupant, at, told });
        }
        let count = memmem::find_iter(whole, b"</body>").count();
        if count > 0 {
            let told = Told::Messages { count };
            let _ = teller.send(News { occupant, at, told });
        }
        buffer.drain(..last);
    }
}
