//! What must hold once the room is quiet, for all honest members that can talk to each other. Each is a function of what was
//! seen, so that a fault put into what was seen must be found: see the tests at the foot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use balcony::model::room::body::{Body, Role};
use balcony::model::room::entry::{Author, ChainId, Entry, EntryId};
use balcony::model::room::hubs::{HUBS, MESH};
use balcony::model::room::roles::Rules;
use balcony::model::room::state::State;

use super::world::World;

/// What one member has.
#[derive(Clone)]
pub struct View {
    pub who: usize,
    pub entries: Vec<Arc<Entry>>,
    pub shown: Vec<EntryId>,
    pub roles: BTreeMap<Author, (Role, bool)>,
    pub subject: Option<String>,
    pub nicks: BTreeMap<Author, String>,
    pub banned: bool,
    pub forks: BTreeSet<ChainId>,
    pub rules: Rules,
    pub scratch_roles: BTreeMap<Author, (Role, bool)>,
    pub links: usize,
    /// Streams that the room needs.
    pub used: usize,
    pub hub: bool,
    pub peers: usize,
    pub waiting: usize,
}

fn roles_of(state: &State) -> BTreeMap<Author, (Role, bool)> {
    state
        .occupants
        .iter()
        .map(|(author, one)| (*author, (one.role, one.voice)))
        .collect()
}

pub fn view(world: &World, who: usize) -> View {
    let room = world.room(who);
    let state = room.state();
    let founder = room
        .log()
        .ordered()
        .find(|entry| matches!(entry.draft.body, Body::Create { .. }));
    let founder = founder.map(|entry| entry.author).unwrap_or_default();
    let scratch = State::of(founder, room.log());
    let (_, peers, waiting) = room.held();
    View {
        who,
        entries: room.log().ordered().cloned().collect(),
        shown: state.timeline.values().copied().collect(),
        roles: roles_of(state),
        subject: state.subject.as_ref().map(|(text, _)| text.clone()),
        nicks: state
            .occupants
            .iter()
            .map(|(author, one)| (*author, one.nick.clone()))
            .collect(),
        banned: state.rules.is_banned(room.me()),
        forks: room.log().forks().map(|(chain, _)| chain).collect(),
        rules: state.rules.clone(),
        scratch_roles: roles_of(&scratch),
        links: world.links_of(who),
        used: world
            .seats
            .iter()
            .filter(|seat| room.uses(&seat.jid))
            .count(),
        hub: room.hubs().contains(&world.seats[who].jid),
        peers,
        waiting,
    }
}

/// Those who are in the room and not sent out: they must agree.
pub fn views(world: &World) -> Vec<View> {
    let all = world.honest().into_iter().map(|who| view(world, who));
    all.filter(|view| !view.banned).collect()
}

type Check = fn(&[View], &World) -> Result<(), String>;

/// The invariants that can be seen in one moment.
pub const CHECKS: [(&str, Check); 9] = [
    ("1 the same entries", same_entries),
    ("2 the same order", same_order),
    ("3 the same roles, bans, subject, nicks", same_rules),
    (
        "4 roles do not depend on the order of arrival",
        roles_from_scratch,
    ),
    (
        "5 nothing visible beyond a cut or without voice",
        nothing_beyond,
    ),
    ("6 what was acknowledged survives", acknowledged),
    ("7 no entry altered, no fork without proof", unaltered),
    ("8 nobody honest hidden", nobody_hidden),
    ("9 bounded", bounded),
];

pub fn hold(world: &World) {
    let views = views(world);
    for (name, check) in CHECKS {
        if let Err(why) = check(&views, world) {
            panic!("{name}: {why}");
        }
    }
}

fn pairs(views: &[View]) -> impl Iterator<Item = (&View, &View)> {
    views
        .first()
        .into_iter()
        .flat_map(|first| views.iter().skip(1).map(move |other| (first, other)))
}

