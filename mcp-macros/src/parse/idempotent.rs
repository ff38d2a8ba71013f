//! `idempotent`, in all its forms.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Ident, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
    punctuated::Punctuated,
};

use super::{call, entries::Entries, keys, reader::Value, shape};
use crate::{
    diag::Diagnostics,
    model::{
        call::{Role, WrittenCall},
        parsed::Given,
        records::{Form, Idempotent, WrittenKey, WrittenOnce},
    },
};

/// Takes `idempotent`.
pub(super) fn parse(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Idempotent> {
    if entries.is_bare("idempotent") {
        let word = entries.flag("idempotent", diagnostics)?;
        return Some(Idempotent { word, form: Form::Bare });
    }
    let list = entries.list("idempotent", diagnostics)?;
    if list.value.is_empty() {
        diagnostics
            .error(list.key, "`idempotent()` says no more than `idempotent`")
            .help("write `idempotent` alone, or name what makes the key: `idempotent(key(id))`");
        return None;
    }
    let mut inner = Entries::parse("idempotent", keys::IDEMPOTENT, list.value, diagnostics);
    let natural = inner.flag("natural", diagnostics);
    if natural.is_some() && inner.is_empty() {
        return Some(Idempotent { word: list.key, form: Form::Natural });
    }
    let once = WrittenOnce {
        natural,
        transaction_first: inner.precedes("transaction", "reconcile"),
        key: key(&mut inner, diagnostics),
        ttl: inner.duration("ttl", diagnostics),
        required: inner.flag("required", diagnostics),
        reject: inner.one_of("in_flight", ["wait", "reject"], diagnostics) == Some("reject"),
        reconcile: reconcile(&mut inner, diagnostics),
        transaction: inner.flag("transaction", diagnostics),
    };
    Some(Idempotent { word: list.key, form: Form::Once(Box::new(once)) })
}

/// Takes `key(a, b)` or `key(..)`.
fn key(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<WrittenKey>> {
    const HELP: &str =
        "name arguments, as in `key(invoice_id)`, or write `key(..)` for all of them";
    let Given { key, value } = entries.list("key", diagnostics)?;
    if value.is_empty() {
        diagnostics.error(key, "`key()` is made of nothing").help(HELP);
        return None;
    }
    if is_rest(&value) {
        return Some(Given { key, value: WrittenKey::All });
    }
    let names = |input: ParseStream<'_>| {
        Punctuated::<Ident, Token![,]>::parse_terminated_with(input, Ident::parse_any)
    };
    let Ok(names) = names.parse2(value.clone()) else {
        diagnostics.error(value, "`key` is made of arguments, by their names").help(HELP);
        return None;
    };
    let mut fields: Vec<Ident> = Vec::new();
    for name in names {
        if fields.iter().any(|field| field.unraw() == name.unraw()) {
            diagnostics
                .error(&name, format!("`{}` is given twice", name.unraw()))
                .help("remove one of the two");
        } else {
            fields.push(name);
        }
    }
    Some(Given { key, value: WrittenKey::Fields(fields) })
}

fn is_rest(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    matches!(&tokens[..], [TokenTree::Punct(one), TokenTree::Punct(two)]
        if one.as_char() == '.' && two.as_char() == '.')
}

/// Takes `reconcile = path` or `reconcile = path(a, b)`.
fn reconcile(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<WrittenCall>> {
    let entry = entries.take("reconcile")?;
    let Value::Expression(value) = &entry.value else {
        shape::report(&entry, diagnostics);
        return None;
    };
    let call = call::read(Role::Reconcile, value.clone(), diagnostics)?;
    Some(Given { key: entry.word, value: call })
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let tokens = TokenStream::from_str(text).unwrap_or_default();
        let mut entries = Entries::parse("#[tool]", keys::TOOL, tokens, &mut diagnostics);
        let _ = parse(&mut entries, &mut diagnostics);
        diagnostics.messages().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_shape_is_accepted() {
        for text in [
            "idempotent",
            "idempotent(natural)",
            "idempotent(natural,)",
            "idempotent(key(a))",
            "idempotent(key(a, r#type,))",
            "idempotent(key(..))",
            "idempotent(required)",
            "idempotent(in_flight = \"wait\", transaction)",
            "idempotent(in_flight = \"reject\", ttl = \"1h\", reconcile = find)",
            "idempotent(reconcile = ledger::find(a, ledger), key(a))",
        ] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
        for key in keys::IDEMPOTENT {
            assert_eq!(messages(&format!("idempotent({})", key.example)), [""; 0]);
        }
    }

    #[test]
    fn every_other_shape_is_one_error() {
        for text in [
            "idempotent = \"natural\"",
            "idempotent()",
            "idempotent(\"24h\")",
            "idempotent(naturally)",
            "idempotent(key)",
            "idempotent(key = a)",
            "idempotent(key())",
            "idempotent(key(a, ..))",
            "idempotent(key(a.b))",
            "idempotent(key(a b))",
            "idempotent(key(a, a))",
            "idempotent(key(\"a\"))",
            "idempotent(key(a), key(b))",
            "idempotent(ttl = 24)",
            "idempotent(ttl = \"0s\")",
            "idempotent(ttl = \"366d\")",
            "idempotent(required = true)",
            "idempotent(in_flight)",
            "idempotent(in_flight = \"refuse\")",
            "idempotent(in_flight = wait)",
            "idempotent(reconcile)",
            "idempotent(reconcile(find))",
            "idempotent(reconcile = \"find\")",
            "idempotent(reconcile = find())",
            "idempotent(reconcile = [find])",
            "idempotent(transaction(all))",
        ] {
            assert_eq!(messages(text).len(), 1, "{text}: {:?}", messages(text));
        }
    }
}
