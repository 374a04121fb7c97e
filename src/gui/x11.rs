//! Where the pointer is while files are dragged over the window. The window system's own messages do not come through to us
//! with a place (winit has none for it, and no pointer moves for us meanwhile), so the X server is asked.

use egui::{Context, Event, RawInput, pos2};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Tells the window where the pointer is, while files hang on it. Does nothing where there is no X server: then files go
/// to the conversation that is in sight.
#[derive(Default)]
pub struct DragPointer {
    server: Option<Option<(RustConnection, u32)>>,
}

impl DragPointer {
    /// Before each frame.
    pub fn follow(&mut self, ctx: &Context, input: &mut RawInput) {
        if input.hovered_files.is_empty() && input.dropped_files.is_empty() {
            return;
        }
        // Nothing wakes the window while the pointer moves.
        ctx.request_repaint_after(std::time::Duration::from_millis(50));
        let window = input.viewports.get(&input.viewport_id);
        let Some(origin) = window.and_then(|window| window.inner_rect) else {
            return;
        };
        if let Some((x, y)) = self.on_screen() {
            let scale = ctx.pixels_per_point();
            let place = pos2(f32::from(x) / scale, f32::from(y) / scale) - origin.min.to_vec2();
            input.events.push(Event::PointerMoved(place));
        }
    }

    fn on_screen(&mut self) -> Option<(i16, i16)> {
        let server = self.server.get_or_insert_with(connect);
        let (connection, root) = server.as_ref()?;
        let pointer = connection.query_pointer(*root).ok()?.reply().ok()?;
        Some((pointer.root_x, pointer.root_y))
    }
}

fn connect() -> Option<(RustConnection, u32)> {
    use x11rb::connection::Connection as _;
    // On Wayland there may be a server for other programs, which knows nothing of our window.
    if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        return None;
    }
    let (connection, screen) = x11rb::connect(None).ok()?;
    let root = connection.setup().roots.get(screen)?.root;
    Some((connection, root))
}
