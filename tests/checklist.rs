//! XEP-0174 2.0.1 as a checklist: each of its requirements with the test that holds it, or the reason why none does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::path::Path;

/// How a requirement is held.
enum Held {
    /// By a test: its file and its name.
    Tested(&'static str, &'static str),
    /// Not yet, and why.
    NotYet(&'static str),
    /// Nothing to test: by whom or why it is met.
    Elsewhere(&'static str),
}
use Held::{Elsewhere, NotYet, Tested};

/// Number, section of XEP-0174, what it asks for, how it is held.
type Line = (u8, &'static str, &'static str, Held);

const TXT: &str = "src/wire/txt/tests.rs";
const CAPS: &str = "src/xep/xep0115_caps.rs";
const STREAM: &str = "src/stream/tests.rs";
const RECORDS: &str = "tests/pretend_lan/records.rs";
const MEMORY: &str = "src/net/memory/tests/discovery.rs";

#[rustfmt::skip]
const CHECKLIST: &[Line] = &[
    (1, "§3", "publish PTR, A or AAAA, SRV and TXT", Tested("src/net/lan_test.rs", "nodes_see_each_other_come_change_and_go")),
    (2, "§3", "publish TXT, be it a single zero byte", Tested(TXT, "txtvers_is_the_first_string_and_is_1")),
    (3, "§3", "another machine name if ours is taken: name-1, name-2", Tested("tests/lan/names.rs", "a_name_that_is_taken_on_the_link")),
    (4, "§3", "another user name if it is taken on this machine", Tested("tests/lan/names.rs", "a_name_that_is_taken_on_this_host")),
    (5, "§3.1", "TXT keeps to the suggested size", Tested(TXT, "the_record_stays_small_whatever_the_user_types")),
    (6, "§3.1", "no key twice in TXT", Tested(TXT, "no_key_occurs_twice")),
    (7, "§3.1", "txtvers comes first", Tested(TXT, "txtvers_is_the_first_string_and_is_1")),
    (8, "§3.1", "a peer that gives no parameter is served all the same", Tested(TXT, "a_peer_without_any_parameter_is_here_and_available")),
    (9, "§4", "our own record is filtered out of what is found", Tested("src/net/sightings_test.rs", "our_own_instance_is_not_a_peer")),
    (10, "§4", "SRV and TXT are asked for only when about to talk", Elsewhere("mdns-sd resolves whoever is found, and presence lives in TXT; it answers from its cache, so that costs one question a peer")),
    (11, "§4", "questions are cancelled after the answer", Elsewhere("mdns-sd asks for SRV and TXT until it has them and then only to refresh them")),
    (12, "§4", "a passive subscription to TXT stays", Tested("tests/lan/discovery.rs", "a_status_change_is_seen")),
    (13, "§5", "presence travels in TXT announcements, at the rates of mDNS", Tested(MEMORY, "changes_are_announced_at_most_once_a_second_and_the_last_one_is_seen")),
    (14, "§6", "XML streams are opened before anything is said", Tested(STREAM, "two_of_ours_become_ready_with_acks")),
    (15, "§6", "the header says to and from", Tested("tests/plays.rs", "every_scene_is_played_to_its_end_however_the_bytes_arrive")),
    (16, "§6", "the header says version='1.0'", Tested("tests/plays.rs", "every_scene_is_played_to_its_end_however_the_bytes_arrive")),
    (17, "§6", "features follow where both sides are of version 1.0", Tested(STREAM, "two_of_ours_become_ready_with_acks")),
    (18, "§7", "to and from of stanzas are the instance names", Tested("tests/plays.rs", "every_scene_is_played_to_its_end_however_the_bytes_arrive")),
    (19, "§8", "a closing tag is answered with ours", Tested(STREAM, "closing_presents_what_was_under_way_and_acknowledges_it")),
    (20, "§8", "who closed first closes the TCP connection", Tested("src/net/lan_test.rs", "closing_with_flush_writes_everything")),
    (21, "§8", "stanzas that arrive after our closing tag are still shown", Tested(STREAM, "closing_presents_what_was_under_way_and_acknowledges_it")),
    (22, "§9", "a goodbye is sent for the PTR record", Tested("tests/lan/discovery.rs", "a_goodbye_is_seen_and_so_is_the_return")),
    (23, "§9", "who is gone is no longer asked about", Tested(RECORDS, "whoever_goes_is_no_longer_asked_for_a_picture")),
    (24, "§10", "node, hash and ver stand in TXT", Tested(TXT, "what_we_publish_reads_back_the_same")),
    (25, "§10", "ext may stand in TXT", Elsewhere("ext is of caps before version 1.4; we publish none and ignore it")),
    (26, "§10", "the caps in TXT equal those that we send elsewhere", Tested(CAPS, "presence_carries_the_caps_of_the_txt_record")),
    (27, "§10", "disco#info with its node stands in the stream features", Tested(STREAM, "two_of_ours_become_ready_with_acks")),
    (28, "§10", "a stream that was opened only for disco is ended afterwards", Elsewhere("no stream is ever opened only for disco: it is asked on streams that were opened to talk")),
    (29, "§11.1", "one entry a presence name over all interfaces", Tested("src/net/sightings_test.rs", "one_entry_a_name_over_all_interfaces")),
    (30, "§11.1", "the first address is not kept for ever", Tested("tests/lan/interfaces.rs", "an_address_changes_mid_conversation")),
    (31, "§11.1", "addresses are resolved when about to dial", Tested("tests/lan/interfaces.rs", "the_only_address_changes_mid_conversation")),
    (32, "§11.2", "the picture is published as a NULL record", Tested("src/net/null_record.rs", "ours_is_announced_answered_and_taken_back")),
    (33, "§11.2", "a picture has at most 65535 octets", Tested("src/disk/avatars.rs", "our_own_survives_a_restart_and_tells_when_it_is_too_big")),
    (34, "§11.2", "phsh is looked up among the saved pictures first", Tested("src/disk/avatars.rs", "a_saved_picture_is_found_by_its_hash")),
    (35, "§11.2", "a saved picture of that hash is used", Tested("src/disk/avatars.rs", "a_saved_picture_is_found_by_its_hash")),
    (36, "§11.2", "NULL is asked for only where the hash differs", Tested("tests/lan/discovery.rs", "pictures_are_fetched_changed_and_removed")),
    (37, "§11.2", "a picture that was fetched is saved", Tested("tests/lan/discovery.rs", "pictures_are_fetched_changed_and_removed")),
    (38, "§11.2", "the question for NULL is cancelled after the answer", Tested("src/net/null_record.rs", "a_fetch_asks_until_the_right_picture_comes")),
    (39, "§11.2", "a changed picture is in NULL before its hash is in phsh", Tested(RECORDS, "a_changed_picture_is_served_before_its_hash_is_told")),
    (40, "§11.2", "others ask again when phsh changes", Tested("tests/lan/discovery.rs", "pictures_are_fetched_changed_and_removed")),
    (41, "§11.3", "any port will do", Tested("src/net/listen.rs", "a_taken_port_is_an_error_only_if_it_was_asked_for")),
    (42, "§11.3", "the port stands in SRV, and that one is dialled", Tested("src/net/lan_test.rs", "two_nodes_talk")),
    (43, "§11.3", "port.p2pj says the same port", Tested(TXT, "what_we_publish_reads_back_the_same")),
    (44, "§11.5", "the instance name is shown, or the nick", Tested(TXT, "the_name_shown_is_the_nick_else_the_full_name_else_the_instance")),
    (45, "§11.5", "the user may be asked before a chat", Elsewhere("optional; a message of a stranger is shown as such and nothing is answered by itself")),
    (46, "§12", "the machine name is ASCII", Tested("src/host/mod.rs", "the_machine_part_is_one_ascii_label")),
    (47, "§12", "the instance name is UTF-8, its machine part ASCII", Tested("src/net/mdns.rs", "instance_names_may_hold_anything")),
    (48, "§12", "values in TXT are UTF-8", Tested(TXT, "the_record_stays_small_whatever_the_user_types")),
    (49, "§13.1", "TLS and SASL where possible", Tested("src/stream/tests.rs", "tls_and_sasl_lead_to_a_secure_stream")),
    (50, "§13.1", "a plaintext stream may be accepted", Tested(STREAM, "two_of_ours_become_ready_with_acks")),
    (51, "§13.1", "then the user is warned", Tested("tests/window/conversation.rs", "a_conversation_shows_who_what_when_and_how_far_it_got")),
    (52, "§13.2", "nothing is injected into XMPP networks", Elsewhere("there is no connection to any server in Balcony")),
    (53, "§13.2", "traffic may be forwarded once authenticated there", Elsewhere("optional, and there is no connection to any server in Balcony")),
    (54, "§13.4", "the user can switch off personal data in TXT", Tested(RECORDS, "what_the_user_keeps_back_stays_out_of_the_advert")),
    (55, "§15.1", "node, hash and ver in TXT are those of caps", Tested(CAPS, "our_own_ver_is_that_of_our_disco")),
    (56, "§15.1", "phsh: the picture is asked for by mDNS", Tested("src/net/message_test.rs", "a_picture_is_asked_for_and_answered")),
    (57, "§15.1", "phsh: pictures are kept by their hash", Tested("src/disk/avatars.rs", "a_saved_picture_is_found_by_its_hash")),
    (58, "§15.1", "phsh: unknown ones are fetched", Tested("tests/lan/discovery.rs", "pictures_are_fetched_changed_and_removed")),
    (59, "§15.1", "phsh: old ones expire", Tested("src/disk/avatars.rs", "pictures_unseen_for_long_are_removed_but_not_our_own")),
    (60, "§15.1", "a port.p2pj that differs from SRV is ignored", Elsewhere("an advert keeps it only to be shown; a sighting has the port of SRV, and only that is dialled")),
    (61, "§15.1", "status is avail, away or dnd; absent is avail", Tested(TXT, "status_is_avail_away_or_dnd_and_available_if_absent")),
    (62, "§15.1", "txtvers=1 comes first", Tested(TXT, "txtvers_is_the_first_string_and_is_1")),
    (63, "§15.1", "vc: flags for conferences", Tested(TXT, "libpurples_record_is_understood")),
    (64, "§15.1", "email and jid may be lists separated by spaces", Tested(TXT, "libpurples_record_is_understood")),
    (65, "§11.4", "wide-area DNS-SD, without .local., works as well", NotYet("an address can be typed by hand; browsing unicast domains is later work")),
];

#[test]
fn there_are_65_lines_in_order() {
    let numbers: Vec<u8> = CHECKLIST.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, (1..=65).collect::<Vec<u8>>());
    for (number, section, asks, _) in CHECKLIST {
        assert!(section.starts_with('§') && asks.len() > 10, "line {number}");
    }
}

#[test]
fn every_named_test_exists() {
    for (number, _, _, held) in CHECKLIST {
        let Tested(file, name) = held else { continue };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("line {number}: {file}: {error}"));
        let at = text
            .find(&format!("fn {name}("))
            .unwrap_or_else(|| panic!("line {number}: {file} has no {name}"));
        let before = String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..at]);
        assert!(
            before.contains("#[test]") || before.contains("::test"),
            "line {number}: {name} is no test"
        );
    }
}

#[test]
fn every_reason_says_something() {
    for (number, _, _, held) in CHECKLIST {
        if let NotYet(reason) | Elsewhere(reason) = held {
            assert!(
                reason.split_whitespace().count() >= 4,
                "line {number}: {reason:?}"
            );
        }
    }
}
