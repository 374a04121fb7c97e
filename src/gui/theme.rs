//! How the window looks, and why: this page is the design, the numbers below it are what the views use.
//!
//! **One calm window.** People on the left, one thing on the right, nothing that moves by itself. Colour is kept for what
//! matters: the accent says "yours" and "chosen", the three presence colours say who is here, red says that something
//! failed. Everything else is text on one of two grounds.
//!
//! **Space** comes from one scale ([`space`]: 4, 8, 12, 16, 24 points): within a thing, between its lines, between things,
//! between groups, between sections. **Type** has four sizes ([`size`]: 12, 14.5, 18, 26 points) and two weights. Corners are
//! [`ROUND`]; a thing that one can click is at least [`space::TARGET`] high.
//!
//! **Density.** Comfortable is for a glance from afar and for fingers; compact shows more people and closer lines, and
//! still keeps targets of [`space::TARGET_COMPACT`], more than the 24 points of WCAG 2.2 (2.5.8).
//!
//! **Colours** are two palettes, [`LIGHT`] and [`DARK`], with the same roles; the desktop's choice is followed unless the
//! settings say otherwise. Every pair that the views use reaches WCAG 2.2 AA: 4.5 : 1 for text, 3 : 1 for marks, outlines of
//! fields and boxes, and the ring of the focus. The tests at the foot compute each of them.
//!
//! **People** have the colour that XEP-0392 gives to their address, the same in every program that follows it, and their
//! initials where they publish no picture. **Presence** is told by shape as well as by colour: a disc, a disc with the
//! hands of a clock, a disc with a bar, a ring.
//!
//! **Widths.** Below [`NARROW`] points there is one pane at a time with a way back, as on a telephone; above it list and
//! pane stand side by side, and lines of text never get longer than reads well.
//!
//! **Empty is not nothing.** A page without content says why, and what to do.
//!
//! **Motion** explains or it is left out: things open within [`MOVE`] seconds, three dots tell that somebody types, and
//! "reduced motion" stops both. The cursor does not blink: that would wake the window for ever.

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Visuals,
    vec2,
};
use sha1::{Digest, Sha1};

use super::hsluv;
use super::taste::Taste;
use crate::model::settings::{Density, Settings, Theme as Choice};

/// Spaces between things, in points.
pub mod space {
    /// Within a thing: icon and its text.
    pub const XS: f32 = 4.0;
    /// Between lines of a thing.
    pub const S: f32 = 8.0;
    /// Between things, and the margin of a pane.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Between sections.
    pub const XL: f32 = 24.0;
    /// The least height of something to click.
    pub const TARGET: f32 = 32.0;
    /// The same in the compact density; WCAG 2.2, 2.5.8 wants 24.
    pub const TARGET_COMPACT: f32 = 26.0;
}

/// Font sizes, in points.
pub mod size {
    /// Times, marks.
    pub const SMALL: f32 = 12.0;
    /// Messages and everything that is read.
    pub const BODY: f32 = 14.5;
    /// Names of panes.
    pub const HEADING: f32 = 18.0;
    /// The one line of an empty page.
    pub const TITLE: f32 = 26.0;
}

/// Corners of bubbles, fields and buttons, in points.
pub const ROUND: u8 = 8;

/// How long something takes to open or to change its colour, in seconds; nothing with reduced motion.
pub const MOVE: f32 = 0.1;

/// How much of the accent is in the ground of what is chosen: as much as leaves the accent readable on it.
const CHOSEN_LIGHT: f32 = 0.16;
const CHOSEN_DARK: f32 = 0.22;

/// Below this width of the window there is one pane at a time: beside the list a field to write in must have room, with
/// what stands beside it.
pub const NARROW: f32 = 640.0;

/// The name of the heavier font family.
pub const BOLD: &str = "bold";

/// Colours of one theme.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say where they are used")]
pub struct Palette {
    pub ground: Color32,
    pub side: Color32,
    pub line: Color32,
    pub outline: Color32,
    pub text: Color32,
    pub weak: Color32,
    pub accent: Color32,
    pub on_accent: Color32,
    pub hover: Color32,
    pub selected: Color32,
    pub field: Color32,
    pub theirs: Color32,
    pub ours: Color32,
    pub link: Color32,
    pub available: Color32,
    pub away: Color32,
    pub dnd: Color32,
    pub bad: Color32,
    pub notice: Color32,
}

