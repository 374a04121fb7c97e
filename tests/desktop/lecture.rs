//! A lecture: Romeo speaks at his window, Juliet listens at hers, and ten others with `balcony headless`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::desktop::Desktop;
use super::window::Window;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::{self, Host, Lab};

const LISTENERS: [&str; 10] = [
    "Mercutio",
    "Tybalt",
    "Benvolio",
    "Paris",
    "Rosaline",
    "Angelica",
    "Laurence",
    "Peter",
    "Balthasar",
    "Sampson",
];
const QUESTION: &str = "What's in a name?";

/// The hall.
struct Hall {
    romeo: Window,
    juliet: Window,
    desks: [Arc<Desktop>; 2],
    listeners: Vec<Peer>,
    room: String,
}

impl Hall {
    fn new_or_skip() -> Option<Hall> {
        lab::or_skip(Desktop::available())?;
        let lab = Lab::new_or_skip()?;
        let benches: Vec<Host> = (0..5).map(|n| lab.host(&format!("bench{n}"))).collect();
        let listeners: Vec<Peer> = LISTENERS
            .iter()
            .enumerate()
            .map(|(n, nick)| {
                let bench = &benches[n % benches.len()];
                balcony(bench, &nick.to_lowercase())
                    .with("--nick", nick)
                    .spawn()
            })
            .collect();
        let desks = ["forza", "pronto"].map(|name| Desktop::start(&lab.host(name)));
        let romeo = Window::start(&desks[0], &["--name", "romeo", "--nick", "Romeo"]);
        let juliet = Window::start(&desks[1], &["--name", "juliet", "--nick", "Juliet"]);
        for listener in &listeners {
            listener.event("ready", SOON, |_| true);
        }
        // The windows' lists are longer than their windows: whom they see is told by the others.
        for listener in &listeners {
            listener.shows("romeo@forza", SOON, |_| true);
            listener.shows("juliet@pronto", SOON, |_| true);
        }
        for window in [&romeo, &juliet] {
            window.reads("the first of them", |screen| screen.says("Angelica"));
        }
        Some(Hall {
            romeo,
            juliet,
            desks,
            listeners,
            room: String::new(),
        })
    }

    /// Romeo makes the room; the others find it and come.
    fn begins(&mut self) {
        self.romeo.takes_keyboard();
        self.romeo.clicks("Rooms…");
        self.romeo.clicks("Name of the room");
        self.desks[0].types("verona");
        self.romeo
            .clicks("A lecture: only who has the floor speaks");
        self.romeo.clicks("Make the room");
        self.romeo.clicks("# verona");
        self.romeo
            .reads("his room", |screen| screen.says("Write to verona"));

        self.juliet.takes_keyboard();
        self.juliet.clicks("Rooms…");
        self.juliet
            .reads("the room among those that are here", |screen| {
                let there = screen.called("Enter verona").is_some();
                if !there && let Some(again) = screen.called("Look again") {
                    self.desks[1].reader().press(again);
                }
                there
            });
        self.juliet.clicks("Enter verona");
        self.juliet.clicks("# verona");
        self.juliet.reads("that she listens", |screen| {
            screen.says("You are listening")
        });
        for listener in &self.listeners {
            let room = poll("the room is advertised", SOON, || {
                let mark = listener.mark();
                listener.tell(&json!({"command": "rooms"}));
                let rooms = listener.event_after(mark, "rooms", SOON, |_| true).line;
                let first = rooms["rooms"].as_array().unwrap().first()?;
                Some(first["room"].as_str().unwrap().to_owned())
            });
            listener.tell(&json!({"command": "room-join", "room": room}));
            self.room = room;
        }
        for listener in &self.listeners {
            listener.event("room-joined", SOON, |_| true);
        }
        self.romeo
            .reads("twelve people", |screen| screen.says("12 people"));
    }

    fn all_hear(&self, body: &str, test: impl Fn(&Value) -> bool) {
        for listener in &self.listeners {
            listener.event("room-message", SOON, |line| {
                line["body"] == body && test(line)
            });
        }
    }

    fn announces(&self) {
        self.romeo.clicks("Announcement");
        self.romeo.clicks("Write to verona");
        self.romeo.says("Welcome to the lecture");
        self.all_hear("Welcome to the lecture", |line| {
            line["announcement"] == true && line["nick"] == "Romeo"
        });
        self.juliet.reads("the announcement", |screen| {
            screen.says("Welcome to the lecture")
        });
    }

