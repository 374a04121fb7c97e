//! What peers answer to what we ask about files.

use super::ask::Ask;
use crate::event::FileState;
use crate::model::transfer::{Expect, Way};
use crate::net::ConnId;
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::wire::element::Element;
use crate::wire::stanza::StanzaError;
use crate::wire::text::clean_line;

impl Core {
    /// The answer to an iq of ours; false if it is none about a file.
    pub(in crate::node) fn on_file_answer(
        &mut self,
        conn: ConnId,
        iq: &str,
        answer: &Result<Option<&Element>, StanzaError>,
    ) -> bool {
        let Some(peer) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return false;
        };
        if self.on_band_answer(&peer, iq, answer.is_ok()) {
            return true;
        }
        let Some(id) = self.files.all.by_iq(&peer, iq) else {
            return false;
        };
        let Some(transfer) = self.files.all.get_mut(&id) else {
            return false;
        };
        let expected = transfer.now.iq.take().map(|(_, expected)| expected);
        self.timers.set(Timer::File(id.clone()), None);
        match (answer, expected, transfer.way) {
            (Ok(_), Some(Expect::Offered), Some(Way::Si)) => {
                let port = self.files.port;
                self.offer_hosts(&id, conn, port);
            }
            (Ok(_), Some(Expect::Accepted), _) => self.fetch_direct(&id),
            (Ok(_), Some(Expect::Connected), _) => {
                self.effects
                    .push_back(Effect::File(Ask::Go { transfer: id }));
            }
            (_, Some(Expect::Ended), _) => {
                transfer.untold = None;
                self.keep_file(&id);
            }
            // The offer may be lost with the stream on which it was made.
            (Ok(_), Some(Expect::Resumed), _) => {
                let at = self.after(super::UNHEARD);
                self.timers.set(Timer::File(id), at);
            }
            (Ok(_), _, _) => {}
            (Err(error), expected, way) => self.on_file_refused(&id, error, expected, way),
        }
        true
    }

    fn on_file_refused(
        &mut self,
        id: &str,
        error: &StanzaError,
        expected: Option<Expect>,
        way: Option<Way>,
    ) {
        match (error.condition, expected, way) {
            (_, Some(Expect::Connected), _) => {
                self.fail_file(
                    id,
                    "the other computer cannot connect to this one for the file (a firewall?)",
                    None,
                );
            }
            ("forbidden" | "not-acceptable", _, Some(Way::Si)) => {
                self.fail_file(id, "declined", None)
            }
            (_, Some(Expect::Replaced | Expect::Opened), _) => {
                self.band_broken(id, "the other computer cannot be reached for the file");
            }
            ("item-not-found", Some(Expect::Accepted | Expect::Resumed), _) => {
                let why = "the sender does not know of it any more";
                if !self.lose_source(id, why, None) {
                    self.fail_file(id, why, None);
                }
            }
            (_, Some(Expect::Resumed), _) => {}
            // Not the newest offer, or not offered at the moment: the sender offers it again.
            (_, Some(Expect::Accepted), _) => {
                if let Some(transfer) = self.files.all.get_mut(id) {
                    transfer.now.busy = false;
                    transfer.now.source = None;
                    transfer.file.state = FileState::Waiting;
                }
                let at = self.after(super::RECEIVER_WAITS);
                self.timers.set(Timer::File(id.to_owned()), at);
                self.tell_file(id, None);
            }
            (condition, _, _) => {
                let why = match (&error.text, condition) {
                    (_, "resource-constraint") => {
                        "the other side has too many files offered to it".to_owned()
                    }
                    (_, "service-unavailable") => "the other program takes no files".to_owned(),
                    (Some(text), _) => clean_line(text),
                    (None, condition) => format!("the other program refused it ({condition})"),
                };
                self.fail_file(id, &why, None);
            }
        }
    }
}