const fn rgb(value: u32) -> Color32 {
    let [_, r, g, b] = value.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// Dark text on light.
pub const LIGHT: Palette = Palette {
    ground: rgb(0xFF_FF_FF),
    side: rgb(0xF4_F6_F6),
    line: rgb(0xDD_E2_E3),
    outline: rgb(0x78_86_8B),
    text: rgb(0x1A_20_22),
    weak: rgb(0x56_63_67),
    accent: rgb(0x0B_6B_63),
    on_accent: rgb(0xFF_FF_FF),
    hover: rgb(0xE9_ED_ED),
    selected: rgb(0xD8_E9_E6),
    field: rgb(0xFF_FF_FF),
    theirs: rgb(0xEE_F1_F1),
    ours: rgb(0xD6_EE_E9),
    link: rgb(0x0A_5A_8A),
    available: rgb(0x17_87_49),
    away: rgb(0xB0_62_00),
    dnd: rgb(0xC2_28_2D),
    bad: rgb(0xB0_1F_26),
    notice: rgb(0xFB_F0_D6),
};

/// Light text on dark.
pub const DARK: Palette = Palette {
    ground: rgb(0x15_1A_1C),
    side: rgb(0x1B_21_24),
    line: rgb(0x30_39_3D),
    outline: rgb(0x77_88_8E),
    text: rgb(0xE6_EB_EC),
    weak: rgb(0x9F_AD_B2),
    accent: rgb(0x5C_C9_BA),
    on_accent: rgb(0x0A_24_21),
    hover: rgb(0x24_2C_30),
    selected: rgb(0x25_3B_3C),
    field: rgb(0x20_27_2A),
    theirs: rgb(0x25_2D_31),
    ours: rgb(0x1C_45_42),
    link: rgb(0x8C_C8_F5),
    available: rgb(0x4F_C8_7F),
    away: rgb(0xF0_AC_4A),
    dnd: rgb(0xFF_7B_78),
    bad: rgb(0xFF_92_8F),
    notice: rgb(0x3F_36_1E),
};

/// The colours of what is being drawn.
pub fn palette(ui: &egui::Ui) -> &'static Palette {
    if ui.visuals().dark_mode {
        &DARK
    } else {
        &LIGHT
    }
}

/// The heavier font at a size.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(BOLD.into()))
}

/// The regular font at a size.
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Gives both themes of a context our look.
pub fn install(ctx: &egui::Context) {
    for (theme, palette) in [(Theme::Light, &LIGHT), (Theme::Dark, &DARK)] {
        let mut style = (*ctx.style_of(theme)).clone();
        apply(&mut style, palette, theme == Theme::Dark);
        ctx.set_style_of(theme, style);
    }
    // For desktops that do not say which they want.
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
}

/// Gives the window the look that the settings want, and what they leave to the desktop: theme, density, movement.
pub fn choose(ctx: &egui::Context, settings: &Settings, taste: Taste) {
    let still = settings.reduced_motion || taste.is_still();
    // Where the window system itself knows, that goes first.
    let theme = match taste.dark {
        Some(true) => Theme::Dark,
        _ => Theme::Light,
    };
    ctx.options_mut(|options| options.fallback_theme = theme);
    ctx.set_theme(match settings.theme {
        Choice::System => egui::ThemePreference::System,
        Choice::Light => egui::ThemePreference::Light,
        Choice::Dark => egui::ThemePreference::Dark,
    });
    let compact = settings.density == Density::Compact;
    ctx.all_styles_mut(|style| {
        style.spacing.item_spacing.y = if compact { space::S - 2.0 } else { space::S };
        style.spacing.interact_size.y = if compact {
            space::TARGET_COMPACT
        } else {
            space::TARGET
        };
        style.spacing.button_padding.y = if compact { 4.0 } else { 6.0 };
        style.animation_time = if still { 0.0 } else { MOVE };
        style.scroll_animation = if still {
            egui::style::ScrollAnimation::none()
        } else {
            egui::style::ScrollAnimation::default()
        };
    });
}

