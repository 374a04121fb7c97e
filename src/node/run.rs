//! The loop that performs effects on the real network and disk, on a thread of its own or on that of a face.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::alertness::{Alertness, Calm};
use super::core::{Core, Start};
use super::effect::{Effect, Input, OwnAvatar};
use super::faces::Faces;
use super::files::FileStart;
use super::files::mover::Mover;
use super::{NodeConfig, NodeHandle, ToNode, usable_name};
use crate::command::Place;
use crate::disk::avatars::Avatars;
use crate::disk::export::Export;
use crate::disk::identity::{self, IdentityError};
use crate::disk::open::OpenError;
use crate::disk::paths;
use crate::disk::policy::{self, Policy, PolicyError};
use crate::disk::store::{Answers, Loaded, Store};
use crate::net::Report;
use crate::net::lan::{Lan, LanConfig};
use crate::wire::jid::{Jid, JidError};
use crate::wire::key::Fingerprint;
use crate::wire::time::{Clock, Moment};

/// Commits under way above which commands wait.
const BACKLOG: usize = 64;

/// Why a node cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder or the database.
    #[error(transparent)]
    Disk(#[from] OpenError),
    /// The key of this installation.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// What the administrator of this computer wants.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The listening port or another part of the network service.
    #[error("{0}")]
    Network(String),
    /// The name.
    #[error("the name \"{name}\" cannot be used: {error}")]
    Name {
        /// As given.
        name: String,
        /// Why.
        error: JidError,
    },
    /// Threads or the runtime.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// Resolves when the node has ended and everything is on disk.
#[derive(Debug)]
pub struct Ended(pub(super) std::thread::JoinHandle<()>);

impl Ended {
    /// Blocks until the node has ended.
    pub fn wait(self) {
        // A panic of the node thread was reported by the panic hook; there is nothing to add.
        let _ = self.0.join();
    }
}

/// Starts a node on the real network, on a thread of its own.
///
/// # Errors
/// If the data folder, the name or the port cannot be used; nothing was published then.
pub fn start(config: NodeConfig) -> Result<(NodeHandle, Ended), StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (handle, running) = runtime.block_on(start_within(config))?;
    let thread = std::thread::Builder::new()
        .name("balcony-node".into())
        .spawn(move || runtime.block_on(running))?;
    Ok((handle, Ended(thread)))
}

/// Starts a node on the runtime of the caller, who spawns the future that is given, and waits for its end before the
/// runtime goes. A face on the same thread saves a change of threads for each command and each event: a message and its
/// answer take a third less time.
///
/// # Errors
/// As for [`start`].
pub async fn start_within(
    config: NodeConfig,
) -> Result<(NodeHandle, impl Future<Output = ()> + Send + 'static), StartError> {
    let machine = config
        .machine
        .clone()
        .unwrap_or_else(crate::host::machine_name);
    let jid = usable_name(&config.user, &machine).map_err(|error| StartError::Name {
        name: config.user.clone(),
        error,
    })?;
    let policy = Policy::read(Path::new(policy::PATH))?;
    let (store, loaded, answers) = Store::open(&config.data)?;
    let key = identity::load_or_make(&config.data)?;
    // First of all what an administrator says: a policy that cannot be followed stops the start.
    let mut settings = policy.apply(loaded.settings.clone(), |name| {
        loaded.values.contains_key(name)
    });
    if let Some(nick) = &config.nick
        && !settings.locked.iter().any(|locked| locked == "nick")
    {
        settings.nick.clone_from(nick);
    }
    if let Some(wanted) = config.plaintext
        && !settings.locked.iter().any(|locked| locked == "plaintext")
    {
        settings.plaintext = wanted;
    }
    if !config.interfaces.is_empty() && !settings.locked.iter().any(|locked| locked == "interfaces")
    {
        settings.interfaces.only.clone_from(&config.interfaces);
    }
    let lan_config = LanConfig {
        port: config.port,
        host: machine.clone(),
        interfaces: settings.interfaces.clone(),
        key: Some(key.clone()),
    };
    let (lan, reports) = Lan::start(lan_config)
        .await
        .map_err(|error| StartError::Network(error.to_string()))?;
    let (requests, inbox) = mpsc::channel(1024);
    let avatars = Avatars::new(&config.data);
    let begun = Instant::now();
    let (blocked, differing) = (blocked_names(&loaded), differing(&loaded));
    let found = mpsc::channel(256);
    let mover = Mover::start(found.0.clone(), &key)?;
    let start = Start {
        jid,
        port: lan.port(),
        avatar: stored_avatar(&loaded, &avatars),
        utc_offset: crate::host::zone::now().offset().seconds(),
        settings,
        drafts: super::drafts::kept(&loaded.values),
        conversations: loaded.conversations,
        blocked,
        differing,
        values: loaded.values.clone(),
        outbox: loaded.outbox,
        key,
        early: loaded.early,
        rooms: loaded.rooms,
        broadcasts: loaded.broadcasts,
        keys: loaded.keys,
        files: FileStart {
            kept: FileStart::read(&loaded.values),
            downloads: paths::downloads().unwrap_or_else(|| config.data.join("downloads")),
            accept_all: config.accept_files,
        },
        wait_for_name: config.wait_for_name,
        seed: seed(),
        clock: clock(begun),
    };
    let runner = Runner::new(begun, start, lan, store, avatars, (mover, found));
    let running = runner.run(inbox, reports, answers);
    Ok((NodeHandle { requests }, running))
}

