//! How far the messages of our broadcasts got, all together.

use std::collections::{HashMap, VecDeque};

use crate::event::{BroadcastProgress, Event, MessageState};

/// Broadcasts that are counted; the oldest is forgotten.
const MOST: usize = 20;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Broadcasts(VecDeque<Sent>);

#[derive(Debug)]
struct Sent {
    id: String,
    people: u32,
    messages: HashMap<String, MessageState>,
}

impl Broadcasts {
    /// Takes note of what faces are told; gives what is to be told besides.
    pub(super) fn count(&mut self, event: &Event) -> Option<Event> {
        match event {
            Event::Broadcast { id, to, .. } => {
                if self.0.len() >= MOST {
                    self.0.pop_front();
                }
                self.0.push_back(Sent {
                    id: id.clone(),
                    people: u32::try_from(to.len()).unwrap_or(u32::MAX),
                    messages: HashMap::new(),
                });
                None
            }
            Event::MessageState {
                id, state, extra, ..
            } => {
                let broadcast = extra.as_ref().and_then(|extra| extra.broadcast.as_ref());
                let begun = broadcast.and_then(|broadcast| broadcast.id.as_ref());
                let sent = self.0.iter_mut().rev().find(|sent| match begun {
                    Some(of) => sent.id == *of,
                    None => sent.messages.contains_key(id),
                })?;
                sent.take(id, *state).then(|| Event::BroadcastState {
                    id: sent.id.clone(),
                    progress: sent.progress(),
                })
            }
            _ => None,
        }
    }
}

impl Sent {
    /// False if that is no news.
    fn take(&mut self, id: &str, state: MessageState) -> bool {
        match self.messages.get_mut(id) {
            None => {
                self.messages.insert(id.to_owned(), state);
                true
            }
            Some(known) if known.may_become(state) => {
                *known = state;
                true
            }
            Some(_) => false,
        }
    }

    fn progress(&self) -> BroadcastProgress {
        let mut progress = BroadcastProgress {
            people: self.people,
            ..BroadcastProgress::default()
        };
        for state in self.messages.values() {
            match state {
                MessageState::Queued => progress.queued += 1,
                MessageState::Sent => progress.sent += 1,
                MessageState::Delivered => progress.delivered += 1,
                MessageState::Displayed => {
                    progress.delivered += 1;
                    progress.displayed += 1;
                }
                MessageState::Failed | MessageState::Uncertain => progress.failed += 1,
            }
        }
        progress
    }
}
