//! The words of the window, in the user's language: Fluent messages from `assets/lang`, one file a language.
//!
//! A view writes [`t!`](crate::gui::words::t) with whatever knows the language (a `Ui`, a `Context`, a `Scene`), a key and
//! the variables of the message, and gets a `String`:
//!
//! ```text
//! ui.label(t!(ui, "people-nobody"));
//! ui.label(t!(ui, "talk-typing", name = contact.nick));
//! ```
//!
//! - Not inside a closure that egui runs under its lock (`input`, `memory`, `widget_info`): take the words before it.
//! - No view has a literal sentence; every key stands in every file with the same variables, and every key is used.
//!   the tests of this module hold all of that.
//! - A message that a language lacks comes in English; a key that nobody has is shown as it is.
//! - To add a language: add its file. `assets/build.rs` finds it, the settings offer it under its `language-name`.
//!
//! Sentences that come from the node (errors, notices, reasons) are English in the JSON lines, the log and the terminal;
//! [`Words::said`] says them in the user's language. A key `said-…` is used by whatever says its English words.

use std::sync::Arc;

use egui::Id;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

// `LANGUAGES`: code, own name and source of each file in assets/lang, by code.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What is spoken where a language has no word, or nobody says which one is wanted.
const ENGLISH: &str = "en";

type Bundle = FluentBundle<FluentResource>;

/// The words of one language.
pub struct Words {
    code: &'static str,
    bundle: Bundle,
    english: Option<Bundle>,
}

impl Words {
    /// Of the language with this code, as [`LANGUAGES`] has it; English if there is none.
    pub fn of(code: &str) -> Words {
        let find = |code: &str| LANGUAGES.iter().find(|(known, ..)| *known == code);
        let english = find(ENGLISH).map_or("", |(_, _, source)| source);
        match find(code) {
            Some((code, _, source)) if *code != ENGLISH => Words {
                code,
                bundle: bundle(code, source),
                english: Some(bundle(ENGLISH, english)),
            },
            _ => Words {
                code: ENGLISH,
                bundle: bundle(ENGLISH, english),
                english: None,
            },
        }
    }

    /// The language's code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// A message without variables.
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A message.
    pub fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let found = [Some(&self.bundle), self.english.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|bundle| Some((bundle, bundle.get_message(key)?.value()?)));
        let Some((bundle, pattern)) = found else {
            debug_assert!(false, "no message {key}");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        debug_assert!(errors.is_empty(), "{key} in {}: {errors:?}", self.code);
        text.into_owned()
    }
}

fn bundle(code: &str, source: &str) -> Bundle {
    let language: LanguageIdentifier = code.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // The marks that keep directions apart would be drawn as boxes by fonts without them; names have lost theirs already.
    bundle.set_use_isolating(false);
    // What does not parse is left out; the tests read every file.
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
    bundle.add_resource_overriding(resource);
    let group = bundle
        .get_message("number-group")
        .and_then(|message| message.value())
        .map(|pattern| {
            bundle
                .format_pattern(pattern, None, &mut Vec::new())
                .into_owned()
        })
        .unwrap_or_default();
    // A formatter is a plain function: one for each separator.
    match group.as_str() {
        "." => bundle.set_formatter(Some(|value, _| grouped(value, '.'))),
        "space" => bundle.set_formatter(Some(|value, _| grouped(value, '\u{a0}'))),
        "’" => bundle.set_formatter(Some(|value, _| grouped(value, '’'))),
        _ => bundle.set_formatter(Some(|value, _| grouped(value, ','))),
    }
    bundle
}

/// A whole number with its thousands apart, from five digits on.
fn grouped(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, .. }) = value else {
        return None;
    };
    if value.fract() != 0.0 || value.abs() < 10_000.0 {
        return None;
    }
    let digits = format!("{:.0}", value.abs());
    let mut out = String::from(if *value < 0.0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
    Some(out)
}

/// The language for a setting: its code, or empty for the first of the system's languages that we have.
pub fn choose(setting: &str, system: impl IntoIterator<Item = String>) -> &'static str {
    let known = |wanted: &str| {
        LANGUAGES
            .iter()
            .map(|(code, ..)| *code)
            .find(|code| *code == wanted)
    };
    if let Some(code) = known(setting) {
        return code;
    }
    system
        .into_iter()
        .find_map(|locale| {
            // `de_AT.UTF-8@euro`: as a whole, else its language alone.
            let locale = locale.split(['.', '@']).next()?.replace('_', "-");
            let language = locale.split('-').next()?.to_ascii_lowercase();
            known(&locale).or_else(|| known(&language))
        })
        .unwrap_or(ENGLISH)
}

/// Code and own name of each language, by code.
pub fn languages() -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
    LANGUAGES.iter().map(|(code, name, _)| (*code, *name))
}

/// From now on the window speaks this language.
pub fn speak(ctx: &egui::Context, words: Arc<Words>) {
    ctx.data_mut(|data| data.insert_temp(Id::NULL, words));
}

/// Whatever knows the language.
pub trait Speaks {
    /// Its words.
    fn words(&self) -> Arc<Words>;
}

impl Speaks for egui::Context {
    fn words(&self) -> Arc<Words> {
        if let Some(words) = self.data(|data| data.get_temp::<Arc<Words>>(Id::NULL)) {
            return words;
        }
        let words = Arc::new(Words::of(ENGLISH));
        speak(self, words.clone());
        words
    }
}

impl Speaks for egui::Ui {
    fn words(&self) -> Arc<Words> {
        self.ctx().words()
    }
}

impl Speaks for super::scene::Scene<'_> {
    fn words(&self) -> Arc<Words> {
        self.now.words.clone()
    }
}

impl Speaks for super::when::Now {
    fn words(&self) -> Arc<Words> {
        self.words.clone()
    }
}

impl Speaks for Arc<Words> {
    fn words(&self) -> Arc<Words> {
        self.clone()
    }
}

impl<T: Speaks + ?Sized> Speaks for &T {
    fn words(&self) -> Arc<Words> {
        (**self).words()
    }
}

impl<T: Speaks + ?Sized> Speaks for &mut T {
    fn words(&self) -> Arc<Words> {
        (**self).words()
    }
}

/// What can stand for a variable of a message.
pub trait Arg {
    /// As Fluent has it.
    fn arg(&self) -> FluentValue<'static>;
}

impl Arg for str {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Arg for String {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

impl Arg for std::borrow::Cow<'_, str> {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone().into_owned())
    }
}

impl<T: Arg + ?Sized> Arg for &T {
    fn arg(&self) -> FluentValue<'static> {
        (**self).arg()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Arg for $number {
            fn arg(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64);

/// A message: `t!(ui, "key")`, `t!(ui, "key", name = value)`. See the [module](crate::gui::words).
macro_rules! t {
    ($speaks:expr, $key:expr) => {
        $crate::gui::words::Speaks::words(&$speaks).get($key)
    };
    ($speaks:expr, $key:expr, $($name:ident = $value:expr),+ $(,)?) => {{
        let mut args = fluent_bundle::FluentArgs::new();
        $(args.set(stringify!($name), $crate::gui::words::Arg::arg(&$value));)+
        $crate::gui::words::Speaks::words(&$speaks).format($key, Some(&args))
    }};
}
pub(crate) use t;

#[cfg(test)]
#[path = "words_test.rs"]
pub(super) mod tests;
