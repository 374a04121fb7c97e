//! What a typed line means.

use serde_json::json;

use super::editor::Editor;
use super::files;
use super::show::clean;
use crate::command::room::RoomCommand;
use crate::command::{All, Command, Recipients};
use crate::event::{Message, Show};
use crate::model::{Contact, Model, trust};
use crate::wire::jid::Jid;

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Nothing.
    Nothing,
    /// To leave.
    Quit,
    /// To be told this.
    Say(String),
    /// The list.
    Who,
    /// The interfaces.
    Network,
    /// To write to this one from now on.
    To(Jid),
    /// The node shall do this.
    Ask(Command),
    /// To know where this was said, to one or in rooms.
    Search(String),
}

const HELP: &str = "\
  /who                    who is here
  /to NAME                write to NAME from now on; the beginning of a name is enough, Tab completes it
  TEXT                    send it; // at the beginning sends a text that begins with /
  /me TEXT                as an action: \"* Romeo TEXT\"
  /reply TEXT             answer their last message
  /fix TEXT               correct your last message
  /unsend                 take your last message back
  /react EMOJI            react to their last message; without one: no more
  /all TEXT               to everybody who is here, each alone
  /knock                  ask for attention
  /history [N]            the last N messages with whom you write to (20)
  /search WORDS           in all conversations and rooms; parts of words do, and \"several words\" as one
  /send PATH              send a file or a folder to whom you write to
  /forward [NAME]         pass the file that came last, or the one of this name, on to whom you write to
  /take [NAME]            take the file that was offered last, or the one of this name; into the downloads folder
  /decline [NAME]         do not take it
  /cancel [NAME]          end the file that is on its way
  /pause, /resume [NAME]  hold a file back, and go on with it
  /files                  the files on their way
  /status away [TEXT]     also: available, dnd; with a text beside it
  /nick NAME              how others see you
  /key                    your key as a link for others, and the key of whom you write to
  /verify                 compare keys with whom you write to; then /same or /different
  /trust FINGERPRINT      a fingerprint or link that they gave you by another way
  /accept, /separate      a key has changed: it is the same person all the same; it is somebody else
  /plain NAME [no]        somebody cannot encrypt, and your settings ask: talk to them all the same, or not
  /always [SIZE|no]       take files of whom you write to without asking, up to so many MiB; they must be verified
  /block NAME, /unblock NAME
  /rooms                  which rooms there are
  /room WHAT              create NAME, join ROOM, say ROOM TEXT, leave ROOM; more in /room help
  /network                which interfaces are used, and why others are not
  /connect HOST[:PORT]    for networks that carry no multicast
  /quit                   leave (also Ctrl+D)";

/// All of them, for completion.
const NAMES: [&str; 38] = [
    "/who",
    "/to ",
    "/me ",
    "/reply ",
    "/fix ",
    "/unsend",
    "/react ",
    "/all ",
    "/knock",
    "/history",
    "/search ",
    "/send ",
    "/forward",
    "/take",
    "/decline",
    "/cancel",
    "/pause",
    "/resume",
    "/files",
    "/status ",
    "/nick ",
    "/key",
    "/verify",
    "/same",
    "/different",
    "/trust ",
    "/accept",
    "/separate",
    "/plain ",
    "/always ",
    "/block ",
    "/unblock ",
    "/rooms",
    "/room ",
    "/network",
    "/connect ",
    "/help",
    "/quit",
];

/// What is asked of the node to find this.
pub fn search(model: &Model, text: String) -> Vec<Command> {
    let in_rooms = RoomCommand::RoomSearch {
        text: text.clone(),
        room: None,
        from: None,
        limit: Some(20),
        before: None,
    };
    let mut asked = vec![Command::Search {
        text,
        with: None,
        from: None,
        limit: Some(20),
        before: None,
    }];
    // Who is in no room is not told that nothing was found in one.
    if model.rooms.values().any(|room| room.about.joined) {
        asked.push(Command::Room(in_rooms));
    }
    asked
}

