//! Times for people: of a message, of a day, of the last word in the list.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The wall clock of one frame, so that all parts of it agree.
#[derive(Clone, Debug)]
pub struct Now(pub Zoned);

impl Now {
    /// The system's clock and time zone.
    pub fn system() -> Now {
        Now(Zoned::now())
    }

    /// A fixed one, in UTC.
    pub fn fixed(time: Timestamp) -> Now {
        Now(time.to_zoned(TimeZone::UTC))
    }

    fn local(&self, time: Timestamp) -> Zoned {
        time.to_zoned(self.0.time_zone().clone())
    }

    /// The day of a time here.
    pub fn date(&self, time: Timestamp) -> Date {
        self.local(time).date()
    }

    /// `14:02`.
    pub fn time(&self, time: Timestamp) -> String {
        self.local(time).strftime("%H:%M").to_string()
    }

    /// Day and time in full.
    pub fn full(&self, time: Timestamp) -> String {
        self.local(time)
            .strftime("%A, %-d %B %Y, %H:%M:%S")
            .to_string()
    }

    /// `Today`, `Yesterday`, `Monday` within a week, else the date.
    pub fn day(&self, time: Timestamp) -> String {
        let then = self.local(time);
        match self.days_ago(&then) {
            0 => "Today".into(),
            1 => "Yesterday".into(),
            2..=6 => then.strftime("%A").to_string(),
            _ if then.year() == self.0.year() => then.strftime("%A, %-d %B").to_string(),
            _ => then.strftime("%-d %B %Y").to_string(),
        }
    }

    /// The shortest that tells: the time today, the weekday within a week, else the date.
    pub fn brief(&self, time: Timestamp) -> String {
        let then = self.local(time);
        match self.days_ago(&then) {
            0 => then.strftime("%H:%M").to_string(),
            1..=6 => then.strftime("%a").to_string(),
            _ if then.year() == self.0.year() => then.strftime("%-d %b").to_string(),
            _ => then.strftime("%Y").to_string(),
        }
    }

    fn days_ago(&self, then: &Zoned) -> i32 {
        self.0
            .date()
            .since(then.date())
            .map_or(i32::MAX, |span| span.get_days())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_have_the_names_that_people_use() {
        let now = Now::fixed("2026-11-22T10:00:00Z".parse().unwrap());
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
}