/// A dialog over everything, with the margin of a pane around what is in it.
pub fn modal(ctx: &egui::Context, id: egui::Id) -> egui::Modal {
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(Margin::same(space::L as i8));
    egui::Modal::new(id).frame(frame)
}

/// For boxes and circles in a menu, which has no lines around what can be clicked: those that are not ticked need one.
pub fn outline_ticks(ui: &mut egui::Ui) {
    let line = egui::Stroke::new(1.0, palette(ui).outline);
    ui.visuals_mut().widgets.inactive.bg_stroke = line;
}

/// Whether the density is the compact one.
pub fn is_compact(ui: &egui::Ui) -> bool {
    ui.spacing().interact_size.y < space::TARGET
}

/// Whether nothing should move that need not.
pub fn is_still(ui: &egui::Ui) -> bool {
    ui.style().animation_time == 0.0
}

fn apply(style: &mut Style, palette: &Palette, dark: bool) {
    style.text_styles = [
        (TextStyle::Small, regular(size::SMALL)),
        (TextStyle::Body, regular(size::BODY)),
        (TextStyle::Button, regular(size::BODY)),
        (TextStyle::Heading, bold(size::HEADING)),
        (TextStyle::Monospace, FontId::monospace(size::BODY - 1.0)),
    ]
    .into();
    style.spacing.item_spacing = vec2(space::S, space::S);
    style.spacing.button_padding = vec2(space::M, 6.0);
    style.spacing.interact_size = vec2(40.0, space::TARGET);
    style.spacing.icon_width = 18.0;
    style.spacing.icon_width_inner = 10.0;
    style.spacing.icon_spacing = space::S;
    style.spacing.menu_margin = Margin::same(8);
    style.spacing.scroll = egui::style::ScrollStyle::floating();
    // Labels of messages are made selectable one by one.
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.animation_time = MOVE;
    style.visuals = visuals(palette, dark);
}

fn visuals(palette: &Palette, dark: bool) -> Visuals {
    let mut visuals = if dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    visuals.panel_fill = palette.ground;
    visuals.window_fill = palette.ground;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.extreme_bg_color = palette.field;
    visuals.text_edit_bg_color = Some(palette.field);
    visuals.faint_bg_color = palette.side;
    visuals.code_bg_color = palette.hover;
    visuals.hyperlink_color = palette.link;
    visuals.warn_fg_color = palette.away;
    visuals.error_fg_color = palette.bad;
    visuals.weak_text_color = Some(palette.weak);
    visuals.override_text_color = None;
    visuals.selection.bg_fill =
        palette
            .accent
            .gamma_multiply(if dark { CHOSEN_DARK } else { CHOSEN_LIGHT });
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);
    visuals.window_corner_radius = CornerRadius::same(ROUND + 2);
    visuals.menu_corner_radius = CornerRadius::same(ROUND);
    // A blinking cursor would wake the window for ever; a still one costs nothing.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.accent);
    let states = [
        (
            &mut visuals.widgets.noninteractive,
            palette.ground,
            palette.line,
            palette.text,
        ),
        (
            &mut visuals.widgets.inactive,
            palette.hover,
            palette.outline,
            palette.text,
        ),
        (
            &mut visuals.widgets.hovered,
            palette.selected,
            palette.weak,
            palette.text,
        ),
        (
            &mut visuals.widgets.active,
            palette.selected,
            palette.accent,
            palette.text,
        ),
        (
            &mut visuals.widgets.open,
            palette.selected,
            palette.line,
            palette.text,
        ),
    ];
    for (widget, fill, line, text) in states {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, line);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(ROUND);
        widget.expansion = 0.0;
    }
    // Boxes to tick and fields to write in are light; only their outline tells them from the ground.
    visuals.widgets.inactive.bg_fill = palette.field;
    visuals
}

