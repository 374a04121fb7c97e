//! The icon in the desktop's tray (StatusNotifierItem): that we run and are here, whether something is unread, and a menu to
//! open the window, to change the presence and to quit. On a thread of its own; where the desktop has no tray it waits for one
//! to appear and costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use ksni::TrayMethods;
use ksni::menu::{CheckmarkItem, MenuItem, StandardItem};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::avatar;
use super::words::{Words, t};
use crate::event::Show;

/// The side of the icon, in pixels; desktops scale it.
const SIDE: u32 = 48;

/// What the icon and its menu show.
#[derive(Clone)]
pub struct Look {
    /// Messages not read.
    pub unread: u32,
    /// Our presence; `None` while we are on no network.
    pub show: Option<Show>,
    /// The language.
    pub words: Arc<Words>,
}

impl PartialEq for Look {
    fn eq(&self, other: &Look) -> bool {
        let parts = |look: &Look| (look.unread, look.show, look.words.code());
        parts(self) == parts(other)
    }
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// Bring the window, or send it away.
    Toggle,
    /// Be this.
    Show(Show),
    /// End the program.
    Quit,
}

/// The icon; it goes with this.
pub struct Tray {
    looks: UnboundedSender<Look>,
    clicks: Receiver<Click>,
    shown: Arc<AtomicBool>,
}

impl Tray {
    /// Puts the icon there.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn open(ctx: egui::Context, look: Look) -> std::io::Result<Tray> {
        let (looks, more) = unbounded_channel();
        let (tell, clicks) = channel();
        let shown = Arc::new(AtomicBool::new(false));
        let item = Item {
            icon: picture(false),
            marked: picture(true),
            look,
            tell,
            ctx,
            shown: shown.clone(),
        };
        std::thread::Builder::new()
            .name("tray".into())
            .spawn(move || run(item, more))?;
        Ok(Tray {
            looks,
            clicks,
            shown,
        })
    }

    /// Shows something else.
    pub fn show(&self, look: Look) {
        // The thread ends only with us, or because there is no session bus.
        let _ = self.looks.send(look);
    }

    /// What was clicked since.
    pub fn clicked(&self) -> Option<Click> {
        self.clicks.try_recv().ok()
    }

    /// Whether the desktop has a tray that shows it.
    pub fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed)
    }
}

fn run(item: Item, mut looks: UnboundedReceiver<Look>) {
    let shown = item.shown.clone();
    let ctx = item.ctx.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return tracing::info!(%error, "no tray icon"),
    };
    shown.store(true, Ordering::Relaxed);
    runtime.block_on(async {
        // A tray that starts after us is waited for.
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => {
                ctx.request_repaint();
                while let Some(look) = looks.recv().await {
                    handle.update(|item| item.look = look).await;
                }
                handle.shutdown().await;
            }
            Err(error) => {
                shown.store(false, Ordering::Relaxed);
                tracing::info!(%error, "no tray icon");
            }
        }
    });
}

struct Item {
    icon: ksni::Icon,
    marked: ksni::Icon,
    look: Look,
    tell: Sender<Click>,
    ctx: egui::Context,
    shown: Arc<AtomicBool>,
}

impl Item {
    fn tell(&self, click: Click) {
        let _ = self.tell.send(click);
        self.ctx.request_repaint();
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "balcony".into()
    }

    fn category(&self) -> ksni::Category {
        ksni::Category::Communications
    }

    fn title(&self) -> String {
        "Balcony".into()
    }

    fn status(&self) -> ksni::Status {
        if self.look.unread > 0 {
            ksni::Status::NeedsAttention
        } else {
            ksni::Status::Active
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        // Also marked here: not every tray knows the icon for attention.
        let icon = if self.look.unread > 0 {
            &self.marked
        } else {
            &self.icon
        };
        vec![icon.clone()]
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        vec![self.marked.clone()]
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        let words = &self.look.words;
        let description = match self.look.unread {
            0 => avatar::word(words, self.look.show),
            unread => t!(words, "tray-unread", count = unread),
        };
        ksni::ToolTip {
            title: self.title(),
            description,
            ..ksni::ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.tell(Click::Toggle);
    }

    fn menu(&self) -> Vec<MenuItem<Item>> {
        let words = &self.look.words;
        let mut menu = vec![
            StandardItem {
                label: t!(words, "tray-open"),
                activate: Box::new(|item: &mut Item| item.tell(Click::Toggle)),
                ..StandardItem::default()
            }
            .into(),
            MenuItem::Separator,
        ];
        for show in [Show::Available, Show::Away, Show::Dnd] {
            let item = CheckmarkItem {
                label: avatar::word(words, Some(show)),
                checked: self.look.show == Some(show),
                activate: Box::new(move |item: &mut Item| item.tell(Click::Show(show))),
                ..CheckmarkItem::default()
            };
            menu.push(item.into());
        }
        menu.push(MenuItem::Separator);
        let quit = StandardItem {
            label: t!(words, "tray-quit"),
            activate: Box::new(|item: &mut Item| item.tell(Click::Quit)),
            ..StandardItem::default()
        };
        menu.push(quit.into());
        menu
    }

    fn watcher_online(&self) {
        self.shown.store(true, Ordering::Relaxed);
        self.ctx.request_repaint();
    }

    fn watcher_offline(&self, _reason: ksni::OfflineReason) -> bool {
        self.shown.store(false, Ordering::Relaxed);
        self.ctx.request_repaint();
        true
    }
}

/// Our icon as the tray wants it (ARGB, big-endian), with a dot if something is unread.
fn picture(marked: bool) -> ksni::Icon {
    let mut picture = image::load_from_memory(super::ICON)
        .map(|icon| {
            icon.resize_exact(SIDE, SIDE, image::imageops::FilterType::Lanczos3)
                .to_rgba8()
        })
        .unwrap_or_else(|_| image::RgbaImage::new(SIDE, SIDE));
    if marked {
        let (center, radius) = (SIDE as f32 * 0.74, SIDE as f32 * 0.24);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let distance = (x as f32 + 0.5 - center).hypot(y as f32 + 0.5 - center);
            if distance < radius {
                *pixel = image::Rgba([0xD6, 0x2F, 0x34, 0xFF]);
            } else if distance < radius + 2.0 {
                *pixel = image::Rgba([0xFF, 0xFF, 0xFF, 0xFF]);
            }
        }
    }
    let data = picture
        .pixels()
        .flat_map(|image::Rgba([r, g, b, a])| [*a, *r, *g, *b])
        .collect();
    ksni::Icon {
        width: SIDE as i32,
        height: SIDE as i32,
        data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_something_unread_is_seen_at_a_glance() {
        let (plain, marked) = (picture(false), picture(true));
        assert_eq!(plain.data.len(), (SIDE * SIDE * 4) as usize);
        let changed = plain
            .data
            .chunks(4)
            .zip(marked.data.chunks(4))
            .filter(|(one, other)| one != other)
            .count();
        assert!(changed as u32 > SIDE * SIDE / 8, "{changed} pixels");
    }
}
