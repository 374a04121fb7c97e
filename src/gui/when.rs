//! Times for people: of a message, of a day, of the last word in the list, in the window's language.

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::words::{Words, t};
use crate::host::zone;

/// The wall clock of one frame, so that all parts of it agree, and the language of its times.
#[derive(Clone)]
pub struct Now {
    time: Zoned,
    /// The clock has twelve hours, twice.
    twelve: bool,
    /// The words of the window.
    pub words: Arc<Words>,
}

impl Now {
    /// The system's clock and time zone.
    pub fn system(words: Arc<Words>) -> Now {
        static TWELVE: OnceLock<bool> = OnceLock::new();
        Now {
            time: zone::now(),
            twelve: *TWELVE.get_or_init(|| has_twelve_hours(&locale_of_time())),
            words,
        }
    }

    /// A fixed one, in UTC.
    pub fn fixed(time: Timestamp, words: Arc<Words>) -> Now {
        Now {
            time: time.to_zoned(TimeZone::UTC),
            twelve: false,
            words,
        }
    }

    /// The same with a clock of twelve hours.
    #[must_use]
    pub fn with_twelve_hours(self) -> Now {
        Now {
            twelve: true,
            ..self
        }
    }

    fn local(&self, time: Timestamp) -> Zoned {
        time.to_zoned(self.time.time_zone().clone())
    }

    /// The day of a time here.
    pub fn date(&self, time: Timestamp) -> Date {
        self.local(time).date()
    }

    /// `14:02`.
    pub fn time(&self, time: Timestamp) -> String {
        self.clock(&self.local(time))
    }

    fn clock(&self, then: &Zoned) -> String {
        let minute = then.strftime("%M").to_string();
        if self.twelve {
            let (hour, half) = half_day(then);
            return t!(
                self,
                "time-of-day-12",
                hour = hour,
                minute = minute,
                half = half
            );
        }
        let hour = then.strftime("%H").to_string();
        t!(self, "time-of-day", hour = hour, minute = minute)
    }

    /// Day and time in full.
    pub fn full(&self, time: Timestamp) -> String {
        let then = self.local(time);
        if self.twelve {
            let (hour, half) = half_day(&then);
            return t!(
                self,
                "time-full-12",
                weekday = self.weekday(&then),
                day = then.day(),
                month = self.month(&then),
                year = then.year().to_string(),
                hour = hour,
                minute = then.strftime("%M").to_string(),
                second = then.strftime("%S").to_string(),
                half = half,
            );
        }
        t!(
            self,
            "time-full",
            weekday = self.weekday(&then),
            day = then.day(),
            month = self.month(&then),
            year = then.year().to_string(),
            hour = then.strftime("%H").to_string(),
            minute = then.strftime("%M").to_string(),
            second = then.strftime("%S").to_string(),
        )
    }

    /// `Today`, `Yesterday`, `Monday` within a week, else the date.
    pub fn day(&self, time: Timestamp) -> String {
        let then = self.local(time);
        let (day, month) = (then.day(), self.month(&then));
        match self.days_ago(&then) {
            0 => t!(self, "day-today"),
            1 => t!(self, "day-yesterday"),
            2..=6 => self.weekday(&then),
            _ if then.year() == self.time.year() => {
                let weekday = self.weekday(&then);
                t!(
                    self,
                    "day-this-year",
                    weekday = weekday,
                    day = day,
                    month = month
                )
            }
            _ => self.date_in_full(time),
        }
    }

    /// The day with its year, whenever it is read.
    pub fn date_in_full(&self, time: Timestamp) -> String {
        let then = self.local(time);
        let (day, month) = (then.day(), self.month(&then));
        let year = then.year().to_string();
        t!(
            self,
            "day-other-year",
            day = day,
            month = month,
            year = year
        )
    }

    /// The shortest that tells: the time today, the weekday within a week, else the date.
    pub fn brief(&self, time: Timestamp) -> String {
        let then = self.local(time);
        match self.days_ago(&then) {
            0 => self.clock(&then),
            1..=6 => t!(
                self,
                "weekday-short",
                day = then.weekday().to_monday_one_offset()
            ),
            _ if then.year() == self.time.year() => {
                let month = t!(self, "month-short", month = then.month());
                t!(self, "day-brief", day = then.day(), month = month)
            }
            _ => then.year().to_string(),
        }
    }

    fn weekday(&self, then: &Zoned) -> String {
        t!(self, "weekday", day = then.weekday().to_monday_one_offset())
    }

    fn month(&self, then: &Zoned) -> String {
        t!(self, "month", month = then.month())
    }

    fn days_ago(&self, then: &Zoned) -> i32 {
        self.time
            .date()
            .since(then.date())
            .map_or(i32::MAX, |span| span.get_days())
    }
}

/// The hour of a clock with twelve, and which half of the day it is.
fn half_day(then: &Zoned) -> (String, &'static str) {
    let hour = match then.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    (hour.to_string(), if then.hour() < 12 { "am" } else { "pm" })
}

