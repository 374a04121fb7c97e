//! What the user has told the desktop about all programs: dark or light, and whether things may move. Asked of the desktop
//! portal (`org.freedesktop.portal.Settings`: `color-scheme` and `reduced-motion` of `org.freedesktop.appearance`,
//! `enable-animations` of GNOME), and followed as it changes; where there is no portal, GTK's settings file says it once.

use std::sync::{Arc, Mutex, PoisonError};

use egui::Context;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedValue, Value};

/// What is wanted; `None` where the desktop says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taste {
    /// Light on dark.
    pub dark: Option<bool>,
    /// Less should move.
    pub reduced: Option<bool>,
    /// Things may move.
    pub moves: Option<bool>,
}

/// The taste as last heard.
#[derive(Clone, Default)]
pub struct Watched(Arc<Mutex<Taste>>);

const APPEARANCE: &str = "org.freedesktop.appearance";
const GNOME: &str = "org.gnome.desktop.interface";

/// Every setting that is looked at.
const KEYS: [(&str, &str); 3] = [
    (APPEARANCE, "color-scheme"),
    (APPEARANCE, "reduced-motion"),
    (GNOME, "enable-animations"),
];

impl Watched {
    /// Listens from now on, on a thread of its own, and wakes the window when something changes.
    pub fn open(ctx: Context) -> Watched {
        let watched = Watched::default();
        let tell = watched.clone();
        let thread = std::thread::Builder::new().name("taste".into());
        let started = thread.spawn(move || {
            if let Err(error) = tell.listen(&ctx) {
                tracing::debug!(%error, "no desktop portal tells of the desktop's settings");
                tell.change(&ctx, |taste| *taste = of_gtk());
            }
        });
        if let Err(error) = started {
            tracing::debug!(%error, "the desktop's settings are not followed");
        }
        watched
    }

    /// As last heard.
    pub fn now(&self) -> Taste {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, ctx: &Context) -> zbus::Result<()> {
        let bus = Connection::session()?;
        let portal = Proxy::new(
            &bus,
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Settings",
        )?;
        // Before the first question, so that nothing is missed.
        let changes = portal.receive_signal("SettingChanged")?;
        let mut answers = 0;
        for (group, key) in KEYS {
            if let Ok(value) = portal.call::<_, _, OwnedValue>("Read", &(group, key)) {
                answers += 1;
                self.change(ctx, |taste| taste.hear(group, key, &value));
            }
        }
        if answers == 0 {
            return Err(zbus::Error::Unsupported);
        }
        for change in changes {
            let body = change.body();
            if let Ok((group, key, value)) = body.deserialize::<(String, String, OwnedValue)>() {
                self.change(ctx, |taste| taste.hear(&group, &key, &value));
            }
        }
        Ok(())
    }

    fn change(&self, ctx: &Context, change: impl FnOnce(&mut Taste)) {
        let mut taste = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *taste;
        change(&mut taste);
        if *taste != before {
            ctx.request_repaint();
        }
    }
}

impl Taste {
    /// Nothing should move that need not.
    pub fn is_still(self) -> bool {
        self.reduced == Some(true) || self.moves == Some(false)
    }

    fn hear(&mut self, group: &str, key: &str, value: &Value<'_>) {
        let value = bare(value);
        match (group, key, value) {
            // 0: no preference.
            (APPEARANCE, "color-scheme", Value::U32(scheme)) => {
                self.dark = (*scheme != 0).then_some(*scheme == 1);
            }
            (APPEARANCE, "reduced-motion", Value::U32(motion)) => self.reduced = Some(*motion == 1),
            (GNOME, "enable-animations", Value::Bool(moves)) => {
                self.moves = Some(*moves);
            }
            _ => {}
        }
    }
}

/// `Read` packs its answer twice.
fn bare<'a>(value: &'a Value<'a>) -> &'a Value<'a> {
    match value {
        Value::Value(inner) => bare(inner),
        other => other,
    }
}

/// GTK's own settings file.
fn of_gtk() -> Taste {
    let folder = directories::BaseDirs::new().map(|dirs| dirs.config_dir().to_owned());
    let read = |name: &str| std::fs::read_to_string(folder.as_ref()?.join(name)).ok();
    let found = ["gtk-4.0/settings.ini", "gtk-3.0/settings.ini"];
    found
        .iter()
        .find_map(|name| read(name))
        .map_or_else(Taste::default, |text| gtk(&text))
}

fn gtk(settings: &str) -> Taste {
    let value = |key: &str| {
        let lines = settings.lines().filter_map(|line| line.split_once('='));
        let mut values = lines.filter(|(name, _)| name.trim() == key);
        values
            .next_back()
            .map(|(_, value)| value.trim().to_lowercase())
    };
    let switch = |key: &str| value(key).map(|value| value == "1" || value == "true");
    let named_dark = value("gtk-theme-name").filter(|name| name.ends_with("dark"));
    Taste {
        dark: switch("gtk-application-prefer-dark-theme").or(named_dark.map(|_| true)),
        reduced: None,
        moves: switch("gtk-enable-animations"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_portal_says_is_taken_also_where_it_is_packed_twice() {
        let mut taste = Taste::default();
        let packed = Value::Value(Box::new(Value::U32(1)));
        taste.hear(APPEARANCE, "color-scheme", &packed);
        taste.hear(GNOME, "enable-animations", &Value::Bool(false));
        assert_eq!((taste.dark, taste.is_still()), (Some(true), true));
        taste.hear(APPEARANCE, "color-scheme", &Value::U32(2));
        taste.hear(APPEARANCE, "accent-color", &Value::U32(1));
        assert_eq!(taste.dark, Some(false));
        taste.hear(APPEARANCE, "color-scheme", &Value::U32(0));
        assert_eq!(taste.dark, None);
    }

    #[test]
    fn gtk_s_file_is_understood() {
        let taste =
            gtk("[Settings]\ngtk-application-prefer-dark-theme = 1\ngtk-enable-animations=0\n");
        assert_eq!((taste.dark, taste.is_still()), (Some(true), true));
        assert_eq!(gtk("gtk-theme-name=Adwaita-dark").dark, Some(true));
        assert_eq!(gtk("[Settings]"), Taste::default());
    }
}
