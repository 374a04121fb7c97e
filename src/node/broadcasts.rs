//! How far the messages of our broadcasts got, all together; also those of an earlier life.

use std::collections::{HashMap, VecDeque};

use super::core::Core;
use crate::disk::broadcasts::{KEY, KeptBroadcast};
use crate::disk::store::Op;
use crate::event::{BroadcastProgress, Event, MessageState};
use crate::wire::jid::Jid;

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
    /// As it is on the disk.
    kept: Option<KeptBroadcast>,
}

impl Broadcasts {
    /// Takes note of what faces are told; gives what is to be told besides.
    pub(super) fn count(&mut self, event: &Event) -> Option<Event> {
        match event {
            Event::Broadcast { id, to, .. } => {
                self.0.push_back(Sent {
                    id: id.clone(),
                    people: u32::try_from(to.len()).unwrap_or(u32::MAX),
                    messages: HashMap::new(),
                    kept: None,
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

impl Core {
    /// Those of an earlier life. One of which everything was deleted is not remembered.
    pub(super) fn restore_broadcasts(&mut self, stored: Vec<KeptBroadcast>) {
        for kept in stored {
            if kept.states.is_empty() {
                self.forget_broadcast(&kept.id);
                continue;
            }
            let sent = Sent {
                id: kept.id.clone(),
                people: kept.people,
                messages: kept.states.clone().into_iter().collect(),
                kept: Some(KeptBroadcast {
                    states: Default::default(),
                    body: String::new(),
                    ..kept.clone()
                }),
            };
            self.model.broadcasts.push_back(crate::model::Broadcast {
                id: kept.id,
                body: kept.body,
                to: kept.messages.into_iter().map(|(to, _)| to).collect(),
                progress: sent.progress(),
            });
            self.broadcasts.0.push_back(sent);
        }
        self.forget_old_broadcasts();
    }

    /// One was begun, with these messages: it is to be counted in the next life, too.
    pub(super) fn keep_broadcast(&mut self, id: &str, people: u32, messages: Vec<(Jid, String)>) {
        let kept = KeptBroadcast {
            id: id.to_owned(),
            time: self.clock.wall.as_microsecond(),
            people,
            messages,
            ..KeptBroadcast::default()
        };
        self.write_broadcast(&kept);
        if let Some(sent) = self.broadcasts.0.iter_mut().find(|sent| sent.id == id) {
            sent.kept = Some(kept);
        }
        self.forget_old_broadcasts();
    }

    /// The conversation with this one was deleted, or all: nothing shall tell that there was one.
    pub(super) fn forget_in_broadcasts(&mut self, with: Option<&Jid>) {
        let concerned = |sent: &Sent| {
            let kept = sent.kept.as_ref()?;
            let of = |(to, _): &(Jid, String)| with.is_none_or(|with| with == to);
            kept.messages.iter().any(of).then(|| kept.clone())
        };
        let changed: Vec<KeptBroadcast> = self.broadcasts.0.iter().filter_map(concerned).collect();
        for mut kept in changed {
            kept.messages
                .retain(|(to, _)| with.is_some_and(|with| with != to));
            match kept.messages.is_empty() {
                true => self.forget_broadcast(&kept.id),
                false => self.write_broadcast(&kept),
            }
            let mut all = self.broadcasts.0.iter_mut();
            if let Some(sent) = all.find(|sent| sent.id == kept.id) {
                sent.kept = Some(kept);
            }
        }
    }

    fn write_broadcast(&mut self, kept: &KeptBroadcast) {
        self.ops.push(Op::Setting {
            key: format!("{KEY}{}", kept.id),
            value: serde_json::to_value(kept).unwrap_or_default(),
        });
    }

    fn forget_broadcast(&mut self, id: &str) {
        self.ops.push(Op::Setting {
            key: format!("{KEY}{id}"),
            value: serde_json::Value::Null,
        });
    }

    fn forget_old_broadcasts(&mut self) {
        while self.broadcasts.0.len() > MOST
            && let Some(old) = self.broadcasts.0.pop_front()
        {
            self.forget_broadcast(&old.id);
        }
        let spare = self.model.broadcasts.len();
        let spare = spare.saturating_sub(crate::model::Model::MAX_BROADCASTS);
        self.model.broadcasts.drain(..spare);
    }
}