fn same_entries(views: &[View], _: &World) -> Result<(), String> {
    for (a, b) in pairs(views) {
        // Who came late has less of the past.
        let from = |view: &View| {
            view.entries
                .iter()
                .find(|e| !e.draft.body.is_state())
                .map_or(0, |e| e.draft.clock)
        };
        let since = from(a).max(from(b));
        let ids = |view: &View| -> BTreeSet<EntryId> {
            view.entries
                .iter()
                .filter(|e| e.draft.clock >= since)
                .map(|e| e.id)
                .collect()
        };
        let (ours, theirs) = (ids(a), ids(b));
        if ours != theirs {
            let tell = |id: &EntryId, view: &View| {
                let entry = view.entries.iter().find(|entry| entry.id == *id).unwrap();
                format!(
                    "{:?} {} {:?}",
                    entry.author, entry.draft.seq, entry.draft.body
                )
            };
            let missing: Vec<String> = ours
                .difference(&theirs)
                .take(3)
                .map(|id| tell(id, a))
                .collect();
            let more: Vec<String> = theirs
                .difference(&ours)
                .take(3)
                .map(|id| tell(id, b))
                .collect();
            return Err(format!(
                "{} and {}: missing {missing:?}, more {more:?}",
                a.who, b.who
            ));
        }
    }
    Ok(())
}

fn same_order(views: &[View], _: &World) -> Result<(), String> {
    for (a, b) in pairs(views) {
        let common: BTreeSet<EntryId> = a
            .shown
            .iter()
            .filter(|id| b.shown.contains(id))
            .copied()
            .collect();
        let in_order = |view: &View| -> Vec<EntryId> {
            view.shown
                .iter()
                .filter(|id| common.contains(id))
                .copied()
                .collect()
        };
        if in_order(a) != in_order(b) {
            return Err(format!("{} and {}", a.who, b.who));
        }
        // What one shows of the common past, the other shows.
        let tail = |view: &View| {
            view.shown
                .iter()
                .rev()
                .take(a.shown.len().min(b.shown.len()))
                .copied()
                .collect::<Vec<_>>()
        };
        if tail(a) != tail(b) {
            return Err(format!("{} and {} show different things", a.who, b.who));
        }
    }
    Ok(())
}

fn same_rules(views: &[View], _: &World) -> Result<(), String> {
    for (a, b) in pairs(views) {
        if a.roles != b.roles {
            return Err(format!(
                "roles of {} and {}: {:?} {:?}",
                a.who, b.who, a.roles, b.roles
            ));
        }
        if a.subject != b.subject {
            return Err(format!(
                "subject of {} and {}: {:?} {:?}",
                a.who, b.who, a.subject, b.subject
            ));
        }
        if a.nicks != b.nicks {
            return Err(format!(
                "nicks of {} and {}: {:?} {:?}",
                a.who, b.who, a.nicks, b.nicks
            ));
        }
    }
    Ok(())
}

fn roles_from_scratch(views: &[View], _: &World) -> Result<(), String> {
    for view in views {
        if view.roles != view.scratch_roles {
            return Err(format!("{}", view.who));
        }
    }
    Ok(())
}

fn nothing_beyond(views: &[View], _: &World) -> Result<(), String> {
    for view in views {
        let by_id: BTreeMap<EntryId, &Arc<Entry>> =
            view.entries.iter().map(|entry| (entry.id, entry)).collect();
        for id in &view.shown {
            let Some(entry) = by_id.get(id) else {
                return Err(format!("{} shows what it does not have", view.who));
            };
            // Worked out here by the plain meaning of a ban: is there one that counts, whose cut is before this entry, and
            // nothing after it that lets the author in again?
            let mut out = false;
            for rule in view.entries.iter().filter(|rule| view.rules.is_valid(rule)) {
                match &rule.draft.body {
                    Body::Ban { target, cut, .. } if *target == entry.author => {
                        out = !cut.iter().any(|cut| {
                            cut.incarnation == entry.draft.incarnation && entry.draft.seq <= cut.seq
                        });
                        if !out {
                            break;
                        }
                    }
                    Body::Unban { target }
                        if *target == entry.author && entry.order() > rule.order() =>
                    {
                        out = false
                    }
                    Body::Role { target, role, .. }
                        if *target == entry.author
                            && *role >= Role::Member
                            && entry.order() > rule.order() =>
                    {
                        out = false;
                    }
                    _ => {}
                }
            }
            if out || !view.rules.is_heard(entry) {
                return Err(format!(
                    "{} shows {:?} of {:?}",
                    view.who, entry.draft.body, entry.author
                ));
            }
        }
    }
    Ok(())
}

