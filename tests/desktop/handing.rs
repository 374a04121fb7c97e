//! What other programs hand to the window: a copied picture, and a file that is dragged over it. The other program is this
//! one, started again on the desktop with its part in [`PART`].

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::desktop::Desktop;
use super::reader::LIST_ITEM;
use super::{Stage, Window};
use crate::lab::peer::{SOON, poll};

/// The environment variable that says what to play.
const PART: &str = "BALCONY_DESKTOP_PART";

/// Not a test but the stage door: without a part it has nothing to do.
#[test]
fn play_the_part() {
    let Ok(part) = std::env::var(PART) else {
        return;
    };
    let (part, argument) = part.split_once(' ').expect("a part and an argument");
    match part {
        "copy" => copy(Path::new(argument)),
        "drag" => drag(argument),
        _ => panic!("no such part: {part}"),
    }
}

/// Another program on the desktop; killed on drop.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn play(desktop: &Desktop, part: &str) -> Other {
    let mut command = desktop.command(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "handing::play_the_part", "--nocapture"])
        .env(PART, part)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Other(command.spawn().expect("this program"))
}

/// Copies a picture, and holds it until killed.
fn copy(picture: &Path) {
    let pixels = image::open(picture).expect("a picture").to_rgba8();
    let mut clipboard = arboard::Clipboard::new().expect("a clipboard");
    let copied = arboard::ImageData {
        width: pixels.width() as usize,
        height: pixels.height() as usize,
        bytes: pixels.into_raw().into(),
    };
    clipboard.set_image(copied).expect("copied");
    std::fs::write(picture.with_extension("copied"), b"").expect("a mark");
    loop {
        std::thread::park();
    }
}

