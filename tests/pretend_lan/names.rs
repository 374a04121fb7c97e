//! One name, many who want it.

use std::collections::BTreeSet;

use balcony::event::{Event, MessageState};
use balcony::net::memory::{Fault, HostId};
use balcony::node::sim::Sim;

use super::stage::{SEC, fates, heard_from, jid, story, with_seeds};

fn name_of(sim: &Sim, host: HostId) -> String {
    let model = sim.model(host).unwrap();
    assert!(model.me.online, "{}", story(sim, host));
    model.me.jid.to_string()
}

#[test]
fn twenty_of_one_name_each_get_their_own_and_are_told() {
    with_seeds(5, |seed| {
        let mut sim = Sim::new(seed);
        let all: Vec<HostId> = (0..20).map(|_| sim.node(&jid("romeo@forza"))).collect();
        sim.run_for(120 * SEC);
        let names: BTreeSet<String> = all.iter().map(|host| name_of(&sim, *host)).collect();
        assert_eq!(names.len(), 20, "{names:?}");
        assert!(
            names.contains("romeo@forza") && names.contains("romeo-19@forza"),
            "{names:?}"
        );
        for host in &all {
            let told = sim
                .events(*host)
                .iter()
                .any(|(_, event)| matches!(&**event, Event::NameChanged { .. }));
            assert_eq!(told, name_of(&sim, *host) != "romeo@forza");
            let online = sim
                .model(*host)
                .unwrap()
                .contacts
                .values()
                .filter(|contact| contact.is_online())
                .count();
            assert_eq!(online, 19, "{} sees them all", name_of(&sim, *host));
        }
    });
}

#[test]
fn two_networks_become_one_and_one_of_two_namesakes_is_renamed() {
    with_seeds(20, |seed| {
        let mut sim = Sim::new(seed);
        let (a, b) = (sim.node(&jid("romeo@forza")), sim.node(&jid("romeo@forza")));
        let juliet = sim.node(&jid("juliet@pronto"));
        sim.inflict(Fault::Partition(vec![vec![a, juliet], vec![b]]));
        sim.run_for(5 * SEC);
        assert_eq!(
            (name_of(&sim, a), name_of(&sim, b)),
            ("romeo@forza".into(), "romeo@forza".into())
        );
        sim.say(a, &jid("juliet@pronto"), "before");
        sim.run_for(2 * SEC);
        sim.inflict(Fault::Heal);
        sim.run_for(150 * SEC);
        let names = BTreeSet::from([name_of(&sim, a), name_of(&sim, b)]);
        assert_eq!(names.len(), 2, "{}", story(&sim, a));
        // Whichever of the two it is now called, he is still heard.
        sim.say(a, &jid("juliet@pronto"), "after");
        sim.run_for(10 * SEC);
        let now = jid(&name_of(&sim, a));
        assert_eq!(
            heard_from(&sim, juliet, &now).last().map(String::as_str),
            Some("after"),
            "{}",
            story(&sim, a)
        );
        assert!(
            fates(&sim, a)
                .iter()
                .all(|(_, state)| *state == MessageState::Delivered)
        );
    });
}
