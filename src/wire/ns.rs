//! Every namespace that Balcony reads or writes, in one place, each with its document.

/// Declares the constants and the list of them together, so that none can be left out of the list.
macro_rules! namespaces {
    ($($(#[$doc:meta])* $name:ident = $uri:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $uri;)*

        /// All of the above.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

namespaces! {
    /// Stanzas: the content namespace (RFC 6120 §4.8.2); XEP-0174 §5 uses it on link-local streams too.
    CLIENT = "jabber:client";
    /// The stream header, features and errors (RFC 6120 §4.8.1).
    STREAM = "http://etherx.jabber.org/streams";
    /// Stream error conditions (RFC 6120 §4.9).
    STREAM_ERROR = "urn:ietf:params:xml:ns:xmpp-streams";
    /// Stanza error conditions (RFC 6120 §8.3).
    STANZA_ERROR = "urn:ietf:params:xml:ns:xmpp-stanzas";
    /// STARTTLS (RFC 6120 §5).
    TLS = "urn:ietf:params:xml:ns:xmpp-tls";
    /// SASL (RFC 6120 §6).
    SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
    /// Application-specific error conditions (`stanza-too-big`; XEP-0205 §6, XMPP registrar).
    ERRORS = "urn:xmpp:errors";
    /// Stream management (XEP-0198).
    SM = "urn:xmpp:sm:3";
    /// Stream limits (XEP-0478).
    LIMITS = "urn:xmpp:stream-limits:0";
    /// Invitations to rooms (XEP-0249).
    CONFERENCE = "jabber:x:conference";
    /// Multi-user chat (XEP-0045).
    MUC = "http://jabber.org/protocol/muc";
    /// Multi-user chat: what the room tells (XEP-0045 §16.1).
    MUC_USER = "http://jabber.org/protocol/muc#user";
    /// Who in a room is who, whatever its nick (XEP-0421).
    OCCUPANT_ID = "urn:xmpp:occupant-id:0";
    /// Packets of rooms without a server, between Balconies.
    ROOM = "urn:xmpp:balcony:room:0";
    /// The `xml:` prefix (Namespaces in XML 1.0 §3).
    XML = "http://www.w3.org/XML/1998/namespace";
    /// XHTML, for XHTML-IM bodies and libpurple's HTML (XEP-0071).
    XHTML = "http://www.w3.org/1999/xhtml";
    /// XHTML-IM (XEP-0071).
    XHTML_IM = "http://jabber.org/protocol/xhtml-im";
    /// Message events, the typing notices of iChat and Adium (XEP-0022).
    EVENT = "jabber:x:event";
    /// Service discovery: what an entity can do (XEP-0030).
    DISCO_INFO = "http://jabber.org/protocol/disco#info";
    /// Service discovery: what an entity contains (XEP-0030).
    DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
    /// Entity capabilities (XEP-0115).
    CAPS = "http://jabber.org/protocol/caps";
    /// Data forms (XEP-0004).
    DATA = "jabber:x:data";
    /// Last activity (XEP-0012).
    LAST = "jabber:iq:last";
    /// vCard (XEP-0054).
    VCARD = "vcard-temp";
    /// SOCKS5 bytestreams (XEP-0065).
    BYTESTREAMS = "http://jabber.org/protocol/bytestreams";
    /// Out-of-band data in messages (XEP-0066).
    OOB = "jabber:x:oob";
    /// Out-of-band data in iq (XEP-0066).
    IQ_OOB = "jabber:iq:oob";
    /// Chat states (XEP-0085).
    CHAT_STATES = "http://jabber.org/protocol/chatstates";
    /// Software version (XEP-0092).
    VERSION = "jabber:iq:version";
    /// Stream initiation (XEP-0095).
    SI = "http://jabber.org/protocol/si";
    /// The file transfer profile of stream initiation (XEP-0096).
    SI_FILE = "http://jabber.org/protocol/si/profile/file-transfer";
    /// Jingle (XEP-0166).
    JINGLE = "urn:xmpp:jingle:1";
    /// Jingle file transfer (XEP-0234).
    JINGLE_FT = "urn:xmpp:jingle:apps:file-transfer:5";
    /// Hashes (XEP-0300).
    HASHES = "urn:xmpp:hashes:2";
    /// Our own Jingle transport: TLS over TCP between the keys of the stream, begun with a token of the offer.
    TLS_TCP = "urn:xmpp:balcony:jingle:transports:tls-tcp:0";
    /// In-band bytestreams (XEP-0047).
    IBB = "http://jabber.org/protocol/ibb";
    /// The Jingle transport of in-band bytestreams (XEP-0261).
    JINGLE_IBB = "urn:xmpp:jingle:transports:ibb:1";
    /// Our own additions to a file offer: folders, pause and resume.
    FILES = "urn:xmpp:balcony:files:0";
    /// Stateless file sharing (XEP-0447).
    SFS = "urn:xmpp:sfs:0";
    /// What is told of a file (XEP-0446).
    FILE_METADATA = "urn:xmpp:file:metadata:0";
    /// An address as the source of a file (XEP-0103).
    URL_DATA = "http://jabber.org/protocol/url-data";
    /// Feature negotiation (XEP-0020).
    FEATURE_NEG = "http://jabber.org/protocol/feature-neg";
    /// Nick (XEP-0172).
    NICK = "http://jabber.org/protocol/nick";
    /// Receipts (XEP-0184).
    RECEIPTS = "urn:xmpp:receipts";
    /// Ping (XEP-0199).
    PING = "urn:xmpp:ping";
    /// Entity time (XEP-0202).
    TIME = "urn:xmpp:time";
    /// Delayed delivery (XEP-0203).
    DELAY = "urn:xmpp:delay";
    /// Attention (XEP-0224).
    ATTENTION = "urn:xmpp:attention:0";
    /// Last user interaction in presence (XEP-0319).
    IDLE = "urn:xmpp:idle:1";
    /// Chat markers (XEP-0333).
    MARKERS = "urn:xmpp:chat-markers:0";
    /// Message processing hints (XEP-0334).
    HINTS = "urn:xmpp:hints";
    /// Last message correction (XEP-0308).
    CORRECT = "urn:xmpp:message-correct:0";
    /// References: mentions (XEP-0372).
    REFERENCE = "urn:xmpp:reference:0";
    /// Spoilers (XEP-0382).
    SPOILER = "urn:xmpp:spoiler:0";
    /// Message styling (XEP-0393).
    STYLING = "urn:xmpp:styling:0";
    /// Message retraction (XEP-0424).
    RETRACT = "urn:xmpp:message-retract:1";
    /// Fallback indication (XEP-0428).
    FALLBACK = "urn:xmpp:fallback:0";
    /// Message reactions (XEP-0444).
    REACTIONS = "urn:xmpp:reactions:0";
    /// Message replies (XEP-0461).
    REPLY = "urn:xmpp:reply:0";
    /// One text to many (our own).
    BROADCAST = "urn:xmpp:balcony:broadcast:0";
    /// Stanza ids and origin ids (XEP-0359).
    SID = "urn:xmpp:sid:0";
}

/// The constant equal to `uri`, if it is one of ours: lets the parser keep a pointer instead of a copy.
pub fn known(uri: &str) -> Option<&'static str> {
    // Most differ in length or in the last byte: that is compared before the rest.
    let last = uri.as_bytes().last();
    let near = |known: &&&str| known.len() == uri.len() && known.as_bytes().last() == last;
    ALL.iter().filter(near).copied().find(|known| *known == uri)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn each_namespace_stands_here_once() {
        assert_eq!(
            super::ALL.iter().collect::<BTreeSet<_>>().len(),
            super::ALL.len()
        );
    }
}