/// Drags a file onto the window where the pointer is, and drops it there once the file `drop` is beside it (XDND 5).
fn drag(argument: &str) {
    let (window, file) = argument.split_once(' ').expect("a window and a file");
    let window: u32 = window.parse().expect("a window");
    let (server, screen) = x11rb::connect(None).expect("an X server");
    let root = server.setup().roots[screen].root;
    let own = server.generate_id().expect("an id");
    let aux = CreateWindowAux::new();
    let class = WindowClass::INPUT_OUTPUT;
    server
        .create_window(0, own, root, 0, 0, 1, 1, 0, class, 0, &aux)
        .expect("a window");
    let dragged = Dragged {
        selection: atom(&server, "XdndSelection"),
        list: atom(&server, "text/uri-list"),
        uri: format!("file://{file}\r\n"),
        server,
        window,
    };
    let Dragged { server, .. } = &dragged;
    server
        .set_selection_owner(own, dragged.selection, 0u32)
        .expect("the selection");
    dragged.tell("XdndEnter", [own, 5 << 24, dragged.list, 0, 0]);
    let copy = atom(server, "XdndActionCopy");
    let (mut asked, mut dropped) = (false, false);
    loop {
        let pointer = server
            .query_pointer(root)
            .expect("asked")
            .reply()
            .expect("a pointer");
        let place = (pointer.root_x as u32) << 16 | pointer.root_y as u32;
        if !dropped {
            dragged.tell("XdndPosition", [own, 0, place, 0, copy]);
        }
        while let Some(event) = server.poll_for_event().expect("the server") {
            if let Event::SelectionRequest(request) = event {
                dragged.give(&request);
                asked = true;
            }
        }
        // Who is dragged over asks first what it is.
        if asked && !dropped && Path::new(file).with_extension("drop").exists() {
            dragged.tell("XdndDrop", [own, 0, 0, 0, 0]);
            dropped = true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

struct Dragged {
    server: RustConnection,
    window: u32,
    selection: Atom,
    list: Atom,
    uri: String,
}

impl Dragged {
    fn tell(&self, what: &str, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.window, atom(&self.server, what), data);
        self.server
            .send_event(false, self.window, EventMask::NO_EVENT, message)
            .expect("sent");
        self.server.flush().expect("sent");
    }

    fn give(&self, request: &SelectionRequestEvent) {
        let (to, property) = (request.requestor, request.property);
        self.server
            .change_property8(
                PropMode::REPLACE,
                to,
                property,
                request.target,
                self.uri.as_bytes(),
            )
            .expect("given");
        let given = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: to,
            selection: request.selection,
            target: request.target,
            property,
        };
        self.server
            .send_event(false, to, EventMask::NO_EVENT, given)
            .expect("told");
        self.server.flush().expect("told");
    }
}

fn atom(server: &RustConnection, name: &str) -> Atom {
    let atom = server.intern_atom(false, name.as_bytes()).expect("asked");
    atom.reply()
        .map_or(AtomEnum::NONE.into(), |reply| reply.atom)
}

#[test]
fn a_copied_picture_is_pasted_looked_at_and_sent() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    let picture = desktop.host.folder("pictures").join("rose.png");
    let pixel = |x: u32, y: u32| image::Rgb([x as u8, y as u8, 160]);
    image::RgbImage::from_fn(200, 120, pixel)
        .save(&picture)
        .unwrap();
    let copied = picture.with_extension("copied");
    let _other = play(desktop, &format!("copy {}", picture.display()));
    poll("a copied picture", SOON, || copied.exists().then_some(()));
    window.opens("jul", "Juliet");
    desktop.key("ctrl+v");
    window.reads("the picture above the field", |screen| {
        screen.says("Do not send picture-")
    });
    window.picture("pasted");
    let offered = |seen: &serde_json::Value| seen["from"] == "romeo@forza";
    assert!(
        !juliet
            .seen()
            .iter()
            .any(|seen| seen.line["event"] == "file-offered")
    );
    desktop.types("look");
    desktop.key("Return");
    juliet.receives("romeo@forza", 1, SOON);
    let offer = juliet.event("file-offered", SOON, offered).line;
    assert!(
        offer["name"].as_str().unwrap().starts_with("picture-"),
        "{offer}"
    );
    // She takes it, and the copy that was made for it goes.
    let outgoing = super::window::data(desktop).join("outgoing");
    let copies = || std::fs::read_dir(&outgoing).map_or(0, Iterator::count);
    assert_eq!(copies(), 1);
    juliet.tell(&serde_json::json!({"command": "accept-file", "transfer": offer["transfer"]}));
    juliet.event("file-done", SOON, |_| true);
    poll("no copy any more", SOON, || (copies() == 0).then_some(()));
}

#[test]
fn a_file_goes_to_whose_row_it_is_dropped_on() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    let mercutio = stage.joins("mercutio", "Mercutio");
    window.opens("jul", "Juliet");
    let file = desktop.host.folder("papers").join("verse.txt");
    std::fs::write(&file, "Queen Mab hath been with you").unwrap();
    let (x, y) = middle_of(window, "Mercutio");
    desktop.xdotool(&["mousemove", "--window", window.id(), &x, &y]);
    let part = format!("drag {} {}", window.id(), file.display());
    let _other = play(desktop, &part);
    // It hovers: the row is marked. Then it is let go.
    std::fs::write(file.with_extension("drop"), b"").unwrap();
    let offered = |seen: &serde_json::Value| seen["name"] == "verse.txt";
    mercutio.event("file-offered", SOON, offered);
    window.reads("the conversation with him", |screen| {
        screen.says("details of Mercutio")
    });
    window.picture("dropped");
    assert!(
        !juliet
            .seen()
            .iter()
            .any(|seen| seen.line["event"] == "file-offered")
    );
}

/// Where somebody stands in the list, as arguments.
fn middle_of(window: &Window, name: &str) -> (String, String) {
    let screen = window.screen();
    let row = screen.find(LIST_ITEM, name).expect("in the list").clone();
    let (x, y) = window.place(&row);
    (x.to_string(), y.to_string())
}
