//! Characters that nobody sees.
//!
//! Models read what people don't: a description can carry instructions in characters that no font
//! draws, or be turned around by marks of direction. A document for reviewers shows them.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a text holds characters that a reader wouldn't notice.
pub(super) fn hides(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// The text, with `⟨U+202E⟩` for each character that a reader wouldn't notice.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !hides(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a string doesn't fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(c: char) -> bool {
    let drawn_as_nothing = matches!(
        c,
        // Soft hyphen, Arabic letter mark, Hangul fillers, Mongolian separator.
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
        // Zero width, marks and overrides of direction, invisible operators. The joiner U+200D is
        // part of emoji, and hides nothing by itself.
        | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        // Variation selectors, except the one that asks for an emoji; tags.
        | '\u{fe00}'..='\u{fe0e}' | '\u{e0000}'..='\u{e0fff}'
    );
    drawn_as_nothing || c.is_control() && !matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown_and_the_rest_is_left() {
        for (text, shown) in [
            (
                "plain\n\ttext, ä, 漢, 👩\u{200d}🔧, ❤\u{fe0f}",
                "plain\n\ttext, ä, 漢, 👩\u{200d}🔧, ❤\u{fe0f}",
            ),
            ("a\u{202e}b", "a⟨U+202E⟩b"),
            ("a\0b\u{7f}\r", "a⟨U+0000⟩b⟨U+007F⟩⟨U+000D⟩"),
            ("\u{e0041}\u{200b}\u{feff}", "⟨U+E0041⟩⟨U+200B⟩⟨U+FEFF⟩"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(hides(text), text != shown);
        }
    }
}
