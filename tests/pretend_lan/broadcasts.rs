//! How far a text to many got is still known after the program was started again.

use balcony::command::{Command, Recipients};
use balcony::event::{BroadcastProgress, Event};
use balcony::net::memory::{Fault, HostId};
use balcony::node::sim::Sim;
use balcony::wire::jid::Jid;

use super::stage::{SEC, jid, with_seeds};

/// Romeo has told three people something; the third is away.
struct Told {
    sim: Sim,
    romeo: HostId,
    hosts: [HostId; 3],
    names: [Jid; 3],
}

fn told(seed: u64) -> Told {
    let mut sim = Sim::new(seed);
    let names = ["anna@pc", "bob@pc", "carl@pc"].map(jid);
    let romeo = sim.node(&jid("romeo@forza"));
    let hosts = names.clone().map(|name| sim.node(&name));
    sim.run_for(5 * SEC);
    sim.inflict(Fault::Kill(hosts[2]));
    sim.run_for(20 * SEC);
    sim.command(
        romeo,
        Command::Broadcast {
            body: "lunch?".into(),
            to: Recipients::Chosen(names.to_vec()),
        },
    );
    Told {
        sim,
        romeo,
        hosts,
        names,
    }
}

impl Told {
    fn restarts(&mut self) {
        self.sim.inflict(Fault::Kill(self.romeo));
        self.sim.run_for(SEC);
        let _ = self.sim.take_events(self.romeo);
        self.sim.inflict(Fault::Restart(self.romeo));
    }

    /// What the window shows.
    fn progress(&self) -> Vec<(String, BroadcastProgress)> {
        let model = self.sim.model(self.romeo).unwrap();
        let all = model.broadcasts.iter();
        all.map(|one| (one.body.clone(), one.progress)).collect()
    }

    /// What the JSON lines said last.
    fn last_told(&self) -> Option<BroadcastProgress> {
        let events = self.sim.events(self.romeo).iter().rev();
        let mut sums = events.filter_map(|(_, event)| match &**event {
            Event::BroadcastState { progress, .. } => Some(*progress),
            _ => None,
        });
        sums.next()
    }

    fn values_about_it(&self) -> usize {
        let disk = self.sim.disk_of(self.romeo).unwrap();
        let keys = disk.values.keys();
        keys.filter(|key| key.starts_with("broadcast")).count()
    }
}

#[test]
fn the_sums_go_on_where_they_were_after_a_restart() {
    with_seeds(6, |seed| {
        let mut told = told(seed);
        told.sim.run_for(10 * SEC);
        let before = told.progress();
        assert_eq!((before[0].1.delivered, before[0].1.people), (2, 3));
        told.restarts();
        // At once, before anybody was met again.
        assert_eq!(told.progress(), before);
        told.sim.inflict(Fault::Restart(told.hosts[2]));
        told.sim.run_for(60 * SEC);
        let (body, after) = &told.progress()[0];
        assert_eq!(body, "lunch?");
        assert_eq!((after.delivered, after.people, after.queued), (3, 3, 0));
        assert_eq!(told.last_told(), Some(*after));
        // And nothing is counted twice.
        told.restarts();
        assert_eq!(told.progress()[0].1, *after);
        let heard = told.sim.heard(told.hosts[0]);
        assert_eq!(heard.len(), 1, "{heard:?}");
    });
}

#[test]
fn a_program_that_is_killed_while_it_sends_counts_right_afterwards() {
    with_seeds(12, |seed| {
        let mut told = told(seed);
        // Between any two of the things that are done for it.
        told.sim.kill_after(told.romeo, 1 + (seed as u32 * 5) % 40);
        told.sim.run_for(5 * SEC);
        told.sim.defuse(told.romeo);
        told.restarts();
        told.sim.inflict(Fault::Restart(told.hosts[2]));
        told.sim.run_for(60 * SEC);
        let heard: usize = told
            .hosts
            .iter()
            .map(|host| told.sim.heard(*host).len())
            .sum();
        let sums = told.progress();
        let delivered: u32 = sums.iter().map(|(_, sum)| sum.delivered).sum();
        assert_eq!(delivered as usize, heard, "{sums:?}");
    });
}

#[test]
fn of_what_is_deleted_no_sum_is_left_either() {
    with_seeds(2, |seed| {
        let mut told = told(seed);
        told.sim.run_for(10 * SEC);
        assert_eq!(told.values_about_it(), 1);
        let kept = |told: &Told, n: usize| {
            let disk = told.sim.disk_of(told.romeo).unwrap();
            let name = told.names[n].to_string();
            let mut values = disk.values.iter();
            values.any(|(key, value)| {
                key.starts_with("broadcast") && value.to_string().contains(&name)
            })
        };
        let forget = |told: &mut Told, with: Option<Jid>| {
            let (everything, id) = (with.is_none(), None);
            let command = Command::Delete {
                id,
                with,
                everything,
            };
            told.sim.command(told.romeo, command);
            told.sim.run_for(2 * SEC);
        };
        let anna = told.names[0].clone();
        forget(&mut told, Some(anna));
        assert!(!kept(&told, 0) && kept(&told, 1));
        told.restarts();
        let sum = told.progress()[0].1;
        assert_eq!((sum.delivered, sum.people), (1, 3), "what is still known");
        forget(&mut told, None);
        assert_eq!(told.values_about_it(), 0);
        told.restarts();
        assert_eq!(told.progress(), []);
    });
}
