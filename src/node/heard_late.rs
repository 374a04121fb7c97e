//! Receipts and errors for messages that an earlier run has sent: only the disk remembers those.

use super::core::Core;
use super::effect::{Effect, Heard};
use crate::disk::store::Op;
use crate::event::{Event, Message, MessageState};
use crate::wire::jid::Jid;

/// So many are looked for at a time. What a peer says beyond that is not heard: the message stays as it was.
const MOST_LOOKED_FOR: usize = 100;

impl Core {
    /// A peer says what a message came to that this run did not send.
    pub(super) fn heard_late(
        &mut self,
        from: &Jid,
        id: &str,
        state: MessageState,
        reason: Option<String>,
    ) {
        if self.looked_for >= MOST_LOOKED_FOR || !is_like_ours(id) {
            return;
        }
        self.looked_for += 1;
        self.effects.push_back(Effect::FindSent(Box::new(Heard {
            from: from.clone(),
            id: id.to_owned(),
            state,
            reason,
        })));
    }

    /// The disk has looked. Only who got a message is believed, and only while it was open what became of it.
    pub(super) fn on_found_sent(&mut self, heard: Heard, message: Option<&Message>) {
        self.looked_for = self.looked_for.saturating_sub(1);
        let believed = message.is_some_and(|message| {
            let open = matches!(
                message.state,
                Some(MessageState::Sent | MessageState::Uncertain)
            );
            open && message.is_own() && message.id == heard.id && message.to == heard.from
        });
        // If it was said to be on its way once more meanwhile, that one is waited for.
        if !believed || self.recent.was_sent_to(&heard.id, &heard.from).is_some() {
            return;
        }
        let Heard {
            from,
            id,
            state,
            reason,
        } = heard;
        self.recent.sent(&id, &from, None);
        if state == MessageState::Delivered {
            self.unpark(&id);
        }
        self.ops.push(Op::State {
            id: id.clone(),
            state,
            reason: reason.clone(),
        });
        // Whether it went out encrypted was said when it did; the stream of now is another one.
        self.emit(Event::MessageState {
            id,
            reference: None,
            to: from,
            state,
            reason,
            body: None,
            time: None,
            encrypted: None,
            extra: None,
            about: None,
        });
    }
}

/// Our ids are version 4 UUIDs in lower case: others cannot be of an earlier run of ours.
fn is_like_ours(id: &str) -> bool {
    let parsed = uuid::Uuid::try_parse(id);
    parsed.is_ok_and(|uuid| uuid.get_version_num() == 4 && uuid.to_string() == id)
}