/// The locale that the system has for times.
fn locale_of_time() -> String {
    let named = |key: &&str| std::env::var(key).ok().filter(|value| !value.is_empty());
    let found = ["LC_ALL", "LC_TIME", "LANG"].iter().find_map(named);
    found.or_else(sys_locale::get_locale).unwrap_or_default()
}

/// Where clocks have twelve hours (CLDR 46, `timeData`, the preferred format `h`): such as `en_US.UTF-8`, `hi-IN`.
fn has_twelve_hours(locale: &str) -> bool {
    #[rustfmt::skip]
    const REGIONS: [&str; 83] = [
        "AE", "AG", "AU", "BB", "BD", "BH", "BM", "BN", "BS", "CA", "CO", "CY", "DJ", "DM", "DO", "DZ", "EG", "ER",
        "ET", "FJ", "FM", "GD", "GH", "GM", "GR", "GU", "GY", "HN", "IN", "IQ", "JM", "JO", "KH", "KN", "KR", "KW",
        "KY", "LB", "LC", "LR", "LS", "LY", "MH", "MP", "MR", "MW", "MX", "MY", "NA", "NZ", "OM", "PA", "PG", "PH",
        "PK", "PR", "PS", "QA", "SA", "SB", "SD", "SG", "SL", "SO", "SS", "SV", "SY", "SZ", "TC", "TD", "TN", "TO",
        "TT", "TW", "UM", "US", "VC", "VE", "VG", "VI", "WS", "YE", "ZM",
    ];
    let bare = locale.split(['.', '@']).next().unwrap_or_default();
    let mut parts = bare.split(['_', '-']).skip(1);
    let region = parts.find(|part| part.len() == 2).unwrap_or_default();
    let french = bare.starts_with("fr");
    !region.is_empty() && !french && REGIONS.contains(&region.to_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn now(code: &str) -> Now {
        let time = "2026-11-22T10:00:00Z".parse().unwrap();
        Now::fixed(time, Arc::new(Words::of(code)))
    }

    #[test]
    fn days_have_the_names_that_people_use() {
        let now = now("en");
        let names = |time: &str| {
            (
                now.day(time.parse().unwrap()),
                now.brief(time.parse().unwrap()),
            )
        };
        assert_eq!(
            names("2026-11-22T09:05:00Z"),
            ("Today".into(), "09:05".into())
        );
        assert_eq!(
            names("2026-11-21T23:59:00Z"),
            ("Yesterday".into(), "Sat".into())
        );
        assert_eq!(
            names("2026-11-17T09:00:00Z"),
            ("Tuesday".into(), "Tue".into())
        );
        assert_eq!(
            names("2026-03-01T09:00:00Z"),
            ("Sunday, 1 March".into(), "1 Mar".into())
        );
        assert_eq!(
            names("2024-03-01T09:00:00Z"),
            ("1 March 2024".into(), "2024".into())
        );
        assert_eq!(
            names("2026-11-23T00:30:00Z").0,
            "Monday, 23 November",
            "a clock ahead of ours is no reason to lie"
        );
    }

    #[test]
    fn clocks_are_those_of_the_country() {
        for twelve in ["en_US.UTF-8", "hi-IN", "ar_EG", "en_AU@x", "zh-Hant-TW"] {
            assert!(has_twelve_hours(twelve), "{twelve}");
        }
        for whole in [
            "de_DE.UTF-8",
            "sv_SE",
            "en_GB",
            "fr_CA",
            "en_IE",
            "C.UTF-8",
            "POSIX",
            "en",
            "",
        ] {
            assert!(!has_twelve_hours(whole), "{whole}");
        }
        let times = |code: &str| {
            let now = now(code).with_twelve_hours();
            let of = |time: &str| now.time(time.parse().unwrap());
            (of("2026-11-22T00:05:00Z"), of("2026-11-22T15:30:00Z"))
        };
        assert_eq!(times("en"), ("12:05 am".into(), "3:30 pm".into()));
        assert_eq!(times("sv"), ("12:05 fm".into(), "3:30 em".into()));
        let noon = now("en")
            .with_twelve_hours()
            .full("2026-03-01T12:05:07Z".parse().unwrap());
        assert_eq!(noon, "Sunday, 1 March 2026, 12:05:07 pm");
    }

    #[test]
    fn each_language_has_its_own_dates() {
        let time = "2026-03-01T09:05:07Z".parse().unwrap();
        for (code, full, day, brief) in [
            (
                "en",
                "Sunday, 1 March 2026, 09:05:07",
                "Sunday, 1 March",
                "1 Mar",
            ),
            (
                "de",
                "Sonntag, 1. März 2026, 09:05:07",
                "Sonntag, 1. März",
                "1. März",
            ),
            (
                "sv",
                "söndag 1 mars 2026 09:05:07",
                "söndag 1 mars",
                "1 mars",
            ),
        ] {
            let now = now(code);
            assert_eq!(
                (now.full(time), now.day(time), now.brief(time)),
                (full.into(), day.into(), brief.into())
            );
        }
    }
}
