//! One file that two people offer: it comes once, from whoever is there.

use std::path::PathBuf;

use balcony::command::Command;
use balcony::event::{Event, File, FileState};
use balcony::net::memory::{Fault, HostId, Rng};
use balcony::node::sim::Sim;

use super::stage::{MS, SEC, jid, story, with_seeds};

struct Three {
    sim: Sim,
    rng: Rng,
    romeo: HostId,
    benvolio: HostId,
    juliet: HostId,
}

const JULIET: &str = "juliet@pronto";

impl Three {
    fn new(seed: u64) -> Three {
        let mut sim = Sim::new(seed);
        let [romeo, benvolio, juliet] =
            ["romeo@forza", "benvolio@mantua", JULIET].map(|who| sim.node(&jid(who)));
        let all_here = |sim: &Sim| {
            [romeo, benvolio, juliet].iter().all(|host| {
                let contacts = sim.model(*host).map(|model| model.contacts.values());
                contacts.is_some_and(|all| all.filter(|one| one.is_online()).count() == 2)
            })
        };
        assert!(sim.run_until(10 * SEC, 10 * MS, all_here));
        Three {
            sim,
            rng: Rng::new(seed ^ 0xF11E),
            romeo,
            benvolio,
            juliet,
        }
    }

    /// Romeo and Benvolio have offered the same file to Juliet, under these names, and said its hash.
    fn offering(seed: u64, names: [&str; 2]) -> Three {
        let mut three = Three::new(seed);
        three.sim.hash(true);
        three.send(three.romeo, names[0], 1);
        three.send(three.benvolio, names[1], 1);
        three.until("offered by both", |three| {
            three.of("romeo@forza").is_some() && three.of("benvolio@mantua").is_some()
        });
        // What was offered is on her disk.
        three.sim.run_for(50 * MS);
        three
    }

    fn send(&mut self, from: HostId, name: &str, content: u8) {
        let path = PathBuf::from(format!("/home/{name}"));
        if let Some(disk) = self.sim.disk(from) {
            disk.files.insert(path.clone(), vec![content; 1000].into());
        }
        let to = jid(JULIET);
        self.sim.command(from, Command::SendFile { to, path });
    }

    fn files(&self, host: HostId) -> Vec<File> {
        let files = self.sim.model(host).map(|model| model.files.values());
        files.into_iter().flatten().cloned().collect()
    }

    /// What Juliet has of who offered it.
    fn of(&self, peer: &str) -> Option<File> {
        let files = self.files(self.juliet);
        files.into_iter().find(|file| file.peer == jid(peer))
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&Three) -> bool) {
        for _ in 0..6000 {
            if is_so(self) {
                return;
            }
            self.sim.run_for(20 * MS);
        }
        panic!("not {what}\n{}", self.told());
    }

    fn take(&mut self, transfer: String) {
        let path = Some(PathBuf::from("/received"));
        let command = Command::AcceptFile { transfer, path };
        self.sim.command(self.juliet, command);
    }

    /// Juliet takes whatever is offered to her.
    fn take_all(&mut self) {
        for file in self.files(self.juliet) {
            if file.state == FileState::Offered {
                self.take(file.transfer);
            }
        }
    }

    fn taken(&self) -> usize {
        let taken = self.sim.taken().iter();
        taken.filter(|(host, _)| *host == self.juliet).count()
    }

    fn done(&self, host: HostId) -> bool {
        let files = self.files(host);
        !files.is_empty() && files.iter().all(|file| file.state == FileState::Done)
    }

    fn told(&self) -> String {
        [self.romeo, self.benvolio, self.juliet]
            .map(|host| format!("{:#?}\n{}", self.files(host), story(&self.sim, host)))
            .join("\n")
            + &self.sim.replay()
    }
}

#[test]
fn what_two_people_offer_comes_once_and_goes_on_from_the_second() {
    with_seeds(40, |seed| {
        // Not under the same name.
        let mut play = Three::offering(seed, ["rose.png", "flower.png"]);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        let first = play.of("romeo@forza").unwrap().transfer;
        play.take(first.clone());
        play.until("joined", |three| {
            three.of("benvolio@mantua").unwrap().state == FileState::Waiting
        });
        play.sim.run_for(play.rng.span(&(MS..3 * SEC)));
        play.sim.inflict(Fault::Kill(romeo));
        play.until("done", |three| three.done(juliet) && three.done(benvolio));
        assert_eq!(play.taken(), 1, "{}", play.told());
        let file = play.of("romeo@forza").unwrap();
        assert_eq!(file.transfer, first, "it kept its id");
        let other = play.of("benvolio@mantua").unwrap();
        assert_eq!((file.path, file.sha256), (other.path, other.sha256));
        // The first one hears of it, too.
        play.sim.inflict(Fault::Restart(romeo));
        play.until("known to all", |three| three.done(romeo));
        play.sim.run_for(60 * SEC);
        assert_eq!(play.taken(), 1, "{}", play.told());
    });
}

