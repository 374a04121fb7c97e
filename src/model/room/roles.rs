//! Who may do what: a pure function of the set of entries.
//!
//! An entry that does something privileged cites its *grant*, the entry that made its author what it is. Taking something away
//! names a *cut*: up to where the victim's chains counted. Authority is worked out from the top: the founder's entries always
//! count; with them it is known who is owner and up to where; with those who is admin; and only a higher rank takes away, so
//! nothing depends on what comes below it, nor on the order in which entries arrived. Backdating is useless: what counts is the
//! place in the chain, not the clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::body::{Body, Cut, Role};
use super::entry::{Author, Entry, EntryId, Order};

/// Something that makes its target what it is.
#[derive(Clone, Copy, Debug)]
struct Grant {
    target: Author,
    role: Role,
    order: Order,
}

/// Something that ends what its target was.
#[derive(Clone, Debug)]
struct Closing {
    by: Role,
    order: Order,
    cut: Vec<Cut>,
    /// What it stays, if it was more: who gives something up does not lose all.
    remains: Role,
}

/// A gate opens or closes: may somebody be heard?
#[derive(Clone, Debug)]
enum Gate {
    Open(Order),
    Closed(Vec<Cut>),
}

/// Outcome. The grammar: [`Rules::of`] all entries that are rules, in order; then ask.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    founder: Author,
    /// Only members may enter and be heard.
    pub members_only: bool,
    /// Who has no voice is not heard now.
    pub moderated: bool,
    starts_moderated: bool,
    starts_closed: bool,
    grants: HashMap<EntryId, Grant>,
    of_target: BTreeMap<Author, Vec<EntryId>>,
    closings: BTreeMap<Author, Vec<Closing>>,
    bans: BTreeMap<Author, Vec<Gate>>,
    memberships: BTreeMap<Author, Vec<Gate>>,
    voices: BTreeMap<Author, Vec<Gate>>,
    moderation: Vec<Gate>,
    closure: Vec<Gate>,
    /// Entries that did something, those of the rest count for nothing.
    valid: BTreeSet<EntryId>,
}

