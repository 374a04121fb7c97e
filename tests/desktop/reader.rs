//! What a screen reader finds in the window: its elements by role, name, text and state, over AT-SPI.

use std::fmt;
use std::time::Duration;

use tokio::runtime::Runtime;
use zbus::zvariant::OwnedObjectPath;
use zbus::{Connection, Proxy};

use super::desktop::Desktop;

/// Bits of AT-SPI's states (`AtspiStateType`).
const FOCUSED: u32 = 12;
const CHECKED: u32 = 4;

/// Of AT-SPI's roles (`AtspiRole`): one of a list.
pub const LIST_ITEM: u32 = 32;

/// The window has an answer for each question, or it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

const ROOT: &str = "/org/a11y/atspi/accessible/root";

/// A connection to the bus of assistive technology, which makes programs tell what they show.
pub struct Reader {
    runtime: Runtime,
    bus: Connection,
    /// Who asks programs to speak must stay.
    _session: Connection,
}

/// One element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Whose it is on the bus, and where.
    address: (String, OwnedObjectPath),
    /// `AtspiRole`.
    pub role: u32,
    pub name: String,
    /// What stands in it, if it is a text field.
    pub text: String,
    pub focused: bool,
    /// Of a checkbox or a radio button: it is on.
    pub checked: bool,
}

/// All elements of a window, from outside in.
#[derive(Clone, Debug, Default)]
pub struct Screen(pub Vec<Element>);

impl Screen {
    /// The first element of that role whose name begins so.
    pub fn find(&self, role: u32, name: &str) -> Option<&Element> {
        self.0
            .iter()
            .find(|element| element.role == role && element.name.starts_with(name))
    }

    /// The first element whose name begins so.
    pub fn named(&self, name: &str) -> Option<&Element> {
        self.0.iter().find(|element| element.name.starts_with(name))
    }

    /// The last element that is called just so.
    pub fn called(&self, name: &str) -> Option<&Element> {
        self.0.iter().rev().find(|element| element.name == name)
    }

    /// The last element whose name contains that.
    pub fn containing(&self, words: &str) -> Option<&Element> {
        let mut elements = self.0.iter().rev();
        elements.find(|element| element.name.contains(words))
    }

    /// What stands in the text field that has the keyboard.
    pub fn typed(&self) -> Option<&str> {
        let focused = self.0.iter().rev().find(|element| element.focused)?;
        Some(&focused.text)
    }

    /// Whether there is one.
    pub fn has(&self, role: u32, name: &str) -> bool {
        self.find(role, name).is_some()
    }

    /// Whether any element's name contains that.
    pub fn says(&self, words: &str) -> bool {
        self.0.iter().any(|element| element.name.contains(words))
    }

    /// The name of the element that has the keyboard.
    pub fn focus(&self) -> Option<&str> {
        let focused = self.0.iter().rev().find(|element| element.focused)?;
        Some(&focused.name)
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Element {
            role,
            name,
            text,
            focused,
            ..
        } in &self.0
        {
            let mark = if *focused { " <- keyboard" } else { "" };
            let text = if text.is_empty() {
                String::new()
            } else {
                format!(": {text:?}")
            };
            write!(f, "\n  {role} “{name}”{text}{mark}")?;
        }
        Ok(())
    }
}

impl Reader {
    /// Switches assistive technology on, on that desktop.
    pub fn start(desktop: &Desktop) -> Reader {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let (session, bus) = runtime
            .block_on(async { tokio::time::timeout(PATIENCE, connect(desktop.bus())).await })
            .expect("the bus of assistive technology in time")
            .expect("the bus of assistive technology");
        Reader {
            runtime,
            bus,
            _session: session,
        }
    }

    /// What the program with that process id shows; nothing if it has no window yet.
    pub fn read(&self, pid: u32) -> Screen {
        let asked = async { tokio::time::timeout(PATIENCE, read(&self.bus, pid)).await };
        // An element that goes while it is asked is no failure: whoever waits asks again.
        self.runtime
            .block_on(asked)
            .expect("the window does not answer a screen reader")
            .unwrap_or_default()
    }
}

impl Reader {
    /// Does with an element what a click would do.
    pub fn press(&self, element: &Element) {
        let (program, path) = element.address.clone();
        let pressed = async {
            let action = Proxy::new(&self.bus, program, path, "org.a11y.atspi.Action").await?;
            action.call::<_, _, bool>("DoAction", &0).await
        };
        let pressed = async { tokio::time::timeout(PATIENCE, pressed).await };
        let pressed = self.runtime.block_on(pressed);
        assert!(
            matches!(pressed, Ok(Ok(true))),
            "{}: {pressed:?}",
            element.name
        );
    }
}

