//! Times for people: of a message, of a day, of the last word in the list, in the window's language.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::words::{Words, t};

/// The wall clock of one frame, so that all parts of it agree, and the language of its times.
#[derive(Clone)]
pub struct Now {
    time: Zoned,
    /// The words of the window.
    pub words: Arc<Words>,
}

impl Now {
    /// The system's clock and time zone.
    pub fn system(words: Arc<Words>) -> Now {
        Now {
            time: Zoned::now(),
            words,
        }
    }

    /// A fixed one, in UTC.
    pub fn fixed(time: Timestamp, words: Arc<Words>) -> Now {
        Now {
            time: time.to_zoned(TimeZone::UTC),
            words,
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
        let hour = then.strftime("%H").to_string();
        let minute = then.strftime("%M").to_string();
        t!(self, "time-of-day", hour = hour, minute = minute)
    }

    /// Day and time in full.
    pub fn full(&self, time: Timestamp) -> String {
        let then = self.local(time);
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
            _ => {
                let year = then.year().to_string();
                t!(
                    self,
                    "day-other-year",
                    day = day,
                    month = month,
                    year = year
                )
            }
        }
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
