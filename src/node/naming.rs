//! Ourselves on the network: the name, the TXT record, what to do when the name is taken (XEP-0174 §3, §4).

use crate::event::Event;
use crate::net::Request as Net;
use crate::wire::jid::Jid;
use crate::wire::txt::Advert;

use super::core::Core;
use super::effect::OwnAvatar;

/// After so many names that were all taken, something is wrong with the network.
const MOST_RENAMES: u32 = 200;

impl Core {
    /// Publishes us as we are now.
    pub(super) fn advertise(&mut self) {
        if self.hidden {
            return;
        }
        if !self.model.settings.publish.anything {
            return self.vanish_from_view();
        }
        let advert = Box::new(self.advert());
        let (jid, port) = (self.wanted.clone(), self.model.me.port);
        self.ask(Net::Advertise { jid, port, advert });
    }

    /// Invisible: goodbye to whoever saw us.
    fn vanish_from_view(&mut self) {
        self.ask(Net::Withdraw);
        self.model.me.online = false;
        self.emit_me();
    }

    /// Serves our picture, or takes it back.
    pub(super) fn serve_avatar(&mut self) {
        let publish = self.model.settings.publish.avatar;
        let image = self
            .avatar
            .as_ref()
            .filter(|_| publish)
            .map(|avatar| avatar.image.clone());
        self.ask(Net::ServeAvatar {
            jid: self.wanted.clone(),
            image,
        });
    }

    /// The TXT record: only what the user lets us publish.
    fn advert(&self) -> Advert {
        let (me, settings) = (&self.model.me, &self.model.settings);
        let publish = &settings.publish;
        let mut advert = Advert {
            port: Some(me.port),
            node: crate::xep::NODE.to_owned(),
            hash: crate::xep::HASH.to_owned(),
            ver: self
                .ourselves
                .caps_node
                .rsplit_once('#')
                .map(|(_, ver)| ver.to_owned())
                .unwrap_or_default(),
            ..Advert::default()
        };
        if publish.fingerprint {
            advert.tlsfp = Some(self.key.fingerprint());
        }
        advert.rooms = self.room_ads();
        if publish.nick {
            advert.nick.clone_from(&me.nick);
        }
        if publish.status {
            advert.show = me.show;
        }
        if publish.message {
            advert.message.clone_from(&me.message);
        }
        if publish.avatar {
            advert.phsh = self.avatar.as_ref().map(|avatar| avatar.sha1);
        }
        if publish.name {
            advert.card.first.clone_from(&settings.card.first);
            advert.card.last.clone_from(&settings.card.last);
        }
        if publish.email {
            advert.card.email.clone_from(&settings.card.email);
        }
        if publish.jid {
            advert.card.jid.clone_from(&settings.card.jid);
        }
        advert
    }

    pub(super) fn on_advertised(&mut self, jid: Jid) {
        if jid != self.wanted || (self.model.me.online && jid == self.model.me.jid) {
            return;
        }
        let renamed = self.ourselves.jid != jid;
        self.ourselves.jid = jid.clone();
        if renamed {
            self.rename_in_rooms();
        }
        let port = self.model.me.port;
        self.emit(Event::Ready {
            jid,
            fingerprint: self.model.me.fingerprint,
            port,
        });
        self.emit_me();
    }

    /// `romeo@forza` is taken: `romeo-1@forza`, and so on. What was open under the old name is closed in order; what
    /// was on its way goes out again under the new one.
    pub(super) fn on_name_taken(&mut self, taken: &Jid) {
        if *taken != self.wanted {
            return;
        }
        self.renames += 1;
        if self.renames > MOST_RENAMES {
            let message = format!(
                "Every name from {taken} on is taken on this network, so nobody can see you. Choose another name with --name."
            );
            return self.error(None, message);
        }
        let Some(next) = next_name(taken) else { return };
        let conns: Vec<_> = self.links.keys().copied().collect();
        for conn in conns {
            self.close_link(conn);
        }
        self.wanted = next.clone();
        self.ourselves.jid = next.clone();
        let mut me = self.model.me.clone();
        me.online = false;
        me.jid = next.clone();
        self.emit(Event::NameChanged {
            jid: next,
            was: taken.clone(),
        });
        self.emit(Event::Me { me });
        self.serve_avatar();
        self.advertise();
        if let Some(namesake) = self.namesake.take().filter(|seen| seen.jid == *taken) {
            self.on_seen(namesake);
        }
    }

