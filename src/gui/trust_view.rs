//! Keys, for people: what has happened to a name and what can be done about it, comparing keys by a short code, and the
//! fingerprints with their QR code.
//!
//! What stands in the way is told above the conversation, not in a dialog: nothing is decided by clicking something away,
//! and what was written waits meanwhile.

use egui::{Color32, Frame, Margin, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::fonts;
use super::icons::Icon;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::{
    Cause, Fingerprint, NotVerified, Security, Trust, Verification, VerificationState as State,
};
use crate::model::{Contact, trust};

/// Between the head and the messages: what stands in the way, and the comparison that is under way.
pub fn panels_ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, wishes: &mut Vec<Wish>) {
    if let Some(cause) = contact.security.cause {
        banner_ui(ui, contact, cause, wishes);
    }
    let said = scene.model.plaintext.get(&contact.jid);
    if let Some(held) = said.map(|said| said.held).filter(|held| *held > 0) {
        question_ui(ui, contact, held, wishes);
    }
    if let Some(verification) = &contact.verification
        && verification.state != State::Cancelled
    {
        comparison_ui(ui, scene, contact, verification, wishes);
    }
}

fn panel(ui: &mut Ui, name: &str, fill: Color32, add: impl FnOnce(&mut Ui)) {
    let frame = Frame::new()
        .fill(fill)
        .inner_margin(Margin::symmetric(16, 10));
    egui::Panel::top(egui::Id::unique(name))
        .frame(frame)
        .show(ui, add);
}

/// What has happened, in a strip that stays until it is decided.
fn banner_ui(ui: &mut Ui, contact: &Contact, cause: Cause, wishes: &mut Vec<Wish>) {
    let palette = theme::palette(ui);
    let (name, peer) = (&contact.nick, &contact.jid);
    let loud = contact.security.was_verified || cause == Cause::CodesDiffer;
    let (fill, ink) = match loud {
        true => (palette.bad, palette.on_accent),
        false => (palette.bad.gamma_multiply(0.16), palette.text),
    };
    let what = match cause {
        Cause::OtherKey => t!(ui, "alarm-other-key", name = name),
        Cause::OtherAnnounced => t!(ui, "alarm-other-announced", name = name),
        Cause::NoEncryption => t!(ui, "alarm-no-encryption", name = name),
        Cause::CodesDiffer => t!(ui, "alarm-codes-differ", name = name),
        Cause::Namesake => t!(ui, "alarm-namesake", name = name),
    };
    let advice = match (cause, contact.security.was_verified) {
        (Cause::Namesake, _) => t!(ui, "alarm-ask"),
        (_, true) => t!(ui, "alarm-was-verified", name = name),
        (_, false) => t!(ui, "alarm-waits"),
    };
    panel(ui, "trustBanner", fill, |ui| {
        let spoken = format!("{what} {advice}");
        let shown = ui.horizontal_top(|ui| {
            let (place, _) = ui.allocate_exact_size(vec2(22.0, 22.0), Sense::hover());
            Icon::Warning.paint(ui.painter(), place.center(), 20.0, ink);
            ui.vertical(|ui| {
                ui.add(
                    egui::Label::new(
                        RichText::new(&what)
                            .font(theme::bold(size::BODY))
                            .color(ink),
                    )
                    .wrap(),
                );
                ui.add(egui::Label::new(RichText::new(&advice).color(ink)).wrap());
            });
        });
        let alert = ui.interact(
            shown.response.rect,
            egui::Id::unique("trustAlarm"),
            Sense::hover(),
        );
        alert.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &spoken));
        if cause == Cause::Namesake {
            return;
        }
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            let peer = peer.clone();
            let accept = match cause {
                Cause::NoEncryption => t!(ui, "alarm-go-on-plain"),
                Cause::CodesDiffer => t!(ui, "alarm-go-on"),
                _ => t!(ui, "alarm-accept"),
            };
            if ui.button(t!(ui, "alarm-keep-waiting")).clicked() {
                wishes.push(Wish::Ask(Command::KeepWaiting { peer: peer.clone() }));
            }
            if contact.security.fingerprint.is_some()
                && cause != Cause::CodesDiffer
                && ui.button(t!(ui, "alarm-somebody-else")).clicked()
            {
                wishes.push(Wish::Ask(Command::SeparateKey { peer: peer.clone() }));
            }
            if ui.button(accept).clicked() {
                wishes.push(Wish::Ask(Command::AcceptKey { peer }));
            }
        });
    });
}