/// Reads a line; `to` is whom a text goes to.
pub fn read(model: &Model, to: Option<&Jid>, line: &str) -> Wish {
    let line = line.trim_end();
    if line.trim().is_empty() {
        return Wish::Nothing;
    }
    if let Some(text) = line.strip_prefix("//") {
        return send(to, format!("/{text}"));
    }
    let Some(command) = line.strip_prefix('/') else {
        return send(to, line.to_owned());
    };
    let (command, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    let rest = rest.trim();
    match command {
        "who" | "w" => Wish::Who,
        "to" | "t" => find(model, rest),
        "me" if rest.is_empty() => Wish::Say("What do you do? /me waves".into()),
        "me" => send(to, format!("/me {rest}")),
        "history" | "h" => history(to, rest),
        "search" | "s" if rest.is_empty() => Wish::Say("For what? /search lunch".into()),
        "search" | "s" => Wish::Search(rest.to_owned()),
        "send" | "forward" | "take" | "decline" | "cancel" | "pause" | "resume" | "files" => {
            files::read(model, to, command, rest)
        }
        "status" => status(rest),
        "fix" if rest.is_empty() => Wish::Say("What should it have said? /fix the new text".into()),
        "fix" => match last_own(model, to) {
            Some(id) => Wish::Ask(Command::Correct {
                id,
                body: rest.to_owned(),
            }),
            None => Wish::Say("There is no message of yours here to correct.".into()),
        },
        "unsend" => match last_own(model, to) {
            Some(id) => Wish::Ask(Command::Retract { id }),
            None => Wish::Say("There is no message of yours here to take back.".into()),
        },
        "react" => match last_of_theirs(model, to) {
            Some(id) => Wish::Ask(Command::React {
                id,
                emoji: rest.split_whitespace().map(str::to_owned).collect(),
            }),
            None => Wish::Say("There is no message here to react to.".into()),
        },
        "reply" | "re" if rest.is_empty() => Wish::Say("What is the answer? /reply yes".into()),
        "reply" | "re" => match last_of_theirs(model, to) {
            Some(id) => Wish::Ask(Command::Reply {
                id,
                body: rest.to_owned(),
            }),
            None => Wish::Say("There is no message here to answer.".into()),
        },
        "all" if rest.is_empty() => Wish::Say("What do you tell everybody? /all lunch?".into()),
        "all" => Wish::Ask(Command::Broadcast {
            body: rest.to_owned(),
            to: Recipients::All(All::All),
        }),
        "knock" => match to {
            Some(to) => Wish::Ask(Command::Attention { to: to.clone() }),
            None => Wish::Say("At whose door? /to NAME chooses.".into()),
        },
        "away" => Wish::Ask(Command::Status {
            show: Show::Away,
            message: rest.to_owned(),
        }),
        "back" => Wish::Ask(Command::Status {
            show: Show::Available,
            message: rest.to_owned(),
        }),
        "nick" if rest.is_empty() => {
            Wish::Say("What do you want to be called? /nick Juliet".into())
        }
        "nick" => Wish::Ask(Command::Configure {
            settings: json!({ "nick": rest }),
        }),
        "key" => Wish::Say(keys(model, to)),
        "verify" | "same" | "different" | "accept" | "separate" | "trust" => match to {
            Some(to) => about_key(command, to.clone(), rest),
            None => Wish::Say("With whom? /to NAME chooses.".into()),
        },
        "plain" => plain(model, to, rest),
        "always" => always(model, to, rest),
        "block" | "unblock" => block(model, command == "block", rest),
        "rooms" => Wish::Ask(Command::Room(RoomCommand::Rooms)),
        "room" => super::rooms::read(rest),
        "network" => Wish::Network,
        "connect" if rest.is_empty() => Wish::Say("Connect to whom? /connect 192.168.1.20".into()),
        "connect" => Wish::Ask(Command::Connect {
            address: rest.to_owned(),
        }),
        "help" | "?" => Wish::Say(HELP.into()),
        "quit" | "q" | "exit" => Wish::Quit,
        _ => Wish::Say(format!(
            "There is no /{command}. /help shows what there is; // sends a text that begins with /."
        )),
    }
}

/// The newest message of the conversation that this is true of.
fn newest(model: &Model, to: Option<&Jid>, wanted: impl Fn(&Message) -> bool) -> Option<String> {
    let conversation = &model.contacts.get(to?)?.conversation;
    let mut loaded = conversation.messages.iter().rev().chain(&conversation.last);
    loaded
        .find(|message| wanted(message))
        .map(|message| message.id.clone())
}

fn last_own(model: &Model, to: Option<&Jid>) -> Option<String> {
    let retracted = |message: &Message| {
        let extra = message.extra.as_ref();
        extra.is_some_and(|extra| extra.retracted.is_some())
    };
    newest(model, to, |message| message.is_own() && !retracted(message))
}

fn last_of_theirs(model: &Model, to: Option<&Jid>) -> Option<String> {
    newest(model, to, |message| !message.is_own())
}

fn send(to: Option<&Jid>, body: String) -> Wish {
    match to {
        Some(to) => Wish::Ask(Command::Send {
            to: to.clone(),
            body,
            spoiler: None,
        }),
        None => Wish::Say("To whom? /who shows who is here, /to NAME chooses.".into()),
    }
}

/// Our key, and theirs.
fn keys(model: &Model, to: Option<&Jid>) -> String {
    let mut lines = Vec::new();
    if let Some(own) = &model.me.fingerprint {
        lines.push(format!("Your key: {}", own.spelled()));
        lines.push(format!("As a link: {}", trust::link(&model.me.jid, own)));
    }
    let contact = to.and_then(|to| model.contacts.get(to));
    if let Some(contact) = contact {
        let name = clean(&contact.nick);
        lines.push(match &contact.security.fingerprint {
            Some(theirs) => format!("The key of {name}: {}", theirs.spelled()),
            None => format!("No key of {name} is known."),
        });
    }
    lines.join("\n")
}

fn about_key(command: &str, peer: Jid, rest: &str) -> Wish {
    Wish::Ask(match command {
        "verify" => Command::Verify { peer },
        "same" => Command::Confirm { peer, same: true },
        "different" => Command::Confirm { peer, same: false },
        "accept" => Command::AcceptKey { peer },
        "separate" => Command::SeparateKey { peer },
        _ if rest.is_empty() => {
            return Wish::Say(
                "Which fingerprint? /trust xmpp:juliet@pronto?trust-message;…".into(),
            );
        }
        _ => Command::Trust {
            peer,
            fingerprint: rest.to_owned(),
        },
    })
}

/// Whether to talk to somebody who cannot encrypt.
fn plain(model: &Model, to: Option<&Jid>, rest: &str) -> Wish {
    let (name, allow) = match rest.strip_suffix("no") {
        Some(name) if name.is_empty() || name.ends_with(' ') => (name.trim(), false),
        _ => (rest, true),
    };
    let peer = match (find(model, name), to) {
        (Wish::To(peer), _) => peer,
        (_, Some(to)) if name.is_empty() => to.clone(),
        (other, _) => return other,
    };
    Wish::Ask(Command::Plaintext { peer, allow })
}

/// Up to which size files are taken without asking.
fn always(model: &Model, to: Option<&Jid>, rest: &str) -> Wish {
    let Some(peer) = to.cloned() else {
        return Wish::Say("Of whom? /to NAME chooses.".into());
    };
    let now = model.contacts.get(&peer);
    let now = now.and_then(|contact| contact.security.takes_files);
    let limit = match (rest, rest.parse::<u64>()) {
        ("", _) => {
            let name = clean(peer.as_str());
            return Wish::Say(match now {
                Some(limit) => format!(
                    "Files of {name} are taken without asking up to {} MiB. /always no ends that.",
                    limit >> 20
                ),
                None => format!(
                    "You are asked about each file of {name}. /always 100 takes those up to 100 MiB."
                ),
            });
        }
        ("no", _) => None,
        (_, Ok(mebibytes @ 1..=8_000_000)) => Some(mebibytes << 20),
        _ => return Wish::Say("How many MiB? /always 100, or /always no".into()),
    };
    Wish::Ask(Command::TakeFiles { peer, limit })
}

fn block(model: &Model, block: bool, rest: &str) -> Wish {
    if rest.is_empty() {
        let names: Vec<&str> = model.blocked_names.iter().map(Jid::as_str).collect();
        return Wish::Say(format!("Blocked: {}", clean(&names.join(", "))));
    }
    // Who is blocked is in no list any more: the whole name then.
    let peer = match (find(model, rest), Jid::new(rest)) {
        (Wish::To(peer), _) | (_, Ok(peer)) => peer,
        (other, _) => return other,
    };
    Wish::Ask(match block {
        true => Command::Block { peer },
        false => Command::Unblock {
            peer: Some(peer),
            fingerprint: None,
        },
    })
}

fn history(to: Option<&Jid>, limit: &str) -> Wish {
    let limit = if limit.is_empty() {
        Ok(20)
    } else {
        limit.parse()
    };
    match (to, limit) {
        (None, _) => Wish::Say("With whom? /to NAME chooses.".into()),
        (Some(to), Ok(limit @ 1..=1000)) => Wish::Ask(Command::History {
            with: to.clone(),
            limit: Some(limit),
            before: None,
            after: None,
            around: None,
        }),
        _ => Wish::Say("How many? /history 50 (1 to 1000)".into()),
    }
}

fn status(rest: &str) -> Wish {
    let (show, message) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let show = match show {
        "available" | "avail" => Show::Available,
        "away" => Show::Away,
        "dnd" => Show::Dnd,
        _ => {
            return Wish::Say(
                "Which one? /status available, /status away [TEXT], /status dnd [TEXT]".into(),
            );
        }
    };
    Wish::Ask(Command::Status {
        show,
        message: message.trim().to_owned(),
    })
}

/// The one that is called so, or whose name or address begins so.
fn find(model: &Model, name: &str) -> Wish {
    if name.is_empty() {
        return Wish::Say("To whom? /to NAME; /who shows who is here.".into());
    }
    let exact: Vec<_> = candidates(model, |text| text == name.to_lowercase());
    let some = if exact.is_empty() {
        candidates(model, |text| text.starts_with(&name.to_lowercase()))
    } else {
        exact
    };
    match some.as_slice() {
        [one] => Wish::To(one.jid.clone()),
        [] => Wish::Say(format!(
            "Nobody here is called \"{}\". /who shows who is here.",
            clean(name)
        )),
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|contact| clean(contact.jid.as_str()))
                .collect();
            Wish::Say(format!("Which one? {}", names.join(", ")))
        }
    }
}

