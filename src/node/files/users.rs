//! What faces ask about files.

use std::path::PathBuf;

use serde_json::Value;

use super::ask::{Ask, Look};
use super::{Looking, PassedOn};
use crate::command::Command;
use crate::event::{File, FileState};
use crate::model::transfer::{Expect, Now, Same, Transfer, Way};
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::wire::jid::Jid;
use crate::wire::text::clean_file_name;
use crate::xep::xep0234_jingle_file as jingle;

impl Core {
    /// Commands about files.
    pub(in crate::node) fn on_file_command(&mut self, command: Command, reference: Option<Value>) {
        let (id, outcome) = match command {
            Command::SendFile { to, path } => return self.send_file(to, path, None, reference),
            Command::ForwardFile { transfer, to } => {
                match self.to_pass_on(&transfer) {
                    Ok((path, known)) => self.send_file(to, path, Some(known), reference),
                    Err(why) => self.error(reference, why),
                }
                return;
            }
            Command::AcceptFile { transfer, path } => {
                let outcome = self.accept_file(&transfer, path);
                (transfer, outcome)
            }
            Command::CancelFile { transfer } => {
                let outcome = self.cancel_file(&transfer);
                (transfer, outcome)
            }
            Command::PauseFile { transfer } => {
                let outcome = self.pause_file(&transfer);
                (transfer, outcome)
            }
            Command::ResumeFile { transfer } => {
                let outcome = self.resume_file(&transfer);
                (transfer, outcome)
            }
            _ => return,
        };
        match outcome {
            Ok(()) => self.done(reference),
            Err(why) if self.files.all.get(&id).is_none() => {
                tracing::debug!(why, "no such transfer");
                self.error(reference, "There is no such file on its way.");
            }
            Err(why) => self.error(reference, why),
        }
    }

