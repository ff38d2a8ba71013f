//! The members of an object, which are written as they come and then put in order.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::iter::repeat;
use std::mem;

/// Where a member is in the text.
pub(super) struct Member {
    /// The first bytes of its name, which mostly tell it from the others.
    pub(super) head: u64,
    /// Where its name begins, with the quotation mark.
    pub(super) start: usize,
    /// Where its name ends, likewise.
    pub(super) name_end: usize,
    /// Where the next one begins, behind a comma.
    pub(super) next: usize,
}

/// A number for the first eight bytes of a name, in the names' order.
pub(super) fn head(name: &str) -> u64 {
    let name = name.as_bytes();
    if let Some(head) = name.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    // Not by way of an array: it could only be read once all its bytes were written.
    let padded = name.iter().chain(repeat(&0)).take(8);
    padded.fold(0, |head, byte| head << 8 | u64::from(*byte))
}

/// Puts the members that a text ends with, those since the `first`, in the order of their names. Of
/// a name that is there more than once the last counts.
pub(super) fn put_in_order(text: &mut Vec<u8>, members: &mut Vec<Member>, first: usize) {
    let repeats = Cell::new(false);
    let order = |a: &Member, b: &Member| match a.head.cmp(&b.head) {
        Ordering::Equal => order_of_names(text, a, b, &repeats),
        differs => differs,
    };
    let these = &mut members[first..];
    let Some(start) = these.first().map(|member| member.start) else { return };
    if these.is_sorted_by(|a, b| order(a, b).is_lt()) {
        return;
    }
    these.sort_by(order);
    if repeats.get() {
        drop_repeated(text, members, first);
    }
    // Their copies, each with a comma behind it, stand behind them all until they take their place.
    text.push(b',');
    let end = text.len();
    text.reserve(end - start);
    for member in &members[first..] {
        text.extend_from_within(member.start..member.next);
    }
    text.copy_within(end.., start);
    // Nothing follows the last comma.
    text.truncate(text.len() - (end - start) - 1);
}

/// The order of two whose heads are the same, noting it where their names are.
#[cold]
fn order_of_names(text: &[u8], a: &Member, b: &Member, repeats: &Cell<bool>) -> Ordering {
    let order = name(text, a).cmp(&name(text, b));
    if order.is_eq() {
        // Where a name repeats, no sort gets by without meeting two that are equal.
        repeats.set(true);
    }
    order
}

/// Leaves the last of those neighbours since the `first` that have the same name.
#[cold]
fn drop_repeated(text: &[u8], members: &mut Vec<Member>, first: usize) {
    let mut these = members.split_off(first);
    these.dedup_by(|later, earlier| {
        let same = later.head == earlier.head && name(text, later) == name(text, earlier);
        if same {
            // It is the later one that goes.
            mem::swap(later, earlier);
        }
        same
    });
    members.append(&mut these);
}

/// A name as it was before it was written.
fn name<'a>(text: &'a [u8], member: &Member) -> Cow<'a, [u8]> {
    let quoted = &text[member.start..member.name_end];
    if !quoted.contains(&b'\\') {
        return Cow::Borrowed(&quoted[1..quoted.len() - 1]);
    }
    // It was written as a JSON string, so it can be read.
    Cow::Owned(serde_json::from_slice::<String>(quoted).unwrap_or_default().into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn heads_are_the_first_eight_bytes() {
        assert_eq!(head(""), 0);
        assert_eq!(head("a"), 0x61 << 56);
        assert_eq!(head("abcdefgh"), head("abcdefghi"));
        assert_ne!(head("abcdefgh"), head("abcdefg"));
    }

    proptest! {
        #[test]
        fn heads_are_in_the_order_of_names(a in "[a-c\0é]{0,10}", b in "[a-c\0é]{0,10}") {
            let heads = head(&a).cmp(&head(&b));
            prop_assert!(heads.is_eq() || heads == a.cmp(&b), "{a:?} {b:?}");
        }
    }
}