/// Somebody whose program cannot encrypt has written, and the settings ask first.
fn question_ui(ui: &mut Ui, contact: &Contact, held: u32, wishes: &mut Vec<Wish>) {
    let palette = theme::palette(ui);
    let name = &contact.nick;
    let what = t!(ui, "held-waits", name = name, count = held);
    let advice = t!(ui, "held-advice");
    panel(
        ui,
        "plaintextQuestion",
        palette.away.gamma_multiply(0.16),
        |ui| {
            let spoken = format!("{what} {advice}");
            let label =
                ui.add(egui::Label::new(RichText::new(&what).font(theme::bold(size::BODY))).wrap());
            label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &spoken));
            ui.add(egui::Label::new(&advice).wrap());
            ui.add_space(space::XS);
            ui.horizontal_wrapped(|ui| {
                for (words, allow) in [(t!(ui, "held-delete"), false), (t!(ui, "held-show"), true)]
                {
                    if ui.button(words).clicked() {
                        let peer = contact.jid.clone();
                        wishes.push(Wish::Ask(Command::Plaintext { peer, allow }));
                    }
                }
            });
        },
    );
}

/// Up to how many bytes a file may be taken without asking, as people choose.
const LIMITS: [u64; 4] = [10 << 20, 100 << 20, 1 << 30, ANY_SIZE];
/// The largest number that every reader of JSON can hold.
const ANY_SIZE: u64 = (1 << 53) - 1;

fn limit_words(ui: &Ui, limit: u64) -> String {
    match limit {
        ANY_SIZE.. => t!(ui, "take-any-size"),
        limit => t!(ui, "take-up-to", size = super::transfers::bytes(ui, limit)),
    }
}

/// In the details of a verified contact: whether its files are taken without asking.
fn take_files_ui(ui: &mut Ui, contact: &Contact, wishes: &mut Vec<Wish>) {
    let now = contact.security.takes_files;
    let mut limit = now;
    let mut on = now.is_some();
    if ui
        .checkbox(&mut on, t!(ui, "take-always", name = contact.nick))
        .changed()
    {
        limit = on.then_some(100 << 20);
    }
    if let Some(chosen) = now {
        ui.horizontal_wrapped(|ui| {
            for one in LIMITS {
                let words = limit_words(ui, one);
                if ui.radio(one == chosen, words).clicked() {
                    limit = Some(one);
                }
            }
        });
    }
    if limit != now {
        let peer = contact.jid.clone();
        wishes.push(Wish::Ask(Command::TakeFiles { peer, limit }));
    }
}

/// At an offer of a verified contact: take it, and from now on all of its kind.
pub fn always_ui(ui: &mut Ui, contact: &Contact, transfer: &str, wishes: &mut Vec<Wish>) {
    let words = t!(ui, "take-always-from", name = contact.nick);
    ui.menu_button(words, |ui| {
        for limit in LIMITS {
            if ui.button(limit_words(ui, limit)).clicked() {
                wishes.push(Wish::Ask(Command::TakeFiles {
                    peer: contact.jid.clone(),
                    limit: Some(limit),
                }));
                wishes.push(Wish::Ask(Command::AcceptFile {
                    transfer: transfer.to_owned(),
                    path: None,
                }));
                ui.close();
            }
        }
    });
}

/// The code, big enough to be compared across a table.
fn comparison_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    contact: &Contact,
    verification: &Verification,
    wishes: &mut Vec<Wish>,
) {
    let palette = theme::palette(ui);
    let name = &contact.nick;
    let words = match verification.state {
        State::Waiting => t!(ui, "compare-waiting", name = name),
        State::Compare => t!(ui, "compare-compare", name = name),
        State::TheyConfirmed => t!(ui, "compare-they-confirmed", name = name),
        State::Confirmed => t!(ui, "compare-confirmed", name = name),
        State::Verified => t!(ui, "compare-verified", name = name),
        State::Failed | State::Cancelled => t!(ui, "compare-failed", name = name),
    };
    panel(ui, "comparison", palette.side, |ui| {
        let label =
            ui.add(egui::Label::new(RichText::new(&words).font(theme::bold(size::BODY))).wrap());
        label.widget_info(|| WidgetInfo::labeled(Role::Status, true, &words));
        if let (State::Failed, Some(why)) = (verification.state, verification.why) {
            let words = failure(ui, why, name);
            ui.add(egui::Label::new(RichText::new(words).color(palette.bad)).wrap());
        }
        let open = matches!(
            verification.state,
            State::Compare | State::TheyConfirmed | State::Confirmed
        );
        if open {
            code_ui(ui, scene, verification);
        }
        buttons_ui(ui, contact, verification.state, wishes);
    });
}