/// Everything that an author's program said to be delivered is with everybody who is whole.
fn acknowledged(views: &[View], world: &World) -> Result<(), String> {
    use balcony::model::room::engine::Happened;
    for seat in world.seats.iter().filter(|seat| seat.honest) {
        for (_, happened) in &seat.happened {
            let Happened::Delivered { id, .. } = happened else {
                continue;
            };
            let lost = |view: &&View| !view.entries.iter().any(|entry| entry.id == *id);
            let whole = |view: &&View| {
                view.entries.iter().any(|entry| {
                    entry.draft.seq == 1 && matches!(entry.draft.body, Body::Create { .. })
                })
            };
            let author_banned = views
                .first()
                .is_some_and(|view| view.rules.is_banned(Author::from(seat.key.public())));
            let late = |view: &&View| {
                let first = view
                    .entries
                    .iter()
                    .find(|entry| !entry.draft.body.is_state());
                let clock = world
                    .seats
                    .iter()
                    .flat_map(|seat| &seat.disk)
                    .find(|entry| entry.id == *id)
                    .map(|entry| entry.draft.clock);
                first.is_some_and(|first| clock.is_some_and(|clock| clock < first.draft.clock))
            };
            if let Some(view) = views
                .iter()
                .filter(whole)
                .find(|view| lost(view) && !late(view))
                && !author_banned
            {
                return Err(format!("{} has not {id:?} of {}", view.who, seat.jid));
            }
        }
    }
    Ok(())
}

fn unaltered(views: &[View], _: &World) -> Result<(), String> {
    let mut places: BTreeMap<(ChainId, u32), EntryId> = BTreeMap::new();
    for view in views {
        for entry in &view.entries {
            if Entry::read(entry.octets()).map(|read| read.id) != Ok(entry.id) {
                return Err(format!(
                    "{} holds an entry that its author did not sign",
                    view.who
                ));
            }
            let other = places
                .entry((entry.chain(), entry.draft.seq))
                .or_insert(entry.id);
            if *other != entry.id {
                return Err(format!(
                    "{} holds another entry in the place of one, and no proof",
                    view.who
                ));
            }
        }
    }
    for (a, b) in pairs(views) {
        if a.forks != b.forks {
            return Err(format!("{} and {} know of different forks", a.who, b.who));
        }
    }
    Ok(())
}

/// What somebody honest, whom no rule restricts, has said is shown to everybody.
fn nobody_hidden(views: &[View], world: &World) -> Result<(), String> {
    for view in views {
        for entry in &view.entries {
            let spoken = matches!(entry.draft.body, Body::Message { .. });
            let honest = world
                .seats
                .iter()
                .any(|seat| seat.honest && Author::from(seat.key.public()) == entry.author);
            let restricted = view.rules.moderated
                || view.rules.members_only
                || view.entries.iter().any(|rule| match &rule.draft.body {
                    Body::Ban { target, .. } | Body::Voice { target, .. } => {
                        *target == entry.author
                    }
                    Body::Moderated { .. } | Body::MembersOnly { .. } => true,
                    Body::Create {
                        moderated,
                        members_only,
                        ..
                    } => *moderated || *members_only,
                    _ => false,
                });
            if spoken && honest && !restricted && !view.shown.contains(&entry.id) {
                return Err(format!("{} does not show {:?}", view.who, entry.draft.body));
            }
        }
    }
    Ok(())
}

fn bounded(views: &[View], world: &World) -> Result<(), String> {
    let people = world.seats.len();
    for view in views {
        let most = if people <= MESH {
            people
        } else {
            HUBS + people
        };
        // Who is no hub holds on to the hubs; one may still hold on to who has just been one.
        let needed = if view.hub { most } else { 2 * HUBS };
        if view.links > most
            || view.used > needed
            || view.peers > people + 20
            || view.waiting > 2000 * people
        {
            return Err(format!(
                "{}: {} streams, {} of them needed, {} members, {} entries wait",
                view.who, view.links, view.used, view.peers, view.waiting
            ));
        }
    }
    Ok(())
}

