//! The icon in the tray: the window goes there and comes back from there, and it tells of what is unread. The tray is a
//! pretended one, which speaks as the desktop's does.

use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use zbus::{Connection, Proxy};

use super::desktop::Desktop;
use crate::lab;
use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::{SOON, poll};
use crate::window::Window;

/// What the desktop has: icons register with it.
struct Watcher {
    items: Arc<Mutex<Vec<String>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&mut self, service: String) {
        self.items.lock().expect("no panic").push(service);
    }

    fn register_status_notifier_host(&mut self, _service: String) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.lock().expect("no panic").clone()
    }
}

struct Tray {
    runtime: Runtime,
    bus: Connection,
    items: Arc<Mutex<Vec<String>>>,
}

impl Tray {
    fn start(desktop: &Desktop) -> Tray {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let items = Arc::new(Mutex::new(Vec::new()));
        let watcher = Watcher {
            items: items.clone(),
        };
        let bus = runtime.block_on(async {
            zbus::connection::Builder::address(desktop.bus())?
                .serve_at("/StatusNotifierWatcher", watcher)?
                .name("org.kde.StatusNotifierWatcher")?
                .build()
                .await
        });
        Tray {
            runtime,
            bus: bus.expect("a pretended tray"),
            items,
        }
    }

    /// The icon's place on the bus, once it is there.
    fn item(&self) -> String {
        poll("an icon in the tray", SOON, || {
            self.items.lock().expect("no panic").last().cloned()
        })
    }

    fn has_status(&self, status: &str) {
        let item = self.item();
        poll(&format!("the icon to be {status}"), SOON, || {
            let asked = async {
                let path = "/StatusNotifierItem";
                let name = "org.kde.StatusNotifierItem";
                let icon = Proxy::new(&self.bus, item.clone(), path, name).await?;
                icon.get_property::<String>("Status").await
            };
            (self.runtime.block_on(asked).ok()? == status).then_some(())
        });
    }

    fn clicks(&self) {
        let item = self.item();
        let asked = async {
            let path = "/StatusNotifierItem";
            let icon = Proxy::new(&self.bus, item, path, "org.kde.StatusNotifierItem").await?;
            icon.call::<_, _, ()>("Activate", &(0, 0)).await
        };
        self.runtime.block_on(asked).expect("a click");
    }
}

#[test]
fn the_window_closes_into_the_tray_and_comes_back_from_it() {
    if lab::or_skip(Desktop::available()).is_none() {
        return;
    }
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let desktop = Desktop::start(&forza);
    let tray = Tray::start(&desktop);
    let juliet = balcony(&pronto, "juliet").with("--nick", "Juliet").start();
    let window = Window::start(&desktop, &["--name", "romeo", "--nick", "Romeo"]);
    juliet.shows("romeo@forza", SOON, |_| true);
    tray.has_status("Active");

    desktop.key("ctrl+comma");
    window.presses("Desktop");
    window.presses("Keep running in the tray");
    window.reads("the switch", |screen| {
        let switch = screen.named("Keep running in the tray");
        switch.is_some_and(|switch| switch.checked)
    });
    window.takes_keyboard();
    desktop.key("alt+F4");
    poll("the window to be away", SOON, || {
        let seen = desktop.try_xdotool(&["search", "--onlyvisible", "--class", "^balcony$"]);
        seen.is_none_or(|seen| seen.is_empty()).then_some(())
    });
    juliet.send("romeo@forza", "Art thou gone so?", "t-1");
    juliet.reaches("t-1", &["delivered"], SOON);
    tray.has_status("NeedsAttention");

    tray.clicks();
    poll("the window to be back", SOON, || {
        let seen = desktop.try_xdotool(&["search", "--onlyvisible", "--class", "^balcony$"])?;
        (!seen.is_empty()).then_some(())
    });
    window.has_keyboard();
    window.opens("jul", "Juliet");
    window.reads("what came meanwhile", |screen| screen.says("Art thou gone"));
    tray.has_status("Active");

    let mark = juliet.mark();
    desktop.key("ctrl+q");
    assert_eq!(window.ends().code(), Some(0), "to quit is to quit");
    let gone = juliet.event_after(mark, "peer-offline", SOON, |event| {
        event["jid"] == "romeo@forza"
    });
    assert_eq!(gone.line["reason"], "goodbye");
}
