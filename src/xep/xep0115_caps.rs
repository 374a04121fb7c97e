//! Entity Capabilities (XEP-0115): a hash of disco#info in TXT record and presence, so that it is asked for once a
//! program and not once a peer. A hash that does not hold what it says counts for its sender alone (§5.4).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha512};

use super::xep0030_disco::INFO;
use super::{Cx, Extension, HASH, NODE, Output, Presence, Spec};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::stanza::StanzaError;
use crate::wire::text::clean_name;

const NS: &str = ns::CAPS;
const DATA: &str = ns::DATA;

/// Programs remembered; the oldest goes first.
const MAX_KNOWN: usize = 256;
/// Questions under way; the oldest is forgotten, and its peer's features stay unknown until its next stream.
const MAX_ASKED: usize = 512;
/// Features of one peer that are kept.
const MAX_FEATURES: usize = 256;

/// See the module.
#[derive(Default)]
pub struct Caps {
    known: BTreeMap<Key, Discovered>,
    /// Keys of `known`, oldest first.
    order: VecDeque<Key>,
    asked: BTreeMap<u32, Question>,
    next_token: u32,
}

/// (`hash`, `ver`)
type Key = (String, String);

#[derive(Clone)]
struct Discovered {
    features: BTreeSet<String>,
    client: String,
}

/// What was asked for: of whom, and the hash to check, if one was advertised.
struct Question {
    peer: Jid,
    key: Option<Key>,
}

impl Extension for Caps {
    fn spec(&self) -> Spec {
        Spec {
            number: 115,
            title: "Entity Capabilities",
            version: "1.6.0",
            features: &[NS],
            scope: "in TXT record, presence and stream features; hashes are recomputed before they are believed",
        }
    }

    fn ready(&mut self, cx: &mut Cx<'_>) {
        if cx.peer.legacy || cx.peer.features.is_some() {
            return;
        }
        // A stream's end answers every question (see `Extension::answered`), so one to the same peer is not under way.
        let mut query = Element::new("query", INFO);
        let mut key = None;
        if let Some((node, ver, hash)) = &cx.peer.caps {
            if let Some(known) = self.known.get(&(hash.clone(), ver.clone())) {
                return known.tell(cx);
            }
            query.set_attr("node", format!("{node}#{ver}"));
            key = Some((hash.clone(), ver.clone()));
        }
        // A question may stay unanswered without a word (too many were under way): the oldest is forgotten.
        if self.asked.len() >= MAX_ASKED {
            self.asked.pop_first();
        }
        let token = self.next_token;
        self.next_token = token.wrapping_add(1);
        let peer = cx.peer.jid.clone();
        self.asked.insert(token, Question { peer, key });
        cx.ask(false, query, token);
    }

    fn answered(
        &mut self,
        cx: &mut Cx<'_>,
        token: u32,
        answer: Result<Option<&Element>, StanzaError>,
    ) {
        let Some(question) = self.asked.remove(&token) else {
            return;
        };
        let Ok(Some(disco)) = answer else { return };
        if question.peer != cx.peer.jid || !disco.is("query", INFO) {
            return;
        }
        let discovered = Discovered {
            features: offered(disco),
            client: client(disco),
        };
        discovered.tell(cx);
        if let Some((hash, claimed)) = question.key
            && ver(disco, &hash).as_ref() == Some(&claimed)
        {
            self.remember((hash, claimed), discovered);
        }
    }

    fn announce(&mut self, cx: &mut Cx<'_>, _presence: &Presence, stanza: &mut Element) {
        if let Some((node, ver)) = cx.me.caps_node.split_once('#') {
            let caps = Element::new("c", NS)
                .with_attr("hash", HASH)
                .with_attr("node", node);
            stanza.push(caps.with_attr("ver", ver));
        }
    }
}

