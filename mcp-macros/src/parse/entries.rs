//! `key`, `key = value` and `key(…)`, separated by commas: the shape of all attributes.
//!
//! A mistake in one entry must not hide the next one, so reading goes on after the next comma.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use super::{
    keys::Key,
    reader::{Value, meant_by_value, read_comma, read_entry, ungroup},
    shape, unknown,
};
use crate::{diag::Diagnostics, model::parsed::Given};

/// The entries of one attribute that are not yet taken.
pub(crate) struct Entries {
    entries: Vec<Entry>,
}

/// A key and what stands after it.
pub(super) struct Entry {
    pub(super) word: Ident,
    pub(super) key: &'static Key,
    pub(super) value: Value,
}

impl Entries {
    /// Reads what stands in the parentheses of `owner`, whose keys are `table`.
    pub(crate) fn parse(
        owner: &str,
        table: &'static [Key],
        arguments: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut entries = Self { entries: Vec::new() };
        entries.read(owner, table, arguments, diagnostics);
        entries
    }

    /// Reads helper attributes of one item as if they were one.
    pub(crate) fn parse_attributes<'a>(
        owner: &str,
        table: &'static [Key],
        attributes: impl IntoIterator<Item = &'a Attribute>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut entries = Self { entries: Vec::new() };
        let name = format!("#[{owner}]");
        for attribute in attributes {
            match &attribute.meta {
                Meta::Path(_) => {}
                Meta::List(list) => entries.read(&name, table, list.tokens.clone(), diagnostics),
                Meta::NameValue(pair) => {
                    diagnostics
                        .error(pair, format!("`{name}` takes its keys in parentheses"))
                        .help(format!("write `#[{owner}({})]`", meant(table, &pair.value)));
                }
            }
        }
        entries
    }

    fn read(
        &mut self,
        owner: &str,
        table: &'static [Key],
        arguments: TokenStream,
        diagnostics: &mut Diagnostics,
    ) {
        let reader = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Some((word, value)) = read_entry(input, owner, table, diagnostics) {
                    self.insert(owner, table, word, value, diagnostics);
                }
                read_comma(input, diagnostics);
            }
            Ok(())
        };
        if let Err(error) = reader.parse2(arguments) {
            diagnostics.syntax(&error);
        }
    }

    fn insert(
        &mut self,
        owner: &str,
        table: &'static [Key],
        word: Ident,
        value: Value,
        diagnostics: &mut Diagnostics,
    ) {
        diagnostics.word(owner, &word);
        let name = word.unraw().to_string();
        let Some(key) = table.iter().find(|key| key.name == name) else {
            unknown::report(owner, table, &word, diagnostics);
            return;
        };
        if self.entries.iter().any(|entry| entry.key.name == name) {
            diagnostics
                .error(&word, format!("`{name}` is given twice"))
                .help("remove this one or the other");
            return;
        }
        self.entries.push(Entry { word, key, value });
    }

    /// Takes a key whatever its value.
    pub(super) fn take(&mut self, name: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key.name == name)?;
        Some(self.entries.remove(index))
    }

    /// Takes a key without a value.
    pub(crate) fn flag(&mut self, name: &str, diagnostics: &mut Diagnostics) -> Option<Ident> {
        let entry = self.take(name)?;
        if !matches!(entry.value, Value::None) {
            diagnostics
                .error(&entry, format!("`{name}` takes no value"))
                .help(format!("write `{name}` alone, or leave it out"));
        }
        Some(entry.word)
    }

    /// Takes `key = expression`.
    pub(crate) fn expression(
        &mut self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<Expr>> {
        let entry = self.take(name)?;
        match entry.value {
            Value::Expression(value) => Some(Given { key: entry.word, value: ungroup(value) }),
            Value::None | Value::List(_) => {
                shape::report(&entry, diagnostics);
                None
            }
        }
    }

    /// Takes `key = "…"`.
    pub(crate) fn string(
        &mut self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<LitStr>> {
        let entry = self.take(name)?;
        let Some(value) = string_value(&entry.value) else {
            shape::report_text(&entry, diagnostics);
            return None;
        };
        Some(Given { key: entry.word, value })
    }

    /// Takes `key = "…"`, or `key = CONSTANT`.
    pub(crate) fn constant_text(
        &mut self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<Expr>> {
        let entry = self.take(name)?;
        match entry.value {
            Value::Expression(value) if matches!(literal(&value), None | Some(Lit::Str(_))) => {
                Some(Given { key: entry.word, value: ungroup(value) })
            }
            _ => {
                shape::report_text(&entry, diagnostics);
                None
            }
        }
    }

    /// Takes `key = path`.
    pub(crate) fn path(
        &mut self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<Path>> {
        let entry = self.take(name)?;
        if let Value::Expression(value) = &entry.value {
            if let Expr::Path(path) = ungroup(value.clone())
                && path.qself.is_none()
                && path.attrs.is_empty()
            {
                return Some(Given { key: entry.word, value: path.path });
            }
            if let Some(text) = string_value(&entry.value) {
                diagnostics
                    .error(&text, format!("`{name}` takes a path, not a string"))
                    .help(format!("write `{name} = {}`", text.value()));
                return None;
            }
        }
        shape::report(&entry, diagnostics);
        None
    }

    /// Takes `key(…)`: the key, and the tokens between the parentheses.
    pub(crate) fn list(
        &mut self,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Given<TokenStream>> {
        let entry = self.take(name)?;
        match entry.value {
            Value::List(value) => Some(Given { key: entry.word, value }),
            Value::None | Value::Expression(_) => {
                shape::report(&entry, diagnostics);
                None
            }
        }
    }

    /// Whether a key stands without a value.
    pub(crate) fn is_bare(&self, name: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.key.name == name && matches!(entry.value, Value::None))
    }

    /// Whether the key `first` is written before the key `second`.
    pub(crate) fn precedes(&self, first: &str, second: &str) -> bool {
        let position = |name| self.entries.iter().position(|entry| entry.key.name == name);
        position(first) < position(second)
    }

    /// Whether all keys are taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Refuses what is left: keys that the table knows and this place has no use for.
    pub(crate) fn finish(self, reason: &str, help: &str, diagnostics: &mut Diagnostics) {
        for entry in self.entries {
            let name = entry.key.name;
            diagnostics.error(&entry.word, format!("`{name}` {reason}")).help(help);
        }
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
        match &self.value {
            Value::None => {}
            Value::Expression(value) => value.to_tokens(tokens),
            Value::List(value) => value.to_tokens(tokens),
        }
    }
}

/// The key of a value that was written without one; if there is none, any key.
fn meant(table: &'static [Key], value: &Expr) -> String {
    let any = || table.first().map_or("", |key| key.example).to_owned();
    meant_by_value(table, &value.to_token_stream()).unwrap_or_else(any)
}

/// The literal that a value is.
pub(super) fn literal_value(value: &Value) -> Option<Lit> {
    match value {
        Value::Expression(value) => literal(value),
        Value::None | Value::List(_) => None,
    }
}

/// The literal that an expression is.
pub(super) fn literal(value: &Expr) -> Option<Lit> {
    match ungroup(value.clone()) {
        Expr::Lit(ExprLit { lit, attrs }) if attrs.is_empty() => Some(lit),
        _ => None,
    }
}

/// The text of a value that is a string.
pub(super) fn string_value(value: &Value) -> Option<LitStr> {
    match literal_value(value)? {
        Lit::Str(text) => Some(text),
        _ => None,
    }
}
