//! What is said about a key that is right and whose value isn't.

use proc_macro2::TokenStream;
use syn::{Expr, Lit};

use super::{
    entries::{Entry, literal},
    keys::Key,
    reader::{Value, ungroup},
};
use crate::diag::Diagnostics;

/// Says how the key is written.
pub(super) fn report(entry: &Entry, diagnostics: &mut Diagnostics) {
    report_as(entry, entry.key.example, diagnostics);
}

/// The same for a key that takes a text, which may have been written without quotes.
pub(super) fn report_text(entry: &Entry, diagnostics: &mut Diagnostics) {
    let name = entry.key.name;
    let meant = bare(&entry.value).map(|text| format!("{name} = {text:?}"));
    report_as(entry, meant.as_deref().unwrap_or(entry.key.example), diagnostics);
}

fn report_as(entry: &Entry, meant: &str, diagnostics: &mut Diagnostics) {
    let Key { name, grammar, .. } = entry.key;
    let takes_value = grammar.contains(&format!("{name} ="));
    let takes_list = grammar.contains(&format!("{name}("));
    let message = match &entry.value {
        Value::None if takes_value => format!("`{name}` needs a value"),
        Value::None => format!("`{name}` needs what stands in its parentheses"),
        Value::List(_) if !takes_list => format!("`{name}` takes its value after `=`"),
        Value::Expression(_) if !takes_value => {
            format!("`{name}` takes what it needs in parentheses")
        }
        Value::List(_) | Value::Expression(_) => format!("this is no value of `{name}`"),
    };
    let report = diagnostics.error(entry, message);
    report.help(format!("write `{meant}`"));
    // "its form is `name = …`" would say what the help says.
    if *grammar != meant && !grammar.ends_with("\"…\"") {
        report.note(format!("its form is `{grammar}`"));
    }
}

/// A word or a number that should have been in quotes.
fn bare(value: &Value) -> Option<String> {
    let word = |tokens: &TokenStream| {
        let text = tokens.to_string();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        (!text.is_empty() && text.chars().all(plain)).then_some(text)
    };
    match value {
        Value::None => None,
        Value::List(tokens) => match syn::parse2::<Lit>(tokens.clone()) {
            Ok(Lit::Str(text)) => Some(text.value()),
            _ => word(tokens),
        },
        Value::Expression(value) => match (literal(value), ungroup(value.clone())) {
            (Some(Lit::Int(number)), _) => Some(number.to_string()),
            (Some(Lit::Float(number)), _) => Some(number.to_string()),
            (None, Expr::Path(path)) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        },
    }
}
