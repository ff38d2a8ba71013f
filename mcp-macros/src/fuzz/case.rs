//! One input of one macro, and what must hold of its expansion.

use std::{
    cell::Cell, collections::BTreeSet, panic, str::FromStr as _, sync::Once, time::Duration,
};

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Attribute, FnArg, Item, ItemFn};

use crate::stages::{
    expand_catalogue, expand_dependency, expand_error_type, expand_tool, expand_tool_list,
};

/// No input of the size that is made here takes a hundredth of it, even on a slow machine.
const LONGEST: Duration = Duration::from_secs(5);
/// What stands for an invisible group in text.
const INVISIBLE: &str = "INVISIBLE";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Macro {
    Tool,
    Dependency,
    ErrorType,
    Catalogue,
    ToolList,
}

impl Macro {
    pub(super) const ALL: [(Self, &str); 5] = [
        (Self::Tool, "tool"),
        (Self::Dependency, "dependency"),
        (Self::ErrorType, "ToolError"),
        (Self::Catalogue, "scopes"),
        (Self::ToolList, "tools"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, name)| name)
    }
}

#[derive(Clone)]
pub(super) struct Case {
    pub(super) which: Macro,
    /// Of an attribute; empty for the others.
    pub(super) arguments: TokenStream,
    /// What the attribute stands on, or the whole input.
    pub(super) item: TokenStream,
}

impl Case {
    /// What is wrong with the expansion, if anything is; the headlines of its errors go to `seen`.
    pub(super) fn failure(&self, seen: &mut BTreeSet<String>) -> Option<String> {
        let start = std::time::Instant::now();
        let expansion = match quietly(|| self.expand()) {
            Ok(expansion) => expansion,
            Err(message) => return Some(format!("panicked: {message}")),
        };
        if start.elapsed() > LONGEST {
            return Some(format!("took longer than {LONGEST:?}"));
        }
        let errors = errors(expansion.clone());
        let failed = !errors.is_empty();
        if let Some(empty) = errors.iter().find(|error| error.trim().is_empty()) {
            return Some(format!("an error says nothing: {empty:?}"));
        }
        seen.extend(errors.iter().map(|error| template(error)));
        self.malformed(&expansion, failed)
    }

