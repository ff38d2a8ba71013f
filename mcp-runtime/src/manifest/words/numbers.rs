//! Durations, sizes, shares and rates as people write them.

use crate::manifest::model::RateLimitPart;

/// `250ms`, `2.5s`, `10s`, `5m`, `1h`, `7d`: the largest unit in which it is a whole number, and
/// seconds for what lies between two of them.
pub(super) fn duration(ms: u64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let whole = units.into_iter().find(|(unit, _)| ms > 0 && ms.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) => format!("{}{name}", ms / unit),
        None if ms < 1_000 => format!("{ms}ms"),
        None => {
            let seconds = format!("{}.{:03}", ms / 1_000, ms % 1_000);
            format!("{}s", seconds.trim_end_matches('0'))
        }
    }
}

/// `100 B`, `64 KB`, `2 MB`: the largest unit, of 1024 smaller ones, in which it is a whole number.
pub(super) fn size(bytes: usize) -> String {
    let units = [(1 << 20, "MB"), (1 << 10, "KB")];
    let whole = units.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{bytes} B"), |(unit, name)| format!("{} {name}", bytes / unit))
}

/// A share as a percentage.
pub(super) fn share(share: f64) -> String {
    // Two decimals, as they are read; what lies behind them is the error of the multiplication.
    let percent = (share * 10_000.0).round() / 100.0;
    format!("{percent}%")
}

/// A rate as an attribute says it.
pub(super) fn rate(rate: &RateLimitPart) -> String {
    let RateLimitPart { count, period_ms, per, burst } = rate;
    let burst = if burst == count { String::new() } else { format!(" burst {burst}") };
    format!("{count}/{} per {per}{burst}", duration(*period_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_the_unit_that_people_use() {
        for (ms, text) in [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1s"),
            (1_050, "1.05s"),
            (2_500, "2.5s"),
            (60_000, "1m"),
            (90_000, "90s"),
            (5_400_000, "90m"),
            (86_400_000, "1d"),
            (u64::MAX, "18446744073709551.615s"),
        ] {
            assert_eq!(duration(ms), text);
        }
        for (bytes, text) in [
            (0, "0 B"),
            (1_000, "1000 B"),
            (64 << 10, "64 KB"),
            (1 << 20, "1 MB"),
            (1_537, "1537 B"),
        ] {
            assert_eq!(size(bytes), text);
        }
        for (of, text) in [(0.1, "10%"), (0.07, "7%"), (0.125, "12.5%"), (1.0, "100%")] {
            assert_eq!(share(of), text);
        }
    }

    #[test]
    fn a_rate_reads_as_it_is_written() {
        let part = |count, period_ms, per: &str, burst| RateLimitPart {
            count,
            period_ms,
            per: per.to_owned(),
            burst,
        };
        assert_eq!(rate(&part(60, 60_000, "caller", 10)), "60/1m per caller burst 10");
        assert_eq!(rate(&part(5, 1_000, "global", 5)), "5/1s per global");
    }
}
