//! `balcony demo`: the user's own node on a pretend LAN with a few lively people, for the first look and for
//! screenshots. Faces hold it by the same handle as the real node.
//!
//! Nothing touches the network, or the user's data: history lives in memory, pictures in a temporary folder that is
//! removed at the end. The people, what they have said and what they will say stand in `cast`, `past` and `script`.

mod cast;
mod marks;
mod past;
mod portrait;
mod script;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use self::script::Stage;
use super::faces::Faces;
use super::run::{Ended, StartError};
use super::{NodeHandle, ToNode};
use crate::command::Command;
use crate::wire::time::Moment;

/// How long people are there before the user looks.
const BEFORE: Duration = Duration::from_secs(5);

/// Starts a node among pretended people.
///
/// # Errors
/// If no thread or no temporary folder can be had.
pub fn demo() -> Result<(NodeHandle, Ended), StartError> {
    let folder = Folder::new()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let before = SignedDuration::try_from(BEFORE).unwrap_or_default();
    let now = Timestamp::now();
    let wall = now.checked_sub(before).unwrap_or(now);
    let seed = u64::from(now.subsec_nanosecond().unsigned_abs());
    let stage = Stage::new(seed, wall, &folder.0)
        .ok_or_else(|| io::Error::other("a name of the demonstration is not usable"))?;
    let (requests, inbox) = mpsc::channel(1024);
    let mut driver = Driver {
        begun: Instant::now(),
        stage,
        faces: Faces::default(),
    };
    driver.stage.play(Moment(0) + BEFORE);
    let thread = std::thread::Builder::new()
        .name("balcony-demo".into())
        .spawn(move || {
            runtime.block_on(driver.run(inbox));
            drop(folder);
        })?;
    Ok((NodeHandle { requests }, Ended(thread)))
}

/// Lets pretended time pass as fast as the clock on the wall.
struct Driver {
    begun: Instant,
    stage: Stage,
    faces: Faces,
}

impl Driver {
    /// Until the user's node has ended.
    async fn run(mut self, mut inbox: mpsc::Receiver<ToNode>) {
        loop {
            self.stage.play(Moment(0) + BEFORE + self.begun.elapsed());
            for event in self.stage.news() {
                self.faces.emit(event).await;
            }
            if self.stage.model().is_none() {
                return;
            }
            let next = self.stage.next_time();
            let alarm = next.map(|at| self.begun + at.since(Moment(0) + BEFORE));
            let alarm = alarm.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            tokio::select! {
                request = inbox.recv() => self.request(request),
                () = sleep_until(alarm.into()) => {}
            }
        }
    }

    fn request(&mut self, request: Option<ToNode>) {
        // What the face asks for happens now, not when the last thing happened.
        self.stage.play(Moment(0) + BEFORE + self.begun.elapsed());
        match request {
            Some(ToNode::Request(request)) => self.stage.request(request),
            Some(ToNode::Subscribe(tell)) => {
                if let Some(model) = self.stage.model() {
                    self.faces.join(model, tell);
                }
            }
            // Every handle is gone: nobody is left to see anything.
            None => self.stage.request(Command::Quit.into()),
        }
    }
}

/// A temporary folder of our own, removed with everything in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Folder> {
        use std::os::unix::fs::DirBuilderExt;
        let path = std::env::temp_dir().join(format!("balcony-demo-{}", uuid::Uuid::new_v4()));
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            let path = Path::display(&self.0);
            tracing::warn!(%path, %error, "the folder of the demonstration stays behind");
        }
    }
}