/// What tasks and threads of ours tell the core.
type Found = (mpsc::Sender<Input>, mpsc::Receiver<Input>);

struct Runner {
    begun: Instant,
    core: Core,
    lan: Lan,
    store: Store,
    avatars: Avatars,
    faces: Faces,
    mover: Mover,
    /// What tasks of ours found out.
    found: Found,
    ending: bool,
}

impl Runner {
    fn new(
        begun: Instant,
        start: Start,
        lan: Lan,
        store: Store,
        avatars: Avatars,
        (mover, found): (Mover, Found),
    ) -> Runner {
        let core = Core::new(start);
        Runner {
            begun,
            core,
            lan,
            store,
            avatars,
            faces: Faces::default(),
            mover,
            found,
            ending: false,
        }
    }

    async fn run(
        mut self,
        mut requests: mpsc::Receiver<ToNode>,
        mut reports: mpsc::Receiver<Report>,
        mut answers: Answers,
    ) {
        self.perform().await;
        let alarm = sleep_until(tokio::time::Instant::now());
        tokio::pin!(alarm);
        let (mut alertness, mut calm) = (Alertness::default(), Calm::new(self.now()));
        while !self.ending {
            let deadline = earlier(self.core.poll_timeout(), calm.poll_timeout())
                .map(|at| self.begun + Duration::from_micros(at.0));
            if let Some(deadline) = deadline.map(tokio::time::Instant::from_std)
                && alarm.deadline() != deadline
            {
                alarm.as_mut().reset(deadline);
            }
            let mut outside = false;
            tokio::select! {
                Some(report) = reports.recv() => {
                    outside = true;
                    self.input(Input::Net(report));
                }
                Some(seq) = answers.recv() => self.input(Input::Synced(seq)),
                Some(input) = self.found.1.recv() => self.input(input),
                request = requests.recv(), if self.core.backlog() < BACKLOG => match request {
                    Some(request) => {
                        outside = true;
                        self.request(request);
                    }
                    // Every handle is gone: nobody is left to see anything.
                    None => self.input(Input::Request(crate::command::Command::Quit.into())),
                },
                () = &mut alarm, if deadline.is_some() => {
                    if calm.is_quiet(self.now()) {
                        hand_back();
                    }
                    let now = self.now();
                    if self.core.poll_timeout().is_none_or(|at| now < at) {
                        continue;
                    }
                    self.input(Input::Timeout);
                }
                // At once, behind what waits on the network; the runtime's own clock goes in milliseconds.
                () = tokio::task::yield_now(), if self.is_late() => self.input(Input::Timeout),
                others = look_again(), if alertness.looks(self.now()) => {
                    alertness.looked(others);
                    continue;
                }
            }
            let now = self.now();
            if outside {
                alertness.woken(now);
            }
            calm.disturbed(now);
            self.perform().await;
            alertness.done(self.now());
        }
        self.lan.shutdown().await;
        self.store.close().await;
    }

    fn now(&self) -> Moment {
        moment(self.begun)
    }

    fn is_late(&self) -> bool {
        self.core.poll_timeout().is_some_and(|at| at <= self.now())
    }

    fn input(&mut self, input: Input) {
        self.core.handle(clock(self.begun), input);
    }

    fn request(&mut self, request: ToNode) {
        match request {
            ToNode::Request(request) => self.input(Input::Request(request)),
            ToNode::Subscribe(tell) => self.faces.join(self.core.model(), tell),
        }
    }

    async fn perform(&mut self) {
        while let Some(effect) = self.core.poll_effect() {
            match effect {
                Effect::Net(request) => self.lan.perform(request),
                Effect::Emit(event) => self.faces.emit(event).await,
                Effect::Store { seq, ops } => match self.store.submit(seq, ops).await {
                    Ok(stored) => self.input(Input::Stored(stored)),
                    Err(error) => {
                        tracing::error!(%error, "nothing can be kept any more");
                        self.ending = true;
                    }
                },
                Effect::History { .. }
                | Effect::Search(_)
                | Effect::Newest { .. }
                | Effect::FindSent(_)
                | Effect::FindMessage { .. } => self.look_up(effect),
                Effect::Export { export, reference } => self.export(export, reference),
                Effect::Expire { before } => {
                    let over = self.store.expire(before).await;
                    let tell = self.found.0.clone();
                    tokio::spawn(async move {
                        if over.await == Ok(true) {
                            let _ = tell.send(Input::Expired { before }).await;
                        }
                    });
                }
                Effect::FindAvatar { sha1 } => self.avatar_task(move |avatars| Input::AvatarFile {
                    sha1,
                    path: avatars.find(&sha1),
                }),
                Effect::SaveAvatar { sha1, image } => self.avatar_task(move |avatars| {
                    let saved = avatars.save(&image);
                    if let Err(why) = &saved {
                        tracing::info!(%why, "a peer's picture was not kept");
                    }
                    Input::AvatarFile {
                        sha1,
                        path: saved.ok(),
                    }
                }),
                Effect::LoadOwnAvatar { path, reference } => {
                    self.avatar_task(move |avatars| Input::OwnAvatar {
                        reference,
                        result: avatars.adopt(&path).map_err(|why| why.to_string()),
                    })
                }
                Effect::File(ask) => self.mover.perform(ask),
                Effect::Quit => self.ending = true,
            }
        }
    }

