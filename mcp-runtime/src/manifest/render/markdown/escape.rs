//! Text as Markdown that says just that text.
//!
//! What an author wrote may hold anything. Code between backticks stays code; every other sign
//! that Markdown reads is escaped.

use crate::manifest::visible::visible;
use crate::manifest::words::{self, Span};

/// A text of several lines: its paragraphs and lists stay.
pub(super) fn prose(text: &str) -> String {
    let text = visible(text);
    let mut lines = String::with_capacity(text.len());
    for line in inline(&text, false).lines() {
        // A line of dashes or equals signs would make a heading of the line before.
        let is_rule = |c: char| line.starts_with(c) && line.trim_end().chars().all(|d| d == c);
        if is_rule('-') || is_rule('=') {
            lines.push('\\');
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

/// A text within a cell of a table: on one line, and without a sign that ends the cell.
pub(super) fn cell(text: &str) -> String {
    inline(&visible(text).split_whitespace().collect::<Vec<_>>().join(" "), true)
}

/// A text as code, within a cell or outside of one.
pub(super) fn code(text: &str) -> String {
    let one_line = visible(text).replace(['\n', '\t'], " ");
    words::code(&one_line).replace('|', "\\|")
}

fn inline(text: &str, in_cell: bool) -> String {
    let mut markdown = String::with_capacity(text.len() + 8);
    for span in words::spans(text) {
        match span {
            // In a table a `|` ends the cell even within code.
            Span::Code(code) if in_cell => {
                markdown.push_str(&words::code(code).replace('|', "\\|"));
            }
            Span::Code(code) => markdown.push_str(&words::code(code)),
            Span::Text(text) => escape(&mut markdown, text),
        }
    }
    markdown
}

fn escape(markdown: &mut String, text: &str) {
    let mut before = markdown.chars().next_back();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '<' => markdown.push_str("&lt;"),
            '>' => markdown.push_str("&gt;"),
            '&' => markdown.push_str("&amp;"),
            // Within a word it means nothing, and names are full of it.
            '_' if is_word(before) && is_word(rest.peek().copied()) => markdown.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                markdown.push('\\');
                markdown.push(c);
            }
            c => markdown.push(c),
        }
        before = Some(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_cell() {
        for (text, markdown) in [
            ("plain, snake_case and 2 < 3", "plain, snake_case and 2 &lt; 3"),
            ("a|b\nc\t d", "a\\|b c d"),
            ("`a|b` c", "`a\\|b` c"),
            ("one ` alone", "one \\` alone"),
            ("``a ` b``", "``a ` b``"),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
            ("[x](javascript:alert(1)) ![y](z)", "\\[x\\](javascript:alert(1)) !\\[y\\](z)"),
            ("*a* _b_ ~~c~~ \\ &lt;", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\\\ &amp;lt;"),
        ] {
            assert_eq!(cell(text), markdown, "{text}");
        }
    }

    #[test]
    fn prose_keeps_its_lines_and_makes_no_headings() {
        let text = "# one\n\n- two\n- three\ntext\n---\nmore\n====  \n\u{202e}";
        let markdown = "\\# one\n\n- two\n- three\ntext\n\\---\nmore\n\\====\n⟨U+202E⟩\n";
        assert_eq!(prose(text), markdown);
    }

    #[test]
    fn code_holds_its_own_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
