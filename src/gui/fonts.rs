//! Fonts: the desktop's usual sans-serif with its bold, where one of the well-known ones is there, else the embedded
//! one. Emoji, CJK, Arabic and the rest come from the system when the first such character is shown.

use std::sync::{Arc, OnceLock};

use egui::epaint::text::{
    FallbackRequest, FontInsert, FontPriority, FontProvider as _, InsertFontFamily,
};
use egui::{FontData, FontDefinitions, FontFamily};
use egui_system_font_provider::SystemFontProvider;

use unicode_segmentation::UnicodeSegmentation;

use super::theme::BOLD;

/// Regular and bold of the same family, the best for a screen first.
const FAMILIES: [[&str; 2]; 9] = [
    [
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/noto/NotoSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/google-noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/google-noto/NotoSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/opentype/cantarell/Cantarell-Regular.otf",
        "/usr/share/fonts/opentype/cantarell/Cantarell-Bold.otf",
    ],
    [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/TTF/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    ],
    [
        "C:\\Windows\\Fonts\\segoeui.ttf",
        "C:\\Windows\\Fonts\\segoeuib.ttf",
    ],
    [
        "/System/Library/Fonts/Supplemental/Arial.ttf",
        "/System/Library/Fonts/Supplemental/Arial Bold.ttf",
    ],
];

/// What to draw text with on this machine.
pub fn of_system() -> FontDefinitions {
    let found = FAMILIES.iter().find_map(|[regular, bold]| {
        let read = |path: &&str| std::fs::read(path).ok().map(FontData::from_owned);
        read(regular).zip(read(bold))
    });
    with(found)
}

/// The embedded fonts only; the same on every machine.
pub fn embedded() -> FontDefinitions {
    with(None)
}

fn with(found: Option<(FontData, FontData)>) -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let mut heavy = fallback;
    if let Some((regular, bold)) = found {
        fonts.font_data.insert("system".into(), Arc::new(regular));
        fonts.font_data.insert("system-bold".into(), Arc::new(bold));
        fonts
            .families
            .entry(FontFamily::Proportional)
            .or_default()
            .insert(0, "system".into());
        heavy.insert(0, "system-bold".into());
    }
    let plain = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    fonts.families.insert(FontFamily::Name(COLOR.into()), plain);
    fonts.families.insert(FontFamily::Name(BOLD.into()), heavy);
    fonts
}

/// Where the colour emoji of the usual systems are.
const EMOJI: [&str; 6] = [
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf",
    "/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf",
    "C:\\Windows\\Fonts\\seguiemj.ttf",
    "/System/Library/Fonts/Apple Color Emoji.ttc",
];

/// Lets the fonts of the system be looked through when a character is in none of ours, and not before: that costs a tenth of
/// a second and some memory, while the window opens.
pub fn allow_system(ctx: &egui::Context) {
    let system = OnceLock::new();
    ctx.add_font_provider(Arc::new(move |request: &FallbackRequest<'_>| {
        system
            .get_or_init(SystemFontProvider::new)
            .font_for(request)
    }));
}

/// Lets [`prepare`] add the colour emoji of the system. Tests do without, to be the same on every machine.
pub fn allow_emoji(ctx: &egui::Context) {
    ctx.data_mut(|data| data.insert_temp(emoji_id(), Emoji::Allowed));
}

/// To be called before a text is shown: adds the colour emoji (a file of some 10 MB) with the first text that has one.
/// Left to the system's own choice, a text font with black-and-white ones may come first.
pub fn prepare(ctx: &egui::Context, text: &str) {
    if text.is_ascii() || !text.chars().any(is_emoji) {
        return;
    }
    let state = ctx.data(|data| data.get_temp(emoji_id()));
    if state != Some(Emoji::Allowed) {
        return;
    }
    ctx.data_mut(|data| data.insert_temp(emoji_id(), Emoji::Added));
    if let Some(font) = EMOJI.iter().find_map(|path| std::fs::read(path).ok()) {
        let families = [FontFamily::Proportional, FontFamily::Name(BOLD.into())];
        let last = |family| InsertFontFamily {
            family,
            priority: FontPriority::Lowest,
        };
        let families = families.into_iter().map(last).collect();
        let mut families: Vec<InsertFontFamily> = families;
        families.push(InsertFontFamily {
            family: FontFamily::Name(COLOR.into()),
            priority: FontPriority::Highest,
        });
        ctx.add_font(FontInsert::new(
            "color-emoji",
            FontData::from_owned(font),
            families,
        ));
    }
}

/// The family that has the colour emoji before everything else: for runs of emoji only, since it has digits, too.
const COLOR: &str = "emoji";

/// The font for emoji at a size.
pub fn emoji(points: f32) -> egui::FontId {
    egui::FontId::new(points, FontFamily::Name(COLOR.into()))
}

/// Where emoji stand in a text. Signs that are text unless they say otherwise (✓, ☎) stay text.
pub fn emoji_runs(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    if text.is_ascii() {
        return runs;
    }
    for (start, grapheme) in text.grapheme_indices(true) {
        let first = grapheme.chars().next().map_or(0, u32::from);
        if first < 0x1F000 && !grapheme.contains('\u{FE0F}') {
            continue;
        }
        let end = start + grapheme.len();
        match runs.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => runs.push(start..end),
        }
    }
    runs
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Emoji {
    Allowed,
    Added,
}

fn emoji_id() -> egui::Id {
    egui::Id::unique("color-emoji")
}

/// Whether a character is an emoji by itself (the blocks of Unicode that hold little else).
pub fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B50 | 0x2B55)
}