    fn expand(&self) -> TokenStream {
        let Self { which, arguments, item } = self.clone();
        match which {
            Macro::Tool => expand_tool(arguments, &item),
            Macro::Dependency => expand_dependency(arguments, &item),
            Macro::ErrorType => expand_error_type(item),
            // The runtime's own macros put their path in front.
            Macro::Catalogue => expand_catalogue(quote!(rt; #item)),
            Macro::ToolList => expand_tool_list(quote!(rt; #item)),
        }
    }

    fn malformed(&self, expansion: &TokenStream, failed: bool) -> Option<String> {
        let parsed = match self.which {
            Macro::ToolList => syn::parse2(quote!(fn list() { let _ = #expansion; })),
            _ => syn::parse2::<syn::File>(expansion.clone()),
        };
        let file = match parsed {
            Ok(file) => file,
            // What the compiler itself can't read stays as it is.
            Err(_) if self.is_passed_on() && syn::parse2::<Item>(self.item.clone()).is_err() => {
                return None;
            }
            Err(error) => return Some(format!("the expansion doesn't parse: {error}")),
        };
        match self.which {
            Macro::Tool => lost(&self.item, &file),
            Macro::Dependency => {
                let kept = expansion.to_string().starts_with(&self.item.to_string());
                (!kept).then(|| "the type is not as it was".to_owned())
            }
            // An input that can't be read has nothing to stand beside it, and so must say why.
            Macro::ErrorType if !failed && file.items.is_empty() => {
                Some("there is neither an implementation nor an error".to_owned())
            }
            Macro::ErrorType | Macro::Catalogue | Macro::ToolList => None,
        }
    }

    /// Whether the item comes out again.
    fn is_passed_on(&self) -> bool {
        matches!(self.which, Macro::Tool | Macro::Dependency)
    }

    pub(super) fn to_text(&self) -> String {
        let arguments = shown(self.arguments.clone());
        let item = shown(self.item.clone());
        format!("{}\narguments: {arguments}\nitem: {item}\n", self.which.name())
    }

    /// Reads what [`Case::to_text`] wrote; `None` if it is no tokens.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (name, text) = text.split_once("\narguments:")?;
        let (arguments, item) = text.split_once("\nitem:")?;
        let (which, _) = Macro::ALL.into_iter().find(|(_, one)| *one == name)?;
        let tokens = |text| Some(hidden(TokenStream::from_str(text).ok()?));
        Some(Self { which, arguments: tokens(arguments)?, item: tokens(item)? })
    }
}

/// Whether the function that `item` is came out, without its helper attributes.
fn lost(item: &TokenStream, file: &syn::File) -> Option<String> {
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else {
        return None;
    };
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(input) = input {
            input.attrs.retain(|attribute| !is_ours(attribute));
        }
    }
    let first = file.items.first().map(|item| item.to_token_stream().to_string());
    let kept = first.is_some_and(|first| first == function.to_token_stream().to_string());
    (!kept).then(|| "the function is not as it was".to_owned())
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().is_ident("arg") || attribute.path().is_ident("doc")
}

/// The texts of all `compile_error!`.
fn errors(expansion: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    let mut all = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let is_error = index >= 2
            && matches!(&tokens[index - 2], TokenTree::Ident(word) if word == "compile_error");
        match syn::parse2::<syn::LitStr>(group.stream()) {
            Ok(text) if is_error => all.push(text.value()),
            _ => all.extend(errors(group.stream())),
        }
    }
    all
}

/// A headline without what it quotes.
fn template(message: &str) -> String {
    let headline = message.lines().next().unwrap_or_default();
    let mut parts = headline.split(['`', '"']);
    let mut template = parts.next().unwrap_or_default().to_owned();
    while let (Some(_), Some(after)) = (parts.next(), parts.next()) {
        template.push('…');
        template.push_str(after);
    }
    let no_number = |c: char| if c.is_ascii_digit() { '0' } else { c };
    template.chars().take(60).map(no_number).collect()
}

/// Runs `work` and catches its panic, without a word on stderr.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(work));
    QUIET.set(false);
    outcome.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default()
    })
}

/// Tokens as text that says where invisible groups are.
fn shown(tokens: TokenStream) -> String {
    let show = |group: Group| {
        let inner = Group::new(Delimiter::Parenthesis, group.stream());
        let word = Ident::new(INVISIBLE, Span::call_site());
        quote!(#word #inner)
    };
    regrouped(tokens, &|group| group.delimiter() == Delimiter::None, &show).to_string()
}

/// The way back.
fn hidden(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_mark = matches!(&token, TokenTree::Ident(word) if word == INVISIBLE);
        match (token, tokens.peek()) {
            (_, Some(TokenTree::Group(group))) if is_mark => {
                let group = Group::new(Delimiter::None, hidden(group.stream()));
                out.extend([TokenTree::Group(group)]);
                tokens.next();
            }
            (TokenTree::Group(group), _) => {
                let group = Group::new(group.delimiter(), hidden(group.stream()));
                out.extend([TokenTree::Group(group)]);
            }
            (token, _) => out.extend([token]),
        }
    }
    out
}

fn regrouped(
    tokens: TokenStream,
    is_it: &dyn Fn(&Group) -> bool,
    change: &dyn Fn(Group) -> TokenStream,
) -> TokenStream {
    let one = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let stream = regrouped(group.stream(), is_it, change);
            let inner = Group::new(group.delimiter(), stream);
            if is_it(&inner) { change(inner) } else { TokenTree::Group(inner).into() }
        }
        other => other.into(),
    };
    tokens.into_iter().map(one).collect()
}