/// Why it came to nothing, in the user's language.
fn failure(ui: &Ui, why: NotVerified, name: &str) -> String {
    match why {
        NotVerified::WeDiffer => t!(ui, "compare-why-we-differ", name = name),
        NotVerified::TheyDiffer => t!(ui, "compare-why-they-differ", name = name),
        NotVerified::Cheated => t!(ui, "compare-why-cheated", name = name),
        NotVerified::NoEncryption => t!(ui, "compare-why-no-encryption", name = name),
        NotVerified::TooLate => t!(ui, "compare-why-too-late"),
        NotVerified::Disconnected => t!(ui, "compare-why-disconnected"),
        NotVerified::TheyGaveUp => t!(ui, "compare-why-they-gave-up", name = name),
        NotVerified::WeGaveUp => t!(ui, "compare-why-we-gave-up"),
        NotVerified::KeyGone => t!(ui, "compare-why-key-gone", name = name),
    }
}

fn code_ui(ui: &mut Ui, scene: &Scene<'_>, verification: &Verification) {
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        for one in &verification.emoji {
            fonts::prepare(ui.ctx(), &one.emoji);
            let name = t!(scene, "emoji-name", name = one.name);
            ui.allocate_ui(vec2(76.0, 62.0), |ui| {
                ui.vertical_centered(|ui| {
                    ui.add(
                        egui::Label::new(RichText::new(&one.emoji).size(30.0)).selectable(false),
                    );
                    ui.add(
                        egui::Label::new(RichText::new(&name).size(size::SMALL)).selectable(false),
                    );
                });
            });
        }
    });
    if let Some(code) = &verification.code {
        ui.label(t!(ui, "compare-digits", code = code));
    }
}

fn buttons_ui(ui: &mut Ui, contact: &Contact, state: State, wishes: &mut Vec<Wish>) {
    let peer = contact.jid.clone();
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        let mut ask = |ui: &mut Ui, words: String, command: Command| {
            if ui.button(words).clicked() {
                wishes.push(Wish::Ask(command));
            }
        };
        let confirm = |same| Command::Confirm {
            peer: peer.clone(),
            same,
        };
        if matches!(state, State::Compare | State::TheyConfirmed) {
            let words = t!(ui, "compare-same");
            ask(ui, words, confirm(true));
            let words = t!(ui, "compare-different");
            ask(ui, words, confirm(false));
        }
        let words = match state {
            State::Verified | State::Failed | State::Cancelled => t!(ui, "compare-close"),
            _ => t!(ui, "compare-cancel"),
        };
        ask(
            ui,
            words,
            Command::CancelVerification { peer: peer.clone() },
        );
    });
}

/// In the details of a contact: its fingerprint, ours as a QR code, and what can be done.
pub fn keys_ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, wishes: &mut Vec<Wish>) {
    let peer = &contact.jid;
    let Security {
        trust, fingerprint, ..
    } = &contact.security;
    ui.separator();
    if let Some(fingerprint) = fingerprint {
        super::header::fact_ui(ui, &t!(ui, "key-theirs"), &in_lines(fingerprint));
    }
    let ready =
        matches!(trust, Trust::Pinned | Trust::Unknown | Trust::Verified) && contact.is_online();
    if ready && ui.button(t!(ui, "key-compare")).clicked() {
        wishes.push(Wish::Ask(Command::Verify { peer: peer.clone() }));
    }
    if *trust == Trust::Verified {
        take_files_ui(ui, contact, wishes);
    }
    if *trust != Trust::Changed {
        pasted_ui(ui, contact, wishes);
    }
    own_ui(ui, scene);
    let words = t!(ui, "key-block", name = contact.nick);
    if ui.button(words).clicked() {
        wishes.push(Wish::Ask(Command::Block { peer: peer.clone() }));
    }
}

