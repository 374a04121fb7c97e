//! What is shown: events and lists as lines of text. Everything of a peer passes [`clean`].

use jiff::Timestamp;

use super::screen::Style;
use crate::event::{
    Cause, Event, Hit, Message, MessageState, OfflineReason, Peer, Security, Show, Trust,
    Verification, VerificationState,
};
use crate::host::zone;
use crate::model::{Contact, Model};
use crate::wire::jid::Jid;

/// Text without anything that a terminal would obey: control characters (but for the line end), and those that turn
/// the reading direction of what follows.
pub fn clean(text: &str) -> String {
    let obeyed = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|&c| c == '\n' || !c.is_control() && !obeyed(c))
        .collect()
}

/// What a contact is called, in one line.
pub fn name(model: &Model, jid: &Jid) -> String {
    let nick = model
        .contacts
        .get(jid)
        .map_or(jid.as_str(), |contact| &contact.nick);
    one_line(nick)
}

pub(super) fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}

/// What an event says, seen from the model before it; nothing if it needs no words.
pub fn event(model: &Model, event: &Event, style: Style) -> Option<String> {
    match event {
        Event::Ready { jid, .. } => {
            Some(style.dim(&format!("You are here as {}.", one_line(jid.as_str()))))
        }
        Event::PeerOnline { peer } => {
            Some(style.dim(&format!("→ {} is here{}", called(peer), state(peer))))
        }
        Event::PeerChanged { peer } => changed(model, peer).map(|text| style.dim(&text)),
        Event::PeerOffline { jid, reason } => {
            let why = match reason {
                OfflineReason::Goodbye => "left",
                OfflineReason::Expired | OfflineReason::Unreachable => "can no longer be reached",
            };
            Some(style.dim(&format!("← {} {why}", name(model, jid))))
        }
        Event::MessageReceived { message } => Some(received(model, message, style)),
        Event::MessageCorrected {
            with,
            own: false,
            body,
            time,
            ..
        } => Some(format!(
            "{} {} corrected: {}",
            style.dim(&clock(*time)),
            style.bold(&name(model, with)),
            clean(body).replace('\n', "\n      ")
        )),
        Event::MessageRetracted {
            with, own: false, ..
        } => Some(style.dim(&format!("{} took a message back.", name(model, with)))),
        Event::MessageReactions {
            with,
            own: false,
            emoji,
            id,
            ..
        } if !emoji.is_empty() => Some(style.dim(&format!(
            "{} reacts with {}{}",
            name(model, with),
            clean(&emoji.join(" ")),
            reacted_to(model, with, id)
        ))),
        Event::Attention { from } => Some(style.bold(&format!(
            "\u{7}{} asks for your attention.",
            name(model, from)
        ))),
        Event::BroadcastState { progress, .. } if progress.queued == 0 => {
            Some(style.dim(&format!(
                "To several people: delivered to {} of {}.",
                progress.delivered, progress.people
            )))
        }
        Event::MessageState {
            to,
            state,
            reason,
            body,
            time,
            ..
        } => {
            let body = body.as_deref().zip(*time);
            sent(model, to, *state, reason.as_deref(), body, style)
        }
        Event::History {
            messages, complete, ..
        } => Some(history(model, messages, *complete, style)),
        Event::SearchResult { hits, complete, .. } => Some(found(model, hits, *complete, style)),
        Event::FileOffered { .. }
        | Event::FileState { .. }
        | Event::FileDone { .. }
        | Event::FileFailed { .. } => super::files::event(model, event, style),
        Event::NameChanged { jid, was } => {
            Some(style.alarm(&format!("The name {was} is taken; you are now {jid}.")))
        }
        Event::TrustChanged { peer, security } => trust(model, peer, security, style),
        Event::Plaintext {
            peer,
            held: held @ 1..,
            ..
        } => Some(style.alarm(&format!(
            "{} wants to write to you, and its program cannot encrypt: others on the network could read along. {held} waiting. /plain NAME shows it and goes on; /plain NAME no deletes it.",
            name(model, peer)
        ))),
        Event::Verification { peer, verification } => {
            Some(comparison(&name(model, peer), verification, style))
        }
        Event::ContactMoved { from, to } => Some(style.dim(&format!(
            "{} has the key of {}: it is the same person.",
            one_line(to.as_str()),
            one_line(from.as_str())
        ))),
        Event::Network { interfaces } if interfaces.iter().all(|interface| !interface.used) => {
            Some(style.alarm("There is no network to use. /network tells why."))
        }
        Event::Room(event) => super::rooms::event(event, style),
        Event::Error { message, .. } => Some(style.alarm(&format!("! {}", clean(message)))),
        _ => None,
    }
}