    /// Asks the store; the answer comes when it comes.
    fn look_up(&self, effect: Effect) {
        match effect {
            Effect::History {
                with,
                limit,
                place,
                reference,
            } => {
                let page = self.store.history(with.clone(), limit, place.clone());
                self.find(async move {
                    Input::History {
                        with,
                        place,
                        reference,
                        result: page.await,
                    }
                });
            }
            Effect::Search(search) => {
                let found = self.store.search(search.wanted.clone());
                self.find(async move {
                    Input::Found {
                        search,
                        result: found.await,
                    }
                });
            }
            Effect::Newest {
                with,
                deleted,
                reference,
            } => {
                let page = self.store.history(with.clone(), 1, Place::Newest);
                self.find(async move {
                    let last = page.await.ok().and_then(|mut page| page.messages.pop());
                    Input::Newest {
                        with,
                        deleted,
                        reference,
                        last: last.map(Box::new),
                    }
                });
            }
            Effect::FindMessage { id, request } => {
                let message = self.store.message(id);
                self.find(async move {
                    let found = message.await;
                    let result = found.map(|found| found.map(|(_, message)| Box::new(message)));
                    Input::FoundMessage { request, result }
                });
            }
            Effect::FindSent(heard) => {
                let message = self.store.message(heard.id.clone());
                self.find(async move {
                    let found = message.await.ok().flatten();
                    let message = found.map(|(_, message)| Box::new(message));
                    Input::FoundSent { heard, message }
                });
            }
            _ => {}
        }
    }

    /// On a thread of its own: it writes a file, and may take long.
    fn export(&self, export: Export, reference: Option<serde_json::Value>) {
        let (store, tell) = (self.store.clone(), self.found.0.clone());
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let result = runtime.block_on(crate::disk::export::run(&store, &export));
            let path = export.path;
            let _ = tell.blocking_send(Input::Exported {
                path,
                reference,
                result,
            });
        });
    }

    fn find(&self, found: impl Future<Output = Input> + Send + 'static) {
        let tell = self.found.0.clone();
        tokio::spawn(async move {
            let input = found.await;
            // The node has ended: nobody waits for it any more.
            let _ = tell.send(input).await;
        });
    }

    fn avatar_task(&self, task: impl FnOnce(&Avatars) -> Input + Send + 'static) {
        let (avatars, tell) = (self.avatars.clone(), self.found.0.clone());
        tokio::task::spawn_blocking(move || {
            let _ = tell.blocking_send(task(&avatars));
        });
    }
}

fn blocked_names(loaded: &Loaded) -> Vec<Jid> {
    let names = loaded.values.get(super::trust::BLOCKED);
    let names = names.and_then(|value| serde_json::from_value(value.clone()).ok());
    names.unwrap_or_default()
}

fn differing(loaded: &Loaded) -> Vec<(Jid, Fingerprint)> {
    let all = loaded.values.iter();
    let mut all = all.filter_map(|(key, value)| super::trust::differing(key, value));
    all.next().unwrap_or_default()
}

fn stored_avatar(loaded: &Loaded, avatars: &Avatars) -> Option<OwnAvatar> {
    let sha1 = loaded.values.get("avatar")?.as_str()?;
    avatars.own(sha1)
}

fn clock(begun: Instant) -> Clock {
    Clock {
        now: moment(begun),
        wall: Timestamp::now(),
    }
}

fn moment(begun: Instant) -> Moment {
    Moment(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX))
}

fn earlier(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// On a thread of its own: nothing waits for it.
fn hand_back() {
    tokio::task::spawn_blocking(|| match crate::host::memory::hand_back() {
        Ok(kilobytes) => tracing::debug!(kilobytes, "handed back"),
        Err(error) => tracing::debug!(%error, "nothing handed back"),
    });
}

/// Lets every other thread and task go first; the runtime looks at the network before it comes back here. Gives how long
/// the other threads took.
async fn look_again() -> Duration {
    let before = Instant::now();
    std::thread::yield_now();
    let others = before.elapsed();
    tokio::task::yield_now().await;
    others
}

/// 32 bytes of the system's randomness.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for half in seed.chunks_exact_mut(16) {
        half.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    }
    seed
}
