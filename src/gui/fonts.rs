//! Fonts: the desktop's usual sans-serif with its bold, where one of the well-known ones is there, else the embedded
//! one. Emoji, CJK, Arabic and the rest come from the system when the first such character is shown (`system_fonts`).

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

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
        fonts.font_data.insert("system bold".into(), Arc::new(bold));
        fonts
            .families
            .entry(FontFamily::Proportional)
            .or_default()
            .insert(0, "system".into());
        heavy.insert(0, "system bold".into());
    }
    fonts.families.insert(FontFamily::Name(BOLD.into()), heavy);
    fonts
}
