//! Balcony's half.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::facts::{Facts, Figures, Idle, between};
use crate::lab::{Host, Lab};
use crate::swarm::{Said, Seat, Swarm};
use crate::{LATE, Options, PAUSE, step};

/// For what has an end only because every wait must have one.
const LONG: Duration = Duration::from_secs(180);
/// So many come at a time, whom the first does not see yet.
const COMING: usize = 12;
/// Linux tells processes of a hundredth of a second, whatever its own clock does (proc(5), `USER_HZ`).
const TICKS_A_SECOND: f64 = 100.0;

pub async fn measure(options: &Options) -> Facts {
    let (people, hosts) = (usize::from(options.people), usize::from(options.hosts));
    let lab = Lab::new();
    step(&format!("{hosts} hosts on one bridge"));
    let hosts: Vec<Host> = (0..hosts).map(|n| lab.host(&format!("desk{n}"))).collect();
    let mut hall = Hall {
        lab,
        swarm: Swarm::new(),
        people,
        room: String::new(),
        facts: Facts::default(),
    };
    hall.appear(&hosts).await;
    hall.idle(options, "everybody sees everybody").await;
    hall.found().await;
    hall.enter().await;
    hall.swarm.rest(Duration::from_secs(5)).await;
    hall.announce(options).await;
    hall.join_late(options.history()).await;
    hall.idle(options, "everybody is in the room").await;
    hall.weigh();
    hall.swarm.end();
    hall.facts
}

struct Hall {
    lab: Lab,
    swarm: Swarm,
    /// Members; behind them sit the late ones.
    people: usize,
    room: String,
    facts: Facts,
}

impl Hall {
    async fn appear(&mut self, hosts: &[Host]) {
        let all = self.people + LATE;
        let begun = Instant::now();
        for n in 0..all {
            self.swarm
                .start(&hosts[n % hosts.len()], &format!("guest{n}"));
            // Nobody has a lecture hall of computers that share two processors: they come as fast as they are seen.
            let seen = |seats: &[Seat]| seats[0].sees.len() + COMING > n;
            if !seen(&self.swarm.seats) {
                self.swarm
                    .may_see(Duration::from_secs(1), |_, seats| seen(seats))
                    .await;
            }
        }
        let started = begun.elapsed();
        step(&format!(
            "{all} processes started in {:.1} s, {:.1} s of processor time",
            started.as_secs_f64(),
            self.busy()
        ));
        let full = |seats: &[Seat]| {
            let full = |seat: &&Seat| seat.sees.len() + 1 >= all;
            seats.iter().filter(full).count()
        };
        let mut complete = full(&self.swarm.seats);
        let mut at = (complete == all).then(Instant::now);
        if at.is_none() {
            at = self
                .swarm
                .may_see(LONG, |news, seats| {
                    let seat = &seats[news.seat];
                    let came = matches!(news.said, Said::Here { .. }) && seat.sees.len() + 1 == all;
                    // Who was complete and is not any more is counted again when it is.
                    if came {
                        complete = full(seats);
                    }
                    came && complete == all
                })
                .await;
        }
        let sees = self.swarm.seats.iter().map(|seat| seat.sees.len());
        let (fully, least) = (
            sees.clone().filter(|sees| sees + 1 >= all).count(),
            sees.min(),
        );
        let took = begun.elapsed().as_secs_f64();
        match at {
            Some(at) => step(&format!(
                "everybody sees everybody after {:.1} s, {:.1} s of processor time",
                between(begun, at) / 1e3,
                self.busy()
            )),
            // A room needs a hub in sight, not everybody.
            None => step(&format!(
                "after {took:.0} s, {fully} of {all} see everybody, and the least sees {least:?}"
            )),
        }
        self.facts.all_seen = at.map(|at| between(begun, at));
    }

    /// Somebody opens the room, and everybody hears of it.
    async fn found(&mut self) {
        self.swarm.tell(
            0,
            &json!({"command": "room-create", "name": "hall", "moderated": true}),
        );
        let mut found = None;
        self.swarm
            .until("the room", LONG, |news, _| {
                if let Said::Joined { room, id, .. } = &news.said {
                    found = Some((room.clone(), id.clone()));
                }
                found.is_some()
            })
            .await;
        let (room, id) = found.expect("just seen");
        let begun = Instant::now();
        while self.swarm.seats.iter().filter(|seat| seat.knows).count() < self.swarm.seats.len() {
            assert!(begun.elapsed() < LONG, "not everybody hears of the room");
            let asked: Vec<usize> = (0..self.swarm.seats.len())
                .filter(|n| !self.swarm.seats[*n].knows)
                .collect();
            for seat in &asked {
                self.swarm.tell(*seat, &json!({"command": "rooms"}));
            }
            let mut answers = 0;
            self.swarm
                .until("the list of rooms", LONG, |news, seats| {
                    if let Said::Rooms { ids } = &news.said {
                        seats[news.seat].knows = ids.contains(&id);
                        answers += 1;
                    }
                    answers == asked.len()
                })
                .await;
            self.swarm.rest(Duration::from_millis(500)).await;
        }
        step(&format!(
            "everybody knows of the room {:.1} s after it was made",
            begun.elapsed().as_secs_f64()
        ));
        self.room = room;
    }

