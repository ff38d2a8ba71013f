//! Texts with code in them: it stands between runs of backticks, as in Markdown.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manifest) enum Span<'a> {
    Text(&'a str),
    Code(&'a str),
}

/// A text as code. One that holds backticks stands between more of them.
pub(in crate::manifest) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // Readers take one space from each side of what isn't blank.
    let spaced = text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty();
    let padded = spaced || text.starts_with('`') || text.ends_with('`');
    let space = if padded { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The parts of a text. A run of backticks without its counterpart is text.
pub(in crate::manifest) fn spans(text: &str) -> Vec<Span<'_>> {
    let (mut spans, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(found) = text[at..].find('`') {
        let open = at + found;
        let fence = run(&text[open..]);
        let inside = open + fence;
        match closing(&text[inside..], fence) {
            Some(length) => {
                if start < open {
                    spans.push(Span::Text(&text[start..open]));
                }
                spans.push(Span::Code(unpadded(&text[inside..inside + length])));
                start = inside + length + fence;
                at = start;
            }
            None => at = inside,
        }
    }
    if start < text.len() {
        spans.push(Span::Text(&text[start..]));
    }
    spans
}

/// How many backticks a text begins with.
fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, fence: usize) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].find('`')?;
        let length = run(&text[at..]);
        if length == fence {
            return Some(at);
        }
        at += length;
    }
}

/// One space on each side belongs to the fence, where there is something else.
fn unpadded(code: &str) -> &str {
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    inner.filter(|inner| !inner.trim().is_empty()).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_equal_runs_of_backticks() {
        use Span::{Code, Text};
        for (text, parts) in [
            ("", &[][..]),
            ("plain", &[Text("plain")]),
            ("a `b` c", &[Text("a "), Code("b"), Text(" c")]),
            ("`a``b`", &[Code("a``b")]),
            ("`` a`b `` c", &[Code("a`b"), Text(" c")]),
            ("a ` b", &[Text("a ` b")]),
            ("a `` b `c`", &[Text("a `` b "), Code("c")]),
            ("```", &[Text("```")]),
        ] {
            assert_eq!(spans(text), parts, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_as_code_is_read_as_code(text in "[a `|é]{1,12}") {
            let written = code(&text);
            proptest::prop_assert_eq!(spans(&written), [Span::Code(&text)]);
        }

        #[test]
        fn no_text_is_lost(text in "[a `]{0,16}") {
            let length: usize = spans(&text)
                .iter()
                .map(|span| match span { Span::Text(of) | Span::Code(of) => of.matches('a').count() })
                .sum();
            proptest::prop_assert_eq!(length, text.matches('a').count());
        }
    }
}
