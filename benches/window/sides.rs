//! The two that are compared, started on one desktop by turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use rusqlite::{Connection, params};

use crate::desktop::Desktop;
use crate::film::{Area, Film, Screen};
use crate::lab::headless::BALCONY;
use crate::lab::namespace::signal;
use crate::lab::peer::{Peer, poll};
use crate::lab::{Avahi, Host, Lab, need_programs};
use crate::memory::{self, Memory};

const PEOPLE: usize = 50;
const MILLION: usize = 1_000_000;

/// With more new colours than this a window shows more than its ground: Pidgin's has few.
const PAINTED: usize = 8;

/// So long each start is filmed.
const FILM: Duration = Duration::from_secs(4);

/// The window beside Pidgin.
#[derive(Parser)]
struct Options {
    /// Only parts whose name contains this (`start`, `memory`, `million`); may be given again.
    #[arg(long)]
    only: Vec<String>,
    /// How often each is started.
    #[arg(long, default_value_t = 7)]
    times: usize,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Make {
    Balcony,
    Pidgin,
}

struct Stage {
    desktop: Desktop,
    screen: Screen,
    avahi: Option<Avahi>,
    crowd: Host,
    _lab: Lab,
}

pub fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, count, host, address] = arguments.as_slice()
        && word == "crowd"
    {
        return crate::publish::publish(count.parse().expect("a number"), host, address);
    }
    let options = Options::parse();
    if let Err(why) = Lab::available().and_then(|()| Desktop::available()) {
        return println!("Nothing is measured: {why}.");
    }
    let missing = need_programs(&["pidgin"]).and_then(|()| Avahi::available());
    if let Err(why) = &missing {
        println!("Balcony alone, since Pidgin cannot be measured: {why}");
    }
    let stage = Stage::new(missing.is_ok());
    let wants = |part: &str| {
        options.only.is_empty() || options.only.iter().any(|only| part.contains(only.as_str()))
    };
    if wants("start") {
        stage.starts(options.times);
    }
    if wants("memory") {
        stage.memory();
    }
    if wants("million") {
        stage.million(options.times);
    }
}

impl Stage {
    fn new(pidgin: bool) -> Stage {
        let lab = Lab::new();
        let (forza, crowd) = (lab.host("forza"), lab.host("piazza"));
        let avahi = pidgin.then(|| forza.start_avahi());
        let desktop = Desktop::start_plain(&forza);
        if pidgin {
            settle_pidgin(&forza.folder("home"));
        }
        Stage {
            screen: Screen::open(&desktop.screen_file()),
            desktop,
            avahi,
            crowd,
            _lab: lab,
        }
    }

    fn makes(&self) -> Vec<Make> {
        match self.avahi {
            Some(_) => vec![Make::Balcony, Make::Pidgin],
            None => vec![Make::Balcony],
        }
    }

    /// Fifty people on another host of the LAN.
    fn crowd(&self) -> Peer {
        let mut command = self
            .crowd
            .command(std::env::current_exe().expect("our path"));
        let address = self.crowd.ipv4(1);
        command.args(["crowd", &PEOPLE.to_string(), self.crowd.name(), &address]);
        let crowd = Peer::start(&self.crowd, "crowd", command);
        // Its probing, its announcements, and Avahi's taking them in.
        std::thread::sleep(Duration::from_secs(4));
        crowd
    }

    fn command(&self, make: Make, data: &Path) -> Command {
        match make {
            Make::Balcony => {
                let mut command = self.desktop.command(BALCONY);
                command.arg("--data").arg(data);
                command.args(["--name", "romeo", "--nick", "Romeo"]);
                command.env("BALCONY_LOG", "error");
                command
            }
            Make::Pidgin => self.desktop.command("pidgin"),
        }
    }

    fn data(&self) -> PathBuf {
        self.desktop.host.folder("data-window")
    }

    /// Starts it, films, and says where its window is.
    fn start(&self, make: Make, data: &Path) -> (Running, Film, Area) {
        let mut command = self.command(make, data);
        let silent = fs::File::create(self.desktop.host.folder("log").join("window")).expect("log");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(silent);
        let started = Instant::now();
        let child = command.spawn().expect("the program");
        let film = self.screen.film(started, FILM);
        let area = self.window(make);
        (Running(child), film, area)
    }