    /// Two want to speak, and do, in the order in which they asked.
    fn questions_are_asked(&self) {
        let [mercutio, tybalt, ..] = self.listeners.as_slice() else {
            unreachable!("ten")
        };
        let hand = |up: bool| json!({"command": "room-hand", "room": self.room, "up": up});
        let spoken = |body: &str| json!({"command": "room-send", "room": self.room, "body": body});
        // Without the floor nobody is heard.
        tybalt.tell(&spoken("Peace? I hate the word"));
        tybalt.event("error", SOON, |_| true);
        mercutio.tell(&hand(true));
        tybalt.event("room-hand", SOON, |line| {
            line["hands"] == json!(["Mercutio"])
        });
        self.juliet.clicks("Raise your hand");
        for listener in &self.listeners {
            listener.event("room-hand", SOON, |line| {
                line["hands"] == json!(["Mercutio", "Juliet"])
            });
        }
        self.romeo.reads("both hands", |screen| {
            screen.says("Give the floor to Mercutio") && screen.says("Give the floor to Juliet")
        });
        self.romeo.picture("lecture-hands");
        self.romeo.clicks("Give the floor to Mercutio");
        mercutio.event("room-role", SOON, |line| {
            line["nick"] == "Mercutio" && line["role"] == "participant"
        });
        mercutio.tell(&spoken("Ask for me tomorrow"));
        self.all_hear("Ask for me tomorrow", |line| line["nick"] == "Mercutio");
        self.romeo.clicks("Give the floor to Juliet");
        self.juliet.clicks("Write to verona");
        self.juliet.says("Wherefore art thou Romeo?");
        self.all_hear("Wherefore art thou Romeo?", |line| line["nick"] == "Juliet");
        self.romeo.reads("her question", |screen| {
            screen.says("Wherefore art thou Romeo?")
        });
        for listener in &self.listeners {
            listener.event("room-hand", SOON, |line| line["hands"] == json!([]));
        }
    }

    fn votes(&self) {
        self.romeo.clicks("More about this room");
        self.romeo.clicks("Ask everybody");
        self.romeo.clicks("The question");
        self.desks[0].types(QUESTION);
        self.romeo.clicks("Two to ten answers, one a line");
        self.desks[0].types("A rose");
        self.desks[0].key("Return");
        self.desks[0].types("Nothing");
        self.romeo.clicks("Ask");
        let poll = |listener: &Peer, test: &dyn Fn(&Value) -> bool| {
            listener
                .event("room-poll", SOON, |line| {
                    line["question"] == QUESTION && test(line)
                })
                .line
        };
        for (n, listener) in self.listeners.iter().enumerate() {
            let id = poll(listener, &|_| true)["id"].clone();
            let answer = usize::from(n >= 7);
            listener.tell(
                &json!({"command": "room-vote", "room": self.room, "poll": id, "answer": answer}),
            );
        }
        // The bars move while votes come in.
        self.juliet.reads("seven roses", |screen| {
            screen.called("A rose: 7").is_some() && screen.called("Nothing: 3").is_some()
        });
        self.juliet.clicks("A rose: 7");
        self.romeo
            .reads("eight roses", |screen| screen.called("A rose: 8").is_some());
        self.romeo.picture("lecture-poll");
        self.romeo.clicks("Close the poll");
        for listener in &self.listeners {
            poll(listener, &|line| {
                line["closed"] == true && line["votes"] == json!([8, 3])
            });
        }
        self.juliet.reads("the result", |screen| {
            screen.says("11 votes") && screen.called("A rose: 8").is_some()
        });
    }

    /// Tybalt is sent out for good, and stays out.
    fn bans(&self) {
        let tybalt = &self.listeners[1];
        self.romeo.clicks("12 people");
        self.romeo.clicks("Tybalt · listening");
        self.romeo.clicks("Send out for good");
        self.romeo.clicks("Send out now");
        tybalt.event("room-left", SOON, |line| {
            line["banned"] == true && line["by"] == "Romeo"
        });
        let inside = |line: &Value| {
            line["members"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["nick"] == "Tybalt")
        };
        for listener in self
            .listeners
            .iter()
            .filter(|one| one.name() != tybalt.name())
        {
            listener.until("Tybalt to be out", SOON, |seen, _| {
                let latest = seen
                    .iter()
                    .rev()
                    .find(|seen| seen.line["event"] == "room-members")?;
                (!inside(&latest.line)).then_some(())
            });
        }
        self.romeo.reads("eleven people", |screen| {
            screen.says("11 people") && !screen.says("Tybalt · ")
        });
        self.romeo.picture("lecture-people");
        let mark = tybalt.mark();
        tybalt.tell(&json!({"command": "room-join", "room": self.room}));
        let refused = tybalt.event_after(mark, "error", SOON, |_| true).line;
        assert!(
            refused["message"]
                .as_str()
                .unwrap()
                .contains("may not come back"),
            "{refused}"
        );
        self.juliet.picture("lecture-listener");
    }
}

#[test]
fn two_windows_and_ten_others_hold_a_lecture() {
    let Some(mut hall) = Hall::new_or_skip() else {
        return;
    };
    hall.begins();
    hall.announces();
    hall.questions_are_asked();
    hall.votes();
    hall.bans();
}
