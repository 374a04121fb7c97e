//! Balcony's window on a desktop: started, used, looked at, closed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::desktop::Desktop;
use super::reader::Screen;
use crate::lab::headless::BALCONY;
use crate::lab::peer::{SOON, poll};

/// Drawn in software by an unoptimised program on a busy machine.
const FIRST_PICTURE: Duration = Duration::from_secs(60);

/// So long the window gathers what came in while it was away.
const SIGN_ON: Duration = Duration::from_secs(5);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A running window. Killed on drop if it still runs.
pub struct Window {
    child: Mutex<Child>,
    /// The program's process id.
    pub pid: u32,
    id: String,
    complaints: PathBuf,
    pictured: Instant,
    desktop: Arc<Desktop>,
}

/// `balcony` with these arguments on that desktop, with the data folder that its user has there.
pub fn command(desktop: &Desktop, arguments: &[&str]) -> Command {
    let mut command = desktop.command(BALCONY);
    command
        .arg("--data")
        .arg(data(desktop))
        .args(arguments)
        .env("USER", "romeo")
        .env("BALCONY_LOG", "balcony=debug");
    command
}

/// The data folder of that desktop's user.
pub fn data(desktop: &Desktop) -> PathBuf {
    desktop.host.folder("data-window")
}

impl Window {
    /// Starts it and waits for the first picture.
    pub fn start(desktop: &Arc<Desktop>, arguments: &[&str]) -> Window {
        Window::begin(desktop, command(desktop, arguments))
    }

    /// Starts the demonstration and waits for the first picture.
    pub fn demo(desktop: &Arc<Desktop>) -> Window {
        let mut command = desktop.command(BALCONY);
        command.arg("demo").env("BALCONY_LOG", "balcony=debug");
        Window::begin(desktop, command)
    }

    fn begin(desktop: &Arc<Desktop>, mut command: Command) -> Window {
        let complaints = desktop.host.folder("log").join("window.stderr");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(
                File::options()
                    .create(true)
                    .append(true)
                    .open(&complaints)
                    .expect("a log file"),
            )
            .spawn()
            .expect("balcony");
        let mut window = Window {
            pid: child.id(),
            child: Mutex::new(child),
            id: String::new(),
            complaints,
            pictured: Instant::now(),
            desktop: Arc::clone(desktop),
        };
        window.id = poll("the window", FIRST_PICTURE, || {
            assert!(window.is_running(), "it ended:\n{}", window.complaints());
            let found =
                desktop.try_xdotool(&["search", "--onlyvisible", "--class", "^balcony$"])?;
            found.lines().next().map(str::to_owned)
        });
        poll("the first picture", FIRST_PICTURE, || {
            assert!(window.is_running(), "it ended:\n{}", window.complaints());
            (window.shades() > 8).then_some(())
        });
        window.pictured = Instant::now();
        window
    }

    /// Whether the program runs.
    fn is_running(&self) -> bool {
        matches!(self.child.lock().expect("no panic").try_wait(), Ok(None))
    }

    /// What it wrote to stderr.
    pub fn complaints(&self) -> String {
        fs::read_to_string(&self.complaints).unwrap_or_default()
    }

    /// What a screen reader finds in it.
    pub fn screen(&self) -> Screen {
        self.desktop.reader().read(self.pid)
    }

