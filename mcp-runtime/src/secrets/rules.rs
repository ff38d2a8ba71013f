//! Where a secret argument can't be kept secret: found at start.

use crate::access::AccessDef;
use crate::params::Kind;
use crate::tool::ToolDef;

/// Everything that would carry a secret of the tool to where it can be read.
pub(crate) fn problems(def: &ToolDef) -> Vec<String> {
    let secrets = def.params.iter().filter(|param| param.secret);
    secrets.flat_map(|param| of_param(def, param.name, param.kind, param.header)).collect()
}

fn of_param(def: &ToolDef, name: &str, kind: Kind, header: Option<&str>) -> Vec<String> {
    let mut problems = Vec::new();
    if matches!(kind, Kind::Flatten(_)) {
        problems.push(format!(
            "`secret` on `{name}`, which is the whole input: make the secret an argument of its own"
        ));
    }
    if header.is_some() {
        problems.push(format!("`{name}` is secret and can't travel as a header"));
    }
    let scopes = match def.access {
        AccessDef::Scopes(scopes) => scopes,
        AccessDef::Unstated | AccessDef::Public => &[],
    };
    if scopes.iter().flat_map(|scope| scope.bindings).any(|one| one.argument == Some(name)) {
        problems.push(format!(
            "`{name}` is secret and bound by a scope, which refusals spell out"
        ));
    }
    if let Some(fallback) = def.policies.fallback
        && fallback.params.iter().any(|param| param.name == name && !param.secret)
    {
        problems.push(format!(
            "`{name}` is secret here and not on its fallback `{}`",
            fallback.name
        ));
    }
    problems
}
