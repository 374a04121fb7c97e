//! Rooms in the terminal chat: `/room WHAT`, and what happens in rooms as lines.

use super::commands::Wish;
use super::screen::Style;
use super::show::{self, clean};
use crate::command::Command;
use crate::command::room::RoomCommand;
use crate::event::room::{RoomEvent, RoomHit};
use crate::host::zone;

const HELP: &str = "\
  /rooms                          which rooms there are
  /room create NAME               a room for everybody; lecture NAME: only who has the floor speaks
  /room join ROOM                 enter; ROOM is an address as /rooms shows it
  /room say ROOM TEXT             also announce ROOM TEXT
  /room topic ROOM TEXT           what is talked about
  /room nick ROOM NICK            your name in this room
  /room hand ROOM, /room down ROOM
  /room voice|mute|kick|ban|unban|admin|member ROOM NICK
  /room moderated|open ROOM       only who has the floor speaks; everybody does
  /room closed|public ROOM        for members only; for everybody
  /room pidgin ROOM               Pidgin and its like take part through you; /room nopidgin ROOM
  /room leave ROOM, /room delete ROOM: leave (or stop waiting to be let in), and delete what is kept of it here";

/// Reads what stands behind `/room`.
pub fn read(rest: &str) -> Wish {
    let (what, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let rest = rest.trim();
    let (room, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (room, text) = (room.to_owned(), text.trim().to_owned());
    if rest.is_empty() {
        return Wish::Say(HELP.into());
    }
    let say = |announcement: bool| RoomCommand::RoomSend {
        room: room.clone(),
        body: text.clone(),
        reply_to: None,
        announcement,
    };
    let role = |affiliation: Option<&str>, role: Option<&str>| RoomCommand::RoomRole {
        room: room.clone(),
        nick: text.clone(),
        affiliation: affiliation.map(str::to_owned),
        role: role.map(str::to_owned),
        reason: String::new(),
    };
    let ban = |ban: bool| RoomCommand::RoomBan {
        room: room.clone(),
        nick: text.clone(),
        reason: String::new(),
        ban,
    };
    let create = |moderated: bool| RoomCommand::RoomCreate {
        name: rest.to_owned(),
        nick: None,
        members_only: false,
        moderated,
    };
    let command = match what {
        "create" => create(false),
        "lecture" => create(true),
        // An address may have blanks in it.
        "join" => RoomCommand::RoomJoin {
            room: rest.to_owned(),
            nick: None,
            via: None,
        },
        "leave" | "delete" => RoomCommand::RoomLeave {
            room: rest.to_owned(),
            delete: what == "delete",
        },
        "moderated" | "open" => RoomCommand::RoomModerated {
            room: rest.to_owned(),
            moderated: what == "moderated",
        },
        "closed" | "public" => RoomCommand::RoomMembersOnly {
            room: rest.to_owned(),
            members_only: what == "closed",
        },
        "pidgin" | "nopidgin" => RoomCommand::RoomRepeat {
            room: rest.to_owned(),
            repeat: what == "pidgin",
        },
        "hand" => RoomCommand::RoomHand {
            room: rest.to_owned(),
            up: true,
        },
        "down" => RoomCommand::RoomHand {
            room: rest.to_owned(),
            up: false,
        },
        _ if text.is_empty() => return Wish::Say(HELP.into()),
        "say" => say(false),
        "announce" => say(true),
        "topic" => RoomCommand::RoomSubject {
            room: room.clone(),
            subject: text.clone(),
        },
        "nick" => RoomCommand::RoomNick {
            room: room.clone(),
            nick: text.clone(),
        },
        "voice" => role(None, Some("participant")),
        "mute" => role(None, Some("visitor")),
        "kick" => role(None, Some("none")),
        "admin" => role(Some("admin"), None),
        "member" => role(Some("member"), None),
        "ban" => ban(true),
        "unban" => ban(false),
        _ => return Wish::Say(HELP.into()),
    };
    Wish::Ask(Command::Room(command))
}

/// What an event of a room says; nothing if it needs no words.
pub fn event(event: &RoomEvent, style: Style) -> Option<String> {
    let line = |text: &str| clean(text).replace('\n', " ");
    Some(match event {
        RoomEvent::RoomJoined { about, members, .. } => style.dim(&line(&format!(
            "You are in {} with {} people. {}",
            about.room,
            members.len(),
            about.subject
        ))),
        RoomEvent::RoomLeft { room, by: None, .. } => {
            style.dim(&line(&format!("You left {room}.")))
        }
        RoomEvent::RoomLeft {
            room,
            by: Some(by),
            reason,
            ..
        } => style.alarm(&line(&format!("{by} has sent you out of {room}. {reason}"))),
        RoomEvent::RoomMessage { room, line: said } if !said.own && !said.history => {
            let mark = if said.announcement { "! " } else { "" };
            line(&format!("[{room}] {mark}{}: {}", said.nick, said.body))
        }
        RoomEvent::RoomSubject {
            room,
            subject,
            nick,
        } => style.dim(&line(&format!(
            "[{room}] {nick} has set the topic: {subject}"
        ))),
        RoomEvent::RoomHand { room, hands } if !hands.is_empty() => style.dim(&line(&format!(
            "[{room}] raised hands: {}",
            hands.join(", ")
        ))),
        RoomEvent::RoomInvited {
            room, from, reason, ..
        } => style.alarm(&line(&format!("{from} invites you to {room}. {reason}"))),
        RoomEvent::RoomTrouble { room, message, .. } => {
            style.alarm(&line(&format!("[{room}] {message}")))
        }
        RoomEvent::RoomFound { hits, complete, .. } => found(hits, *complete, style),
        RoomEvent::Rooms { rooms, .. } if rooms.is_empty() => style.dim("There are no rooms here."),
        RoomEvent::Rooms { rooms, .. } => {
            let one = |about: &crate::event::room::RoomAbout| {
                line(&format!(
                    "  {} ({}) {}",
                    about.room, about.occupants, about.subject
                ))
            };
            rooms.iter().map(one).collect::<Vec<_>>().join("\n")
        }
        _ => return None,
    })
}

/// What was found in rooms, the newest last.
fn found(hits: &[RoomHit], complete: bool, style: Style) -> String {
    if hits.is_empty() {
        return style.dim("(nothing found in rooms)");
    }
    let mut lines = Vec::new();
    if !complete {
        lines.push(style.dim("(more was said of this in rooms; these are the newest)"));
    }
    for RoomHit { room, line } in hits.iter().rev() {
        let day = line.time.to_zoned(zone::zone()).strftime("%F");
        let nick = match line.own {
            true => "you".to_owned(),
            false => show::one_line(&line.nick),
        };
        lines.push(style.dim(&format!("{day}, in {}:", show::one_line(room))));
        let who = style.bold(&nick);
        lines.push(show::line(line.time, &who, &nick, &line.body, style));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn what_was_found_is_shown_with_its_room_the_newest_last_and_nothing_that_a_terminal_obeys() {
        let hit = |nick: &str, own: bool, body: &str| RoomHit {
            room: "hall@room-x".into(),
            line: serde_json::from_value(serde_json::json!({
                "id": "x", "nick": nick, "own": own, "body": body, "time": "2026-11-22T14:00:00Z",
            }))
            .unwrap(),
        };
        let hits = [
            hit("me", true, "/me leaves"),
            hit("Dora\u{1b}", false, "a\nb"),
        ];
        let style = Style { colour: false };
        let said = found(&hits, false, style);
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].starts_with("(more was said"), "{said}");
        assert!(lines[1].ends_with("in hall@room-x:"), "{said}");
        assert!(
            lines[2].ends_with("Dora: a") && lines[3].trim() == "b",
            "{said}"
        );
        assert!(lines[5].ends_with("* you leaves"), "{said}");
        assert_eq!(found(&[], true, style), "(nothing found in rooms)");
    }

    #[test]
    fn lines_become_commands_and_the_rest_help() {
        let Wish::Ask(Command::Room(RoomCommand::RoomSend { room, body, .. })) =
            read("say hall@room-x good day")
        else {
            panic!("no message");
        };
        assert_eq!((room.as_str(), body.as_str()), ("hall@room-x", "good day"));
        assert!(matches!(read("kick hall@room-x romeo"), Wish::Ask(_)));
        let Wish::Ask(Command::Room(RoomCommand::RoomNick { nick, .. })) =
            read("nick hall@room-x Romeo Montague")
        else {
            panic!("no other name");
        };
        assert_eq!(nick, "Romeo Montague");
        for unclear in ["", "say", "say hall@room-x", "dance hall@room-x x"] {
            assert!(matches!(read(unclear), Wish::Say(_)), "{unclear}");
        }
    }
}
