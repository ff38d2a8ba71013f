//! Texts of bounded length.

use std::borrow::Cow;

use super::AuditKeys;

/// A longer name, id or code is cut, and told apart by its digest.
const MAX_TEXT: usize = 512;
/// What is left of it.
const CUT: usize = 256;

/// A text of bounded length, which differs where the whole ones do.
pub(super) fn cut<'a>(keys: &AuditKeys, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let text = text.into();
    if text.len() <= MAX_TEXT {
        return text;
    }
    let start = &text[..text.floor_char_boundary(CUT)];
    format!("{start}…{}", keys.digest(text.as_bytes())).into()
}