/// 10: without faults, no more copies of an entry travel than this.
pub fn few_copies(copies: &BTreeMap<EntryId, u32>, people: usize) -> Result<(), String> {
    let hubs = if people <= MESH { people } else { HUBS };
    let most = u32::try_from(people - 1 + hubs).unwrap();
    match copies.iter().find(|(_, count)| **count > most) {
        Some((id, count)) => Err(format!("{count} copies of {id:?}, {most} would do")),
        None => Ok(()),
    }
}

/// 11: the same seed is the same play.
pub fn same_trace(one: u64, other: u64) -> Result<(), String> {
    if one == other {
        Ok(())
    } else {
        Err("two runs of one seed differ".into())
    }
}

/// Each check finds a fault that was put in for it.
#[test]
fn each_invariant_finds_a_seeded_fault() {
    let mut world = World::new(3, 5, false, false);
    world.everybody_joins();
    for at in 0..5 {
        world.say(at, &format!("hello from {at}"));
        world.run_for(super::world::SEC);
    }
    let victim = world.room(4).me();
    world
        .act(0, |room, clock| room.ban(clock, victim, "noise".into()))
        .unwrap();
    world.run_for(10 * super::world::SEC);
    let whole = views(&world);
    for (name, check) in CHECKS {
        assert_eq!(check(&whole, &world), Ok(()), "{name}");
    }
    let mut found = Vec::new();
    let mut seed = |n: usize, fault: &dyn Fn(&mut Vec<View>, &mut World)| {
        let (mut views, mut world) = (whole.clone(), World::new(3, 5, false, false));
        fault(&mut views, &mut world);
        let (name, check) = CHECKS[n];
        assert!(
            check(&views, &world).is_err(),
            "{name} does not see the fault"
        );
        found.push(name);
    };
    seed(0, &|views, _| drop(views[1].entries.pop()));
    seed(1, &|views, _| views[1].shown.swap(0, 2));
    seed(2, &|views, _| views[1].subject = Some("another".into()));
    seed(3, &|views, _| {
        views[1].scratch_roles.pop_first();
    });
    seed(4, &|views, _| {
        // A message of the banned one, signed by it and put in place after the cut.
        let last = views[1]
            .entries
            .iter()
            .rfind(|entry| entry.author == victim)
            .unwrap()
            .clone();
        let mut draft = last.draft.clone();
        (draft.seq, draft.previous, draft.clock) =
            (last.draft.seq + 1, last.id, last.draft.clock + 1);
        draft.body = Body::Message {
            text: "still here".into(),
            reply_to: None,
            guest: None,
        };
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&4u64.to_be_bytes());
        let key = balcony::wire::key::SecretKey::from_seed(&seed).unwrap();
        let entry = Arc::new(Entry::sign(&key, draft).unwrap());
        views[1].shown.push(entry.id);
        views[1].entries.push(entry);
    });
    seed(5, &|views, world| {
        let said = *views[1].shown.last().unwrap();
        let delivered = balcony::model::room::engine::Happened::Delivered {
            id: said,
            to: 1,
            of: 4,
        };
        let now = world.now;
        world.seats[0].happened.push((now, delivered));
        let entry = views[1]
            .entries
            .iter()
            .find(|entry| entry.id == said)
            .unwrap()
            .clone();
        world.seats[0].disk.push(entry);
        views[1].entries.retain(|entry| entry.id != said);
    });
    seed(6, &|views, _| {
        let chain = views[0].entries[0].chain();
        views[1].forks.insert(chain);
    });
    seed(7, &|views, _| {
        views[1].shown.retain(|id| *id != whole[0].shown[0])
    });
    seed(8, &|views, _| views[1].links = 300);
    assert_eq!(found.len(), CHECKS.len());
    let id = whole[0].entries[0].id;
    assert!(few_copies(&BTreeMap::from([(id, 11)]), 5).is_err());
    assert!(same_trace(1, 2).is_err());
}