impl Reader {
    /// Where the middle of an element is in its window, in pixels; nothing while it has no place.
    pub fn place(&self, element: &Element) -> Option<(i32, i32)> {
        let (x, y, width, height) = self.asked_extents(element)?;
        (width > 0 && height > 0).then_some((x + width / 2, y + height / 2))
    }

    /// Left, top, width and height of an element in its window, in pixels.
    pub fn extents(&self, element: &Element) -> (i32, i32, i32, i32) {
        self.asked_extents(element).expect("where it is")
    }

    fn asked_extents(&self, element: &Element) -> Option<(i32, i32, i32, i32)> {
        /// `ATSPI_COORD_TYPE_WINDOW`.
        const WINDOW: u32 = 1;
        let (program, path) = element.address.clone();
        let asked = async {
            let component =
                Proxy::new(&self.bus, program, path, "org.a11y.atspi.Component").await?;
            component.call("GetExtents", &(WINDOW,)).await
        };
        let asked = async { tokio::time::timeout(PATIENCE, asked).await };
        let told: Result<zbus::Result<_>, _> = self.runtime.block_on(asked);
        told.ok()?.ok()
    }

    /// Where the middle of an element is, in pixels of its window.
    pub fn middle(&self, element: &Element) -> (i32, i32) {
        let (x, y, width, height) = self.extents(element);
        (x + width / 2, y + height / 2)
    }
}

async fn connect(session: &str) -> zbus::Result<(Connection, Connection)> {
    let session = zbus::connection::Builder::address(session)?.build().await?;
    let status = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status").await?;
    status.set_property("IsEnabled", true).await?;
    status.set_property("ScreenReaderEnabled", true).await?;
    let giver = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").await?;
    let address: String = giver.call("GetAddress", &()).await?;
    let bus = zbus::connection::Builder::address(address.as_str())?
        .build()
        .await?;
    // Programs announce themselves to the registry, which starts when first asked.
    children(&bus, "org.a11y.atspi.Registry", ROOT).await?;
    Ok((session, bus))
}

async fn read(bus: &Connection, pid: u32) -> zbus::Result<Screen> {
    let daemon = Proxy::new(
        bus,
        "org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
    )
    .await?;
    let mut screen = Screen::default();
    for (program, path) in children(bus, "org.a11y.atspi.Registry", ROOT).await? {
        let theirs: u32 = daemon
            .call("GetConnectionUnixProcessID", &program.as_str())
            .await?;
        if theirs != pid {
            continue;
        }
        let mut todo = vec![(program, path)];
        while let Some((program, path)) = todo.pop() {
            screen.0.push(element(bus, &program, path.as_str()).await?);
            let mut inside = children(bus, &program, path.as_str()).await?;
            inside.reverse();
            todo.append(&mut inside);
        }
    }
    Ok(screen)
}

async fn children(
    bus: &Connection,
    program: &str,
    path: &str,
) -> zbus::Result<Vec<(String, OwnedObjectPath)>> {
    let accessible = Proxy::new(
        bus,
        program.to_owned(),
        path.to_owned(),
        "org.a11y.atspi.Accessible",
    )
    .await?;
    accessible.call("GetChildren", &()).await
}

async fn element(bus: &Connection, program: &str, path: &str) -> zbus::Result<Element> {
    let accessible = zbus::proxy::Builder::<Proxy<'_>>::new(bus)
        .destination(program.to_owned())?
        .path(path.to_owned())?
        .interface("org.a11y.atspi.Accessible")?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    let role: u32 = accessible.call("GetRole", &()).await?;
    let states: Vec<u32> = accessible.call("GetState", &()).await?;
    let has = |state: u32| states.first().is_some_and(|bits| bits & (1 << state) != 0);
    let interfaces: Vec<String> = accessible.call("GetInterfaces", &()).await?;
    let mut text = String::new();
    if interfaces.iter().any(|name| name == "org.a11y.atspi.Text") {
        let proxy = Proxy::new(
            bus,
            program.to_owned(),
            path.to_owned(),
            "org.a11y.atspi.Text",
        )
        .await?;
        text = proxy.call("GetText", &(0, -1)).await.unwrap_or_default();
    }
    Ok(Element {
        address: (program.to_owned(), accessible.path().to_owned().into()),
        role,
        name: accessible.get_property("Name").await.unwrap_or_default(),
        text,
        focused: has(FOCUSED),
        checked: has(CHECKED),
    })
}
