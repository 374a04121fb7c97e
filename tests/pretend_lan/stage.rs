//! What the scenes share: the seeds, two lovers, and how to look at what was said.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use balcony::event::{Event, MessageState};
use balcony::net::memory::{HostId, Rng};
use balcony::node::sim::Sim;
use balcony::node::sim::legacy::Make;
use balcony::wire::jid::Jid;
use balcony::wire::time::Moment;

pub const MS: Duration = Duration::from_millis(1);
pub const SEC: Duration = Duration::from_secs(1);

/// Plays a scene with several seeds. One that fails says how to see it again.
pub fn with_seeds(usual: u64, play: impl Fn(u64)) {
    // RUST_LOG=trace shows every request and report of a run.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .without_time()
        .with_test_writer()
        .try_init();
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    let seeds = match (number("BALCONY_SEED"), number("BALCONY_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(count)) => 0..count,
        (None, None) => 0..usual,
    };
    for seed in seeds {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| play(seed))) {
            let scene = std::thread::current().name().unwrap_or("").to_owned();
            eprintln!("replay with: BALCONY_SEED={seed} cargo test --test pretend_lan {scene}");
            resume_unwind(panic);
        }
    }
}

pub fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

/// Who plays opposite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Partner {
    Ours,
    Other(Make),
}

pub struct Lovers {
    pub sim: Sim,
    pub rng: Rng,
    pub romeo: HostId,
    pub juliet: HostId,
    pub romeo_jid: Jid,
    pub juliet_jid: Jid,
}

/// Romeo (ours) and Juliet see each other.
pub fn lovers(seed: u64, partner: Partner) -> Lovers {
    let mut sim = Sim::new(seed);
    // Which of the two names is the lower one decides in some rules.
    let (r, j) = if seed.is_multiple_of(2) {
        ("romeo@forza", "juliet@pronto")
    } else {
        ("juliet@forza", "romeo@pronto")
    };
    let (romeo_jid, juliet_jid) = (jid(r), jid(j));
    let romeo = sim.node(&romeo_jid);
    let juliet = match partner {
        Partner::Ours => sim.node(&juliet_jid),
        Partner::Other(make) => sim.legacy(make, &juliet_jid),
    };
    let mut lovers = Lovers {
        sim,
        rng: Rng::new(seed ^ 0xACE),
        romeo,
        juliet,
        romeo_jid,
        juliet_jid,
    };
    assert!(lovers.sim.run_until(5 * SEC, 10 * MS, |sim| {
        sim.model(romeo)
            .is_some_and(|model| model.contacts.values().any(|contact| contact.is_online()))
    }));
    // The other way round, too, whatever the other one is.
    lovers.sim.run_for(3 * SEC);
    lovers
}

impl Lovers {
    pub fn romeo_says(&mut self, body: &str) {
        let to = self.juliet_jid.clone();
        self.sim.say(self.romeo, &to, body);
    }

    pub fn juliet_says(&mut self, body: &str) {
        let to = self.romeo_jid.clone();
        self.sim.say(self.juliet, &to, body);
    }

    /// What Juliet was shown of Romeo.
    pub fn juliet_heard(&self) -> Vec<String> {
        heard_from(&self.sim, self.juliet, &self.romeo_jid)
    }

    /// What Juliet's history has of Romeo. (What she was shown some milliseconds before a power cut is not there, comes again
    /// and is shown again.)
    pub fn juliet_has(&mut self) -> Vec<String> {
        let disk = self.sim.disk(self.juliet).unwrap();
        let all = disk
            .conversations
            .get(&self.romeo_jid)
            .into_iter()
            .flatten();
        all.filter(|message| !message.is_own())
            .map(|message| message.body.clone())
            .collect()
    }

    pub fn romeo_heard(&self) -> Vec<String> {
        heard_from(&self.sim, self.romeo, &self.juliet_jid)
    }

    pub fn a_moment(&mut self, most: Duration) {
        let span = self.rng.span(&(Duration::ZERO..most));
        self.sim.run_for(span);
    }
}

pub fn heard_from(sim: &Sim, host: HostId, from: &Jid) -> Vec<String> {
    sim.heard(host)
        .into_iter()
        .filter(|(who, _)| who == from)
        .map(|(_, body)| body)
        .collect()
}

/// What this node's own messages came to: the last state of each, by text, in the order in which they were written.
pub fn fates(sim: &Sim, host: HostId) -> Vec<(String, MessageState)> {
    let mut order = Vec::new();
    let mut states = BTreeMap::new();
    for (_, event) in sim.events(host) {
        if let Event::MessageState {
            id, state, body, ..
        } = &**event
        {
            if let (Some(body), false) = (body, states.contains_key(id)) {
                order.push((id.clone(), body.clone()));
            }
            states.insert(id.clone(), *state);
        }
    }
    order
        .into_iter()
        .map(|(id, body)| (body, states[&id]))
        .collect()
}

/// What happened to this node, one line each, for the message of a failed assertion.
pub fn story(sim: &Sim, host: HostId) -> String {
    let line = |(at, event): &(Moment, Arc<Event>)| {
        let what = match &**event {
            Event::MessageState {
                to,
                state,
                reason,
                body,
                id,
                ..
            } => {
                format!(
                    "{id:.8} to {to}: {state:?} {:.60?} {}",
                    body,
                    reason.as_deref().unwrap_or("")
                )
            }
            Event::MessageReceived { message } => format!(
                "{:.8} from {}: {:.60?}",
                message.id, message.from, message.body
            ),
            Event::PeerOnline { peer } => format!("online {} {:?}", peer.jid, peer.addresses),
            Event::PeerChanged { peer } => format!("changed {} {:?}", peer.jid, peer.show),
            Event::PeerOffline { jid, reason } => format!("offline {jid} {reason:?}"),
            Event::Network { interfaces } => {
                format!(
                    "network {:?}",
                    interfaces.iter().map(|i| &i.addresses).collect::<Vec<_>>()
                )
            }
            other => format!("{other:?}").chars().take(120).collect(),
        };
        format!("{:>12.6} {what}", at.0 as f64 / 1e6)
    };
    let lines: Vec<String> = sim.events(host).iter().map(line).collect();
    format!(
        "this happened at {}:\n{}",
        sim.who(host).unwrap(),
        lines.join("\n")
    )
}