/// Four groups a line: two people reading it to each other do not get lost.
fn in_lines(fingerprint: &Fingerprint) -> String {
    let spelled = fingerprint.spelled();
    let groups: Vec<&str> = spelled.split(' ').collect();
    let lines: Vec<String> = groups.chunks(4).map(|line| line.join(" ")).collect();
    lines.join("\n")
}

/// A fingerprint or link that the other person gave by another way.
fn pasted_ui(ui: &mut Ui, contact: &Contact, wishes: &mut Vec<Wish>) {
    let id = egui::Id::unique(("pastedFingerprint", &contact.jid));
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let hint = t!(ui, "key-paste");
    let check = t!(ui, "key-check");
    ui.horizontal(|ui| {
        let field = egui::TextEdit::singleline(&mut text)
            .hint_text(&hint)
            .desired_width(200.0);
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
        let sound = trust::read_fingerprint(&text).is_some();
        if ui.add_enabled(sound, egui::Button::new(check)).clicked() {
            wishes.push(Wish::Ask(Command::Trust {
                peer: contact.jid.clone(),
                fingerprint: std::mem::take(&mut text),
            }));
        }
    });
    ui.data_mut(|data| data.insert_temp(id, text));
}

/// Our own key, for the other person to scan or to copy.
pub fn own_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let me = &scene.model.me;
    let Some(fingerprint) = me.fingerprint else {
        return;
    };
    let title = t!(ui, "key-own");
    egui::CollapsingHeader::new(title)
        .id_salt("ownKey")
        .show(ui, |ui| {
            let link = trust::link(&me.jid, &fingerprint);
            qr_ui(ui, &link, &t!(ui, "key-qr"));
            ui.add(
                egui::Label::new(
                    RichText::new(in_lines(&fingerprint))
                        .monospace()
                        .size(size::SMALL),
                )
                .wrap(),
            );
            if ui.button(t!(ui, "key-copy")).clicked() {
                ui.ctx().copy_text(link);
            }
        });
}

/// A QR code: dark on light in every theme, with the margin that scanners want.
fn qr_ui(ui: &mut Ui, text: &str, name: &str) {
    let Ok(code) = qrcode::QrCode::new(text) else {
        return;
    };
    let (width, side) = (code.width(), 180.0);
    let (place, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    ui.painter().rect_filled(place, 4.0, Color32::WHITE);
    let cells = u16::try_from(width).unwrap_or(1) + 8;
    let cell = side / f32::from(cells);
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = (at % width + 4, at / width + 4);
            let corner = |n: usize| f32::from(u16::try_from(n).unwrap_or(0)) * cell;
            let min = place.min + vec2(corner(x), corner(y));
            let rect = Rect::from_min_max(min, pos2(min.x + cell + 0.3, min.y + cell + 0.3));
            ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
        }
    }
}

/// In the settings: who is blocked, and how to undo it.
pub fn blocked_ui(ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
    let model = scene.model;
    if model.blocked_names.is_empty() && model.blocked_keys.is_empty() {
        return;
    }
    ui.add_space(space::S);
    ui.label(t!(ui, "blocked-title"));
    for jid in &model.blocked_names {
        ui.horizontal(|ui| {
            ui.label(jid.as_str());
            if ui
                .button(t!(ui, "blocked-undo", name = jid.as_str()))
                .clicked()
            {
                wishes.push(Wish::Ask(Command::Unblock {
                    peer: Some(jid.clone()),
                    fingerprint: None,
                }));
            }
        });
    }
    let alone = |jid| !model.blocked_names.contains(jid);
    for key in model.blocked_keys.iter().filter(|key| alone(&key.jid)) {
        ui.horizontal(|ui| {
            ui.label(format!("{} ({})", key.nick, key.jid));
            if ui
                .button(t!(ui, "blocked-undo", name = key.jid.as_str()))
                .clicked()
            {
                wishes.push(Wish::Ask(Command::Unblock {
                    peer: None,
                    fingerprint: Some(key.fingerprint),
                }));
            }
        });
    }
}
