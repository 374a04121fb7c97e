//! A desktop on a host of the lab: X server, session bus, window manager, notification daemon.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::reader::Reader;
use crate::lab::namespace::signal;
use crate::lab::peer::poll;
use crate::lab::{Host, need_programs};

/// For what every desktop does within moments of its start.
const STARTING: Duration = Duration::from_secs(20);

/// Notifications stay until clicked, a click is the default action, and each one shown is written down by a script.
const DUNST: &str = "[global]
    origin = top-right
    width = 280
    offset = 8x8
    idle_threshold = 0
    show_age_threshold = -1
    mouse_left_click = do_action, close_current
    always_run_script = true
[urgency_low]
    timeout = 0
[urgency_normal]
    timeout = 0
[urgency_critical]
    timeout = 0
[written-down]
    appname = \"*\"
    script = ";

/// Between the fields of a notification, and after each: nothing that a person writes.
const FIELD: char = '\u{1f}';
const END: char = '\u{1e}';

/// What the notification daemon showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub program: String,
    pub title: String,
    pub body: String,
}

/// A running desktop; everything ends on drop.
pub struct Desktop {
    pub host: Host,
    display: String,
    authority: PathBuf,
    bus: String,
    notes: PathBuf,
    reader: Option<Reader>,
    /// In the order in which they are to end.
    programs: Vec<Child>,
}

impl Desktop {
    /// What is missing to have one.
    pub fn available() -> Result<(), String> {
        need_programs(&[
            "Xvfb",
            "xauth",
            "xdotool",
            "import",
            "openbox",
            "dunst",
            "dbus-daemon",
            "dbus-send",
        ])?;
        let assistive = [
            "/usr/libexec/at-spi2-registryd",
            "/usr/lib/at-spi2-core/at-spi2-registryd",
        ];
        if !assistive.iter().any(|path| Path::new(path).is_file()) {
            return Err("at-spi2-core is not installed".into());
        }
        Ok(())
    }

    /// Starts one on that host, with a screen reader, and waits until it is all there.
    pub fn start(host: &Host) -> Arc<Desktop> {
        let mut desktop = Desktop::start_plain(host);
        desktop.reader = Some(Reader::start(&desktop));
        Arc::new(desktop)
    }

    /// Starts one without a screen reader, as most people have it.
    pub fn start_plain(host: &Host) -> Desktop {
        let folder = host.folder("desktop");
        let mut desktop = Desktop {
            host: host.clone(),
            display: String::new(),
            authority: folder.join("authority"),
            bus: String::new(),
            notes: folder.join("notes"),
            reader: None,
            programs: Vec::new(),
        };
        desktop.start_managed_screen(&folder);
        desktop.start_bus(&folder);
        desktop.start_notifications(&folder);
        desktop
    }

