//! Times and figures in words, in the reader's time zone.

#![warn(missing_docs)]

use chrono::{DateTime, Datelike, Duration, Utc};
use chrono_tz::Tz;

use crate::model::Timestamp;
pub use crate::server::platform::words::{count as thousands, list};

/// Who reads, and when.
#[derive(Clone, Copy)]
pub struct Locale {
    /// What "ago" and "in" are measured from.
    pub now: DateTime<Utc>,
    /// The reader's.
    pub zone: Tz,
}

impl Locale {
    /// An unknown time zone reads as UTC: the profile form takes only known ones, but zones come
    /// and go.
    pub fn new(now: DateTime<Utc>, zone: &str) -> Self {
        Self { now, zone: zone.parse().unwrap_or(Tz::UTC) }
    }

    /// "3 hours ago", "in 6 days".
    pub fn relative(&self, at: DateTime<Utc>) -> Timestamp {
        self.timestamp(at, distance(at - self.now))
    }

    /// "3 May", with the year when it is another one.
    pub fn day(&self, at: DateTime<Utc>) -> Timestamp {
        let (local, now) = (at.with_timezone(&self.zone), self.now.with_timezone(&self.zone));
        let text = if local.year() == now.year() {
            local.format("%-d %b")
        } else {
            local.format("%-d %b %Y")
        };
        self.timestamp(at, text.to_string())
    }

    /// "14:05", or "14:05 on 3 May" when it is not today.
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        let (local, now) = (at.with_timezone(&self.zone), self.now.with_timezone(&self.zone));
        if local.date_naive() == now.date_naive() {
            local.format("%H:%M").to_string()
        } else {
            local.format("%H:%M on %-d %b").to_string()
        }
    }

    /// "UTC", "CET": what the zone is called at that time.
    pub fn zone_name(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("%Z").to_string()
    }

    fn timestamp(&self, at: DateTime<Utc>, text: String) -> Timestamp {
        let exact = at.with_timezone(&self.zone).format("%A, %-d %B %Y, %H:%M %Z").to_string();
        Timestamp { iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), text, exact }
    }
}

/// "in 6 days", "3 hours ago", "just now".
fn distance(by: Duration) -> String {
    let size = by.abs();
    let (count, unit) = match size {
        s if s < Duration::minutes(1) => {
            return if by > Duration::zero() { "in less than a minute" } else { "just now" }
                .to_owned();
        }
        s if s < Duration::hours(1) => (s.num_minutes(), "minute"),
        s if s < Duration::days(1) => (s.num_hours(), "hour"),
        s if s < Duration::days(60) => (s.num_days(), "day"),
        s if s < Duration::days(730) => (s.num_days() / 30, "month"),
        s => (s.num_days() / 365, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if by > Duration::zero() {
        format!("in {count} {unit}{plural}")
    } else {
        format!("{count} {unit}{plural} ago")
    }
}

/// How long to wait: "47 seconds", "4 minutes", "1 hour"; never less than it is.
pub fn span(wait: std::time::Duration) -> String {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// "Ada Lovelace" -> "AL".
pub fn initials(name: &str) -> String {
    let letters = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    let mut words = name.split_whitespace().filter_map(letters);
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn reader() -> Locale {
        // 01:30 on 20 November in Berlin, still the 20th's first hours there while UTC says half
        // past midnight.
        Locale::new(Utc.with_ymd_and_hms(2026, 11, 20, 0, 30, 0).unwrap(), "Europe/Berlin")
    }

    #[test]
    fn a_time_reads_as_a_distance_with_the_exact_local_time_behind_it() {
        let moment = reader().relative(Utc.with_ymd_and_hms(2026, 11, 19, 21, 0, 0).unwrap());
        assert_eq!(moment.text, "3 hours ago");
        assert_eq!(moment.exact, "Thursday, 19 November 2026, 22:00 CET");
        assert_eq!(moment.iso, "2026-11-19T21:00:00Z");
        assert_eq!(reader().relative(reader().now + Duration::days(6)).text, "in 6 days");
        assert_eq!(reader().relative(reader().now + Duration::days(1)).text, "in 1 day");
        assert_eq!(reader().relative(reader().now).text, "just now");
    }

    #[test]
    fn a_wait_is_never_told_too_short() {
        let said = [0, 1, 59, 60, 61, 240, 3600, 3601]
            .map(|seconds| span(std::time::Duration::from_secs(seconds)));
        assert_eq!(
            said,
            [
                "1 second",
                "1 second",
                "59 seconds",
                "1 minute",
                "2 minutes",
                "4 minutes",
                "1 hour",
                "2 hours"
            ]
        );
    }

    #[test]
    fn a_day_of_another_year_says_its_year() {
        assert_eq!(reader().day(Utc.with_ymd_and_hms(2026, 5, 3, 12, 0, 0).unwrap()).text, "3 May");
        assert_eq!(
            reader().day(Utc.with_ymd_and_hms(2024, 5, 3, 12, 0, 0).unwrap()).text,
            "3 May 2024"
        );
        assert_eq!(reader().clock(reader().now), "01:30");
    }

    #[test]
    fn figures_names_and_lists_read_well() {
        assert_eq!(
            (thousands(0), thousands(-1234), thousands(1_234_567)),
            ("0".into(), "-1,234".into(), "1,234,567".into())
        );
        assert_eq!(
            (initials("Ada Lovelace"), initials("ada"), initials("  ")),
            ("AL".into(), "A".into(), String::new())
        );
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
