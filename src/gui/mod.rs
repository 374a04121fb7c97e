//! Floor 4: the window. One calm window: the people of this network in the list, the conversation beside it.
//!
//! How it works: a thread puts the node's events into the [`inbox`] and wakes the window; [`app`] applies them to its own
//! copy of the model; [`window`] draws that copy and gives back wishes, most of which are commands for the node. Nothing
//! else connects the two. The window sleeps until an event or an input wakes it.
//!
//! How it looks is data in [`theme`]: one scale of spaces, one of type, one palette for light and one for dark.

pub mod actions;
pub mod aim;
pub mod app;
mod attached;
pub mod avatar;
mod bidi;
mod body;
mod broadcast;
pub mod bubbles;
mod choice;
mod completion;
pub mod composer;
mod contact_row;
pub mod contacts;
pub mod conversation;
pub mod crop;
mod dialogs;
pub mod doctor_view;
mod drag;
mod emoji;
mod emoji_picker;
mod ends;
mod errands;
pub mod feed;
mod file_dialog;
pub mod first_run;
pub mod fonts;
mod header;
pub mod hsluv;
pub mod icons;
pub mod inbox;
mod interfaces;
pub mod keys;
pub mod links;
mod message_words;
pub mod network_view;
pub mod notify;
mod outgoing;
mod photos;
pub mod profile;
mod quote;
mod reactions;
mod room_board;
mod room_entry;
mod room_head;
mod room_lines;
mod room_list;
mod room_nick;
mod room_people;
pub mod room_view;
mod said;
pub mod scene;
mod search_hits;
mod search_view;
mod selection;
pub mod services;
pub mod settings_view;
pub mod switcher;
mod talk_acts;
pub mod taste;
pub mod text;
pub mod theme;
mod traces;
pub mod transfers;
pub mod tray;
mod trouble;
mod trust_view;
pub mod when;
pub mod window;
pub mod words;
mod x11;

use std::cell::Cell;
use std::rc::Rc;

use anyhow::anyhow;

pub use trouble::Answer;

use crate::model::settings::Settings;
use crate::node::{NodeHandle, Subscription};

/// Our icon: 256 × 256, and 64 × 64 for the first page.
const ICON: &[u8] = include_bytes!("../../assets/balcony-256.png");

/// The drawing that it was made from.
const DRAWING: &str = include_str!("../../assets/balcony.svg");

/// How the window starts.
#[derive(Clone, Default)]
pub struct Options {
    /// The name that the first start proposes; the system user's if empty.
    pub suggested_name: String,
    /// What the program does for the window.
    pub services: Option<std::sync::Arc<dyn services::Services>>,
    /// Made by [`context`] beforehand, for who wants to [`raise`] the window from elsewhere.
    pub context: Option<egui::Context>,
}

/// Why there was no window, or none with people in it.
#[derive(Debug)]
pub enum NotShown {
    /// No window can be opened: no display, or no OpenGL.
    Window(anyhow::Error),
    /// The node did not start; the window has said so, and this is what the user wants then.
    Node(anyhow::Error, Answer),
}

/// A node that did not start.
#[derive(Debug)]
pub struct NotStarted {
    /// Why.
    pub error: anyhow::Error,
    /// A session of which nothing is kept would be possible all the same: the window offers it.
    pub can_do_without: bool,
}

/// Shows the window until the user closes it or the node ends. Needs the process's main thread. Asks the node to quit at
/// the end.
///
/// # Errors
/// If no window can be opened: no display, or no OpenGL.
pub fn run(node: NodeHandle, subscription: Subscription, options: Options) -> anyhow::Result<()> {
    let settings = subscription.model.settings.clone();
    match run_while(&settings, move || Ok((node, subscription)), options) {
        Err(NotShown::Window(error) | NotShown::Node(error, _)) => Err(error),
        Ok(()) => Ok(()),
    }
}

