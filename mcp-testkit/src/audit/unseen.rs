//! What of a log can't be looked at, for tests that say so rather than conclude from it.

use serde_json::Value;

/// A log of which nothing can be read.
pub(crate) const UNREADABLE: &str = "the audit log, which can't be read back";
/// A log that has no room for all of its records.
pub(crate) const DROPPED: &str =
    "the oldest records of the audit log, which it dropped to have room for newer ones";

/// Whether records are missing between this place of the log and the first that is to be had. Places
/// are numbered from 1 on, without gaps.
pub(crate) fn is_cut(first: Option<u64>, after: u64) -> bool {
    first.is_some_and(|first| first > after.saturating_add(1))
}

/// What of the records after this place can't be looked at; without any, whether there is a log says
/// if that is so.
pub(crate) fn unseen(
    records: Option<&[Value]>,
    recorded: bool,
    after: u64,
) -> Option<&'static str> {
    match records {
        None => recorded.then_some(UNREADABLE),
        Some(records) => is_cut(records.first().and_then(seq), after).then_some(DROPPED),
    }
}

/// A record's place in the log.
pub(crate) fn seq(record: &Value) -> Option<u64> {
    record["seq"].as_u64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_not_be_looked_at_is_told() {
        let records = [json!({ "seq": 4 }), json!({ "seq": 5 })];
        for (records, recorded, after, expected) in [
            (None, true, 0, Some(UNREADABLE)),
            (None, false, 0, None),
            (Some(&records[..]), true, 2, Some(DROPPED)),
            (Some(&records[..]), true, 3, None),
            (Some(&[][..]), true, 3, None),
        ] {
            assert_eq!(unseen(records, recorded, after), expected, "{records:?} {after}");
        }
    }

    #[test]
    fn what_is_next_to_each_other_misses_nothing() {
        for (first, after, expected) in
            [(None, 0, false), (Some(1), 0, false), (Some(2), 0, true), (Some(8), 7, false)]
        {
            assert_eq!(is_cut(first, after), expected, "{first:?} {after}");
        }
        assert!(is_cut(Some(9), 7));
    }
}