    /// Waits until it shows that.
    pub fn reads(&self, what: &str, test: impl Fn(&Screen) -> bool) -> Screen {
        let deadline = Instant::now() + SOON;
        loop {
            let screen = self.screen();
            if test(&screen) {
                return screen;
            }
            assert!(
                Instant::now() < deadline,
                "waiting for {what}; the window shows {screen}"
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until the element with that name has the keyboard.
    pub fn focuses(&self, name: &str) {
        self.reads(&format!("the cursor in “{name}”"), |screen| {
            screen.focus().is_some_and(|focus| focus.starts_with(name))
        });
    }

    /// Presses the button, or whatever it is, with that name once it is there.
    pub fn presses(&self, name: &str) {
        let screen = self.reads(&format!("“{name}” to press"), |screen| {
            screen.named(name).is_some()
        });
        self.desktop
            .reader()
            .press(screen.named(name).expect("just seen"));
    }

    /// Clicks with the mouse on what is called just so, once it is there and rests in its place.
    pub fn clicks(&self, name: &str) {
        let deadline = Instant::now() + SOON;
        let mut last = None;
        loop {
            let screen = self.screen();
            let place = screen
                .called(name)
                .and_then(|element| self.desktop.reader().place(element));
            if let Some((x, y)) = place
                && last == place
            {
                let (x, y) = (x.to_string(), y.to_string());
                self.desktop
                    .xdotool(&["mousemove", "--window", &self.id, &x, &y, "click", "1"]);
                return;
            }
            last = place;
            assert!(
                Instant::now() < deadline,
                "waiting for “{name}” to click on; the window shows {screen}"
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// The id of its window on the X server.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The middle of an element in it, in pixels.
    pub fn place(&self, element: &super::reader::Element) -> (i32, i32) {
        self.desktop.reader().middle(element)
    }

    /// Moves the pointer onto the first element whose name contains that, once it is there, and presses that mouse button.
    pub fn presses_at(&self, words: &str, button: u8) {
        self.points_at(words);
        self.desktop.xdotool(&["click", &button.to_string()]);
    }

    /// Moves the pointer there, as a hand does: so that the window has seen it before anything is pressed.
    pub fn points_at(&self, words: &str) {
        let holds = |screen: &Screen| screen.containing(words).is_some();
        let screen = self.reads(&format!("“{words}” to point at"), holds);
        let element = screen.containing(words).expect("just seen");
        let (x, y) = self.desktop.reader().middle(element);
        for step in [1, 0] {
            let (x, y) = ((x + step).to_string(), y.to_string());
            self.desktop
                .xdotool(&["mousemove", "--window", &self.id, &x, &y]);
        }
    }

    /// Its title now.
    pub fn title(&self) -> String {
        self.desktop.xdotool(&["getwindowname", &self.id])
    }

    /// Waits for that title.
    pub fn titled(&self, title: &str) {
        let deadline = Instant::now() + SOON;
        loop {
            let now = self.title();
            if now == title {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the title is “{now}”, not “{title}”"
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Gives it the keyboard, as its taskbar entry does, and waits until it has it.
    pub fn takes_keyboard(&self) {
        self.desktop.xdotool(&["windowactivate", &self.id]);
        self.has_keyboard();
    }

    /// Waits until it has the keyboard.
    pub fn has_keyboard(&self) {
        poll("the window to have the keyboard", SOON, || {
            (self.desktop.try_xdotool(&["getwindowfocus"])? == self.id).then_some(())
        });
    }

    /// Finds somebody by a part of the name and opens the conversation.
    pub fn opens(&self, part: &str, nick: &str) {
        self.desktop.key("ctrl+k");
        self.focuses("Go to…");
        self.desktop.types(part);
        self.has_typed(part);
        self.desktop.key("Return");
        self.focuses(&format!("Message to {nick}"));
    }

    /// Waits until that stands in the text field that has the keyboard.
    pub fn has_typed(&self, text: &str) {
        self.reads(&format!("“{text}” under the cursor"), |screen| {
            screen.typed() == Some(text)
        });
    }

    /// Waits until the first seconds are over, in which what came in is told in one notification.
    pub fn has_signed_on(&self) {
        std::thread::sleep(SIGN_ON.saturating_sub(self.pictured.elapsed()));
    }

    /// Writes a line to whom is open, and sends it.
    pub fn says(&self, text: &str) {
        self.desktop.types(text);
        self.desktop.key("Return");
    }

    /// Puts it away, as the button in its frame does: nobody looks at it.
    pub fn minimises(&self) {
        self.desktop.xdotool(&["windowminimize", &self.id]);
        poll("the window to be away", SOON, || {
            (self.desktop.try_xdotool(&["getwindowfocus"])? != self.id).then_some(())
        });
    }

    /// Moves it to the left edge of the screen.
    pub fn moves_to_corner(&self) {
        self.desktop.xdotool(&["windowmove", &self.id, "0", "30"]);
    }

    /// Changes its size.
    pub fn resize(&self, width: u32, height: u32) {
        self.desktop.xdotool(&[
            "windowsize",
            &self.id,
            &width.to_string(),
            &height.to_string(),
        ]);
    }

    /// Closes it as its user does, and waits for the program's end.
    pub fn close(&self) -> ExitStatus {
        self.takes_keyboard();
        self.desktop.key("alt+F4");
        self.ends()
    }

    /// Waits for the program's end.
    pub fn ends(&self) -> ExitStatus {
        poll("the end of the window", SOON, || {
            self.child
                .lock()
                .expect("no panic")
                .try_wait()
                .expect("wait")
        })
    }

    /// CPU time that it has used, user and system, in clock ticks.
    pub fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).expect("it runs");
        let (_, rest) = stat.rsplit_once(')').expect("its name");
        let fields: Vec<&str> = rest.split_whitespace().collect();
        fields[11].parse::<u64>().expect("utime") + fields[12].parse::<u64>().expect("stime")
    }

    /// Leaves a picture of it for people under `target/desktop-shots/`.
    pub fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/desktop-shots");
        fs::create_dir_all(&folder).expect("a folder for pictures");
        let file = folder.join(format!("{name}.png"));
        let done = self
            .desktop
            .command("import")
            .args(["-silent", "-window", &self.id])
            .arg(&file)
            .status()
            .expect("import");
        assert!(done.success(), "no picture of the window");
    }

    /// How many different colours it shows, as far as that matters.
    pub fn shades(&self) -> usize {
        let picture = self
            .desktop
            .command("import")
            .args(["-silent", "-window", &self.id, "-depth", "8", "rgb:-"])
            .stderr(Stdio::null())
            .output()
            .expect("import");
        let mut seen = std::collections::HashSet::new();
        for pixel in picture.stdout.chunks_exact(3) {
            seen.insert(pixel);
            if seen.len() > 1000 {
                break;
            }
        }
        seen.len()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let complaints = self.complaints();
            let from = complaints.lines().count().saturating_sub(60);
            eprintln!("the window's stderr:");
            complaints
                .lines()
                .skip(from)
                .for_each(|line| eprintln!("  {line}"));
        }
        let child = self
            .child
            .get_mut()
            .unwrap_or_else(|poison| poison.into_inner());
        let _ = child.kill();
        let _ = child.wait();
    }
}