    /// Where a file is that is passed on, and what is known of it.
    fn to_pass_on(&self, id: &str) -> Result<(PathBuf, PassedOn), &'static str> {
        let transfer = self.files.all.get(id);
        let transfer = transfer.ok_or("There is no such file.")?;
        let file = &transfer.file;
        let here = file.outgoing || file.state == FileState::Done;
        let path = file.path.clone().filter(|_| here);
        let path = path.ok_or("That file is not here.")?;
        let known = PassedOn {
            name: file.name.clone(),
            stamp: transfer.stamp.clone(),
            sha256: file.sha256.clone(),
        };
        Ok((path, known))
    }

    fn send_file(
        &mut self,
        to: Jid,
        path: PathBuf,
        known: Option<PassedOn>,
        reference: Option<Value>,
    ) {
        if to == self.ourselves.jid {
            return self.error(reference, "This is your own name: choose somebody else.");
        }
        let looking = self.files.looking.len();
        if !self.files.all.has_room(None) || looking >= crate::model::transfer::MOST_OVER {
            return self.error(
                reference,
                "Too many files are on their way: this one was not taken.",
            );
        }
        let transfer = self.rng.uuid();
        let looking = Looking {
            to,
            path: path.clone(),
            reference,
            known,
        };
        self.files.looking.insert(transfer.clone(), looking);
        self.effects
            .push_back(Effect::File(Ask::Look { transfer, path }));
    }

    /// A file that a face wants to send was looked at.
    pub(super) fn begin_outgoing(&mut self, id: &str, result: Result<Look, String>) {
        let Some(looking) = self.files.looking.remove(id) else {
            return;
        };
        let Looking {
            to,
            path,
            reference,
            known,
        } = looking;
        let look = match result {
            Ok(look) => look,
            Err(why) => return self.error(reference, why),
        };
        let (name, sha256) = match known {
            None => (look.name.clone(), None),
            Some(known) => {
                let same = known.stamp.as_ref() == Some(&look.stamp);
                (known.name, known.sha256.filter(|_| same))
            }
        };
        let sha256 = sha256
            .or_else(|| look.sha256.clone())
            .or_else(|| self.files.all.known_hash(&path, &look.stamp));
        self.add_file(Transfer {
            file: File {
                transfer: id.to_owned(),
                peer: to.clone(),
                outgoing: true,
                name: clean_file_name(&name),
                size: look.size,
                media_type: look.media_type.clone(),
                folder: look.folder,
                state: FileState::Waiting,
                bytes: 0,
                encrypted: false,
                path: Some(path),
                source: None,
                sha256,
                reason: None,
                time: self.clock.wall,
            },
            way: None,
            sid: id.to_owned(),
            http: None,
            stamp: Some(look.stamp.clone()),
            into: None,
            held_here: false,
            untold: None,
            same: Same::default(),
            now: Now::default(),
        });
        self.tell_file(id, reference);
        match self.active(&to) {
            // A large folder is not walked through twice.
            Some(conn) if self.begin_offer(id, &to, conn) => self.offer_file(id, Ok(look)),
            Some(_) => {}
            None => self.advance(id),
        }
    }

    pub(super) fn accept_file(
        &mut self,
        id: &str,
        path: Option<PathBuf>,
    ) -> Result<(), &'static str> {
        let chosen = &self.model.settings.downloads;
        let usual = match chosen.is_empty() {
            true => self.files.downloads.clone(),
            false => PathBuf::from(chosen),
        };
        let transfer = self.files.all.get_mut(id).ok_or("unknown")?;
        if transfer.file.outgoing || transfer.file.state != FileState::Offered {
            return Err("That file does not wait for an answer.");
        }
        transfer.into = Some(path.unwrap_or(usual));
        transfer.file.state = FileState::Waiting;
        // Of an offer from before a restart it is not known where the file is.
        transfer.now.resume = transfer.way == Some(Way::Direct) && transfer.now.source.is_none();
        self.tell_file(id, None);
        // Somebody else may have offered it, too.
        if !self.join_same(id) {
            self.advance(id);
        }
        Ok(())
    }

    fn cancel_file(&mut self, id: &str) -> Result<(), &'static str> {
        let transfer = self.files.all.get(id).ok_or("unknown")?;
        let undecided = !transfer.file.outgoing && transfer.file.state == FileState::Offered;
        if transfer.file.state.is_over() {
            return Err("That file is over.");
        }
        if transfer.same.joined.is_some() {
            self.decline_joined(id);
        } else if undecided {
            self.fail_file(id, "declined", Some("decline"));
        } else {
            self.fail_file(id, "cancelled", Some("cancel"));
        }
        Ok(())
    }

    fn pause_file(&mut self, id: &str) -> Result<(), &'static str> {
        let transfer = self.files.all.get_mut(id).ok_or("unknown")?;
        let moving = matches!(transfer.file.state, FileState::Running | FileState::Waiting);
        match transfer.way {
            Some(Way::Si) => return Err("Files from and to this program cannot be paused."),
            // Whoever fetches it does so when it wants.
            Some(Way::Oob) if transfer.file.outgoing => {
                return Err("Files to this program cannot be paused.");
            }
            _ => {}
        }
        if !moving {
            return Err("That file is not on its way.");
        }
        if transfer.same.joined.is_some() {
            return Err("That file comes from somebody else already.");
        }
        self.hold_file(id, None);
        Ok(())
    }

    /// Held back here, with a reason if it is not the user's wish.
    pub(super) fn hold_file(&mut self, id: &str, reason: Option<String>) {
        self.stop_file(id);
        self.timers.set(Timer::File(id.to_owned()), None);
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.file.state = FileState::Paused;
            transfer.same.says_source = false;
            transfer.file.reason = reason;
            transfer.held_here = true;
            transfer.now.resume = false;
            // It is offered again. An HTTP address stays what it is.
            transfer.now.source = None;
        }
        self.say_hold(id, true);
        self.tell_file(id, None);
        self.advance_waiting();
    }

    /// Tells the peer that it is held back, or to go on; false if there is no stream.
    pub(super) fn say_hold(&mut self, id: &str, pause: bool) -> bool {
        let Some(transfer) = self.files.all.get(id) else {
            return false;
        };
        let hold = jingle::hold(&transfer.sid, pause);
        match (transfer.way, self.active(transfer.peer())) {
            (Some(Way::Direct), Some(conn)) => {
                let iq = self.send_file_iq(conn, None, hold);
                if let Some(transfer) = self.files.all.get_mut(id)
                    && !pause
                    && !transfer.file.outgoing
                {
                    transfer.now.iq = Some((iq, Expect::Resumed));
                }
                true
            }
            _ => false,
        }
    }

    fn resume_file(&mut self, id: &str) -> Result<(), &'static str> {
        let transfer = self.files.all.get_mut(id).ok_or("unknown")?;
        let again = transfer.file.outgoing && transfer.file.state == FileState::Failed;
        if transfer.file.state != FileState::Paused && !again {
            return Err("That file is not held back.");
        }
        if again {
            // A new session: the peer has put the old one aside.
            transfer.sid = self.rng.uuid();
            transfer.untold = None;
            transfer.way = None;
            transfer.file.bytes = 0;
            // It may be what was refused.
            transfer.file.sha256 = None;
        }
        let (outgoing, peer) = (transfer.file.outgoing, transfer.peer().clone());
        if again {
            // The user's word for plaintext to this contact, where that is asked for.
            self.allow_plaintext_for_now(&peer);
        }
        if outgoing && !again {
            // The receiver may be the one who holds it back.
            self.say_hold(id, false);
        }
        self.release_file(id);
        Ok(())
    }

    /// Goes on with what was held back.
    pub(super) fn release_file(&mut self, id: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        transfer.file.state = FileState::Waiting;
        transfer.file.reason = None;
        transfer.held_here = false;
        transfer.now.asked = false;
        transfer.now.broken = 0;
        transfer.now.resume = !transfer.file.outgoing && transfer.way == Some(Way::Direct);
        self.tell_file(id, None);
        self.advance(id);
    }
}