fn candidates(model: &Model, fits: impl Fn(&str) -> bool) -> Vec<&Contact> {
    let fits = |contact: &&Contact| {
        fits(&clean(&contact.nick).to_lowercase()) || fits(&contact.jid.as_str().to_lowercase())
    };
    model.contacts.values().filter(fits).collect()
}

/// Completes a command, or the name after `/to`, as far as it is clear.
pub fn complete(model: &Model, editor: &mut Editor) {
    let text = editor.text();
    if editor.cursor() != text.len() {
        return;
    }
    let choices: Vec<String> = if let Some(name) = text.strip_prefix("/to ") {
        let fitting = candidates(model, |text| text.starts_with(&name.to_lowercase()));
        // By whichever of the two names was begun.
        let by_nick = |contact: &Contact| {
            clean(&contact.nick)
                .to_lowercase()
                .starts_with(&name.to_lowercase())
        };
        let word = |contact: &Contact| {
            if by_nick(contact) {
                clean(&contact.nick)
            } else {
                clean(contact.jid.as_str())
            }
        };
        fitting
            .into_iter()
            .map(|contact| format!("/to {}", word(contact)))
            .collect()
    } else if text.starts_with('/') {
        NAMES
            .iter()
            .filter(|name| name.starts_with(text))
            .map(|&name| name.to_owned())
            .collect()
    } else {
        return;
    };
    let common = choices.into_iter().reduce(|one, other| {
        let same = one
            .chars()
            .zip(other.chars())
            .take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase()));
        same.map(|(a, _)| a).collect()
    });
    if let Some(common) = common.filter(|common| common.chars().count() >= text.chars().count()) {
        editor.set(common);
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use super::*;
    use crate::event::Me;
    use crate::model::settings::Settings;

    fn jid(name: &str) -> Jid {
        Jid::new(name).unwrap()
    }

    fn model() -> Model {
        let (jid_me, nick, message) = (jid("me@here"), String::new(), String::new());
        let me = Me {
            jid: jid_me,
            nick,
            show: Show::Available,
            message,
            avatar: None,
            port: 0,
            fingerprint: None,
            online: true,
        };
        let mut model = Model::new(me, Settings::default());
        for (name, nick) in [
            ("juliet@pronto", "Juliet"),
            ("julius@pronto", "Cæsar"),
            ("romeo@forza", "Romeo"),
        ] {
            let mut contact = Contact::new(jid(name));
            contact.nick = nick.to_owned();
            model.contacts.insert(jid(name), contact);
        }
        model
    }

    #[test]
    fn a_name_is_found_by_what_is_unique_of_it() {
        let model = model();
        let to = |line: &str| read(&model, None, line);
        assert_eq!(to("/to rom"), Wish::To(jid("romeo@forza")));
        assert_eq!(to("/to juliet"), Wish::To(jid("juliet@pronto")));
        assert_eq!(to("/to cæ"), Wish::To(jid("julius@pronto")));
        assert!(
            matches!(to("/to ju"), Wish::Say(text) if text.contains("julius@pronto") && text.contains("juliet@pronto"))
        );
        assert!(matches!(to("/to nobody"), Wish::Say(text) if text.contains("nobody")));
    }

    #[test]
    fn who_is_in_a_room_looks_there_too() {
        let mut model = model();
        let Wish::Search(text) = read(&model, None, "/search two words") else {
            panic!("no search");
        };
        assert_eq!(text, "two words");
        assert_eq!(search(&model, text.clone()).len(), 1);
        let hall = model.rooms.entry("hall@room-x".into()).or_default();
        hall.about.joined = true;
        assert!(search(&model, text).iter().any(|asked| matches!(
            asked,
            Command::Room(RoomCommand::RoomSearch { text, room: None, .. }) if text == "two words"
        )));
    }

    #[test]
    fn a_text_goes_to_whom_was_chosen() {
        let (model, to) = (model(), jid("romeo@forza"));
        let body = |line: &str| match read(&model, Some(&to), line) {
            Wish::Ask(Command::Send { body, .. }) => body,
            other => panic!("{other:?}"),
        };
        assert_eq!(body("hello there "), "hello there");
        assert_eq!(body("/me waves"), "/me waves");
        assert_eq!(body("//usr/bin"), "/usr/bin");
        assert!(matches!(read(&model, None, "hello"), Wish::Say(text) if text.contains("/to")));
        assert!(
            matches!(read(&model, Some(&to), "/dance"), Wish::Say(text) if text.contains("/dance"))
        );
    }

    #[test]
    fn tab_completes_as_far_as_it_is_clear() {
        let model = model();
        let done = |text: &str| {
            let mut editor = Editor::default();
            editor.set(text.to_owned());
            complete(&model, &mut editor);
            editor.text().to_owned()
        };
        assert_eq!(done("/st"), "/status ");
        assert_eq!(done("/to r"), "/to Romeo");
        assert_eq!(done("/to ju"), "/to Juli");
        assert_eq!(done("hello"), "hello");
    }
}
