//! Times of expiry, as RFC 3339 writes them.

use toml::value::{Datetime, Offset};

/// What a time must be, for an error that says so.
pub(super) const FORM: &str = "must be a time with its offset, such as \"2027-01-31T00:00:00Z\"";

/// Whole seconds since 1970 of a time that says its date, its time of day and its offset.
pub(super) fn read(text: &str) -> Option<u64> {
    seconds(&text.parse().ok()?)
}

/// See [`read`]. What lies before 1970 is 1970: it is over in any case.
pub(super) fn seconds(time: &Datetime) -> Option<u64> {
    let (date, clock, offset) = (time.date?, time.time?, time.offset?);
    let ahead = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes) * 60,
    };
    let of_day = i64::from(clock.hour) * 3600
        + i64::from(clock.minute) * 60
        + i64::from(clock.second.unwrap_or_default());
    let day = days(date.year.into(), date.month.into(), date.day.into());
    Some(u64::try_from(day * 86_400 + of_day - ahead).unwrap_or_default())
}

/// Days since 1970 in the Gregorian calendar, by years that begin in March: a leap day is then the
/// last day of its year, and 400 years always have 146,097 days.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = year * 365 + year / 4 - year / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2027-01-31T00:00:00Z", 1_801_353_600),
            ("2027-01-31T00:00:00+01:00", 1_801_350_000),
            ("2027-01-31T00:00:00.999-00:30", 1_801_355_400),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_time_that_could_mean_several_is_none() {
        for text in
            ["", "soon", "2027-01-31", "2027-01-31T00:00:00", "00:00:00", "2027-02-30T00:00:00Z"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