    /// A command that runs on this desktop, as its user's programs do.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.host.command(program);
        command
            .env("DISPLAY", &self.display)
            .env("XAUTHORITY", &self.authority)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("XDG_SESSION_TYPE", "x11")
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL");
        command
    }

    /// The file in which the X server keeps what is on the screen (xwd(1)).
    #[allow(dead_code, reason = "only the bench of the window films it")]
    pub fn screen_file(&self) -> PathBuf {
        self.host.folder("desktop").join("Xvfb_screen0")
    }

    /// Address of the session bus.
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// The screen reader.
    pub fn reader(&self) -> &Reader {
        self.reader
            .as_ref()
            .expect("a desktop with a screen reader")
    }

    /// What keyboard and mouse do; panics if that cannot be done.
    pub fn xdotool(&self, arguments: &[&str]) -> String {
        self.try_xdotool(arguments)
            .unwrap_or_else(|| panic!("xdotool {arguments:?} failed"))
    }

    /// Like [`Desktop::xdotool`], but a failure is `None`.
    pub fn try_xdotool(&self, arguments: &[&str]) -> Option<String> {
        let output = self
            .command("timeout")
            .args(["10", "xdotool"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("xdotool");
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(said)
    }

    /// Presses a key or a chord, such as `shift+Return`.
    pub fn key(&self, key: &str) {
        self.xdotool(&["key", "--clearmodifiers", key]);
    }

    /// Types a text.
    pub fn types(&self, text: &str) {
        self.xdotool(&["type", "--clearmodifiers", "--delay", "15", "--", text]);
    }

    /// Everything that the notification daemon has shown.
    pub fn notes(&self) -> Vec<Note> {
        let written = fs::read_to_string(&self.notes).unwrap_or_default();
        let note = |line: &str| {
            let mut fields = line.split(FIELD).map(str::to_owned);
            Some(Note {
                program: fields.next()?,
                title: fields.next()?,
                body: fields.next()?,
            })
        };
        written.split_terminator(END).filter_map(note).collect()
    }

    /// Waits for a notification with that text, and returns it.
    pub fn notifies(&self, body: &str) -> Note {
        poll(&format!("a notification “{body}”"), STARTING, || {
            self.notes().into_iter().find(|note| note.body == body)
        })
    }

    /// Clicks on the notification that is shown.
    pub fn click_notification(&self) {
        let id = poll("the notification's window", STARTING, || {
            let found = self.try_xdotool(&["search", "--onlyvisible", "--class", "^Dunst$"])?;
            found.lines().next().map(str::to_owned)
        });
        self.xdotool(&["mousemove", "--window", &id, "40", "20", "click", "1"]);
    }

    /// A screen with its window manager.
    fn start_managed_screen(&mut self, folder: &Path) {
        self.start_screen(folder);
        self.spawn(folder, "openbox", &["--sm-disable"]);
        poll("the window manager", STARTING, || {
            self.try_xdotool(&["get_desktop"]).map(drop)
        });
    }

    fn start_screen(&mut self, folder: &Path) {
        let server = folder.join("server-authority");
        let cookie = uuid::Uuid::new_v4().simple().to_string();
        let permit = |file: &Path, display: &str| {
            self.host.sh(&format!(
                "xauth -q -f {} add {display} . {cookie} 2>/dev/null",
                file.display()
            ));
        };
        permit(&server, ":0");
        let mut child = self
            .host
            .command("Xvfb")
            .arg(own_display())
            .args([
                // When its last client goes a server begins anew, and hangs up on who is just coming: each question
                // whether the window manager is there is such a client.
                "-noreset",
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
                "-fbdir",
            ])
            .arg(folder)
            .arg("-auth")
            .arg(&server)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("Xvfb.log")).expect("a log file"))
            .spawn()
            .expect("Xvfb");
        let number = first_line(&mut child);
        self.programs.push(child);
        let display = format!(":{number}");
        permit(&self.authority, &display);
        self.display = display;
    }

    fn start_bus(&mut self, folder: &Path) {
        let address = format!("--address=unix:path={}", folder.join("bus").display());
        let mut child = self
            .command("dbus-daemon")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .args([
                "--session",
                "--nofork",
                "--nopidfile",
                "--print-address=1",
                &address,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("bus.log")).expect("a log file"))
            .spawn()
            .expect("dbus-daemon");
        self.bus = first_line(&mut child);
        // Before the screen: who is on the bus should not see it go.
        self.programs.insert(0, child);
    }

    fn start_notifications(&mut self, folder: &Path) {
        let script = folder.join("write-down");
        let lines = format!(
            "#!/bin/sh\nprintf '%s{FIELD}%s{FIELD}%s{END}' \"$DUNST_APP_NAME\" \"$DUNST_SUMMARY\" \"$DUNST_BODY\" >>'{}'\n",
            self.notes.display()
        );
        fs::write(&script, lines).expect("the script");
        self.host.sh(&format!("chmod +x '{}'", script.display()));
        let settings = folder.join("dunstrc");
        fs::write(&settings, format!("{DUNST}{}\n", script.display())).expect("dunstrc");
        self.spawn(
            folder,
            "dunst",
            &["-conf", settings.to_str().expect("UTF-8")],
        );
        poll("the notification daemon", STARTING, || {
            let asked = self
                .command("dbus-send")
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.Notifications",
                ])
                .output()
                .expect("dbus-send");
            String::from_utf8_lossy(&asked.stdout)
                .contains("boolean true")
                .then_some(())
        });
    }

    /// What its parts complained of, for a failure.
    fn tell_story(&self) {
        for entry in fs::read_dir(self.host.folder("desktop"))
            .into_iter()
            .flatten()
            .flatten()
        {
            if entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "log")
            {
                let said = fs::read_to_string(entry.path()).unwrap_or_default();
                let from = said.lines().count().saturating_sub(10);
                for line in said.lines().skip(from) {
                    eprintln!("{}: {line}", entry.file_name().display());
                }
            }
        }
    }

    fn spawn(&mut self, folder: &Path, program: &str, arguments: &[&str]) {
        let log = File::create(folder.join(format!("{program}.log"))).expect("a log file");
        let child = self
            .command(program)
            .args(arguments)
            .stdin(Stdio::null())
            // openbox complains there.
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        self.programs.insert(0, child);
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell_story();
        }
        for program in &mut self.programs {
            // Asked, not killed: the X server takes its lock and its socket along.
            signal(program.id(), rustix::process::Signal::TERM);
            let deadline = Instant::now() + Duration::from_secs(3);
            while matches!(program.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its first line");
    assert!(
        !line.trim().is_empty(),
        "a part of the desktop did not start"
    );
    line.trim().to_owned()
}

/// A display of our own. Left to itself a server takes the first that is free in its own network namespace, and with it the socket
/// file of the server that has that number in another one.
fn own_display() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed) % 16;
    format!(":{}", 1000 + std::process::id() % 3500 * 16 + next)
}