/// The hue of an identifier, in degrees: the first two bytes of its SHA-1, little-endian, as a fraction of the circle
/// (XEP-0392 §5.1).
pub fn hue(identifier: &str) -> f64 {
    let digest = Sha1::digest(identifier.as_bytes());
    let angle = match digest.as_slice() {
        [low, high, ..] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    f64::from(angle) / 65536.0 * 360.0
}

/// The colour of a person by its address (XEP-0392 §5.2: full saturation). A lightness of 49 of the 50 that the XEP
/// computes its examples with: white letters on it then just reach AA, in both themes.
pub fn person(jid: &str) -> Color32 {
    let [r, g, b] = hsluv::to_rgb(hue(jid), 49.0).map(|part| (part * 255.0).round() as u8);
    Color32::from_rgb(r, g, b)
}

/// The contrast of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio").
pub fn contrast(one: Color32, other: Color32) -> f32 {
    let luminance = |color: Color32| {
        let color = egui::Rgba::from(color);
        0.2126 * color.r() + 0.7152 * color.g() + 0.0722 * color.b()
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_readable_on_every_ground() {
        for (name, p) in [("light", &LIGHT), ("dark", &DARK)] {
            let grounds = [
                p.ground, p.side, p.hover, p.selected, p.field, p.theirs, p.ours,
            ];
            for text in [p.text, p.weak] {
                for ground in grounds {
                    assert!(
                        contrast(text, ground) >= 4.5,
                        "{name}: {text:?} on {ground:?}: {}",
                        contrast(text, ground)
                    );
                }
            }
            for text in [p.link, p.bad] {
                for ground in [p.ground, p.theirs, p.ours, p.side] {
                    assert!(
                        contrast(text, ground) >= 4.5,
                        "{name}: {text:?} on {ground:?}: {}",
                        contrast(text, ground)
                    );
                }
            }
            assert!(contrast(p.on_accent, p.accent) >= 4.5 && contrast(p.text, p.notice) >= 4.5);
            assert!(contrast(p.accent, p.ground) >= 4.5 && contrast(p.accent, p.side) >= 4.5);
            for ground in [p.ground, p.side, p.field, p.hover] {
                let contrast = contrast(p.outline, ground);
                assert!(contrast >= 3.0, "{name}: outline on {ground:?}: {contrast}");
            }
            for mark in [p.available, p.away, p.dnd, p.accent] {
                for ground in [p.ground, p.side, p.hover, p.selected] {
                    assert!(
                        contrast(mark, ground) >= 3.0,
                        "{name}: {mark:?} on {ground:?}: {}",
                        contrast(mark, ground)
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_chosen_is_readable() {
        for (p, share) in [(&LIGHT, CHOSEN_LIGHT), (&DARK, CHOSEN_DARK)] {
            for ground in [p.ground, p.side] {
                let ground = ground.blend(p.accent.gamma_multiply(share));
                let contrast = contrast(p.accent, ground);
                assert!(contrast >= 4.5, "{contrast} on {ground:?}");
            }
        }
    }

    #[test]
    fn people_have_the_colours_of_xep_0392_and_white_letters_on_them() {
        // XEP-0392 §13.1: hue, and red, green and blue at saturation 100 and lightness 50.
        for (name, angle, rgb) in [
            ("Romeo", 327.255_249, [0.865, 0.000, 0.686]),
            ("juliet@capulet.lit", 209.410_400, [0.000, 0.515, 0.573]),
            ("😺", 331.199_341, [0.872, 0.000, 0.659]),
            ("council", 359.994_507, [0.918, 0.000, 0.394]),
            ("Board", 171.430_664, [0.000, 0.527, 0.457]),
        ] {
            assert!((hue(name) - angle).abs() < 1e-6, "{name}: {}", hue(name));
            let made = hsluv::to_rgb(hue(name), 50.0);
            for (made, wanted) in made.iter().zip(rgb) {
                assert!(
                    (made - wanted).abs() < 0.0006,
                    "{name}: {made} for {wanted}"
                );
            }
        }
        for n in 0..500 {
            let color = person(&format!("person-{n}@host"));
            assert!(contrast(color, Color32::WHITE) >= 4.5, "{color:?}");
        }
    }
}