    fn window(&self, make: Make) -> Area {
        let class = match make {
            Make::Balcony => "^balcony$",
            Make::Pidgin => "^Pidgin$",
        };
        let id = poll("a window", Duration::from_secs(20), || {
            let found = ["search", "--onlyvisible", "--class", class];
            let found = self.desktop.try_xdotool(&found)?;
            found.lines().last().map(str::to_owned)
        });
        let geometry = self.desktop.xdotool(&["getwindowgeometry", "--shell", &id]);
        let field = |name: &str| {
            let line = geometry.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.parse().ok()).expect("a number")
        };
        Area {
            x: field("X="),
            y: field("Y="),
            width: field("WIDTH="),
            height: field("HEIGHT="),
        }
    }

    fn starts(&self, times: usize) {
        let crowd = self.crowd();
        let data = self.data();
        let mut figures: Vec<(Make, [f64; 2])> = Vec::new();
        for time in 0..=times {
            for make in self.makes() {
                let (running, film, window) = self.start(make, &data);
                let Some(painted) = film.painted(window, PAINTED) else {
                    println!(
                        "{}: its window was not seen, this start is left out",
                        make.name()
                    );
                    running.end();
                    continue;
                };
                let listed = film.changes(list(make, window));
                let last = listed.last().copied().expect("a list");
                if std::env::var_os("BALCONY_BENCH_SAY").is_some() {
                    println!(
                        "{} {window:?} painted {painted:?}, list {listed:?}",
                        make.name()
                    );
                }
                running.end();
                // The first start of each only warms the caches of the disk.
                if time > 0 {
                    figures.push((make, [painted, last].map(|took| took.as_secs_f64() * 1e3)));
                }
                std::thread::sleep(Duration::from_millis(1200));
            }
        }
        crowd.quit();
        for (n, row) in ["window painted", "all 50 listed"].iter().enumerate() {
            let of = |make: Make| {
                let those = figures.iter().filter(|(one, _)| *one == make);
                median(those.map(|(_, figures)| figures[n]).collect())
            };
            report(row, "ms", of(Make::Balcony), of(Make::Pidgin));
        }
    }

    /// With everybody listed and a conversation open, the cursor in its field.
    fn memory(&self) {
        let crowd = self.crowd();
        let data = self.data();
        let mut all = Vec::new();
        for make in self.makes() {
            let (running, ..) = self.start(make, &data);
            if make == Make::Balcony {
                self.open_first();
            }
            // Announcements are repeated, caches settle.
            std::thread::sleep(Duration::from_secs(8));
            let pid = running.0.id();
            let quietest = (0..2).map(|_| {
                let before = memory::ticks(pid);
                std::thread::sleep(Duration::from_secs(20));
                memory::ticks(pid) - before
            });
            let ticks = quietest.min().expect("two");
            let memory = memory::of(pid);
            println!(
                "{}: PSS {:.1} MiB, of which files of the GL driver {:.1}; {ticks} ticks of 10 ms in 20 s",
                make.name(),
                memory.pss,
                memory.driver_files
            );
            all.push(memory);
            running.end();
        }
        crowd.quit();
        let daemons = self.avahi.as_ref().map_or(0.0, |avahi| {
            memory::of(avahi.pid()).pss + memory::of(avahi.bus_pid()).pss
        });
        let [ours, theirs] = [0, 1].map(|n| {
            all.get(n).copied().unwrap_or(Memory {
                pss: f64::NAN,
                driver_files: 0.0,
            })
        });
        println!("Avahi and D-Bus: PSS {daemons:.1} MiB");
        report(
            "PSS without the driver's files",
            "MiB",
            ours.pss - ours.driver_files,
            theirs.pss + daemons,
        );
    }

    /// The first name of the list, and Enter.
    fn open_first(&self) {
        self.desktop.key("ctrl+k");
        std::thread::sleep(Duration::from_millis(500));
        self.desktop.types("Somebody 7");
        std::thread::sleep(Duration::from_millis(500));
        self.desktop.key("Return");
    }

    fn million(&self, times: usize) {
        let (empty, full) = (self.data(), self.desktop.host.folder("data-million"));
        let (running, ..) = self.start(Make::Balcony, &full);
        running.end();
        fill(&full.join("balcony.db"));
        // What a start does with them once (the blocks of the search) is not what is measured.
        let (running, ..) = self.start(Make::Balcony, &full);
        std::thread::sleep(Duration::from_secs(30));
        running.end();
        let mut figures = [Vec::new(), Vec::new()];
        for _ in 0..times {
            for (data, figures) in [&empty, &full].into_iter().zip(&mut figures) {
                let (running, film, window) = self.start(Make::Balcony, data);
                let painted = film.painted(window, PAINTED).expect("a picture");
                figures.push(painted.as_secs_f64() * 1e3);
                running.end();
                std::thread::sleep(Duration::from_millis(500));
            }
        }
        let [empty, full] = figures.map(median);
        println!(
            "window painted with a million messages on the disk {full:.0} ms, with none {empty:.0} ms: {:.2}×",
            full / empty
        );
    }
}

