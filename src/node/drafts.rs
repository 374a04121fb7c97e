//! What was written and not sent: kept, so that it is there again after a restart.

use std::collections::BTreeMap;

use serde_json::Value;

use super::core::Core;
use crate::disk::store::Op;
use crate::event::Event;
use crate::model::Model;
use crate::wire::jid::Jid;

/// The stored value's name, before that of whom it is for.
const KEY: &str = "draft:";

/// The longest, in bytes: as long as a message may be.
const LONGEST: usize = 1024 * 1024;

/// What is kept, out of stored values.
pub(in crate::node) fn kept<'a>(
    values: impl IntoIterator<Item = (&'a String, &'a Value)>,
) -> BTreeMap<Jid, String> {
    let draft = |(key, value): (&String, &Value)| {
        let with = Jid::new(key.strip_prefix(KEY)?).ok()?;
        Some((with, value.as_str()?.to_owned()))
    };
    values.into_iter().filter_map(draft).collect()
}

impl Core {
    /// Keeps what was written to somebody so far; an empty text forgets it.
    pub(super) fn draft(&mut self, to: Jid, text: &str, reference: Option<Value>) {
        if text.len() > LONGEST {
            return self.error(
                reference,
                "This draft is longer than 1 MiB: it was not kept.",
            );
        }
        let known = self.model.drafts.get(&to).map_or("", String::as_str);
        if known != text {
            let many = self.model.drafts.len() >= Model::MAX_DRAFTS;
            if many && !text.is_empty() && known.is_empty() {
                let why = "There are too many drafts already: this one was not kept.";
                return self.error(reference, why);
            }
            self.keep_draft(to, text.to_owned());
        }
        self.done(reference);
    }

    fn keep_draft(&mut self, with: Jid, text: String) {
        let value = match text.is_empty() {
            true => Value::Null,
            false => Value::String(text.clone()),
        };
        self.ops.push(Op::Setting {
            key: format!("{KEY}{with}"),
            value,
        });
        self.emit(Event::Draft { with, text });
    }

    /// Messages with this one, or all, were deleted: so is what was to follow them.
    pub(super) fn forget_drafts(&mut self, with: Option<&Jid>) {
        let drafts = self.model.drafts.keys();
        let gone: Vec<Jid> = drafts
            .filter(|one| with.is_none_or(|with| with == *one))
            .cloned()
            .collect();
        for with in gone {
            self.keep_draft(with, String::new());
        }
    }

    /// The conversation goes on under another name.
    pub(super) fn move_draft(&mut self, from: &Jid, to: &Jid) {
        let Some(text) = self.model.drafts.get(from).cloned() else {
            return;
        };
        self.keep_draft(from.clone(), String::new());
        if !self.model.drafts.contains_key(to) {
            self.keep_draft(to.clone(), text);
        }
    }
}
