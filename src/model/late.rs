//! How what is said about an earlier message changes a [`Model`]: the message if it is loaded, else nothing, for then the disk
//! knows it when it is.

use super::{Conversation, Model};
use crate::event::{About, Change, Event, Message, MessageState, Told};
use crate::wire::jid::Jid;

impl Model {
    pub(super) fn told(&mut self, event: &Event) {
        let (id, from, with, own, time, change) = match event {
            Event::MessageCorrected {
                id,
                from,
                with,
                own,
                body,
                spans,
                time,
                ..
            } => {
                let (body, spans) = (body.clone(), spans.clone());
                (id, from, with, own, time, Change::Correct { body, spans })
            }
            Event::MessageRetracted {
                id,
                from,
                with,
                own,
                time,
                ..
            } => (id, from, with, own, time, Change::Retract),
            Event::MessageReactions {
                id,
                from,
                with,
                own,
                emoji,
                time,
                ..
            } => {
                let emoji = emoji.clone();
                (id, from, with, own, time, Change::React { emoji })
            }
            _ => return,
        };
        let told = Told {
            id: String::new(),
            own: *own,
            from: from.clone(),
            time: *time,
            about: About {
                target: id.clone(),
                change,
            },
        };
        if let Some(contact) = self.contacts.get_mut(with) {
            contact.conversation.change(id, |message| {
                message.change(&told);
            });
        }
    }

    /// News of a change of ours: whether the peer knows of it.
    pub(super) fn change_state(
        &mut self,
        with: &Jid,
        target: &str,
        state: MessageState,
        reason: Option<&str>,
    ) {
        let unseen = matches!(state, MessageState::Failed | MessageState::Uncertain);
        if let Some(contact) = self.contacts.get_mut(with) {
            contact.conversation.change(target, |message| {
                message.unseen_there(reason.filter(|_| unseen));
            });
        }
    }
}

impl Conversation {
    fn change(&mut self, id: &str, mut change: impl FnMut(&mut Message)) {
        let loaded = self.messages.iter_mut().rev();
        for message in loaded.chain(&mut self.last).filter(|known| known.id == id) {
            change(message);
        }
    }
}
