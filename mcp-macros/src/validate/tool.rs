//! The contract of a tool as a whole.

use syn::{Ident, LitStr, ReturnType, ext::IdentExt as _};

use super::{
    access, check, idempotent, name, parameter,
    policies::{self, Facts},
    signature, unwise,
};
use crate::{
    diag::Diagnostics,
    model::{
        checked::Tool,
        parsed::{Given, Item, Parameter, ToolAttribute},
        text::Text,
    },
};

/// Checks all rules; the result is right if no error was reported.
pub(crate) fn check(
    mut attribute: ToolAttribute,
    item: &Item,
    comment: Text,
    parameters: Vec<Parameter>,
    diagnostics: &mut Diagnostics,
) -> Tool {
    let ident = &item.signature.ident;
    signature::check(&item.signature, diagnostics);
    access::check_effects(&attribute, ident, diagnostics);
    check_not_empty(attribute.title.as_ref(), diagnostics);
    check_not_empty(attribute.version.as_ref(), diagnostics);
    let facts = Facts::of(&attribute, ident);
    let is_public = attribute.access.public.is_some();
    let hints = hints(&mut attribute, &facts);
    let mut parameters = parameter::check_all(parameters, diagnostics);
    let once = attribute.idempotent.take();
    let once = idempotent::check(once, &facts, &parameters, attribute.intact, diagnostics);
    let scopes = access::bind(attribute.access, ident, &mut parameters, diagnostics);
    let checks = check::check(attribute.checks, ident, &mut parameters, diagnostics);
    let policies = policies::check(attribute.policies, &facts, attribute.intact, diagnostics);
    let says_who = is_public || !scopes.is_empty();
    Tool {
        unwise: unwise::check(item, &facts, says_who, &parameters, &policies),
        scopes,
        checks,
        policies,
        once,
        audit: attribute.audit,
        name: tool_name(attribute.name, ident, diagnostics),
        description: description(
            attribute.description,
            comment,
            ident,
            attribute.intact,
            diagnostics,
        ),
        parameters,
        output: match &item.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some((**ty).clone()),
        },
        title: attribute.title.map(|given| given.value),
        version: attribute.version.map(|given| given.value),
        hints,
        timeout: attribute.timeout.map(|given| given.value),
        icons: attribute.icons.map(|given| given.value),
        meta: attribute.meta.map(|given| given.value),
    }
}

/// The keys without a value, and `read_only` where the scopes say it.
fn hints(attribute: &mut ToolAttribute, facts: &Facts<'_>) -> Vec<Ident> {
    let implied = attribute.access.only_reads().map(|key| Ident::new("read_only", key.span()));
    [
        attribute.read_only.take().or(implied),
        attribute.destructive.take(),
        idempotent::hint(attribute.idempotent.as_ref(), facts),
        attribute.open_world.take(),
        attribute.access.public.take(),
        attribute.confirm_never.take().map(|word| Ident::new("confirm_never", word.span())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn check_not_empty(given: Option<&Given<LitStr>>, diagnostics: &mut Diagnostics) {
    if let Some(Given { key, value }) = given
        && value.value().trim().is_empty()
    {
        diagnostics
            .error(value, format!("`{key}` is empty"))
            .help("give it a text, or leave the key out");
    }
}

fn tool_name(given: Option<Given<LitStr>>, ident: &Ident, diagnostics: &mut Diagnostics) -> LitStr {
    let chosen = given.is_some();
    let name = given
        .map_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()), |given| given.value);
    let given = name.value();
    if let Some(wrong) = name::tool(&given) {
        let text = given.escape_debug();
        let report = diagnostics.error(
            &name,
            format!(
                "tool name \"{text}\" {wrong}; \
                 names are 1 to 128 of letters, digits, `_`, `-` and `.`"
            ),
        );
        match name::as_tool(&given).filter(|_| chosen) {
            Some(meant) => report.help(format!("write `name = \"{meant}\"`")),
            None if chosen => report.help("leave the key out for the function's name"),
            None => report.help("give it another: `#[tool(name = \"…\")]`"),
        };
    }
    name
}

fn description(
    given: Option<Given<Text>>,
    comment: Text,
    ident: &Ident,
    intact: bool,
    diagnostics: &mut Diagnostics,
) -> Text {
    const HELP: &str = "models choose tools by description";
    let Some(given) = given else {
        if comment.is_empty() && intact {
            diagnostics
                .error(ident, format!("`{ident}` has no description"))
                .help(format!("{HELP}: add a `///` comment above the function"));
        }
        return comment;
    };
    if given.value.is_empty() {
        diagnostics
            .error(given.key, format!("the `description` of `{ident}` is empty"))
            .help(format!("{HELP}: say what the tool does"));
    }
    given.value
}
