//! The user's choices, kept in the database and changed by the `configure` command.

use serde::{Deserialize, Serialize};

use crate::event::Card;
use crate::wire::jid::Jid;

/// All settings. Every member has a default, so that a stored part of an older or newer version still reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The name that others see. Empty until the first start has asked.
    pub nick: String,
    /// First and last name, mail addresses and JIDs; each is published only if its switch in `publish` is on.
    pub card: Card,
    /// Which personal fields go into the TXT record (XEP-0174 §10: the user must be able to switch them off).
    pub publish: Publish,
    /// What to do about peers that cannot encrypt.
    pub plaintext: PlaintextPolicy,
    /// Interfaces.
    pub interfaces: InterfaceChoice,
    /// The folder that received files go to; empty: the desktop's downloads folder.
    pub downloads: String,
    /// Pictures that leave by the window keep what they tell of place, time, camera and author.
    pub keep_traces: bool,
    /// Go away after so many minutes without input; 0 = never.
    pub away_after_minutes: u32,
    /// Desktop notifications.
    pub notifications: bool,
    /// Show the text in notifications; otherwise only who wrote.
    pub notification_text: bool,
    /// The desktop plays its sound for a new message with a notification.
    pub notification_sound: bool,
    /// Tell others that we are typing.
    pub send_typing: bool,
    /// Tell others that we have seen their messages (XEP-0333).
    pub send_displayed: bool,
    /// Tell contacts that ask how long we have been idle, our time zone and our operating system (XEP-0012, 0202, 0092), and
    /// everybody with a stream since when we are idle (XEP-0319).
    pub send_details: bool,
    /// Messages that came or were written longer ago than so many days are deleted; 0 = they are kept.
    pub retention_days: u32,
    /// The conversation that was open in the window when it was closed last.
    pub last_open: Option<Jid>,
    /// Colours of the window.
    pub theme: Theme,
    /// Language of the window (`en`, `de`, `sv`, …); empty: the system's.
    pub language: String,
    /// How close things stand in the window.
    pub density: Density,
    /// Size of everything in the window, in percent, [`Settings::ZOOM`].
    pub zoom_percent: u16,
    /// Nothing moves in the window that need not.
    pub reduced_motion: bool,
    /// Width and height of the window when it was closed, in points at 100 %.
    pub window_size: (u16, u16),
    /// Whom the list shows first, at most [`Settings::MOST_FAVOURITES`].
    pub favourites: Vec<Jid>,
    /// An icon in the desktop's tray, where it has one.
    pub tray: bool,
    /// Closing the window leaves Balcony running in the tray.
    pub close_to_tray: bool,
    /// The members of this object that an administrator has locked (`/etc/balcony/policy.toml`). Not kept, not changed.
    pub locked: Vec<String>,
}

impl Settings {
    /// The zoom that can be set, in percent.
    pub const ZOOM: std::ops::RangeInclusive<u16> = 50..=300;
    /// Favourites kept.
    pub const MOST_FAVOURITES: usize = 500;

    /// Puts what is out of bounds back into them.
    pub fn tidy(&mut self) {
        let (least, most) = (*Self::ZOOM.start(), *Self::ZOOM.end());
        self.zoom_percent = self.zoom_percent.clamp(least, most);
        self.favourites.truncate(Self::MOST_FAVOURITES);
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            nick: String::new(),
            card: Card::default(),
            publish: Publish::default(),
            plaintext: PlaintextPolicy::default(),
            interfaces: InterfaceChoice::default(),
            downloads: String::new(),
            keep_traces: false,
            away_after_minutes: 10,
            notifications: true,
            notification_text: true,
            notification_sound: false,
            send_typing: true,
            send_displayed: true,
            send_details: false,
            retention_days: 0,
            last_open: None,
            theme: Theme::default(),
            language: String::new(),
            density: Density::default(),
            zoom_percent: 100,
            reduced_motion: false,
            window_size: (980, 660),
            favourites: Vec::new(),
            tray: true,
            close_to_tray: false,
            locked: Vec::new(),
        }
    }
}

/// One switch a published field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Publish {
    /// `nick`.
    pub nick: bool,
    /// `status`.
    pub status: bool,
    /// `msg`.
    pub message: bool,
    /// `phsh` and the NULL record.
    pub avatar: bool,
    /// `1st` and `last`.
    pub name: bool,
    /// `email`.
    pub email: bool,
    /// `jid`.
    pub jid: bool,
    /// `tlsfp`: the fingerprint of our key. Without it others learn on the first stream that we encrypt, and who watches
    /// the network does not recognise us by it.
    pub fingerprint: bool,
    /// False: be invisible. Nothing is published; others are seen all the same, and see us only once we write to them.
    pub anything: bool,
}

impl Publish {
    /// Private mode: nothing that names the person or lets who watches recognise them. (The instance name itself stays
    /// what was chosen: without one there is no presence.)
    pub fn private() -> Publish {
        Publish {
            nick: false,
            status: true,
            message: false,
            avatar: false,
            name: false,
            email: false,
            jid: false,
            fingerprint: false,
            anything: true,
        }
    }
}

impl Default for Publish {
    fn default() -> Publish {
        Publish {
            nick: true,
            status: true,
            message: true,
            avatar: true,
            name: false,
            email: false,
            jid: false,
            fingerprint: true,
            anything: true,
        }
    }
}

/// What to do about peers that cannot encrypt (XEP-0174 §11.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaintextPolicy {
    /// Talk to them, marked.
    #[default]
    Allow,
    /// Ask before the first message of a conversation.
    Ask,
    /// Do not talk to them.
    SecureOnly,
}

/// Which interfaces to use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InterfaceChoice {
    /// If not empty: these and no others.
    pub only: Vec<String>,
    /// Use these although they look virtual.
    pub include: Vec<String>,
    /// Leave these out.
    pub exclude: Vec<String>,
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

/// How close things stand in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// With room around each thing.
    #[default]
    Comfortable,
    /// More people and lines in the same space.
    Compact,
}