    /// Our presence as it is now, to everybody: TXT for all, a stanza on each stream of our kind.
    pub(super) fn publish_presence(&mut self) {
        self.ourselves.show = self.model.me.show;
        self.advertise();
        let conns: Vec<_> = self.links.keys().copied().collect();
        for conn in conns {
            self.send_presence(conn);
        }
        self.emit_me();
    }

    /// Sets the picture; `None` removes it.
    pub(super) fn set_avatar(&mut self, avatar: Option<OwnAvatar>) {
        self.avatar = avatar;
        self.serve_avatar();
        self.advertise();
        self.emit_me();
    }

    pub(super) fn emit_me(&mut self) {
        let mut me = self.model.me.clone();
        me.avatar = self.avatar.as_ref().map(|avatar| crate::event::Avatar {
            sha1: crate::model::roster::hex(&avatar.sha1),
            path: avatar.path.clone(),
        });
        self.emit(Event::Me { me });
    }
}

/// `user@machine` → `user-1@machine` → `user-2@machine`; the user part is cut where the label would get too long.
fn next_name(taken: &Jid) -> Option<Jid> {
    let user = taken.user();
    let (base, number) = match user
        .rsplit_once('-')
        .map(|(base, digits)| (base, digits.parse::<u32>()))
    {
        Some((base, Ok(number))) if !base.is_empty() && number < 1_000_000 => (base, number + 1),
        _ => (user, 1),
    };
    let tail = match taken.machine() {
        Some(machine) => format!("-{number}@{machine}"),
        None => format!("-{number}"),
    };
    let room = Jid::MAX_BYTES.checked_sub(tail.len())?;
    let cut = (0..=room.min(base.len()))
        .rev()
        .find(|at| base.is_char_boundary(*at))?;
    Jid::new(&format!("{}{tail}", base.get(..cut)?)).ok()
}

/// A name that every living client can use: `user@machine` without what breaks libpurple (`& < > " '` in a stream
/// header) or DNS-SD libraries (`.` in a label), machine in ASCII (XEP-0174 §9), at most 63 bytes.
///
/// # Errors
/// If nothing usable is left of the user name.
pub fn usable_name(user: &str, machine: &str) -> Result<Jid, crate::wire::jid::JidError> {
    let keep = |c: &char| {
        !c.is_control() && !matches!(c, '&' | '<' | '>' | '"' | '\'' | '.' | '@' | '\\' | '/')
    };
    let user: String = user.trim().chars().filter(keep).collect();
    if user.trim().is_empty() {
        return Err(crate::wire::jid::JidError::Empty);
    }
    let machine: String = machine
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    let machine = if machine.is_empty() {
        "machine".to_owned()
    } else {
        machine
    };
    let machine = machine.get(..machine.len().min(30)).unwrap_or("machine");
    let room = Jid::MAX_BYTES - machine.len() - 1;
    let cut = (0..=room.min(user.len()))
        .rev()
        .find(|at| user.is_char_boundary(*at))
        .unwrap_or(0);
    Jid::new(&format!(
        "{}@{machine}",
        user.get(..cut).unwrap_or_default().trim()
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn taken_names_count_up() {
        let next = |name: &str| next_name(&Jid::new(name).unwrap()).unwrap().to_string();
        assert_eq!(next("romeo@forza"), "romeo-1@forza");
        assert_eq!(next("romeo-1@forza"), "romeo-2@forza");
        assert_eq!(next("romeo-x@forza"), "romeo-x-1@forza");
        assert_eq!(next("nobody"), "nobody-1");
        let long = format!("{}@m", "ü".repeat(30));
        assert!(next(&long).ends_with("ü-1@m") && next(&long).len() <= 63);
    }

    #[test]
    fn names_are_made_usable() {
        let name =
            |user: &str, machine: &str| usable_name(user, machine).map(|jid| jid.to_string());
        assert_eq!(
            name("R&D <office>", "pc.example"),
            Ok("RD office@pcexample".to_owned())
        );
        assert_eq!(name("Jürgen", "büro"), Ok("Jürgen@bro".to_owned()));
        assert!(name(" . ", "pc").is_err());
        assert!(name(&"x".repeat(500), &"m".repeat(500)).unwrap().len() <= 63);
    }
}