/// A started program; killed if it is not ended in order.
struct Running(Child);

impl Running {
    fn end(mut self) {
        signal(self.0.id(), rustix::process::Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(5);
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Make {
    fn name(self) -> &'static str {
        match self {
            Make::Balcony => "Balcony",
            Make::Pidgin => "Pidgin",
        }
    }
}

/// Where the people are: without the head, and without the foot, where both say how we are seen ourselves.
fn list(make: Make, window: Area) -> Area {
    match make {
        Make::Balcony => Area {
            y: window.y + 120,
            height: window.height.saturating_sub(120 + 80),
            width: window.width.min(290),
            ..window
        },
        Make::Pidgin => Area {
            height: window.height.saturating_sub(60),
            ..window
        },
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn report(row: &str, unit: &str, balcony: f64, pidgin: f64) {
    if pidgin.is_nan() {
        return println!("{row}: Balcony {balcony:.1} {unit}; nothing of Pidgin to compare with");
    }
    println!(
        "{row}: Balcony {balcony:.1} {unit}, Pidgin {pidgin:.1} {unit}: {:.2}× (goal: at most 1.0×)",
        balcony / pidgin
    );
}

/// An account, and nothing that opens a second window.
fn settle_pidgin(home: &Path) {
    let folder = home.join(".purple");
    fs::create_dir_all(&folder).expect("a folder");
    let accounts = "<?xml version='1.0' encoding='UTF-8' ?>
<account version='1.0'>
 <account>
  <protocol>prpl-bonjour</protocol>
  <name>romeo</name>
  <settings><setting name='port' type='int'>5298</setting></settings>
  <settings ui='gtk-gaim'><setting name='auto-login' type='bool'>1</setting></settings>
 </account>
</account>
";
    fs::write(folder.join("accounts.xml"), accounts).expect("accounts.xml");
}

fn fill(path: &Path) {
    let mut db = Connection::open(path).expect("a database");
    db.pragma_update(None, "synchronous", "OFF")
        .expect("a setting");
    let transaction = db.transaction().expect("a transaction");
    for n in 0..40 {
        let known = "INSERT OR IGNORE INTO contacts (jid) VALUES (?1)";
        transaction
            .execute(known, [format!("p{n}@m")])
            .expect("inserted");
    }
    for at in 0..MILLION {
        let mut insert = transaction
            .prepare_cached(
                "INSERT INTO messages (peer, from_me, id, author, addressee, body, time, encrypted, delayed, read)
                 VALUES (?1, 0, ?2, ?1, 'romeo@forza', ?3, ?4, 0, 0, 1)",
            )
            .expect("an insert");
        let time = i64::try_from(at).expect("small") * 60_000_000;
        let body = format!("line {at} of a long friendship, with some words in it");
        insert
            .execute(params![
                format!("p{}@m", at % 40),
                format!("id-{at}"),
                body,
                time
            ])
            .expect("inserted");
    }
    transaction.commit().expect("committed");
}
