//! The type under `#[dependency(…)]`. All that follows its name is left as it is.

use proc_macro2::TokenStream;
use syn::{
    Attribute, Generics, Ident, Token, Visibility,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use super::{
    entries::Entries,
    function::cfg,
    keys,
    policies::{concurrency, queue},
    runtime, share,
};
use crate::{
    diag::Diagnostics,
    model::{
        parsed::{Dependency, Given},
        policy::Breaker,
    },
};

/// Reads the attribute and the head of the item; `None` if nothing can stand beside the item.
pub(crate) fn parse(
    arguments: TokenStream,
    item: &TokenStream,
    diagnostics: &mut Diagnostics,
) -> Option<Dependency> {
    let before = diagnostics.len();
    let mut entries = Entries::parse("#[dependency]", keys::DEPENDENCY, arguments, diagnostics);
    let runtime = runtime::parse(&mut entries, diagnostics);
    let name = entries.string("name", diagnostics);
    let concurrency = concurrency(&mut entries, diagnostics);
    let queue = queue(&mut entries, diagnostics);
    let breaker = breaker(&mut entries, diagnostics);
    let retry_budget = entries.text("retry_budget", "share", share::parse, diagnostics);
    let intact = diagnostics.len() == before;
    let head = match head.parse2(item.clone()) {
        Ok(head) => head,
        Err(error) => {
            diagnostics
                .syntax(&error)
                .help("put it on the type that stands for it, such as `struct Bank;`");
            return None;
        }
    };
    if !head.generics.params.is_empty() {
        diagnostics
            .error(
                &head.generics,
                "dependencies cannot be generic: each is one thing that can fail",
            )
            .help("put the attribute on a type of its own, such as `struct Bank;`");
        return None;
    }
    Some(Dependency {
        cfg: cfg(&head.attributes),
        ident: head.ident,
        runtime,
        name,
        concurrency,
        queue,
        breaker,
        retry_budget,
        intact,
    })
}

struct Head {
    attributes: Vec<Attribute>,
    ident: Ident,
    generics: Generics,
}

fn head(input: ParseStream<'_>) -> syn::Result<Head> {
    let attributes = input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    if input.peek(Token![struct]) || input.peek(Token![enum]) || input.peek(Token![union]) {
        input.call(Ident::parse_any)?;
        let head = Head { attributes, ident: input.parse()?, generics: input.parse()? };
        input.parse::<TokenStream>()?;
        return Ok(head);
    }
    Err(input.error("`#[dependency]` needs a struct, an enum or a union"))
}

fn breaker(entries: &mut Entries, diagnostics: &mut Diagnostics) -> Option<Given<Breaker>> {
    if entries.is_bare("breaker") {
        let key = entries.flag("breaker", diagnostics)?;
        return Some(Given { key, value: Breaker::default() });
    }
    let list = entries.list("breaker", diagnostics)?;
    let mut inner = Entries::parse("breaker", keys::BREAKER, list.value, diagnostics);
    let breaker = Breaker {
        failures: inner.whole("failures", 1..=1000, diagnostics).map(|given| given.value),
        ratio: inner.positive("ratio", Some(1.0), diagnostics).map(|given| given.value),
        slow: inner.duration("slow", diagnostics).map(|given| given.value),
        open: inner.duration("open", diagnostics),
    };
    Some(Given { key: list.key, value: breaker })
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn messages(arguments: &str, item: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let tokens = |text| TokenStream::from_str(text).unwrap_or_default();
        let _ = parse(tokens(arguments), &tokens(item), &mut diagnostics);
        diagnostics.messages().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_example_of_the_tables_is_accepted() {
        for key in keys::DEPENDENCY {
            assert_eq!(messages(key.example, "struct Bank;"), [""; 0], "{}", key.name);
        }
        for key in keys::BREAKER {
            let text = format!("breaker({})", key.example);
            assert_eq!(messages(&text, "struct Bank;"), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_type_without_parameters_can_be_a_dependency() {
        for item in [
            "struct Bank;",
            "#[derive(Clone)] pub(crate) struct Bank { pool: Pool<Row> }",
            "pub struct Bank(u8);",
            "enum Bank {}",
            "union Bank { a: u8 }",
        ] {
            assert_eq!(messages("", item), [""; 0], "{item}");
        }
        for item in ["struct Bank<T>(T);", "fn bank() {}", "type Bank = u8;", "mod bank {}"] {
            assert_eq!(messages("", item).len(), 1, "{item}");
        }
    }
}
