//! How long nobody has touched this computer, as the desktop tells: GNOME's idle monitor over D-Bus (also on Wayland),
//! else the X11 screen saver extension. Where neither is there, we simply never go away by ourselves.

use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::screensaver::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// How often is looked while somebody is here, and while nobody is: coming back should show soon.
const WHILE_HERE: Duration = Duration::from_secs(30);
const WHILE_AWAY: Duration = Duration::from_secs(5);
/// Idle at all, for the choice between the two.
const AWAY: u64 = 60;

/// Looks from now on, on a thread of its own, and tells the seconds since the last input each time that they have
/// passed a minute, and once when somebody is back. Ends when `tell` says false.
pub fn watch(mut tell: impl FnMut(u64) -> bool + Send + 'static) {
    let thread = std::thread::Builder::new().name("idle".into());
    let started = thread.spawn(move || {
        let Some(source) = Source::find() else {
            return tracing::info!(
                "the desktop does not tell when nobody is here: no automatic away"
            );
        };
        let mut away = false;
        while let Some(seconds) = source.seconds() {
            let now_away = seconds >= AWAY;
            if (now_away || away) && !tell(if now_away { seconds } else { 0 }) {
                return;
            }
            away = now_away;
            std::thread::sleep(if away { WHILE_AWAY } else { WHILE_HERE });
        }
        tracing::info!("the desktop no longer tells when nobody is here");
        tell(0);
    });
    if let Err(error) = started {
        tracing::warn!(%error, "no automatic away");
    }
}

enum Source {
    Mutter(zbus::blocking::Connection),
    X11(Box<RustConnection>, u32),
}

impl Source {
    fn find() -> Option<Source> {
        let mutter = zbus::blocking::Connection::session().map(Source::Mutter);
        if let Some(mutter) = mutter.ok().filter(|source| source.seconds().is_some()) {
            return Some(mutter);
        }
        let (connection, screen) = x11rb::connect(None).ok()?;
        let root = connection.setup().roots.get(screen)?.root;
        Some(Source::X11(Box::new(connection), root)).filter(|source| source.seconds().is_some())
    }

    fn seconds(&self) -> Option<u64> {
        let millis: u64 = match self {
            Source::Mutter(bus) => {
                let path = "/org/gnome/Mutter/IdleMonitor/Core";
                let interface = "org.gnome.Mutter.IdleMonitor";
                let answer =
                    bus.call_method(Some(interface), path, Some(interface), "GetIdletime", &());
                answer.ok()?.body().deserialize().ok()?
            }
            Source::X11(connection, root) => {
                let answer = connection
                    .screensaver_query_info(*root)
                    .ok()?
                    .reply()
                    .ok()?;
                u64::from(answer.ms_since_user_input)
            }
        };
        Some(millis / 1000)
    }
}
