//! What was on the screen and when: every eighth line of it, as long as it changes.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Lines between two that are looked at.
const STEP: usize = 8;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// The screen of an X server that keeps it in a file (`Xvfb -fbdir`), in the format of xwd(1).
pub struct Screen {
    file: File,
    begin: usize,
    line: usize,
    height: usize,
}

/// A part of the screen, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// Pictures, each with the time since the start.
pub struct Film(Vec<(Duration, Vec<Vec<u8>>)>);

impl Screen {
    pub fn open(path: &Path) -> Screen {
        let file = File::open(path).expect("the screen's file");
        let mut head = [0; 100];
        file.read_exact_at(&mut head, 0).expect("its head");
        let field = |n: usize| {
            let bytes = head[n * 4..n * 4 + 4].try_into().expect("four bytes");
            usize::try_from(u32::from_be_bytes(bytes)).expect("small")
        };
        assert_eq!(field(11), 32, "32 bits a pixel");
        Screen {
            file,
            // Behind the head stands a table of colours, twelve bytes each.
            begin: field(0) + field(19) * 12,
            line: field(12),
            height: field(5),
        }
    }

    fn look(&self) -> Vec<Vec<u8>> {
        let line = |y: usize| {
            let mut line = vec![0; self.line];
            let at = u64::try_from(self.begin + y * self.line).expect("small");
            self.file.read_exact_at(&mut line, at).expect("a line");
            line
        };
        (0..self.height).step_by(STEP).map(line).collect()
    }

    /// Films for so long.
    pub fn film(&self, started: Instant, length: Duration) -> Film {
        let mut pictures: Vec<(Duration, Vec<Vec<u8>>)> = Vec::new();
        while started.elapsed() < length {
            let picture = self.look();
            if pictures.last().is_none_or(|(_, last)| *last != picture) {
                pictures.push((started.elapsed(), picture));
            }
            std::thread::sleep(PAUSE);
        }
        Film(pictures)
    }
}

impl Film {
    /// When more than `colors` new ones were first seen in that part. (The pointer is in the first picture already.)
    pub fn painted(&self, area: Area, colors: usize) -> Option<Duration> {
        let (_, first) = self.0.first()?;
        let before = colors_of(first, area);
        let found = self.0.iter().find(|(_, picture)| {
            let seen = colors_of(picture, area);
            seen.difference(&before).count() > colors
        });
        found.map(|(at, _)| *at)
    }

    /// When that part changed, the first time included.
    pub fn changes(&self, area: Area) -> Vec<Duration> {
        let mut before: Option<Vec<&[u8]>> = None;
        let mut changes = Vec::new();
        for (at, picture) in &self.0 {
            let now: Vec<&[u8]> = cut(picture, area).collect();
            if before.as_ref().is_some_and(|before| *before != now) {
                changes.push(*at);
            }
            before = Some(now);
        }
        changes
    }
}

/// The colours in that part.
fn colors_of(picture: &[Vec<u8>], area: Area) -> HashSet<&[u8]> {
    let lines = cut(picture, area);
    lines.flat_map(|line| line.chunks_exact(4)).collect()
}

/// The looked-at lines of that part.
fn cut(picture: &[Vec<u8>], area: Area) -> impl Iterator<Item = &[u8]> {
    let lines = picture.iter().enumerate();
    let inside =
        move |(n, _): &(usize, &Vec<u8>)| (area.y..area.y + area.height).contains(&(n * STEP));
    lines
        .filter(inside)
        .filter_map(move |(_, line)| line.get(area.x * 4..(area.x + area.width) * 4))
}
