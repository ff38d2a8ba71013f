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
        problems.push(format!("`{name}` is secret and bound by a scope, which refusals spell out"));
    }
    if let Some(fallback) = def.policies.fallback
        && fallback.params.iter().any(|param| param.name == name && !param.secret)
    {
        problems
            .push(format!("`{name}` is secret here and not on its fallback `{}`", fallback.name));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Binding, ScopeDef, Scopes};
    use crate::output::OutputSchema;
    use crate::params::{ParamDef, flatten, param};
    use crate::private::argument;

    const fn tool(params: &'static [ParamDef]) -> ToolDef {
        ToolDef::new("t", "", params, |_| OutputSchema(None), |_| Err(crate::ToolError::fault("")))
    }

    const PIN: ParamDef = argument::<String>("pin").secret().def();
    const PLAIN: ParamDef = param::<String, _>("pin").def();
    const HEADER: ParamDef = argument::<String>("pin").secret().header("Pin").def();
    const WHOLE: ParamDef =
        flatten::<std::collections::BTreeMap<String, String>>("all").secret().def();
    const BOUND: &[ScopeDef] =
        &[ScopeDef::new("read:x", const { &[Binding::new("pin", Some("pin"))] })];
    static TELLS: ToolDef = tool(&[PLAIN]);
    static KEEPS: ToolDef = tool(&[PIN]);

    #[test]
    fn what_would_carry_a_secret_out_is_found_at_start() {
        for (def, expected) in [
            (tool(&[PIN]), None),
            (tool(&[PIN]).fallback(&KEEPS), None),
            (tool(&[PLAIN]).fallback(&KEEPS), None),
            (tool(&[PLAIN]).scopes(BOUND, Scopes::NONE), None),
            (tool(&[HEADER]), Some("can't travel as a header")),
            (tool(&[WHOLE]), Some("is the whole input")),
            (tool(&[PIN]).scopes(BOUND, Scopes::NONE), Some("bound by a scope")),
            (tool(&[PIN]).fallback(&TELLS), Some("not on its fallback `t`")),
        ] {
            let found = problems(&def);
            assert_eq!(found.len(), usize::from(expected.is_some()), "{found:?}");
            assert!(
                found.iter().all(|one| one.contains(expected.unwrap_or_default())),
                "{found:?}"
            );
        }
    }
}