    async fn enter(&mut self) {
        let people = self.people;
        let (begun, busy) = (Instant::now(), self.busy());
        for seat in 1..people {
            self.swarm
                .tell(seat, &json!({"command": "room-join", "room": self.room}));
        }
        let (mut inside, mut listed) = (None, 0);
        let at = self
            .swarm
            .until("everybody to be in the room", LONG, |news, seats| {
                if matches!(news.said, Said::Joined { .. })
                    && seats[..people].iter().all(|seat| seat.joined.is_some())
                {
                    inside.get_or_insert(news.at);
                }
                let full = |news: &Said| match news {
                    Said::Joined { members, .. } | Said::Members { count: members } => {
                        *members >= people
                    }
                    _ => false,
                };
                if full(&news.said) {
                    listed = seats[..people]
                        .iter()
                        .filter(|seat| seat.members >= people)
                        .count();
                }
                listed == people && inside.is_some()
            })
            .await;
        let inside = inside.expect("just seen");
        (self.facts.entered, self.facts.all_listed) = (between(begun, inside), between(begun, at));
        step(&format!(
            "{people} are in after {:.2} s, and list each other after {:.2} s ({:.1} s of processor time)",
            self.facts.entered / 1e3,
            self.facts.all_listed / 1e3,
            self.busy() - busy
        ));
    }

    async fn announce(&mut self, options: &Options) {
        let people = self.people;
        for n in 0..usize::from(options.messages) {
            let (last, each) = self.say(0, &format!("announcement {n}"), true).await;
            self.facts.last.0.push(last);
            self.facts.each.0.extend(each);
            self.swarm.rest(PAUSE).await;
        }
        step(&format!(
            "founder's announcements: the last member after {:.1} ms p50, {:.1} ms p99",
            self.facts.last.at(50),
            self.facts.last.at(99)
        ));
        // Somebody who is no hub is given the word.
        let speaker = people - 1;
        let nick = format!("guest{speaker}");
        self.swarm.tell(0, &json!({"command": "room-role", "room": self.room, "nick": nick, "role": "participant"}));
        self.swarm.rest(Duration::from_secs(2)).await;
        for n in 0..options.remarks() {
            let (last, _) = self.say(speaker, &format!("remark {n}"), false).await;
            self.facts.last_by_other.0.push(last);
            self.swarm.rest(PAUSE).await;
        }
        step(&format!(
            "another speaker's: {:.1} ms p50, {:.1} ms p99",
            self.facts.last_by_other.at(50),
            self.facts.last_by_other.at(99)
        ));
    }

    async fn say(&mut self, speaker: usize, text: &str, announcement: bool) -> (f64, Vec<f64>) {
        let people = self.people;
        let told = json!({"command": "room-send", "room": self.room, "body": text, "announcement": announcement});
        let begun = Instant::now();
        self.swarm.tell(speaker, &told);
        let mut each = Vec::with_capacity(people);
        let at = self
            .swarm
            .until(text, LONG, |news, _| {
                if let Said::Line { body } = &news.said
                    && body == text
                    && news.seat != speaker
                    && news.seat < people
                {
                    each.push(between(begun, news.at));
                }
                each.len() + 1 == people
            })
            .await;
        (between(begun, at), each)
    }

    async fn join_late(&mut self, history: usize) {
        for late in self.people..self.people + LATE {
            let begun = Instant::now();
            self.swarm
                .tell(late, &json!({"command": "room-join", "room": self.room}));
            let at = self
                .swarm
                .until("a late joiner", LONG, |news, seats| {
                    news.seat == late
                        && seats[late].joined.is_some()
                        && seats[late].lines >= history
                })
                .await;
            self.facts.late.0.push(between(begun, at));
            self.swarm.rest(Duration::from_secs(1)).await;
        }
        step(&format!(
            "late joiners with {history} messages: {:.1?} ms",
            self.facts.late.0
        ));
    }

    async fn idle(&mut self, options: &Options, when: &'static str) {
        if options.idle == 0 {
            return;
        }
        self.swarm.rest(Duration::from_secs(options.idle)).await;
        let (before, busy) = (self.lab.carried(), self.busy());
        self.swarm.rest(Duration::from_secs(options.idle)).await;
        let (after, busy) = (self.lab.carried(), self.busy() - busy);
        let minutes = options.idle as f64 / 60.0;
        let idle = Idle {
            when,
            packets: (after.packets - before.packets) as f64 / minutes,
            octets: (after.octets - before.octets) as f64 / minutes,
            busy: busy / minutes,
        };
        step(&format!(
            "a minute in which {when}: {:.0} packets, {:.2} MB, {:.1} s of processor time",
            idle.packets,
            idle.octets / 1e6,
            idle.busy
        ));
        self.facts.idle.push(idle);
    }

    fn weigh(&mut self) {
        let (rss, pss): (Vec<f64>, Vec<f64>) = self
            .swarm
            .pids()
            .take(self.people)
            .map(|pid| (mebibytes(pid, "Rss:"), mebibytes(pid, "Pss:")))
            .unzip();
        (self.facts.rss, self.facts.pss) = (Figures(rss), Figures(pss));
    }

    /// Processor time of all so far, seconds.
    fn busy(&self) -> f64 {
        self.swarm.pids().map(ticks).sum::<u64>() as f64 / TICKS_A_SECOND
    }
}

pub fn mebibytes(pid: u32, key: &str) -> f64 {
    let told = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix(key));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    number.unwrap_or(f64::NAN) / 1024.0
}

fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = fields.split_whitespace().skip(11).take(2);
    times.filter_map(|field| field.parse::<u64>().ok()).sum()
}
