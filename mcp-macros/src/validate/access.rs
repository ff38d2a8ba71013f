//! The scopes of a tool, against its effect and its parameters.

use quote::ToTokens as _;
use syn::{Ident, LitStr, ext::IdentExt as _};

use super::pattern::{names, plain_name};
use crate::{
    diag::{Diagnostics, nearest},
    model::{
        access::{Access, Field, WrittenScope},
        checked::{Binding, Parameter, Rule, Scope, Source},
        parsed::ToolAttribute,
    },
};

/// Verbs that nobody means a tool by that changes nothing.
const WRITES: [&str; 4] = ["write", "create", "update", "delete"];

/// Checks what the attribute says about the effect of a call; after a key that could not be read
/// it would mislead.
pub(super) fn check_effects(
    attribute: &ToolAttribute,
    ident: &Ident,
    diagnostics: &mut Diagnostics,
) {
    let ToolAttribute { access, read_only, destructive, .. } = attribute;
    if let (Some(read_only), Some(destructive)) = (read_only, destructive) {
        let second = if attribute.read_only_first { destructive } else { read_only };
        diagnostics
            .error(second, "`read_only` and `destructive` contradict each other")
            .help("keep `read_only` only if the tool changes nothing");
        return;
    }
    if let (Some((scope, _)), Some(public)) = (&access.scopes, &access.public) {
        let second = if access.scope_first { public } else { scope };
        diagnostics
            .error(second, "`scope` and `public` contradict each other")
            .help("keep `public` only if everyone may call the tool");
    }
    if !attribute.intact {
        return;
    }
    if let (Some(word), Some(one)) = (destructive, access.scopes().next())
        && access.only_reads().is_some()
    {
        let (token, resource) = (&one.scope.token, one.scope.resource());
        diagnostics
            .error(
                word,
                format!("`destructive` on `{ident}`, which demands no more than `{token}`"),
            )
            .help(format!("demand `scope = \"delete:{resource}\"`, or remove `destructive`"));
    }
    if read_only.is_some() {
        check_verbs(access, ident, diagnostics);
    }
    if let Some(word) = &attribute.confirm_never
        && destructive.is_none()
    {
        diagnostics
            .error(word, format!("`confirm` on `{ident}`, which is not `destructive`"))
            .help("nothing else asks for a confirmation: remove `confirm`");
    }
}

fn check_verbs(access: &Access, ident: &Ident, diagnostics: &mut Diagnostics) {
    for WrittenScope { literal, scope } in access.scopes() {
        if WRITES.contains(&scope.verb()) {
            let (token, resource) = (&scope.token, scope.resource());
            diagnostics
                .error(literal, format!("`{ident}` is `read_only`, but demands `{token}`"))
                .help(format!(
                    "remove `read_only` if the tool changes something, else demand \
                     \"read:{resource}\""
                ));
        }
    }
}

/// Finds the arguments that scopes are bound to; marks them.
pub(super) fn bind(
    access: Access,
    ident: &Ident,
    parameters: &mut [Parameter],
    diagnostics: &mut Diagnostics,
) -> Vec<Scope> {
    let scopes = access.scopes.into_iter().flat_map(|(_, scopes)| scopes);
    scopes
        .map(|WrittenScope { literal, scope }| {
            let mut bindings = Vec::new();
            for Field { name, argument } in scope.fields {
                let argument =
                    argument.and_then(|argument| match find(&argument, ident, parameters) {
                        Ok(name) => Some(name),
                        Err((message, help)) => {
                            diagnostics.error(&literal, message).help(help);
                            None
                        }
                    });
                bindings.push(Binding { field: name, argument });
            }
            Scope { literal, token: scope.token, bindings }
        })
        .collect()
}

/// The JSON name of the parameter that a scope is bound to, or what is wrong and what to do.
fn find(
    argument: &str,
    ident: &Ident,
    parameters: &mut [Parameter],
) -> Result<LitStr, (String, String)> {
    const OTHER: &str = "bind an argument of its own";
    let is_it = |parameter: &Parameter| {
        names(&parameter.pattern).iter().any(|name| name.unraw() == argument)
    };
    // Those under contrary `#[cfg]` may share a name.
    for parameter in parameters.iter_mut().filter(|parameter| is_it(parameter)) {
        parameter.is_compared = true;
    }
    let Some(parameter) = parameters.iter().find(|parameter| is_it(parameter)) else {
        let message =
            format!("`scope` is bound to `{argument}`, which is no parameter of `{ident}`");
        let names: Vec<String> = parameters
            .iter()
            .filter_map(|parameter| plain_name(&parameter.pattern))
            .map(|name| name.unraw().to_string())
            .collect();
        let help = nearest(argument, names.iter().map(String::as_str)).map_or_else(
            || format!("name one that `{ident}` takes as an argument"),
            |near| format!("did you mean `{near}`?"),
        );
        return Err((message, help));
    };
    let is_secret = parameter.rules.iter().any(|rule| matches!(rule.value, Rule::Secret));
    match &parameter.source {
        Source::Extractor => {
            let pattern = parameter.pattern.to_token_stream();
            let message = format!(
                "`scope` is bound to `{argument}`, which comes from the pattern `{pattern}` and \
                 is no argument"
            );
            Err((message, OTHER.to_owned()))
        }
        Source::Flatten(_) => {
            let message = format!("`scope` is bound to `{argument}`, which is flattened");
            Err((
                message,
                "take what it is compared with as a parameter without `flatten`".to_owned(),
            ))
        }
        _ if is_secret => Err((
            format!("`scope` is bound to `{argument}`, which is `secret`"),
            format!("its value would stand in a refusal: {OTHER}"),
        )),
        Source::Undecided(name) | Source::Argument(name) => Ok(name.clone()),
    }
}