/// What has become of the trust in a name, where that wants words.
fn trust(model: &Model, peer: &Jid, security: &Security, style: Style) -> Option<String> {
    let before = model
        .contacts
        .get(peer)
        .map(|contact| contact.security.trust);
    let nick = name(model, peer);
    if let Some(warning) = &security.warning {
        let mark = if security.was_verified { "!!!" } else { "!" };
        let choice = match security.cause {
            Some(Cause::Namesake) | None => "",
            _ => " (/to them, then /accept or /separate; or let it wait)",
        };
        return Some(style.alarm(&format!("{mark} {}{choice}", clean(warning))));
    }
    match (before, security.trust) {
        (Some(Trust::Changed), Trust::Pinned | Trust::Verified) => {
            Some(style.dim(&format!("The key of {nick} is settled.")))
        }
        (Some(before), Trust::Pinned) if before != Trust::Pinned => Some(style.dim(&format!(
            "Encrypted with {nick}; the key is remembered. /verify compares it."
        ))),
        _ => None,
    }
}

/// How far a comparison of keys is.
fn comparison(nick: &str, verification: &Verification, style: Style) -> String {
    let reason = verification.reason.as_deref().unwrap_or_default();
    match verification.state {
        VerificationState::Waiting => style.dim(&format!("Asking {nick} for a code…")),
        VerificationState::Compare => {
            let emoji = verification.emoji.iter();
            let emoji: Vec<String> = emoji
                .map(|one| format!("{} {}", one.emoji, one.name))
                .collect();
            format!(
                "{}\n      {}\n      or: {}\n      /same or /different",
                style.bold(&format!("Does {nick} see the same?")),
                emoji.join("  "),
                verification.code.as_deref().unwrap_or_default()
            )
        }
        VerificationState::TheyConfirmed => {
            format!("{nick} says that it is the same. Is it? /same or /different")
        }
        VerificationState::Confirmed => style.dim(&format!("Now {nick} must say so, too.")),
        VerificationState::Verified => {
            style.bold(&format!("Verified: nobody is between you and {nick}."))
        }
        VerificationState::Failed => style.alarm(&format!(
            "! The keys were not compared with {nick}: {}",
            clean(reason)
        )),
        VerificationState::Cancelled => style.dim(&format!(
            "The keys were not compared with {nick}: {}",
            clean(reason)
        )),
    }
}

/// The nick, and the address where it says more.
fn called(peer: &Peer) -> String {
    let (nick, jid) = (one_line(&peer.nick), one_line(peer.jid.as_str()));
    if nick == jid {
        nick
    } else {
        format!("{nick} ({jid})")
    }
}

fn state(peer: &Peer) -> String {
    let show = match peer.show {
        Show::Available => "",
        Show::Away => ", away",
        Show::Dnd => ", not to be disturbed",
    };
    match one_line(&peer.message).as_str() {
        "" => show.to_owned(),
        message => format!("{show}: {message}"),
    }
}

fn changed(model: &Model, peer: &Peer) -> Option<String> {
    let before = model.contacts.get(&peer.jid)?.peer.as_ref()?;
    if before.nick != peer.nick {
        return Some(format!(
            "{} is now called {}",
            one_line(&before.nick),
            one_line(&peer.nick)
        ));
    }
    let quiet = before.show == peer.show && before.message == peer.message;
    let state = match state(peer) {
        state if state.is_empty() => " is available".to_owned(),
        state => format!(" is{}", state.trim_start_matches(',')),
    };
    (!quiet).then(|| format!("{}{state}", one_line(&peer.nick)))
}

fn received(model: &Model, message: &Message, style: Style) -> String {
    let nick = name(model, &message.from);
    let who = style.name(message.from.as_str(), &nick);
    line(message.time, &who, &nick, &message.body, style)
}

/// How others see us: "* Romeo waves" is what they read, too.
fn own_name(model: &Model) -> String {
    match model.me.nick.as_str() {
        "" => one_line(model.me.jid.as_str()),
        nick => one_line(nick),
    }
}

