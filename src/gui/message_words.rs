//! A message in words: its time, its state, what a screen reader says of it, and everything that is known of it.

use super::body::FOLD;
use super::scene::Scene;
use super::text;
use super::words::{Speaks, t};
use crate::event::{Message, MessageState};

/// The time in the corner of a bubble, and what is special about it.
pub fn meta_words(scene: &Scene<'_>, message: &Message) -> String {
    let time = scene.now.time(message.time);
    let edited = message
        .extra
        .as_ref()
        .is_some_and(|extra| extra.edited.is_some());
    match (message.delayed, edited) {
        (_, true) => t!(scene, "message-edited", time = time),
        (true, false) => t!(scene, "message-late", time = time),
        (false, false) => time,
    }
}

/// The state in words.
pub fn state_words(words: &impl Speaks, state: MessageState) -> String {
    match state {
        MessageState::Queued => t!(words, "state-queued"),
        MessageState::Sent => t!(words, "state-sent"),
        MessageState::Delivered => t!(words, "state-delivered"),
        MessageState::Displayed => t!(words, "state-displayed"),
        MessageState::Failed => t!(words, "state-failed"),
        MessageState::Uncertain => t!(words, "state-uncertain"),
    }
}

/// What a screen reader says. `revealed`: the text of a spoiler was asked for.
pub fn spoken(scene: &Scene<'_>, nick: &str, message: &Message, revealed: bool) -> String {
    let time = meta_words(scene, message);
    let extra = message.extra.as_deref();
    let text = match extra.and_then(|extra| extra.spoiler.as_deref()) {
        _ if extra.is_some_and(|extra| extra.retracted.is_some()) => {
            t!(scene, "message-retracted")
        }
        Some(hint) if !revealed => t!(scene, "spoiler-spoken", hint = hint),
        _ => text::cut(&message.body, FOLD).to_owned(),
    };
    match message.state {
        Some(state) => {
            let state = state_words(scene, state);
            t!(
                scene,
                "message-spoken-own",
                time = time,
                state = state,
                text = text
            )
        }
        None => t!(
            scene,
            "message-spoken",
            name = nick,
            time = time,
            text = text
        ),
    }
}

/// Messages as text: one by itself is its text, several say who wrote them and when, and the day where it changes.
pub fn transcript<'a>(
    scene: &Scene<'_>,
    nick: &str,
    messages: impl Iterator<Item = &'a Message>,
) -> String {
    let messages: Vec<&Message> = messages.collect();
    if let [one] = messages.as_slice() {
        return text_of(scene, one);
    }
    let mut lines = Vec::new();
    let mut day = None;
    for message in messages {
        let date = scene.now.date(message.time);
        if day.replace(date) != Some(date) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(scene.now.date_in_full(message.time));
        }
        let name = name_of(scene, nick, message);
        let (time, text) = (scene.now.time(message.time), text_of(scene, message));
        lines.push(match crate::wire::text::action(&text) {
            Some(action) => format!("[{time}] * {name} {action}"),
            None => format!("[{time}] {name}: {text}"),
        });
    }
    lines.join("\n")
}

/// Who said it: in a room under the nick there.
fn name_of(scene: &Scene<'_>, nick: &str, message: &Message) -> String {
    let room = scene.model.rooms.get(message.to.as_str());
    match (room, message.is_own()) {
        (Some(room), true) => room.about.nick.clone(),
        (Some(_), false) => message.from.as_str().to_owned(),
        (None, true) => scene.my_name(),
        (None, false) => nick.to_owned(),
    }
}

/// What is read in it.
fn text_of(scene: &Scene<'_>, message: &Message) -> String {
    let extra = message.extra.as_deref();
    match extra.is_some_and(|extra| extra.retracted.is_some()) {
        true => t!(scene, "message-retracted"),
        false => message.body.clone(),
    }
}

/// A few lines for the hand that rests on the time.
pub fn details(scene: &Scene<'_>, message: &Message) -> String {
    let mut lines = vec![scene.now.full(message.time)];
    if message.delayed {
        lines.push(t!(scene, "message-late-explained"));
    }
    if let Some(edited) = message.extra.as_ref().and_then(|extra| extra.edited) {
        let time = scene.now.full(edited);
        lines.push(t!(scene, "message-edited-at", time = time));
    }
    if let Some(state) = message.state {
        lines.push(text::capital(&state_words(scene, state)));
    }
    lines.push(if message.encrypted {
        t!(scene, "message-encrypted")
    } else {
        t!(scene, "message-plaintext")
    });
    lines.join("\n")
}
