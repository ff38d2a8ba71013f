//! Times as records have them: RFC 3339, in UTC, with milliseconds.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::json_text::two_digits;

/// The first second of the year 10000, which RFC 3339 has no form for.
const BEYOND: u64 = 253_402_300_800;
const DAY: u64 = 24 * 60 * 60;
/// Days from 1 March of the year 0 to 1 January 1970.
const TO_1970: u64 = 719_468;
/// Days of 400 years: after them, leap years repeat.
const ERA: u64 = 146_097;

/// Gives the text of a time to what writes it.
pub(super) fn write(time: SystemTime, writer: impl FnOnce(&[u8])) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs();
    if seconds >= BEYOND {
        return writer(far(seconds, since.subsec_millis()).as_bytes());
    }
    let (year, month, day) = civil(seconds / DAY);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut put = |place: usize, below_100: u64| {
        text[place..place + 2].copy_from_slice(two_digits(below_100));
    };
    put(0, year / 100);
    put(2, year);
    put(5, month);
    put(8, day);
    put(11, seconds / 3600 % 24);
    put(14, seconds / 60 % 60);
    put(17, seconds % 60);
    let milliseconds = u64::from(since.subsec_millis());
    put(21, milliseconds);
    text[20] = two_digits(milliseconds / 100)[1];
    writer(&text);
}

/// The date so many days after 1 January 1970: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`. Its years begin in March, so that a leap day is their last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + TO_1970;
    let (era, day_of_era) = (days / ERA, days % ERA);
    let leaps = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * era + year + next, month, day)
}

/// A year of more digits, and the last one that there is for all beyond: `chrono` panics there.
fn far(seconds: u64, milliseconds: u32) -> String {
    let time = i64::try_from(seconds).ok();
    let time =
        time.and_then(|time| DateTime::<Utc>::from_timestamp(time, milliseconds * 1_000_000));
    time.unwrap_or(DateTime::<Utc>::MAX_UTC).to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn text(time: SystemTime) -> String {
        let mut said = String::new();
        write(time, |text| said.push_str(str::from_utf8(text).unwrap()));
        said
    }

    fn at(seconds: u64, nanos: u32) -> String {
        text(UNIX_EPOCH + Duration::new(seconds, nanos))
    }

    #[test]
    fn times_are_those_of_rfc_3339() {
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_399, 999_999_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(at(951_782_400, 1_000_000), "2000-02-29T00:00:00.001Z");
        assert_eq!(at(4_107_542_399, 0), "2100-02-28T23:59:59.000Z");
        assert_eq!(at(4_107_542_400, 0), "2100-03-01T00:00:00.000Z");
        assert_eq!(at(253_402_300_799, 999_000_000), "9999-12-31T23:59:59.999Z");
        assert_eq!(text(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00.000Z");
        // RFC 3339 has no form for these; a log holds none.
        assert_eq!(at(BEYOND, 0), "+10000-01-01T00:00:00.000Z");
        assert_eq!(at(u64::MAX >> 2, 0), "+262142-12-31T23:59:59.999Z");
    }

    #[test]
    fn every_day_is_the_one_of_the_calendar() {
        for day in 0..BEYOND / DAY {
            let calendar = DateTime::from_timestamp((day * DAY).cast_signed(), 0).unwrap();
            let (year, month, of_month) = civil(day);
            let date = chrono::NaiveDate::from_ymd_opt(
                year.try_into().unwrap(),
                month.try_into().unwrap(),
                of_month.try_into().unwrap(),
            );
            assert_eq!(date, Some(calendar.date_naive()));
        }
    }
}