impl Rules {
    /// Of these, in their order.
    pub fn of<'a>(founder: Author, rules: impl Iterator<Item = &'a Arc<Entry>> + Clone) -> Rules {
        let mut out = Rules {
            founder,
            ..Rules::default()
        };
        for entry in rules.clone() {
            if let Body::Create {
                members_only,
                moderated,
                ..
            } = &entry.draft.body
                && entry.author == founder
                && entry.draft.seq == 1
            {
                (out.members_only, out.starts_moderated) = (*members_only, *moderated);
                (out.moderated, out.starts_closed) = (*moderated, *members_only);
                break;
            }
        }
        // Everybody may give up what it is; that depends on nothing else.
        for entry in rules.clone() {
            if let Body::Role { target, role, cut } = &entry.draft.body
                && *target == entry.author
                && *role <= Role::Member
            {
                let closing = Closing {
                    by: Role::Founder,
                    order: entry.order(),
                    cut: cut.clone(),
                    remains: *role,
                };
                out.closings.entry(*target).or_default().push(closing);
                out.valid.insert(entry.id);
            }
        }
        out.level(rules.clone(), Role::Founder);
        // Owners name owners: until no more are found. What closes an owner's gate came from above, and stands already.
        loop {
            let before = out.grants.len();
            out.name_owners(rules.clone());
            if out.grants.len() == before {
                break;
            }
        }
        out.level(rules.clone(), Role::Owner);
        out.level(rules.clone(), Role::Admin);
        out.gates(rules);
        out
    }

    /// What the entries of this rank do to who may act.
    fn level<'a>(&mut self, rules: impl Iterator<Item = &'a Arc<Entry>>, rank: Role) {
        for entry in rules {
            if self.acts(entry) != Some(rank) {
                continue;
            }
            match &entry.draft.body {
                Body::Role { target, role, cut } if *target != entry.author => {
                    self.take_role(entry, rank, *target, *role, cut);
                }
                Body::Ban { target, cut, .. } if self.is_below(*target, entry, rank) => {
                    let closing = Closing {
                        by: rank,
                        order: entry.order(),
                        cut: cut.clone(),
                        remains: Role::None,
                    };
                    self.closings.entry(*target).or_default().push(closing);
                    self.valid.insert(entry.id);
                }
                Body::Unban { .. } | Body::Moderated { .. } => {
                    self.valid.insert(entry.id);
                }
                Body::MembersOnly { members, .. } => {
                    for target in members {
                        if self.role_at(*target, Some(entry.order())) < Role::Member {
                            let id = membership(entry.id, *target);
                            self.grant_by(id, entry, *target, Role::Member);
                        }
                    }
                    self.valid.insert(entry.id);
                }
                Body::Voice { target, on, .. } if *on || self.is_below(*target, entry, rank) => {
                    self.valid.insert(entry.id);
                }
                Body::Kick { target, .. } if self.is_below(*target, entry, rank) => {
                    self.valid.insert(entry.id);
                }
                _ => {}
            }
        }
    }

    fn is_below(&self, target: Author, entry: &Entry, rank: Role) -> bool {
        self.role_at(target, Some(entry.order())) < rank
    }

    fn take_role(&mut self, entry: &Entry, rank: Role, target: Author, role: Role, cut: &[Cut]) {
        let now = self.role_at(target, Some(entry.order()));
        let below = role < rank || rank == Role::Owner && role == Role::Owner;
        if now >= rank || !below {
            return;
        }
        if role < now {
            let closing = Closing {
                by: rank,
                order: entry.order(),
                cut: cut.to_vec(),
                remains: Role::None,
            };
            self.closings.entry(target).or_default().push(closing);
        }
        if role > Role::None {
            self.grant(entry, target, role);
        }
        self.valid.insert(entry.id);
    }

    fn grant(&mut self, entry: &Entry, target: Author, role: Role) {
        self.grant_by(entry.id, entry, target, role);
    }

    fn grant_by(&mut self, id: EntryId, entry: &Entry, target: Author, role: Role) {
        let grant = Grant {
            target,
            role,
            order: entry.order(),
        };
        if self.grants.insert(id, grant).is_none() {
            self.of_target.entry(target).or_default().push(id);
        }
    }

    fn name_owners<'a>(&mut self, rules: impl Iterator<Item = &'a Arc<Entry>>) {
        for entry in rules {
            if let Body::Role {
                target,
                role: Role::Owner,
                ..
            } = &entry.draft.body
                && self.acts(entry) == Some(Role::Owner)
            {
                self.grant(entry, *target, Role::Owner);
                self.valid.insert(entry.id);
            }
        }
    }

    /// The rank in which an entry acts: by the grant that it cites, as far as that still counted.
    pub fn acts(&self, entry: &Entry) -> Option<Role> {
        if entry.author == self.founder {
            return Some(Role::Founder);
        }
        let grant = self.grants.get(&entry.draft.grant)?;
        let cited = grant.target == entry.author && grant.order < entry.order();
        let closed = |closing: &Closing| {
            closing.by > grant.role && closing.order > grant.order && !within(&closing.cut, entry)
        };
        let closed = self
            .closings
            .get(&entry.author)
            .is_some_and(|all| all.iter().any(closed));
        (cited && !closed).then_some(grant.role)
    }

    /// What somebody is before this place; at the end of all if `None`.
    pub fn role_at(&self, who: Author, before: Option<Order>) -> Role {
        if who == self.founder {
            return Role::Founder;
        }
        let none = Vec::new();
        let closings = self.closings.get(&who).unwrap_or(&none);
        let early = |order: Order| before.is_none_or(|before| order < before);
        let left = |grant: &Grant| {
            let closed = closings.iter().filter(|closing| {
                closing.by > grant.role && closing.order > grant.order && early(closing.order)
            });
            let remains = closed.map(|closing| closing.remains).min();
            remains.map_or(grant.role, |remains| remains.min(grant.role))
        };
        let grants = self.of_target.get(&who).into_iter().flatten();
        let grants = grants.filter_map(|id| self.grants.get(id));
        let grants = grants.filter(|grant| early(grant.order));
        grants.map(left).max().unwrap_or(Role::None)
    }

    /// Who is banned now.
    pub fn banned(&self) -> impl Iterator<Item = Author> {
        self.bans.keys().copied().filter(|who| self.is_banned(*who))
    }

    /// What somebody is now: [`Role::Outcast`] if banned.
    pub fn role(&self, who: Author) -> Role {
        match self.role_at(who, None) {
            Role::None if self.is_banned(who) => Role::Outcast,
            role => role,
        }
    }

    /// Is it banned now?
    pub fn is_banned(&self, who: Author) -> bool {
        self.bans
            .get(&who)
            .and_then(|gates| gates.last())
            .is_some_and(|gate| matches!(gate, Gate::Closed(_)))
    }

    /// May it speak now?
    pub fn has_voice(&self, who: Author) -> bool {
        let open = |gates: Option<&Vec<Gate>>| {
            gates
                .and_then(|gates| gates.last())
                .is_some_and(|gate| matches!(gate, Gate::Open(_)))
        };
        who == self.founder
            || !self.is_banned(who)
                && (!self.members_only || open(self.memberships.get(&who)))
                && (!self.moderated || open(self.voices.get(&who)))
    }

    /// The grant to cite for what needs this rank.
    pub fn grant_of(&self, who: Author) -> EntryId {
        let role = self.role_at(who, None);
        let grants = self.of_target.get(&who).into_iter().flatten();
        let best = grants.filter(|id| self.grants.get(id).is_some_and(|grant| grant.role == role));
        best.max_by_key(|id| self.grants.get(id).map(|grant| grant.order))
            .copied()
            .unwrap_or_default()
    }

    /// Did this rule have an effect?
    pub fn is_valid(&self, entry: &Entry) -> bool {
        self.valid.contains(&entry.id) || matches!(entry.draft.body, Body::Create { .. })
    }

    fn gates<'a>(&mut self, rules: impl Iterator<Item = &'a Arc<Entry>>) {
        for entry in rules {
            if !self.valid.contains(&entry.id) {
                continue;
            }
            let (order, open) = (entry.order(), Gate::Open(entry.order()));
            match &entry.draft.body {
                Body::Ban { target, cut, .. } => {
                    self.bans
                        .entry(*target)
                        .or_default()
                        .push(Gate::Closed(cut.clone()));
                    self.memberships
                        .entry(*target)
                        .or_default()
                        .push(Gate::Closed(cut.clone()));
                    self.voices
                        .entry(*target)
                        .or_default()
                        .push(Gate::Closed(cut.clone()));
                }
                Body::Unban { target } => self.bans.entry(*target).or_default().push(open),
                Body::Role { target, role, cut } => {
                    let closed = Gate::Closed(cut.clone());
                    let memberships = self.memberships.entry(*target).or_default();
                    match role {
                        Role::None | Role::Outcast => memberships.push(closed.clone()),
                        // Nobody lets itself in.
                        _ if *target == entry.author => {}
                        _ => {
                            memberships.push(open.clone());
                            self.bans.entry(*target).or_default().push(open.clone());
                        }
                    }
                    let moderated = self.role_at(*target, Some(order)) >= Role::Admin;
                    let voices = self.voices.entry(*target).or_default();
                    match role {
                        Role::Admin | Role::Owner => voices.push(open),
                        // Who has the floor and becomes a member keeps it.
                        Role::Member if !moderated => {}
                        _ => voices.push(closed),
                    }
                }
                Body::Voice { target, on, cut } => {
                    let gate = if *on { open } else { Gate::Closed(cut.clone()) };
                    self.voices.entry(*target).or_default().push(gate);
                }
                Body::Moderated { on, cut } => {
                    self.moderated = *on;
                    let gate = if *on {
                        Gate::Closed(cut.clone())
                    } else {
                        Gate::Open(order)
                    };
                    self.moderation.push(gate);
                }
                Body::MembersOnly { on, cut, members } => {
                    self.members_only = *on;
                    for target in members {
                        self.bans.entry(*target).or_default().push(open.clone());
                        let memberships = self.memberships.entry(*target).or_default();
                        memberships.push(open.clone());
                    }
                    self.closure.push(match on {
                        true => Gate::Closed(cut.clone()),
                        false => open,
                    });
                }
                _ => {}
            }
        }
    }

    /// Was its author in the room's good graces, banned or not a member, when it was written? Votes and hands need no more.
    pub fn lets_in(&self, entry: &Entry) -> bool {
        entry.author == self.founder
            || passes(self.bans.get(&entry.author), true, entry) && self.is_admitted(entry)
    }

    /// Was the room open to its author when it was written?
    fn is_admitted(&self, entry: &Entry) -> bool {
        passes(Some(&self.closure), !self.starts_closed, entry)
            || passes(self.memberships.get(&entry.author), false, entry)
    }

    /// Was the room moderated for its author when it was written, whether it had voice or not?
    pub fn was_moderated(&self, entry: &Entry) -> bool {
        !passes(Some(&self.moderation), !self.starts_moderated, entry)
    }

    /// Is what this entry says to be heard at all?
    pub fn is_heard(&self, entry: &Entry) -> bool {
        let author = entry.author;
        if author == self.founder {
            return true;
        }
        if !passes(self.bans.get(&author), true, entry) {
            return false;
        }
        if !self.is_admitted(entry) {
            return false;
        }
        !self.was_moderated(entry) || passes(self.voices.get(&author), false, entry)
    }
}