/// What was sent once has a hash that is known from the first word on: also in another life of its sender.
#[test]
fn what_was_sent_before_is_known_to_be_the_same_at_once() {
    with_seeds(40, |seed| {
        let mut play = Three::new(seed);
        play.sim.hash(false);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        for (host, who) in [(romeo, "romeo@forza"), (benvolio, "benvolio@mantua")] {
            play.send(host, "rose.png", 1);
            play.until("offered", |three| three.of(who).is_some());
            play.take_all();
            play.until("done", |three| three.done(juliet) && three.done(host));
            if play.files(host)[0].sha256.is_none() {
                // Its last word got lost, and the hash with it.
                return;
            }
            play.sim.run_for(SEC);
            play.sim.inflict(Fault::Kill(host));
            play.sim.inflict(Fault::Restart(host));
        }
        let before = play.files(juliet).len();
        for host in [romeo, benvolio] {
            play.send(host, "rose.png", 1);
        }
        let offers = |three: &Three| {
            let files = three.files(juliet).into_iter();
            files
                .filter(|file| file.state == FileState::Offered)
                .count()
        };
        play.until("offered again", |three| offers(three) == 2);
        // One is taken, and the other is no question any more.
        let mut first = play.files(juliet).into_iter();
        let first = first.find(|file| file.state == FileState::Offered);
        play.take(first.unwrap().transfer);
        play.sim.run_for(100 * MS);
        assert_eq!(offers(&play), 0, "{}", play.told());
        play.until("done", |three| three.done(juliet));
        assert_eq!(play.files(juliet).len(), before + 2);
        assert_eq!(play.taken(), 3, "{}", play.told());
    });
}

#[test]
fn whatever_happens_to_two_sources_and_their_receiver_the_file_comes_once() {
    with_seeds(120, |seed| {
        let mut play = Three::offering(seed, ["rose.png", "rose.png"]);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        play.take_all();
        for _ in 0..6 {
            play.sim.run_for(play.rng.span(&(MS..4 * SEC)));
            let who = [romeo, benvolio, juliet][play.rng.index(3)];
            match play.rng.index(6) {
                0 => {
                    play.sim.inflict(Fault::Kill(who));
                    play.sim.run_for(play.rng.span(&(MS..8 * SEC)));
                    play.sim.inflict(Fault::Restart(who));
                }
                1 => {
                    play.sim.kill_after(who, play.rng.index(12) as u32);
                    play.sim.run_for(play.rng.span(&(MS..4 * SEC)));
                    play.sim.defuse(who);
                    play.sim.inflict(Fault::Restart(who));
                }
                2 => {
                    let others = [romeo, benvolio, juliet].into_iter();
                    let others = others.filter(|host| *host != who).collect();
                    play.sim.inflict(Fault::Partition(vec![vec![who], others]));
                    play.sim.run_for(play.rng.span(&(MS..30 * SEC)));
                    play.sim.inflict(Fault::Heal);
                }
                3 => {
                    for file in play.files(who) {
                        let transfer = file.transfer.clone();
                        play.sim.command(who, Command::PauseFile { transfer });
                    }
                    play.sim.run_for(play.rng.span(&(MS..4 * SEC)));
                }
                4 => {
                    let to = [jid("romeo@forza"), jid(JULIET)][play.rng.index(2)].clone();
                    play.sim.command(who, Command::Close { to });
                }
                _ => play.take_all(),
            }
            for host in [romeo, benvolio, juliet] {
                for file in play.files(host) {
                    if file.state == FileState::Paused {
                        let transfer = file.transfer;
                        play.sim.command(host, Command::ResumeFile { transfer });
                    }
                }
            }
        }
        for _ in 0..1200 {
            play.sim.run_for(500 * MS);
            play.take_all();
            for host in [romeo, benvolio, juliet] {
                for file in play.files(host) {
                    if file.state == FileState::Paused {
                        let transfer = file.transfer;
                        play.sim.command(host, Command::ResumeFile { transfer });
                    }
                }
            }
            if [romeo, benvolio, juliet]
                .iter()
                .all(|host| play.done(*host))
            {
                break;
            }
        }
        let all = [romeo, benvolio, juliet]
            .iter()
            .all(|host| play.done(*host));
        assert!(all, "{}", play.told());
        play.sim.run_for(60 * SEC);
        assert_eq!(play.taken(), 1, "{}", play.told());
    });
}