impl Caps {
    fn remember(&mut self, key: Key, discovered: Discovered) {
        if self.known.insert(key.clone(), discovered).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MAX_KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

impl Discovered {
    fn tell(&self, cx: &mut Cx<'_>) {
        cx.out.push(Output::Features(self.features.clone()));
        if !self.client.is_empty() {
            cx.out.push(Output::Client(self.client.clone()));
        }
    }
}

/// `NODE#VER` as we advertise it with this `ver`.
pub fn caps_node(ver: &str) -> String {
    format!("{NODE}#{ver}")
}

/// The features in a disco#info payload, also in one that stood in stream features (XEP-0174 §10). At most 256.
pub fn offered(disco: &Element) -> BTreeSet<String> {
    let features = disco.elements().filter(|child| child.is("feature", INFO));
    features
        .filter_map(|feature| feature.attr("var"))
        .take(MAX_FEATURES)
        .map(str::to_owned)
        .collect()
}

/// What the program calls itself in a disco#info payload, cleaned for display; empty if it does not say.
pub fn client(disco: &Element) -> String {
    clean_name(
        disco
            .child("identity", INFO)
            .and_then(|identity| identity.attr("name"))
            .unwrap_or_default(),
    )
}

/// The verification string of a disco#info payload (§5.1) by the hash function of that IANA name: `None` if the
/// function is unknown, or the payload is ill-formed in the sense of §5.4.
pub fn ver(disco: &Element, hash: &str) -> Option<String> {
    let text = canonical(disco)?;
    Some(match hash {
        "sha-1" => STANDARD.encode(Sha1::digest(text)),
        "sha-256" => STANDARD.encode(Sha256::digest(text)),
        "sha-512" => STANDARD.encode(Sha512::digest(text)),
        _ => return None,
    })
}

/// The string S of §5.1. Attributes that hold the separator `<` make another payload with the same S possible: refused.
fn canonical(disco: &Element) -> Option<String> {
    let mut identities = Vec::new();
    let mut features = Vec::new();
    let mut forms = Vec::new();
    for child in disco.elements() {
        match (&*child.name, &*child.ns) {
            ("identity", INFO) => {
                let attr = |name| child.attr(name).unwrap_or_default();
                identities.push(
                    [
                        attr("category"),
                        attr("type"),
                        attr("xml:lang"),
                        attr("name"),
                    ]
                    .join("/"),
                );
            }
            ("feature", INFO) => features.push(child.attr("var").unwrap_or_default().to_owned()),
            ("x", DATA) => forms.extend(form(child)?),
            _ => {}
        }
    }
    for list in [&mut identities, &mut features] {
        list.sort_unstable();
        if list.windows(2).any(|pair| pair.first() == pair.last())
            || list.iter().any(|entry| entry.contains('<'))
        {
            return None;
        }
    }
    forms.sort_unstable();
    if forms
        .windows(2)
        .any(|pair| pair.first().map(|form| &form.0) == pair.last().map(|form| &form.0))
    {
        return None;
    }
    let parts = identities
        .into_iter()
        .chain(features)
        .chain(forms.into_iter().map(|(_, form)| form));
    Some(parts.fold(String::new(), |text, part| text + &part + "<"))
}

/// A data form (XEP-0128) as (`FORM_TYPE`, canonical text without the last `<`). `Some(None)`: to be ignored, it has no
/// hidden `FORM_TYPE`. `None`: ill-formed.
fn form(form: &Element) -> Option<Option<(String, String)>> {
    let mut form_type = None;
    let mut fields = Vec::new();
    for field in form.elements().filter(|field| field.is("field", DATA)) {
        let var = field.attr("var").unwrap_or_default();
        let mut values: Vec<String> = field
            .elements()
            .filter(|value| value.is("value", DATA))
            .map(Element::text)
            .collect();
        values.sort_unstable();
        if var != "FORM_TYPE" {
            values.insert(0, var.to_owned());
            fields.push(values);
        } else if values.first() != values.last() || values.iter().any(|value| value.contains('<'))
        {
            return None;
        } else if field.attr("type") == Some("hidden") {
            form_type = values.into_iter().next();
        }
    }
    fields.sort_unstable();
    let Some(form_type) = form_type else {
        return Some(None);
    };
    let mut parts = vec![form_type.clone()];
    parts.extend(fields.into_iter().flatten());
    Some(Some((form_type, parts.join("<"))))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;
    use crate::xep::testing::Scene;

    fn feature(var: &str) -> Element {
        Element::new("feature", INFO).with_attr("var", var)
    }

    fn identity(lang: Option<&str>, name: &str) -> Element {
        let identity = Element::new("identity", INFO)
            .with_attr("category", "client")
            .with_attr("type", "pc");
        let identity = identity.with_attr("name", name);
        lang.map_or(identity.clone(), |lang| {
            identity.with_attr("xml:lang", lang)
        })
    }

    fn field(var: &str, values: &[&str]) -> Element {
        let field = Element::new("field", DATA).with_attr("var", var);
        values.iter().fold(field, |field, value| {
            field.with_child(Element::new("value", DATA).with_text(*value))
        })
    }

    fn exodus() -> Element {
        Element::new("query", INFO)
            .with_child(identity(None, "Exodus 0.9.1"))
            .with_child(feature("http://jabber.org/protocol/muc"))
            .with_child(feature("http://jabber.org/protocol/caps"))
            .with_child(feature(INFO))
            .with_child(feature("http://jabber.org/protocol/disco#items"))
    }

    const EXODUS: &str = "QgayPKawpkPSDYmwT/WM94uAlu0=";

    fn psi() -> Element {
        let form_type =
            field("FORM_TYPE", &["urn:xmpp:dataforms:softwareinfo"]).with_attr("type", "hidden");
        let form = Element::new("x", DATA)
            .with_child(field("software_version", &["0.11"]))
            .with_child(field("ip_version", &["ipv6", "ipv4"]))
            .with_child(field("os", &["Mac"]))
            .with_child(form_type)
            .with_child(field("software", &["Psi"]))
            .with_child(field("os_version", &["10.5.1"]));
        let mut psi = exodus();
        psi.children.remove(0);
        psi.with_child(identity(Some("en"), "Psi 0.11"))
            .with_child(identity(Some("el"), "Ψ 0.11"))
            .with_child(form)
    }

    #[test]
    fn the_documents_own_examples_hash_as_it_says() {
        assert_eq!(ver(&exodus(), "sha-1").unwrap(), EXODUS);
        assert_eq!(
            ver(&psi(), "sha-1").unwrap(),
            "q07IKJEyjvHSyhy//CH0CxmKi8w="
        );
    }

    #[test]
    fn our_own_ver_is_that_of_our_disco() {
        let disco = crate::xep::disco_info();
        assert_eq!(Some(crate::xep::caps_ver(&disco)), ver(&disco, HASH));
        assert_eq!(crate::xep::caps_ver(&disco).len(), 28);
    }

    #[test]
    fn ill_formed_payloads_have_no_ver() {
        let double = exodus().with_child(feature(INFO));
        let twice = exodus().with_child(identity(None, "Exodus 0.9.1"));
        let forged = exodus().with_child(feature("a<b"));
        let forms = psi().with_child(psi().child("x", DATA).unwrap().clone());
        for bad in [double, twice, forged, forms] {
            assert_eq!(ver(&bad, "sha-1"), None, "{bad:?}");
        }
        let untyped = Element::new("x", DATA).with_child(field("os", &["Mac"]));
        assert_eq!(
            ver(&exodus().with_child(untyped), "sha-1").unwrap(),
            EXODUS,
            "a form without type is ignored"
        );
        assert_eq!(ver(&exodus(), "md6"), None);
    }

    fn exodus_scene() -> Scene {
        let mut scene = Scene::default();
        scene.peer.caps = Some((
            "http://exodus.example".into(),
            EXODUS.into(),
            "sha-1".into(),
        ));
        scene
    }

    fn features(scene: &Scene) -> Option<&BTreeSet<String>> {
        scene.out.iter().find_map(|output| match output {
            Output::Features(features) => Some(features),
            _ => None,
        })
    }

    #[test]
    fn a_program_is_asked_once_and_known_to_all_its_users() {
        let (mut caps, mut scene) = (Caps::default(), exodus_scene());
        scene.ready(&mut caps);
        let [
            Output::Ask {
                set: false,
                payload,
                token,
            },
        ] = &scene.out[..]
        else {
            panic!("{:?}", scene.out)
        };
        assert_eq!(
            payload.attr("node"),
            Some(&*format!("http://exodus.example#{EXODUS}"))
        );
        let token = *token;
        scene.answered(&mut caps, token, Ok(Some(&exodus())));
        assert!(
            features(&scene)
                .unwrap()
                .contains("http://jabber.org/protocol/muc")
        );
        assert!(scene.out.contains(&Output::Client("Exodus 0.9.1".into())));

        let mut other = exodus_scene();
        other.peer.jid = Jid::new("other@host").unwrap();
        other.ready(&mut caps);
        assert!(
            features(&other).is_some(),
            "known without asking: {:?}",
            other.out
        );
    }

    #[test]
    fn a_false_hash_counts_for_its_sender_alone() {
        let (mut caps, mut scene) = (Caps::default(), exodus_scene());
        scene.ready(&mut caps);
        scene.answered(
            &mut caps,
            0,
            Ok(Some(&exodus().with_child(feature("urn:poison")))),
        );
        assert!(features(&scene).unwrap().contains("urn:poison"));
        let mut other = exodus_scene();
        other.ready(&mut caps);
        assert!(
            matches!(other.out[..], [Output::Ask { .. }]),
            "asked again: {:?}",
            other.out
        );
    }

    #[test]
    fn legacy_peers_and_those_who_told_in_their_stream_features_are_not_asked() {
        let (mut caps, mut scene) = (Caps::default(), exodus_scene());
        scene.peer.legacy = true;
        scene.ready(&mut caps);
        scene.peer.legacy = false;
        scene.peer.features = Some(offered(&exodus()));
        scene.ready(&mut caps);
        assert_eq!(scene.out, []);
        assert_eq!(scene.peer.features.unwrap().len(), 4);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut caps = Caps::default();
        for n in 0..2 * MAX_KNOWN {
            let discovered = Discovered {
                features: BTreeSet::new(),
                client: String::new(),
            };
            caps.remember(("sha-1".into(), n.to_string()), discovered);
        }
        assert_eq!((caps.known.len(), caps.order.len()), (MAX_KNOWN, MAX_KNOWN));
        let (mut caps, mut scene) = (Caps::default(), exodus_scene());
        for _ in 0..2 * MAX_ASKED {
            scene.ready(&mut caps);
        }
        assert_eq!(caps.asked.len(), MAX_ASKED);
    }

    #[test]
    fn presence_carries_the_caps_of_the_txt_record() {
        let mut scene = Scene::default();
        let stanza = scene.announce(&mut Caps::default());
        let caps = stanza.child("c", NS).unwrap();
        let node = format!(
            "{}#{}",
            caps.attr("node").unwrap(),
            caps.attr("ver").unwrap()
        );
        assert_eq!(
            (node, caps.attr("hash")),
            (scene.me.caps_node.clone(), Some(HASH))
        );
    }
}