/// The grant by which one of many becomes a member: the entry that names them all, and whom.
fn membership(entry: EntryId, target: Author) -> EntryId {
    let mut id = entry.0;
    for (octet, other) in id.iter_mut().zip(target.0) {
        *octet ^= other;
    }
    EntryId(id)
}

/// Was the gate open for this entry? Each time that it was open began at an opening (or at the start) and ended at a cut.
fn passes(gates: Option<&Vec<Gate>>, starts_open: bool, entry: &Entry) -> bool {
    let mut open = starts_open;
    let mut since: Option<Order> = None;
    for gate in gates.into_iter().flatten() {
        match gate {
            Gate::Open(order) if !open => (open, since) = (true, Some(*order)),
            Gate::Closed(cut) if open => {
                if since.is_none_or(|since| entry.order() > since) && within(cut, entry) {
                    return true;
                }
                open = false;
            }
            _ => {}
        }
    }
    open && since.is_none_or(|since| entry.order() > since)
}

fn within(cut: &[Cut], entry: &Entry) -> bool {
    cut.iter().any(|cut| {
        cut.author == entry.author
            && cut.incarnation == entry.draft.incarnation
            && (entry.draft.seq < cut.seq || entry.draft.seq == cut.seq && entry.id == cut.id)
    })
}
