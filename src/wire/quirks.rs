//! Every deviation from the documents that living peers force on us, as data: one name each, and what breaks without
//! it. Code that serves a quirk names it in a comment; a test holds that all these names are used and no other.

/// One deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Its name, as it stands in comments.
    pub name: &'static str,
    /// Whose it is.
    pub clients: &'static str,
    /// What the client does.
    pub what: &'static str,
    /// What goes wrong without care for it.
    pub without: &'static str,
}

/// All of them.
pub const QUIRKS: &[Quirk] = &[
    Quirk {
        name: "no-version",
        clients: "libpurple (Pidgin, Finch), iChat, Adium",
        what: "stream headers without version; no features, no answer to any negotiation",
        without: "both sides wait for each other, and no message ever leaves",
    },
    Quirk {
        name: "unescaped-header",
        clients: "libpurple",
        what: "writes & < > and quotes of names as they are into from and to of the header",
        without: "a Pidgin user cannot reach anybody with such a name, or be reached under one",
    },
    Quirk {
        name: "empty-to",
        clients: "libpurple",
        what: "to='' in the header when it does not know who called",
        without: "host-unknown, and its own answer, a closing tag, is not seen",
    },
    Quirk {
        name: "forbidden-reference",
        clients: "libpurple",
        what: "writes control characters that a user pasted as &#x1; and the like, which XML 1.0 forbids",
        without: "a pasted escape sequence ends the conversation and loses the message",
    },
    Quirk {
        name: "header-without-names",
        clients: "iChat, Adium",
        what: "no from and no to in the header, none on messages",
        without: "old Macs cannot talk to us: they are known by their address only",
    },
    Quirk {
        name: "address-in-to",
        clients: "Adium",
        what: "our IP address as to of the header",
        without: "host-unknown for every Adium user",
    },
    Quirk {
        name: "stanza-from-ignored",
        clients: "libpurple, iChat, Adium",
        what: "the from of a stanza may be missing or stale; everything on a stream is from whom it was opened with",
        without: "streams of renamed peers are closed with invalid-from",
    },
    Quirk {
        name: "unknown-element-ignored",
        clients: "libpurple, iChat, Adium",
        what: "peers without version know no stream errors, and may send what no document names",
        without: "a conversation ends for something that harms nobody",
    },
    Quirk {
        name: "no-closing-tag",
        clients: "libpurple, iChat",
        what: "ends a stream by closing TCP, or closes it right after its closing tag without waiting for ours",
        without: "every ordinary end looks like an error",
    },
    Quirk {
        name: "two-headers",
        clients: "libpurple",
        what: "when both sides dial at once it destroys its own stream, with the messages waiting in it, as soon as it reads \
               our header",
        without: "27 of 40 first messages were lost; so our header waits some 30 ms, and goes if theirs does not come",
    },
    Quirk {
        name: "stanza-before-features",
        clients: "Gajim",
        what: "does not wait for features and sends stanzas at once",
        without: "the first message is refused",
    },
    Quirk {
        name: "empty-features",
        clients: "Gajim",
        what: "an empty <stream:features/> although it goes on to talk",
        without: "a stream with nothing to negotiate is taken for a failure",
    },
    Quirk {
        name: "features-from-initiator",
        clients: "Telepathy-Salut (Empathy)",
        what: "the initiator sends features of its own after our header",
        without: "unsupported-stanza-type for every stream that Empathy opens",
    },
    Quirk {
        name: "no-features",
        clients: "Telepathy-Salut (Empathy)",
        what: "answers with version 1.0 and never sends features",
        without: "we wait for ever; so 3 s, then on without",
    },
    Quirk {
        name: "error-code",
        clients: "libpurple",
        what: "stanza errors with a number, and conditions in the namespace of the stanza",
        without: "a declined file looks like an unknown failure",
    },
    Quirk {
        name: "fixed-prefix",
        clients: "iChat, Adium",
        what: "match the literal name stream:stream",
        without: "another prefix in our header, and they never answer",
    },
    Quirk {
        name: "si-size-int",
        clients: "libpurple",
        what: "keeps the size of a file in a C int",
        without: "a file of 2 GiB and more is shown with a negative size and breaks in the middle",
    },
    Quirk {
        name: "si-empty",
        clients: "libpurple",
        what: "takes the end of an empty file for its cancellation",
        without: "the sender is told that it is through, the receiver that it was cancelled",
    },
    Quirk {
        name: "decline-by-si-id",
        clients: "libpurple",
        what: "declines a file with the id of the stream initiation as the iq's id",
        without: "a declined file waits for an answer for ever",
    },
    Quirk {
        name: "streamhost-sid",
        clients: "libpurple",
        what: "names its SOCKS5 hosts by the session's id, and wants that name back",
        without: "no file from Pidgin ever begins",
    },
    Quirk {
        name: "socks-reply",
        clients: "libpurple",
        what: "as SOCKS5 server answers with its own address where our destination should stand",
        without: "a file from Pidgin is given up before its first byte",
    },
    Quirk {
        name: "socks-one-piece",
        clients: "libpurple",
        what: "as SOCKS5 server reads three bytes of greeting and the request with one call each",
        without: "a greeting with two methods or a request in two pieces ends the transfer",
    },
    Quirk {
        name: "socks-swallows",
        clients: "libpurple",
        what: "as SOCKS5 client takes everything that follows the reply in one segment for part of it",
        without: "the beginning of a file to Pidgin is missing: it must wait for streamhost-used",
    },
    Quirk {
        name: "withdrawn-in-silence",
        clients: "libpurple",
        what: "tells nobody when its user takes an offer back",
        without: "an accepted file waits for its first byte for ever",
    },
    Quirk {
        name: "url-newline",
        clients: "iChat",
        what: "begins the address of a file with a newline",
        without: "files from old Macs cannot be fetched",
    },
    Quirk {
        name: "listing-cut",
        clients: "Adium",
        what: "counts characters for bytes: a folder's listing ends too early by what its names have of bytes beyond one each",
        without: "folders from Adium cannot be fetched if a name in them is not English",
    },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
    use super::QUIRKS;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn sources(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, out);
            } else if path.extension().is_some_and(|ext| ext == "rs")
                && !path.ends_with("wire/quirks.rs")
            {
                out.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_quirk_has_one_name_and_each_name_in_the_code_is_a_quirk() {
        let names: BTreeSet<&str> = QUIRKS.iter().map(|quirk| quirk.name).collect();
        assert_eq!(names.len(), QUIRKS.len());
        let mut code = String::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut code,
        );
        let used: BTreeSet<&str> = code
            .split("uirk `")
            .skip(1)
            .filter_map(|rest| rest.split('`').next())
            .collect();
        assert_eq!(
            used.difference(&names).collect::<Vec<_>>(),
            Vec::<&&str>::new(),
            "not in the list"
        );
        assert_eq!(
            names.difference(&used).collect::<Vec<_>>(),
            Vec::<&&str>::new(),
            "not named where it is served"
        );
    }
}
