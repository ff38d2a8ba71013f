//! Markup from constants, text from data.
//!
//! Tags and the names of attributes are `&'static str`, everything else is escaped on its way in:
//! what a tool's author wrote can't become markup, whoever calls what here.

use crate::manifest::visible::visible;
use crate::manifest::words::{self, Span};

/// A page on its way.
#[derive(Default)]
pub(super) struct Page(String);

/// An attribute's name and its value.
pub(super) type Attribute<'a> = (&'static str, &'a str);

impl Page {
    pub(super) fn finish(self) -> String {
        self.0
    }

    /// An element, and in it what `inner` writes.
    pub(super) fn within(
        &mut self,
        tag: &'static str,
        attributes: &[Attribute<'_>],
        inner: impl FnOnce(&mut Self),
    ) {
        self.void(tag, attributes);
        inner(self);
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }

    /// An element that holds a text.
    pub(super) fn element(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.within(tag, attributes, |page| page.text(text));
    }

    /// An element without an end.
    pub(super) fn void(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    /// A text, in an element or in an attribute.
    pub(super) fn text(&mut self, text: &str) {
        for c in visible(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
    }

    pub(super) fn code(&mut self, text: &str) {
        self.element("code", &[], text);
    }

    /// A text with code between backticks.
    pub(super) fn spans(&mut self, text: &str) {
        for span in words::spans(text) {
            match span {
                Span::Text(text) => self.text(text),
                Span::Code(code) => self.code(code),
            }
        }
    }

    /// Paragraphs, which blank lines part.
    pub(super) fn paragraphs(&mut self, text: &str) {
        for paragraph in text.split("\n\n").map(str::trim).filter(|one| !one.is_empty()) {
            self.within("p", &[], |page| page.spans(paragraph));
        }
    }

    /// A link to another place of the page.
    pub(super) fn link(&mut self, to: &str, text: &str) {
        self.within("a", &[("href", &format!("#{to}"))], |page| page.code(text));
    }

    /// Links with commas between them.
    pub(super) fn links<'a>(
        &mut self,
        to: fn(&str) -> String,
        all: impl IntoIterator<Item = &'a String>,
    ) {
        for (index, one) in all.into_iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.link(&to(one), one);
        }
    }

    /// What is markup, style or script of the page's own.
    pub(super) fn own(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }
}

/// The place of a tool.
pub(super) fn tool_id(name: &str) -> String {
    format!("tool-{name}")
}

/// The place of a scope.
pub(super) fn scope_id(scope: &str) -> String {
    format!("scope-{scope}")
}