/// The same, with a node that is started meanwhile: `bring` waits for it, and is called when the window is there, before its
/// first picture. `settings` say how the window begins.
///
/// # Errors
/// See [`NotShown`].
pub fn run_while(
    settings: &Settings,
    bring: impl FnOnce() -> Result<(NodeHandle, Subscription), NotStarted> + 'static,
    options: Options,
) -> Result<(), NotShown> {
    let zoom = f32::from(settings.zoom_percent.max(*Settings::ZOOM.start())) / 100.0;
    let size = [settings.window_size.0, settings.window_size.1]
        .map(|side| f32::from(side.max(300)) / zoom);
    let viewport = egui::ViewportBuilder::default()
        .with_title("Balcony")
        .with_app_id("balcony")
        .with_inner_size(size)
        .with_min_inner_size([320.0, 360.0])
        .with_icon(eframe::icon_data::from_png_bytes(ICON).unwrap_or_default());
    let native = eframe::NativeOptions {
        viewport,
        // Ours waits until it is needed.
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    };
    let suggested = match options.suggested_name.clone() {
        name if name.is_empty() => system_user(),
        name => name,
    };
    let context = options.context.clone().unwrap_or_else(context);
    context.options_mut(|options| options.zoom_factor = zoom);
    // Before the window, so that its first picture has the right colours.
    let taste = taste::Watched::open(context.clone());
    let failed = Rc::new(Cell::new(None));
    let failure = failed.clone();
    let answer = Rc::new(Cell::new(Answer::default()));
    let answered = answer.clone();
    let creator = move |creation: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        let ctx = creation.egui_ctx.clone();
        let (node, subscription) = match bring() {
            Ok(brought) => brought,
            Err(NotStarted {
                error,
                can_do_without,
            }) => {
                // Who started the program from a menu sees no terminal.
                let sentence = format!("{error:#}");
                let trouble = trouble::Trouble::new(&ctx, sentence, can_do_without, answered);
                failure.set(Some(error));
                return Ok(Box::new(trouble));
            }
        };
        let mut window = window::Window::new(&suggested);
        if let Some(icon) = icon_texture(&ctx) {
            window.set_icon(icon);
        }
        let desktop = notify::Desktop::open(ctx.clone())?;
        let inbox = inbox::Inbox::open(subscription.events, ctx)?;
        Ok(Box::new(app::App::new(
            node,
            subscription.model,
            inbox,
            window,
            Some(desktop),
            taste,
            options.services,
        )))
    };
    let shown = eframe::run_native_ext("balcony", native, Some(context), Box::new(creator));
    if let Some(error) = failed.take() {
        return Err(NotShown::Node(error, answer.get()));
    }
    shown.map_err(|error| {
        tracing::info!(%error, "no window");
        NotShown::Window(anyhow!(
            "the window cannot be opened: no display answers, or it has no OpenGL (-v says more)"
        ))
    })
}

/// Brings the window to the front, from any thread; the desktop may only hint at it if it does not like that.
pub fn raise(ctx: &egui::Context) {
    use egui::ViewportCommand::{Focus, Minimized, Visible};
    for command in [Visible(true), Minimized(false), Focus] {
        ctx.send_viewport_cmd(command);
    }
}

/// A context with our fonts and our look.
pub fn context() -> egui::Context {
    let ctx = egui::Context::default();
    ctx.set_fonts(fonts::of_system());
    fonts::allow_system(&ctx);
    fonts::allow_emoji(&ctx);
    theme::install(&ctx);
    ctx
}

/// Writes our icon in the sizes that desktops look for, as a folder of the icon theme `hicolor` (Icon Theme Specification
/// 0.13) has them.
///
/// # Errors
/// If a file cannot be written.
pub fn write_icons(theme: &std::path::Path) -> anyhow::Result<()> {
    let icon = image::load_from_memory(ICON)?;
    for side in [16, 22, 24, 32, 48, 64, 128, 256] {
        let folder = theme.join(format!("{side}x{side}/apps"));
        std::fs::create_dir_all(&folder)?;
        let small = icon.resize_exact(side, side, image::imageops::FilterType::Lanczos3);
        small.save(folder.join("balcony.png"))?;
    }
    let folder = theme.join("scalable/apps");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("balcony.svg"), DRAWING)?;
    Ok(())
}

fn icon_texture(ctx: &egui::Context) -> Option<egui::TextureHandle> {
    let picture = image::load_from_memory(ICON).ok()?.to_rgba8();
    let size = [
        usize::try_from(picture.width()).ok()?,
        usize::try_from(picture.height()).ok()?,
    ];
    let pixels = egui::ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
    Some(ctx.load_texture("icon", pixels, egui::TextureOptions::LINEAR))
}

/// The full name of whoever runs us, else the login name with a capital.
fn system_user() -> String {
    let login = std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .unwrap_or_default();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = passwd
        .lines()
        .find(|line| line.split(':').next() == Some(&login));
    let full = line
        .and_then(|line| line.split(':').nth(4))
        .and_then(|gecos| gecos.split(',').next())
        .unwrap_or_default();
    if !full.trim().is_empty() && full != "root" {
        return full.trim().to_owned();
    }
    let mut letters = login.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