fn sent(
    model: &Model,
    to: &Jid,
    state: MessageState,
    reason: Option<&str>,
    body: Option<(&str, Timestamp)>,
    style: Style,
) -> Option<String> {
    let why = reason
        .map(|reason| format!(": {}", clean(reason)))
        .unwrap_or_default();
    let nick = name(model, to);
    match (state, body) {
        (MessageState::Queued, Some((body, time))) => {
            let here = model.contacts.get(to).is_some_and(Contact::is_online);
            let mut text = line(
                time,
                &style.bold(&format!("you → {nick}")),
                &own_name(model),
                body,
                style,
            );
            if !here {
                text.push('\n');
                text.push_str(&style.dim(&format!(
                    "{nick} is not here; it goes out when both of you are."
                )));
            }
            Some(text)
        }
        (MessageState::Failed, _) => Some(style.alarm(&format!("! Not sent to {nick}{why}"))),
        (MessageState::Uncertain, _) => {
            Some(style.alarm(&format!("! It may not have reached {nick}{why}")))
        }
        _ => None,
    }
}

/// The beginning of the message that was reacted to, if it is known.
fn reacted_to(model: &Model, with: &Jid, id: &str) -> String {
    let conversation = model
        .contacts
        .get(with)
        .map(|contact| &contact.conversation);
    let mut known = conversation
        .into_iter()
        .flat_map(|conversation| conversation.messages.iter().rev());
    match known.find(|message| message.id == id) {
        Some(message) => {
            let words: String = one_line(&message.body).chars().take(40).collect();
            format!(" to “{words}”")
        }
        None => String::new(),
    }
}

/// `14:03 Juliet: text`, further lines indented, `/me` as an action (XEP-0245).
pub(super) fn line(time: Timestamp, who: &str, plain: &str, body: &str, style: Style) -> String {
    let body = clean(body).replace('\n', "\n      ");
    let time = style.dim(&clock(time));
    match body.strip_prefix("/me ") {
        Some(action) => format!("{time} * {plain} {action}"),
        None => format!("{time} {who}: {body}"),
    }
}

fn clock(time: Timestamp) -> String {
    let local = time.to_zoned(zone::zone());
    let today = zone::now().date() == local.date();
    local
        .strftime(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" })
        .to_string()
}

fn history(model: &Model, messages: &[Message], complete: bool, style: Style) -> String {
    let mut lines = Vec::new();
    if complete {
        lines.push(style.dim("(the conversation begins here)"));
    }
    for message in messages {
        if message.is_own() {
            lines.push(line(
                message.time,
                &style.bold("you"),
                "you",
                &message.body,
                style,
            ));
        } else {
            lines.push(received(model, message, style));
        }
    }
    lines.join("\n")
}

fn found(model: &Model, hits: &[Hit], complete: bool, style: Style) -> String {
    if hits.is_empty() {
        // Rooms answer for themselves.
        let rooms = model.rooms.values().any(|room| room.about.joined);
        let place = if rooms { " in conversations" } else { "" };
        return style.dim(&format!("(nothing found{place})"));
    }
    let mut lines = Vec::new();
    if !complete {
        lines.push(style.dim("(more was said of this; these are the newest)"));
    }
    for Hit { with, message } in hits.iter().rev() {
        let day = message.time.to_zoned(zone::zone()).strftime("%F");
        let with = one_line(with.as_str());
        lines.push(style.dim(&format!("{day}, with {with}:")));
        lines.push(history(model, std::slice::from_ref(message), false, style));
    }
    lines.join("\n")
}

/// Who is here.
pub fn who(model: &Model, style: Style) -> String {
    let here: Vec<&Contact> = model
        .contacts
        .values()
        .filter(|contact| contact.is_online())
        .collect();
    if here.is_empty() {
        return "Nobody else is here yet. If that is wrong, `balcony doctor` looks for the reason."
            .to_owned();
    }
    let lines = here.iter().filter_map(|contact| {
        let peer = contact.peer.as_ref()?;
        let unread = match contact.conversation.unread {
            0 => String::new(),
            count => format!(" [{count} unread]"),
        };
        let marked = style.name(peer.jid.as_str(), &one_line(&peer.nick));
        Some(format!(
            "  {marked} {}{}{unread}",
            style.dim(&one_line(peer.jid.as_str())),
            state(peer)
        ))
    });
    format!("Here now:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// The interfaces and why they are used or not.
pub fn network(model: &Model) -> String {
    let lines = model.interfaces.iter().map(|interface| {
        let used = if interface.used { "used" } else { "left out" };
        let addresses: Vec<_> = interface
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        format!(
            "  {} {used} ({}) {}",
            interface.name,
            clean(&interface.reason),
            addresses.join(" ")
        )
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        "No network interface at all.".to_owned()
    } else {
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_peer_moves_the_terminal() {
        assert_eq!(
            clean("a\x1b[2Jb\u{9b}31mc\rd\u{202e}e\u{7}\nf\tg"),
            "a[2Jb31mcde\nf g"
        );
    }
}
