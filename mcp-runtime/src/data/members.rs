//! The members of an object, which are written as they come and then put in order.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Where a member is in the text.
pub(super) struct Member {
    /// The first bytes of its name, which mostly tell it from the others.
    pub(super) head: u64,
    /// Where its name begins, with the quotation mark.
    pub(super) start: usize,
    /// Where its name ends, likewise.
    pub(super) name_end: usize,
    /// Where its value ends.
    pub(super) end: usize,
}

/// A number for the first eight bytes of a name, in the names' order.
pub(super) fn head(name: &str) -> u64 {
    let name = name.as_bytes();
    if let Some(head) = name.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    for (place, byte) in head.iter_mut().zip(name) {
        *place = *byte;
    }
    u64::from_be_bytes(head)
}

/// Puts the members that a text ends with, since `start`, in the order of their names. Of a name
/// that is there more than once the last counts.
pub(super) fn put_in_order(
    text: &mut Vec<u8>,
    start: usize,
    members: &mut [Member],
    spare: &mut Vec<u8>,
) {
    let is_before = |a: &Member, b: &Member| order(text, a, b).is_lt();
    if members.is_sorted_by(is_before) {
        return;
    }
    members.sort_by(|a, b| order(text, a, b));
    spare.clear();
    spare.reserve(text.capacity());
    for (index, member) in members.iter().enumerate() {
        let next = members.get(index + 1);
        if next.is_some_and(|next| order(text, member, next).is_eq()) {
            continue;
        }
        if !spare.is_empty() {
            spare.push(b',');
        }
        spare.extend_from_slice(&text[member.start..member.end]);
    }
    text.truncate(start);
    text.extend_from_slice(spare);
}

fn order(text: &[u8], a: &Member, b: &Member) -> Ordering {
    a.head.cmp(&b.head).then_with(|| name(text, a).cmp(&name(text, b)))
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