/// Their hashes become known while both are on their way already.
#[test]
fn two_that_turn_out_to_be_one_end_as_one() {
    with_seeds(60, |seed| {
        let mut play = Three::new(seed);
        play.sim.hash(false);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        play.send(romeo, "rose.png", 1);
        play.sim.run_for(play.rng.span(&(MS..SEC)));
        play.send(benvolio, "rose.png", 1);
        for _ in 0..2400 {
            play.take_all();
            play.sim.run_for(100 * MS);
            if [romeo, benvolio, juliet]
                .iter()
                .all(|host| play.done(*host))
            {
                break;
            }
        }
        let all = [romeo, benvolio, juliet]
            .iter()
            .all(|host| play.done(*host));
        assert!(all, "{}", play.told());
        assert!((1..=2).contains(&play.taken()), "{}", play.told());
    });
}

#[test]
fn a_second_source_that_sends_other_bytes_is_found_out_and_the_file_begins_anew() {
    with_seeds(40, |seed| {
        let mut play = Three::offering(seed, ["rose.png", "rose.png"]);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        play.sim.lies(benvolio);
        let first = play.of("romeo@forza").unwrap().transfer;
        play.take(first.clone());
        play.sim.run_for(play.rng.span(&(MS..3 * SEC)));
        play.sim.inflict(Fault::Kill(romeo));
        let wrong = |play: &Three| play.of("benvolio@mantua").unwrap().state == FileState::Failed;
        let whole = |play: &Three| play.taken() == 1;
        play.until("found out, or whole before", |three| {
            wrong(three) || whole(three)
        });
        if wrong(&play) {
            assert_eq!(play.taken(), 0, "{}", play.told());
            let word = |event: &Event| {
                matches!(event, Event::FileState { file, .. } if file.transfer == first
                    && file.reason.as_ref().is_some_and(|why| why.contains("not what was offered")))
            };
            let told = play.sim.events(juliet).iter().any(|(_, event)| word(event));
            assert!(told, "{}", play.told());
        }
        play.sim.inflict(Fault::Restart(romeo));
        play.until("whole", |three| {
            three.of("romeo@forza").unwrap().state == FileState::Done
        });
        play.sim.run_for(60 * SEC);
        assert_eq!(play.taken(), 1, "{}", play.told());
        let lied = wrong(&play) || play.done(benvolio);
        assert!(lied, "{}", play.told());
    });
}

/// The first one takes it back, or does not want to send it now; our user does not want it from the second.
#[test]
fn who_takes_it_back_is_no_source_any_more() {
    with_seeds(60, |seed| {
        let mut play = Three::offering(seed, ["rose.png", "rose.png"]);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        let first = play.of("romeo@forza").unwrap().transfer;
        let second = play.of("benvolio@mantua").unwrap().transfer;
        play.take(first.clone());
        play.sim.run_for(play.rng.span(&(MS..3 * SEC)));
        if play.taken() > 0 {
            return;
        }
        let command = |play: &mut Three, host, cancel: bool| {
            for file in play.files(host) {
                let transfer = file.transfer;
                play.sim.command(
                    host,
                    match cancel {
                        true => Command::CancelFile { transfer },
                        false => Command::PauseFile { transfer },
                    },
                );
            }
        };
        match seed % 4 {
            // It comes from the other one.
            0 | 1 => {
                command(&mut play, romeo, seed % 4 == 0);
                play.until("done", |three| three.done(juliet) && three.done(benvolio));
            }
            2 => {
                let transfer = second.clone();
                play.sim.command(juliet, Command::CancelFile { transfer });
                play.until("done", |three| {
                    three.of("romeo@forza").unwrap().state == FileState::Done
                });
                let state = play.of("benvolio@mantua").unwrap().state;
                assert_eq!(state, FileState::Failed, "{}", play.told());
                play.until("declined", |three| {
                    three.files(benvolio)[0].reason.as_deref() == Some("declined")
                });
            }
            // What she does not want from the first the second offers still.
            _ => {
                let transfer = first.clone();
                play.sim.command(juliet, Command::CancelFile { transfer });
                play.until("asked again", |three| {
                    three.of("benvolio@mantua").unwrap().state == FileState::Offered
                });
                play.take(second);
                play.until("done", |three| {
                    three.of("benvolio@mantua").unwrap().state == FileState::Done
                });
            }
        }
        assert_eq!(play.taken(), 1, "{}", play.told());
    });
}

/// One peer offers the same bytes under two names: both are wanted. And what has other bytes is another file.
#[test]
fn what_one_sends_twice_comes_twice_and_other_bytes_are_another_file() {
    with_seeds(10, |seed| {
        let mut play = Three::new(seed);
        play.sim.hash(true);
        let (romeo, benvolio, juliet) = (play.romeo, play.benvolio, play.juliet);
        play.send(romeo, "one.png", 1);
        play.send(romeo, "two.png", 1);
        play.send(benvolio, "three.png", 2);
        play.until("offered", |three| three.files(juliet).len() == 3);
        play.take_all();
        play.until("done", |three| three.done(juliet));
        assert_eq!(play.taken(), 3, "{}", play.told());
    });
}
